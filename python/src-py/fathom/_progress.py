"""Progress: tqdm's bar where it is installed (in terminals and notebooks alike), else a line on standard error."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

#: ``None``: where people look (terminals, notebooks); ``False``: never; a function: it is called with what is being
#: done, how much is done, and of how much (``None`` where that is unknown).
Progress = bool | Callable[[str, int, "int | None"], Any] | None

#: Work that is over sooner gets no bar: it would only flicker. Seconds.
PATIENCE = 0.4


class Bar(Protocol):
    """What the native side tells, a few times a second, always from the thread that called."""

    def show(self, what: str, done: int, total: int | None) -> None: ...
    def note(self, text: str) -> None: ...
    def close(self) -> None: ...


def bar(progress: Progress) -> Bar | None:
    """The bar that ``progress`` asks for."""
    if progress is False:
        return None
    if callable(progress):
        return _Told(progress)
    return _Steps(_drawer(force=progress is True))


class _Told:
    """Passes everything on."""

    def __init__(self, listener: Callable[[str, int, int | None], Any]) -> None:
        self._listener = listener

    def show(self, what: str, done: int, total: int | None) -> None:
        self._listener(what, done, total)

    def note(self, text: str) -> None:
        print(f"note: {text}", file=sys.stderr)

    def close(self) -> None:
        pass


class _Steps:
    """One bar for the steps of a piece of work: it shows the step at hand, once it has taken a while."""

    def __init__(self, drawer: Callable[[str, int | None], Any] | None) -> None:
        self._drawer = drawer
        self._what = ""
        self._since = 0.0
        self._bar: Any = None

    def show(self, what: str, done: int, total: int | None) -> None:
        if self._drawer is None:
            return
        if what != self._what:
            self.close()
            self._what, self._since = what, time.monotonic()
        if total is not None and done >= total:
            self.close()
        elif self._bar is not None or time.monotonic() - self._since >= PATIENCE:
            if self._bar is None:
                self._bar = self._drawer(what, total)
            self._bar.total = total
            self._bar.update(done - self._bar.n)

    def note(self, text: str) -> None:
        self.close()
        print(f"note: {text}", file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _drawer(force: bool) -> Callable[[str, int | None], Any] | None:
    notebook = "IPython" in sys.modules and _in_kernel()
    screen = _is_terminal() or notebook or force
    if not screen:
        return None
    try:
        from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return _Line if _is_terminal() or force else None

    def draw(what: str, total: int | None) -> Any:
        scale = what == "fetching"
        return tqdm(desc=what, total=total, unit="B" if scale else "", unit_scale=scale, leave=False)

    return draw


def _in_kernel() -> bool:
    from IPython import get_ipython  # type: ignore[import-not-found, unused-ignore]

    return getattr(get_ipython(), "kernel", None) is not None


def _is_terminal() -> bool:
    stream = sys.stderr
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


class _Line:
    """A bar in one line of the terminal, gone when it is closed."""

    WIDTH = 32

    def __init__(self, what: str, total: int | None) -> None:
        self.n = 0
        self.total = total
        self._what = what

    def update(self, more: int) -> None:
        self.n += more
        if self.total:
            share = min(self.n / self.total, 1.0)
            filled = int(share * self.WIDTH)
            line = f"{self._what:>10} {'█' * filled}{'░' * (self.WIDTH - filled)} {share:4.0%}"
        else:
            line = f"{self._what:>10} {self.n}"
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()

    def close(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
