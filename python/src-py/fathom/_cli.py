"""The program ``fathom``: the very command line of the Rust binary, out of this wheel."""

from __future__ import annotations

import sys

from ._fathom import cli


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    sys.exit(cli(sys.argv))


if __name__ == "__main__":
    main()
