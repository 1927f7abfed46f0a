"""The explorer as an anywidget: live, with a kernel behind it that answers what the reading did not record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._reading import Reading


def available() -> bool:
    """Whether a widget can be made here: anywidget is installed."""
    import importlib.util

    return importlib.util.find_spec("anywidget") is not None


def widget(reading: Reading) -> Any:
    """A widget that shows ``reading``."""
    raise NotImplementedError
