"""What people hand over, checked: each error says what was expected, what was found, and what to do."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any, Union

from ._errors import InvalidInput, WrongType

#: A row: a layer's number, ``"last"``, ``"embed"``, or a site such as ``("attn_out", 3)`` or ``"3.attn_out"``.
LayerLike = Union[int, str, "tuple[str, int]"]

#: A site as the native side names it: kind and layer, -1 for the embedding.
Site = "tuple[str, int]"

#: The places of a block that can be recorded, in the order of a forward pass.
SITES = ("resid_pre", "z", "attn_out", "resid_mid", "mlp_out", "resid_post")

#: The lenses, by name.
LENSES = ("logit", "raw")

#: The projections onto the vocabulary, by name.
PROJECTIONS = ("f32", "screened")

_MOST_ID = 2**32 - 1


def text_of(text: Any, call: str) -> str:
    """A text."""
    if not isinstance(text, str):
        raise WrongType(f"{call} takes text, found {kind(text)}{ids_hint(text)}")
    return text


def name(value: Any, what: str) -> str:
    """One of several names; which there are, the native side knows."""
    if not isinstance(value, str):
        raise WrongType(f"{what} is a name, found {kind(value)}")
    return value


def token_ids(ids: Any, call: str) -> list[int]:
    """Token ids out of a list, a numpy array, a tensor."""
    if isinstance(ids, (str, bytes)):
        raise WrongType(f"{call} takes token ids, found {kind(ids)}: lm.tokenizer.encode(text) gives the ids of a text")
    if hasattr(ids, "tolist"):
        ids = ids.tolist()
    if not isinstance(ids, Iterable):
        raise WrongType(f"{call} takes a list of token ids, found {kind(ids)}")
    return [_id(id, call) for id in ids]


def _id(id: Any, call: str) -> int:
    try:
        number = operator.index(id)
    except TypeError:
        raise WrongType(f"{call} takes token ids, which are integers, found {kind(id)} among them") from None
    if not 0 <= number <= _MOST_ID:
        raise InvalidInput(f"{call}: token id {number} is outside any vocabulary")
    return number


def integer(value: Any, what: str) -> int:
    """An integer, numpy's too."""
    try:
        return operator.index(value)
    except TypeError:
        raise WrongType(f"{what} is an integer, found {kind(value)}") from None


def count(value: Any, what: str, least: int = 0) -> int:
    """How many of something."""
    number = integer(value, what)
    if number < least:
        raise InvalidInput(f"{what}={number}: give {least} or more")
    return number


def optional_count(value: Any, what: str, least: int) -> int | None:
    """How many of something, or nothing said."""
    return None if value is None else count(value, what, least)


def number(value: Any, what: str) -> float | None:
    """A number, or nothing said."""
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise WrongType(f"{what} is a number, found {kind(value)}") from None


def predicted(position: Any, tokens: Sequence[Any], n_input: int) -> int:
    """The position of the state that predicts the token of index ``position``: one less."""
    index = integer(position, "position")
    total = len(tokens)
    asked = index + total + 1 if index < 0 else index
    if 1 <= asked <= total:
        return asked - 1
    last = f"{total} is the one that would come after {tokens[-1].text!r}, the last of this run"
    why = "no state predicts the first token, 0" if index == 0 else "it is out of range"
    raise InvalidInput(
        f"position {index}: {why}. Here a position is the index of the token that is predicted, 1 to {total}: "
        f"{last}. The prompt has {n_input} tokens, so {n_input} is the first one after it (the default)"
    )


def states(positions: Any, total: int) -> list[int] | None:
    """Positions of states, 0 to T-1, negative ones from the end."""
    if positions is None:
        return None
    if not isinstance(positions, Iterable):
        positions = [positions]
    found = []
    for position in positions:
        index = integer(position, "a position")
        if not -total <= index < total:
            raise InvalidInput(
                f"position {index} is out of range: this run has {total} tokens, so the positions of its states are "
                f"0 to {total - 1} (position p predicts token p + 1)"
            )
        found.append(index % total)
    if not found:
        raise InvalidInput("positions is empty: leave it out to read all")
    return found


def layer(asked: Any, n_layers: int) -> tuple[str, int]:
    """A row: kind and layer."""
    if isinstance(asked, str) and asked in ("embed", "last"):
        return ("embed", -1) if asked == "embed" else ("resid_post", n_layers - 1)
    if isinstance(asked, str) and "." in asked:
        number_text, _, kind = asked.partition(".")
        if number_text.isdecimal():
            return _site(kind, int(number_text), n_layers)
    if isinstance(asked, tuple) and len(asked) == 2 and isinstance(asked[0], str):
        return ("embed", -1) if asked[0] == "embed" else _site(asked[0], integer(asked[1], "a layer"), n_layers)
    if isinstance(asked, (str, bytes, tuple)):
        raise InvalidInput(
            f"{asked!r} is no layer: give its number (0 to {n_layers - 1}), \"last\", \"embed\", or a site such as \"3.attn_out\""
        )
    return _site("resid_post", integer(asked, "a layer"), n_layers)


def _site(kind: str, number: int, n_layers: int) -> tuple[str, int]:
    if kind not in SITES:
        raise InvalidInput(f"there is no site {kind!r}: choose among embed, {', '.join(SITES)}")
    if number < 0:
        raise InvalidInput(
            f"layer {number}: negative layers could mean two things; say \"last\" (layer {n_layers - 1}) or \"embed\""
        )
    if number >= n_layers:
        raise InvalidInput(
            f"layer {number} is out of range: this model's layers are 0 to {n_layers - 1} (or \"last\", \"embed\")"
        )
    return kind, number


def layers(asked: Any, n_layers: int) -> list[tuple[str, int]] | None:
    """Rows: all where nothing is said."""
    if asked is None:
        return None
    one = isinstance(asked, (str, bytes)) or not isinstance(asked, Iterable)
    one = one or (isinstance(asked, tuple) and len(asked) == 2 and isinstance(asked[0], str))
    found = [layer(row, n_layers) for row in ([asked] if one else asked)]
    if not found:
        raise InvalidInput("layers is empty: leave it out to read all")
    return found


def watch(asked: Any) -> tuple[list[str], list[int]]:
    """What to watch: strings, and ids."""
    if isinstance(asked, (str, bytes)):
        raise WrongType(f"watch takes a list, found {kind(asked)}: [{asked!r}]")
    if not isinstance(asked, Iterable):
        raise WrongType(f"watch takes a list of strings or token ids, found {kind(asked)}")
    if hasattr(asked, "tolist"):
        asked = asked.tolist()
    strings, ids = [], []
    for item in asked:
        if isinstance(item, str):
            strings.append(item)
        else:
            ids.append(_id(item, "watch"))
    return strings, ids


def through(model: Any, asked_lens: Any, asked_projection: Any) -> tuple[str, str]:
    """Lens and projection: the model's where nothing is said."""
    return lens(asked_lens, model.lens), projection(asked_projection, model.projection)


def lens(asked: Any, usual: str = "logit") -> str:
    """A lens, by name."""
    if asked is None:
        return usual
    if asked not in LENSES:
        raise InvalidInput(
            f"there is no lens {asked!r}: \"logit\" norms every layer's state before the head, \"raw\" the last one's only, "
            "as Ecco does"
        )
    return str(asked)


def projection(asked: Any, usual: str = "f32") -> str:
    """A projection, by name."""
    if asked is None:
        return usual
    if asked not in PROJECTIONS:
        raise InvalidInput(
            f"there is no projection {asked!r}: \"f32\" computes every logit in f32, \"screened\" only those that a lower "
            "precision leaves open: the same ranks, faster where the processor has a matrix unit"
        )
    return str(asked)


def kind(value: Any) -> str:
    """A value in a message: its type, and the value where it is short."""
    name, shown = type(value).__name__, repr(value)
    return f"{name} {shown}" if len(shown) <= 40 else name


def ids_hint(value: Any) -> str:
    """What to do with ids where text is wanted."""
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, int) for item in value):
        return ": lm.run(ids) takes token ids"
    return ""
