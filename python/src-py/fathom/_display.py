"""How a reading looks where it is shown: interactive where scripts run, a figure where they don't, text everywhere."""

from __future__ import annotations

import base64
import html
import itertools
from typing import TYPE_CHECKING, Any

from ._errors import InvalidInput

if TYPE_CHECKING:
    from ._reading import Reading

#: Larger pages would weigh down the notebook's file: the figure alone is shown then, and ``save`` makes the page.
MOST_HTML = 4_000_000

#: Pixels of the explorer's frame.
HEIGHT = 560

_numbers = itertools.count()

#: What :func:`display_as` has set.
_chosen = "page"


def display_as(form: str) -> None:
    """How readings show themselves in notebooks from now on.

    Args:
        form: ``"page"``, the explorer in a frame of its own: it stays in the saved notebook, needs no extension and no
            kernel, and where scripts don't run its figure is seen. ``"widget"``, what :meth:`Reading.widget` makes, of
            every reading: the kernel can be asked for more words, but hosts show a widget only while its kernel lives
            (or where its state was saved), else the figure or nothing. Needs ``anywidget``.

    >>> fathom.display_as("page")  # as it is from the start
    """
    global _chosen
    if form not in ("page", "widget"):
        raise InvalidInput(f'readings display as "page" or "widget", found {form!r}')
    if form == "widget":
        from ._widget import widget_class

        widget_class()
    _chosen = form


def bundle(reading: Reading) -> Any:
    """The forms of a reading; the host shows the richest that it can (and trusts)."""
    forms: dict[str, Any] = {"text/plain": repr(reading)}
    try:
        svg = reading.to_svg()
    except InvalidInput:
        # More cells than a figure can have: the explorer shows them all the same.
        svg = None
    if svg is not None:
        forms["image/svg+xml"] = svg
    if _chosen == "widget":
        shown = reading.widget()._repr_mimebundle_()
        # Some hosts are told more of it beside its forms.
        live, *told = shown if isinstance(shown, tuple) else (shown,)
        forms.update((kind, form) for kind, form in live.items() if kind != "text/plain")
        return (forms, *told)
    forms["text/html"] = page(reading, svg)
    return forms


def page(reading: Reading, svg: str | None) -> str:
    """The figure as a picture, which no sanitiser takes out, and the explorer in a frame of its own, which replaces it
    where scripts run."""
    title = html.escape(f"{reading.view} · {reading.head['model']['name']}", quote=True)
    still = "" if svg is None else f'<img alt="{title}" src="data:image/svg+xml;base64,{_base64(svg)}" style="max-width:100%">'
    explorer = reading.to_html()
    if len(explorer) > MOST_HTML:
        return still or f"<pre>{html.escape(repr(reading))}</pre>"
    name = f"fathom-still-{next(_numbers)}-{reading._native.fingerprint}"
    frame = (
        f'<iframe title="{title}" sandbox="allow-scripts allow-downloads allow-popups" loading="lazy" '
        f'style="width:100%;height:{HEIGHT}px;border:0;display:none" srcdoc="{html.escape(explorer, quote=True)}"></iframe>'
    )
    # The frame is shown, and the still one hidden, by a script: who runs none sees the figure and nothing else.
    swap = (
        f'<script>(()=>{{const still=document.getElementById("{name}");if(!still)return;'
        'const frame=still.nextElementSibling;still.style.display="none";frame.style.display="block";})()</script>'
    )
    return f'<div><div id="{name}">{still}</div>{frame}{swap}</div>'


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
