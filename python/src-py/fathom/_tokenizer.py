"""A model's tokenizer."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ._arguments import text_of, token_ids
from ._errors import InvalidInput

if TYPE_CHECKING:
    from ._fathom import NativeTokenizer

__all__ = ["Token", "Tokenizer"]


@dataclass(frozen=True)
class Token:
    """A token of a run."""

    #: Where it stands in the run, from 0. In the article's calls, the position that predicts it.
    index: int
    #: Its number in the vocabulary.
    id: int
    #: Its text within this run: a character whose bytes are spread over tokens stands on the one that completes it.
    text: str
    #: Its raw bytes.
    bytes: builtins.bytes
    #: ``"special"`` (added by the tokenizer), ``"prompt"``, ``"template"`` (a chat's) or ``"output"``.
    origin: str


class Tokenizer:
    """Text to token ids and back. A token is bytes, perhaps a part of a character.

    >>> ids = lm.tokenizer.encode("The keys to the cabinet")
    >>> [lm.tokenizer.bytes(id) for id in ids]
    [b'The', b' keys', b' to', b' the', b' cabinet']
    >>> lm.tokenizer.decode(ids)
    'The keys to the cabinet'
    >>> lm.tokenizer.id(" is") == lm.tokenizer.encode(" is")[0]
    True
    """

    def __init__(self, native: NativeTokenizer) -> None:
        self._native = native
        self._bos, self._adds_bos, self._end = native.special_ids()

    def encode(self, text: str, *, parse_special: bool = False) -> list[int]:
        """The ids of ``text``, without a BOS token. ``parse_special``: strings such as ``<|im_end|>`` become the special
        tokens that they name; by default they are text like any other."""
        return self._native.encode(text_of(text, "tokenizer.encode"), parse_special)

    def decode(self, ids: Iterable[int]) -> str:
        """The text that these tokens write together; bytes that are no whole character become ``�``."""
        return b"".join(self.bytes(id) for id in token_ids(ids, "tokenizer.decode")).decode("utf-8", "replace")

    def bytes(self, id: int) -> builtins.bytes:
        """The bytes that a token writes."""
        written = self._native.token_bytes(id)
        if written is None:
            raise InvalidInput(f"token id {id} is outside the vocabulary (0 to {len(self) - 1})")
        return written

    def text(self, id: int) -> str:
        """A token's text on its own, for people: bytes that are no whole character are written ``⟨E2⟩``."""
        return self._native.token_text(id)

    def id(self, text: str | builtins.bytes) -> int:
        """The token that writes exactly ``text``, its spaces included."""
        found = self._native.token_of_bytes(text.encode() if isinstance(text, str) else text)
        if found is None:
            raise InvalidInput(f"no token is exactly {text!r}: encode() gives the several that write it")
        return found

    def is_special(self, id: int) -> bool:
        """Whether a token has a meaning instead of a text (BOS, end of a turn, …)."""
        return self._native.is_special(id)

    @property
    def bos_id(self) -> int | None:
        """The token that starts a text, if the tokenizer names one (see :attr:`adds_bos`)."""
        return self._bos

    @property
    def adds_bos(self) -> bool:
        """Whether the tokenizer's own rule is to start each text with :attr:`bos_id`."""
        return self._adds_bos

    @property
    def end_ids(self) -> list[int]:
        """The tokens that end a generation: any of them does."""
        return list(self._end)

    def __len__(self) -> int:
        """One more than the largest id."""
        return len(self._native)

    def __repr__(self) -> str:
        return f"<fathom.Tokenizer of {len(self)} tokens>"
