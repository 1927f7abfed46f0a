"""Threads, forks, signals, pickles, memory."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import fathom

if os.name != "nt":
    import pty

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def test_threads_share_a_model(lm: fathom.Model) -> None:
    prompts = ["The keys to the cabinet", "Once upon a time", "1, 2, 3,", "Paris is in"] * 2
    expected = [lm.generate(prompt, generate=2).rankings() for prompt in prompts]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda prompt: lm.generate(prompt, generate=2).rankings(), prompts))
    assert found == expected


def test_the_gil_is_released(lm: fathom.Model) -> None:
    """A Python thread goes on counting while a long prompt runs."""
    counted, stop = 0, threading.Event()

    def count() -> None:
        nonlocal counted
        while not stop.is_set():
            counted += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        time.sleep(0.01)
        before = counted
        lm("word " * 200).reading(top_k=1, layers="last")
        assert counted - before >= 10
    finally:
        stop.set()
        counter.join()


def _child(lm: fathom.Model, queue: multiprocessing.Queue[bytes]) -> None:
    queue.put(lm.generate("The keys to the cabinet", generate=2).rankings().to_bytes())


@FORKS
def test_a_fork_uses_its_parents_model(lm: fathom.Model) -> None:
    """The parent's threads are not in the child, which makes its own; and its own child after it."""
    expected = lm.generate("The keys to the cabinet", generate=2).rankings().to_bytes()
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[bytes] = context.Queue()
    children = [context.Process(target=_child, args=(lm, queue)) for _ in range(2)]
    for child in children:
        child.start()
    assert [queue.get(timeout=120) for _ in children] == [expected, expected]
    for child in children:
        child.join(60)
        assert child.exitcode == 0, "ends, too"
    assert lm.generate("The keys to the cabinet", generate=2).rankings().to_bytes() == expected


INTERRUPTED = """
import fathom, os, signal, sys, threading, time
lm = fathom.from_pretrained(offline=True, progress=False)
threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
start = time.monotonic()
try:
    lm.generate("Once upon a time", generate=4000)
except KeyboardInterrupt:
    print(f"{time.monotonic() - start:.2f}")
    lm("It works")  # the model is as good as before
    sys.exit(0)
sys.exit("not interrupted")
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
def test_ctrl_c_stops_the_work() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
def test_ctrl_c_ends_the_program() -> None:
    program = Path(sys.executable).parent / "fathom"
    args = [program, "rankings", "Once upon a time", "--generate", "4000", "--offline"]
    # Tokens are streamed to a terminal: the first of them says that it is at work.
    screen, terminal = pty.openpty()
    running = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=terminal)
    try:
        assert os.read(screen, 1)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 130
    finally:
        running.kill()
        os.close(screen)
        os.close(terminal)


def test_readings_are_pickled(keys: fathom.Output) -> None:
    view = keys.rankings_watch(watch=[" is", " are"]).drawn(theme="dark")
    again = pickle.loads(pickle.dumps(view))
    assert again == view and again.view == "watch" and again.to_svg() == view.to_svg()
    assert view != keys.rankings()
    with pytest.raises(fathom.FathomError, match="pickle a reading"):
        pickle.dumps(keys)


def test_readings_cross_processes(keys: fathom.Output) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        assert pool.apply(_ranks, (keys.rankings(),)) == keys.rankings().to_numpy()["target_rank"].tolist()


def _ranks(reading: fathom.Reading) -> list[list[int]]:
    ranks: list[list[int]] = reading.to_numpy()["target_rank"].tolist()
    return ranks


def _resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


@LINUX
def test_outputs_give_their_memory_back(lm: fathom.Model) -> None:
    prompt = "word " * 100

    def run() -> None:
        output = lm(prompt, record=["attn_out", "mlp_out"])
        states, column = output.hidden_states[3], output.reading(top_k=5, layers="last").to_numpy()["top_prob"]
        assert states.nbytes and column.nbytes

    run()
    gc.collect()
    before = _resident()
    for _ in range(10):
        run()
    gc.collect()
    # Ten runs keep some 21 MB of states each.
    assert _resident() - before < 60e6


@LINUX
def test_a_model_gives_its_memory_back() -> None:
    def load() -> weakref.ref[fathom.Model]:
        model = fathom.from_pretrained(offline=True, progress=False)
        model("The keys")
        return weakref.ref(model)

    assert load()() is None
    gc.collect()
    before = _resident()
    for _ in range(3):
        assert load()() is None
        gc.collect()
    # A model's weights are some 540 MB in f32, so three that stayed would be 1,600; the allocator may keep some pages back.
    assert _resident() - before < 400e6


def test_importing_is_quick_and_brings_nothing() -> None:
    code = "import sys, fathom; print([m for m in ('numpy', 'polars', 'pandas', 'pyarrow', 'IPython', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_progress_is_told(lm: fathom.Model) -> None:
    told: list[tuple[str, int, int | None]] = []
    loaded = fathom.from_pretrained(offline=True, progress=lambda *news: told.append(news))
    loaded("word " * 100).reading(top_k=1)
    assert {what for what, _, _ in told} & {"loading", "running", "projecting"}
    assert all(total is None or 0 <= done <= total for _, done, total in told)

    def fails(what: str, done: int, total: int | None) -> None:
        raise RuntimeError("enough")

    loaded.progress = fails
    with pytest.raises(RuntimeError, match="enough"):
        loaded("word " * 100).reading(top_k=1)
    loaded.progress = False
    assert np.isfinite(loaded("The keys").logits()).all()
