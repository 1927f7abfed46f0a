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
    if _chosen == "widget":
        return reading.widget()._repr_mimebundle_()
    forms = still(reading)
    forms["text/html"] = page(reading, forms["text/html"])
    return forms


def still(reading: Reading) -> dict[str, Any]:
    """The forms that need no script: text, the figure, and the figure as a picture in a page, which no sanitiser takes out."""
    text = repr(reading)
    try:
        svg = reading.to_svg()
    except InvalidInput:
        # More cells than a figure can have.
        return {"text/plain": text, "text/html": f"<pre>{html.escape(text)}</pre>"}
    coded = base64.b64encode(svg.encode()).decode()
    picture = f'<img alt="{_title(reading)}" src="data:image/svg+xml;base64,{coded}" style="max-width:100%">'
    return {"text/plain": text, "image/svg+xml": svg, "text/html": picture}


def page(reading: Reading, still: str) -> str:
    """What needs no script, and the explorer in a frame of its own, which replaces it where scripts run."""
    explorer = reading.to_html()
    if len(explorer) > MOST_HTML:
        return still
    title = _title(reading)
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


def _title(reading: Reading) -> str:
    return html.escape(f"{reading.view} · {reading.head['model']['name']}", quote=True)
