"""``python -m fathom``: the command line."""

from ._cli import main

main()
