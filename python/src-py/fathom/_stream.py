"""Generation, token by token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import _arguments as arguments
from ._progress import bar
from ._tokenizer import Token

if TYPE_CHECKING:
    from ._fathom import NativeStream
    from ._model import Model
    from ._output import Output
    from ._reading import Reading

__all__ = ["Step", "Stream"]


class Step:
    """A token that was just chosen, and the column of cells that chose it."""

    def __init__(self, stream: Stream, token: Token) -> None:
        self._stream = stream
        #: The token.
        self.token = token

    def reading(
        self,
        *,
        lens: str | None = None,
        projection: str | None = None,
        top_k: int = 10,
        layers: Any = None,
        watch: Any = (),
    ) -> Reading:
        """Reads the position that predicted this token: what every layer would have said. While the stream goes on."""
        return self._stream._read(
            self.token.index - 1, lens=lens, projection=projection, top_k=top_k, layers=layers, watch=watch
        )

    def __repr__(self) -> str:
        return f"<fathom.Step {self.token.index}: {self.token.text!r}>"


class Stream(Iterator[Step]):
    """The steps of a generation; :attr:`output` is the whole run, once they are done (or enough).

    >>> stream = lm.stream("The keys to the cabinet", generate=3)
    >>> "".join(step.token.text for step in stream)
    ' are:\\n'
    >>> stream.output.n_input_tokens
    5
    """

    def __init__(self, model: Model, native: NativeStream) -> None:
        self._model = model
        self._native = native
        self._output: Output | None = None

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Step:
        if self._output is not None:
            raise StopIteration
        stepped = self._native.step(bar=bar(self._model.progress))
        if stepped is None:
            raise StopIteration
        id, index = stepped
        tokenizer = self._model.tokenizer
        return Step(self, Token(index, id, tokenizer.text(id), tokenizer.bytes(id), "output"))

    @property
    def output(self) -> Output:
        """The run as far as it has come. Asking for it ends the stream."""
        from ._output import Output

        if self._output is None:
            self._output = Output(self._model, self._native.finish())
        return self._output

    def _read(
        self,
        position: int,
        *,
        lens: str | None,
        projection: str | None,
        top_k: int,
        layers: Any,
        watch: Any,
    ) -> Reading:
        from ._reading import Reading

        if self._output is not None:
            return self._output.reading(
                lens=lens, projection=projection, top_k=top_k, layers=layers, positions=[position], watch=watch
            )
        strings, ids = arguments.watch(watch)
        rows = arguments.layers(layers, self._model.n_layers)
        wanted = (rows, [position], arguments.count(top_k, "top_k"), strings, ids, position)
        through = arguments.through(self._model, lens, projection)
        native = self._native.read(through, wanted, bar=bar(self._model.progress))
        return Reading(native, view="watch" if strings or ids else "predictions", position=position)
