"""Runs both scripts in turn, each in processes of its own, and prints a table: lines, seconds, peak memory.

    python measure.py ECCO_PYTHON FATHOM_PYTHON [ROUNDS]

`ECCO_PYTHON` has requirements.txt and ecco==0.1.2 (--no-deps); `FATHOM_PYTHON` has fathom. The default model must be in
Fathom's cache (`fathom models pull`). Ecco reads it as a folder that transformers makes of the same file, once, which is not timed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

SAVE = """
import sys
from transformers import AutoModelForCausalLM, AutoTokenizer
file, folder = sys.argv[1:]
where = dict(pretrained_model_name_or_path=file.rpartition("/")[0], gguf_file=file.rpartition("/")[2])
model = AutoModelForCausalLM.from_pretrained(**where, tie_word_embeddings=True)
# Ecco asks transformers for an attention mask in a way that has changed; without padding there is none to make.
model.config.pad_token_id = None
model.save_pretrained(folder)
AutoTokenizer.from_pretrained(**where).save_pretrained(folder)
"""


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of a process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{said.decode(errors='replace')[-2000:]}")
    return time.perf_counter() - started, used.ru_maxrss / 1e3


def lines(script: Path) -> int:
    """Lines of code: neither blank, nor a comment, nor the docstring."""
    body = script.read_text(encoding="utf-8").split('"""')[-1].splitlines()
    return sum(1 for line in body if line.strip() and not line.lstrip().startswith("#"))


def main() -> None:
    theirs, ours, *rest = sys.argv[1:]
    rounds = int(rest[0]) if rest else 5
    shown = subprocess.run([ours, "-m", "fathom", "models", "show", "--json", "--offline"], capture_output=True, text=True, check=True)
    file = json.loads(shown.stdout)["path"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([theirs, "-c", SAVE, file, folder], check=True, stdout=subprocess.DEVNULL)
        sides = {
            "Ecco 0.1.2": (HERE / "with_ecco.py", [theirs, str(HERE / "with_ecco.py"), folder]),
            "Fathom": (HERE / "with_fathom.py", [ours, str(HERE / "with_fathom.py")]),
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for turn in range(rounds + 1):
            for name, (_, command) in sides.items():
                measured = run(command)
                # The first round fills the page cache.
                if turn:
                    found[name].append(measured)
    print("| | lines | seconds | peak memory |\n|---|---:|---:|---:|")
    for name, (script, _) in sides.items():
        seconds, memory = (statistics.median(column) for column in zip(*found[name]))
        print(f"| {name} | {lines(script)} | {seconds:.2f} | {memory:.0f} MB |")


main()
