"""A finished run: its tokens, its hidden states, and the article's views of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import _arguments as arguments
from ._errors import FathomError, InvalidInput
from ._fathom import visible
from ._progress import bar
from ._reading import Reading
from ._tokenizer import Token

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ._fathom import NativeOutput
    from ._model import Model

__all__ = ["HiddenStates", "Output"]


class Output:
    """What a model did with a prompt. Made by :meth:`fathom.Model.generate` and its siblings.

    In the calls named after Ecco's (:meth:`layer_predictions`, :meth:`rankings_watch`) ``position`` is the index of the
    token that is *predicted*, 1 to T. In :meth:`reading`, in data and in :attr:`hidden_states` it is where the state sits,
    0 to T - 1: position p predicts token p + 1.
    """

    def __init__(self, model: Model, native: NativeOutput) -> None:
        self._native = native
        #: The model that ran.
        self.model = model
        #: All tokens, T of them: specials, prompt, output.
        self.tokens: list[Token] = [Token(index, *token) for index, token in enumerate(native.tokens())]
        #: Number of tokens before the output: also the index of the first output token.
        self.n_input_tokens: int = native.prompt_len

    @property
    def token_ids(self) -> list[int]:
        """The ids of all tokens."""
        return [token.id for token in self.tokens]

    @property
    def text(self) -> str:
        """What all tokens write, without those that the tokenizer added."""
        return _written(token for token in self.tokens if token.origin != "special")

    @property
    def generated_text(self) -> str:
        """What the output tokens write."""
        return _written(token for token in self.tokens if token.origin == "output")

    @property
    def run_id(self) -> str:
        """The same for every reading of this run, and for a repetition of it."""
        return self._native.run_id

    @property
    def hidden_states(self) -> HiddenStates:
        """The recorded states, as numpy arrays that look at the run's own memory."""
        return HiddenStates(self)

    def layer_predictions(
        self,
        position: int | None = None,
        layer: arguments.LayerLike | None = None,
        topk: int = 10,
        *,
        lens: str | None = None,
        projection: str | None = None,
    ) -> Reading:
        """The best candidates for one token, after every layer or one.

        Args:
            position: the index of the predicted token, 1 to T; negative ones count from T. By default the first token
                after the prompt.
            layer: one layer's number, ``"last"``, or ``"embed"``; by default all layers.
            topk: candidates kept.
            lens, projection: in place of the model's.

        >>> output = lm.generate(" 1, 1, 1,", generate=1)
        >>> view = output.layer_predictions(position=output.n_input_tokens, layer=lm.n_layers - 1)
        >>> view.to_numpy()["top_prob"].shape  # one layer, one position, ten candidates
        (1, 1, 10)
        """
        at = self._predicted(position)
        return self._read(
            "predictions",
            lens=lens,
            projection=projection,
            top_k=arguments.count(topk, "topk", 1),
            layers=None if layer is None else [layer],
            positions=[at],
            shown=at,
        )

    def rankings(
        self,
        *,
        with_prompt: bool = False,
        lens: str | None = None,
        projection: str | None = None,
    ) -> Reading:
        """The rank of each output token after every layer; of the prompt's too, ``with_prompt``. Where nothing was
        generated: of the model's own choice for the blank.

        >>> output = lm.generate("The keys to the cabinet", generate=2)
        >>> output.rankings().to_numpy()["target_rank"][-1].tolist()  # greedy: the best of the last layer
        [1, 1]
        """
        first = 0 if with_prompt else max(self.n_input_tokens - 1, 0)
        end = max(len(self.tokens) - 1, first + 1)
        return self._read(
            "rankings", lens=lens, projection=projection, positions=range(first, end), with_prompt=with_prompt
        )

    def rankings_watch(
        self,
        watch: Any,
        position: int | None = None,
        *,
        lens: str | None = None,
        projection: str | None = None,
    ) -> Reading:
        """The ranks of tokens of your choice, at one position, after every layer.

        Args:
            watch: strings (`" is"`, with its space) or token ids. A string that is no single token is scored as a whole,
                and its first token ranked, with a note.
            position: the index of the predicted token, as in :meth:`layer_predictions`.
            lens, projection: in place of the model's.

        >>> view = lm("The keys to the cabinet").rankings_watch(watch=[" is", " are"])
        >>> view.to_numpy()["watch_rank"].shape  # layers, positions, watched
        (30, 1, 2)
        """
        at = self._predicted(position)
        if not len(watch if hasattr(watch, "__len__") else list(watch)):
            raise InvalidInput('watch is empty: give at least one string or id, such as [" is", " are"]')
        return self._read("watch", lens=lens, projection=projection, positions=[at], watch=watch, shown=at)

    def reading(
        self,
        *,
        lens: str | None = None,
        projection: str | None = None,
        top_k: int = 10,
        layers: Any = None,
        positions: Any = None,
        watch: Any = (),
        metric: str = "rank",
    ) -> Reading:
        """Everything a lens sees: every position and layer, or those asked for.

        Args:
            lens: in place of the model's: ``"logit"`` or ``"raw"``.
            projection: in place of the model's: ``"f32"`` or ``"screened"``.
            top_k: candidates kept a cell; they are most of a reading's size.
            layers: layer numbers, ``"last"``, ``"embed"``, or sites such as ``"3.attn_out"`` that were recorded.
            positions: of the states, 0 to T - 1; negative ones from the end.
            watch: strings or ids whose rank and probability every cell is to hold.
            metric: what the figure shows: ``"rank"``, ``"prob"``, ``"logit"``, ``"entropy"``, ``"kl"``, ``"kl-reverse"``,
                ``"surprisal"``.

        >>> reading = lm("The keys to the cabinet").reading(top_k=3)
        >>> reading.to_numpy()["entropy_bits"].shape  # layers, positions
        (30, 5)
        """
        return self._read(
            "read",
            lens=lens,
            projection=projection,
            top_k=arguments.count(top_k, "top_k"),
            layers=layers,
            positions=positions,
            watch=watch,
            metric=metric,
        )

    def divergence(self, other: Output, *, lens: str | None = None) -> Reading:
        """How far ``other`` is from this output: the same tokens through another form of the model (another precision, a
        quantised checkpoint), at every layer and position.

        The result is a grid like a reading, with other columns: ``kl_ab_bits``, ``kl_ba_bits``, ``distance`` (of the hidden
        states), ``rank_a``, ``rank_b``, ``top_a_id`` and ``top_b_id``; A is this output.

        Args:
            other: an output of the same tokens.
            lens: in place of the model's: ``"logit"`` or ``"raw"``.

        >>> out = lm("The keys to the cabinet")
        >>> apart = out.divergence(out)
        >>> float(apart.to_numpy()["kl_ab_bits"].max())
        0.0
        """
        kind, _ = arguments.through(self.model, lens, None)
        return Reading(self._native.divergence(other._native, kind))

    def logits(self, position: int = -1) -> npt.NDArray[np.float32]:
        """The model's own logits after a position, ``[V]``, f32: what generation chooses from.

        >>> logits = lm("The keys to the cabinet").logits()
        >>> lm.tokenizer.bytes(int(logits.argmax()))
        b' are'
        """
        import numpy as np

        [at] = arguments.states([position], len(self.tokens)) or [0]
        return np.frombuffer(self._native.logits(at), dtype=np.float32)

    def _predicted(self, position: int | None) -> int:
        asked = self.n_input_tokens if position is None else position
        return arguments.predicted(asked, self.tokens, self.n_input_tokens)

    def _read(
        self,
        view: str,
        *,
        lens: str | None,
        projection: str | None,
        top_k: int = 10,
        layers: Any = None,
        positions: Any = None,
        watch: Any = (),
        metric: str = "rank",
        with_prompt: bool = False,
        shown: int | None = None,
    ) -> Reading:
        strings, ids = arguments.watch(watch)
        rows = arguments.layers(layers, self.model.n_layers)
        at = arguments.states(positions, len(self.tokens))
        wanted = (rows, at, top_k, strings, ids, shown)
        through = arguments.through(self.model, lens, projection)
        native = self._native.read(through, wanted, bar=bar(self.model.progress))

        def again(tokens: list[str | int]) -> Reading:
            lens, projection = through
            return self._read(
                view,
                lens=lens,
                projection=projection,
                top_k=1,
                layers=layers,
                positions=at,
                watch=tokens,
                shown=shown,
            )

        return Reading(
            native, view=view, position=shown, top_k=top_k, metric=metric, with_prompt=with_prompt, again=again
        )

    def __reduce__(self) -> Any:
        raise FathomError("an output holds its model and can't be pickled: pickle a reading of it (output.reading())")

    def __repr__(self) -> str:
        strip = " ".join(
            f"{'| ' if token.index == self.n_input_tokens else ''}{token.index}:{visible(token.text)}"
            for token in self.tokens
        )
        return f"<fathom.Output of {self.model.name}, {len(self.tokens)} tokens>\n{strip}"


class HiddenStates(Mapping[Any, "npt.NDArray[np.float32]"]):
    """Hidden states by site, each ``[T, d]`` f32 (``[T, heads, head size]`` at ``z``): read-only views of the run's own
    memory, which they keep alive. Nothing is copied.

    Keys: ``"embed"``; a layer's number for the residual stream after it; ``("attn_out", 3)`` or ``"3.attn_out"`` for what
    was recorded besides.

    >>> states = lm("The keys to the cabinet", record=["attn_out"]).hidden_states
    >>> states["embed"].shape, states[29].shape, states["3.attn_out"].shape
    ((5, 576), (5, 576), (5, 576))
    >>> len(states)  # embed, and two sites of each layer
    61
    """

    def __init__(self, output: Output) -> None:
        self._output = output

    def __getitem__(self, key: Any) -> npt.NDArray[np.float32]:
        import numpy as np

        site = arguments.layer(key, self._output.model.n_layers)
        lent = self._output._native.states(site)
        if lent is None:
            raise InvalidInput(
                f"the run has no recorded state at {_name(site)!r}: ask for it when running, record=[{site[0]!r}]"
            )
        return np.asarray(lent)

    def __iter__(self) -> Iterator[Any]:
        return (_name(site) for site in self._output._native.sites())

    def __contains__(self, key: object) -> bool:
        try:
            site = arguments.layer(key, self._output.model.n_layers)
        except InvalidInput:
            return False
        return site in self._output._native.sites()

    def __len__(self) -> int:
        return len(self._output._native.sites())

    def stack(self) -> npt.NDArray[np.float32]:
        """The residual stream before the first layer and after each, ``[L + 1, T, d]``: a copy, in the order of
        transformers' ``hidden_states`` (whose last entry is normed, and this one is not)."""
        import numpy as np

        return np.stack([self["embed"], *(self[layer] for layer in range(self._output.model.n_layers))])

    def __repr__(self) -> str:
        megabytes = self._output._native.states_bytes / 1e6
        return f"<fathom.HiddenStates at {len(self)} sites, {len(self._output.tokens)} positions, {megabytes:.1f} MB>"


def _name(site: tuple[str, int]) -> Any:
    kind, layer = site
    if kind == "embed":
        return kind
    return layer if kind == "resid_post" else (kind, layer)


def _written(tokens: Iterator[Token] | Any) -> str:
    return b"".join(token.bytes for token in tokens).decode("utf-8", "replace")
