"""The explorer as a widget: the same page as an exported file's, over a kernel that answers for words that a reading did
not record. What the two say to each other stands in ``docs/widget.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _display
from ._errors import FathomError, InvalidInput
from ._fathom import WIDGET_MODULE

if TYPE_CHECKING:
    from ._reading import Reading

#: The columns of an answered token, in the order of its buffers, and their types on the wire.
_COLUMNS = (("watch_rank", "<u4"), ("watch_prob", "<f4"), ("watch_logit", "<f4"))

#: Most words of one question, and most bytes of each: more than anybody types, less than what would keep a kernel busy.
_MOST_WORDS, _MOST_TEXT = 8, 1000

_made: Any = None


def widget(reading: Reading, compare: Reading | None, view: dict[str, Any]) -> Any:
    """A widget of one reading, or of two side by side."""
    packs = [one.to_bytes() for one in (reading, compare) if one is not None]
    made = widget_class()(reading, pack=packs[0] if compare is None else packs, view=view)
    made.on_msg(lambda _, message, buffers: _answer(made, reading, message))
    return made


def widget_class() -> Any:
    """The class, made at the first call: without anywidget the package imports all the same."""
    global _made
    if _made is None:
        try:
            import anywidget
            import traitlets
        except ImportError as error:
            raise ImportError("anywidget is needed for this: pip install 'fathom-lens[notebook]'") from error

        class ReadingWidget(anywidget.AnyWidget):  # type: ignore[misc, unused-ignore]
            """A reading in the explorer. ``pack`` and ``view`` may be set anew."""

            _esm = WIDGET_MODULE
            pack = traitlets.Any().tag(sync=True)
            view = traitlets.Dict().tag(sync=True)

            def __init__(self, reading: Reading, **traits: Any) -> None:
                super().__init__(**traits)
                self._reading = reading

            def _repr_mimebundle_(self, **options: Any) -> Any:
                """The widget, and what is shown where it can't live: where the notebook is not trusted, or on paper."""
                shown = super()._repr_mimebundle_(**options)
                # Some hosts are told more of it beside its forms.
                live, *told = shown if isinstance(shown, tuple) else (shown,)
                return ({**live, **_display.still(self._reading)}, *told)

        _made = ReadingWidget
    return _made


def _answer(made: Any, reading: Reading, message: Any) -> None:
    """Answers a question for ranks; whatever else the page may send is passed over."""
    if not isinstance(message, dict) or message.get("ask") != "ranks" or not isinstance(message.get("id"), str):
        return
    try:
        tokens, buffers = answer(reading, message.get("tokens"))
        made.send({"answer": message["id"], "tokens": tokens}, buffers=buffers)
    except (FathomError, KeyboardInterrupt) as error:
        made.send({"answer": message["id"], "error": str(error) or "interrupted"})


def answer(reading: Reading, asked: Any) -> tuple[list[dict[str, Any]], list[bytes]]:
    """The ranks, probabilities and logits of tokens at every cell of a reading, three buffers each; a value a cell, row
    by row."""
    if reading._again is None:
        raise InvalidInput("this reading was loaded from a file: nothing more can be asked of it")
    if not isinstance(asked, list) or not 1 <= len(asked) <= _MOST_WORDS:
        raise InvalidInput(f"expected a list of 1 to {_MOST_WORDS} tokens")
    tokens, buffers = [], []
    for token in asked:
        wanted = token.get("text", token.get("id")) if isinstance(token, dict) else None
        if not isinstance(wanted, (str, int)) or (isinstance(wanted, str) and len(wanted) > _MOST_TEXT):
            raise InvalidInput('expected a token as {"text": …} or {"id": …}')
        told = reading._again([wanted])
        watched = told.head["watched"][0]
        tokens.append({"id": watched["ids"][0], "text": watched["text"], "note": watched.get("note")})
        buffers += [told._column(name)[..., 0].astype(kind).tobytes() for name, kind in _COLUMNS]
    return tokens, buffers
