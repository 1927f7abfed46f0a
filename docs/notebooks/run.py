"""Runs the notebooks beside this file on the default model.

    python docs/notebooks/run.py --check        # they run, and print what is committed: part of `cargo xtask test`
    python docs/notebooks/run.py --write        # run them and keep what they print: after a change to a cell
    python docs/notebooks/run.py --html FOLDER  # run them and make pages of them, with the explorer live

What is committed are texts, tables and figures (SVG). The live forms, which weigh a hundred kilobytes each and say nothing
more, are made anew by whoever opens a notebook.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent

#: Forms of an output that are kept, and the most characters of HTML (tables; never a whole explorer).
KEPT = ("text/plain", "image/svg+xml", "text/html")
MOST_HTML = 20_000


def notebooks() -> list[Path]:
    """All of them, in order."""
    found = sorted(HERE.glob("*.ipynb"))
    if not found:
        sys.exit(f"no notebooks in {HERE}")
    return found


def run(path: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs of a fresh kernel; an error in a cell is an error here."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(HERE)}}).execute()
    return notebook


def kept(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What of a notebook that has run is committed."""
    for cell in notebook.cells:
        cell.metadata.clear()
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(kept_output, cell.outputs) if output is not None]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def kept_output(output: Any) -> Any:
    """An output without its live forms; `None` for progress bars and notes, which go to standard error."""
    if output.output_type == "stream":
        return output if output.name == "stdout" else None
    if output.output_type not in ("execute_result", "display_data"):
        return None
    data = {form: output.data[form] for form in KEPT if form in output.data}
    if len(data.get("text/html", "")) > MOST_HTML or "image/svg+xml" in data:
        data.pop("text/html", None)
    if not data:
        return None
    output.data, output.metadata = nbformat.from_dict(data), nbformat.from_dict({})
    return output


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    """What a notebook says, in lines: every cell's source, and the plain text of every output."""
    lines: list[str] = []
    for number, cell in enumerate(notebook.cells):
        lines.append(f"--- cell {number}")
        lines += cell.source.splitlines()
        for output in cell.get("outputs", ()):
            text = output.text if output.output_type == "stream" else output.data.get("text/plain", "")
            lines += ["--- output", *text.splitlines()]
    return lines


def check(path: Path) -> bool:
    """Whether a run says what is committed; prints where it does not."""
    committed, found = texts(nbformat.read(path, as_version=4)), texts(kept(run(path)))
    difference = list(difflib.unified_diff(committed, found, "committed", "found", lineterm="", n=2))
    print(f"{path.name}: {'as committed' if not difference else 'DIFFERS'}", flush=True)
    print("\n".join(difference[:60]), end="\n" if difference else "")
    return not difference


def page(path: Path, folder: Path) -> None:
    """A page of a run, in which the explorer is live."""
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter(embed_images=True).from_notebook_node(run(path))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{path.stem}.html").write_text(body, encoding="utf-8")
    print(folder / f"{path.stem}.html", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="run them and compare with what is committed")
    what.add_argument("--write", action="store_true", help="run them and keep what they print")
    what.add_argument("--html", type=Path, metavar="FOLDER", help="run them and make pages of them")
    args = parser.parse_args()
    if args.check:
        good = [check(path) for path in notebooks()]
        if not all(good):
            print("run `cargo xtask notebooks`, look at what changed, and commit it", file=sys.stderr)
        return 0 if all(good) else 1
    for path in notebooks():
        if args.write:
            nbformat.write(kept(run(path)), path)
            print(f"{path.name}: written", flush=True)
        else:
            page(path, args.html)
    return 0


if __name__ == "__main__":
    sys.exit(main())
