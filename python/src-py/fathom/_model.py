"""A loaded model: what runs prompts."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union, overload

from . import _arguments as arguments
from ._errors import InvalidInput, WrongType
from ._fathom import DEFAULT_MODEL, NativeModel
from ._hooks import Hook, hooked
from ._output import Output
from ._progress import Progress, bar
from ._stream import Stream
from ._tokenizer import Tokenizer

if TYPE_CHECKING:
    from typing import TypeAlias

    from typing_extensions import TypedDict, Unpack

    from ._fathom import NativePrompt

    class TextOptions(TypedDict, total=False):
        """Options of every call that takes text."""

        chat: bool
        bos: bool | None
        parse_special: bool
        record: Sequence[str]

    class GenerateOptions(TextOptions, total=False):
        """Options of :meth:`Model.generate`."""

        continuation: str | Iterable[int] | None
        temperature: float | None
        top_k: int | None
        top_p: float | None
        seed: int | None

    class RunOptions(TypedDict, total=False):
        """Options of :meth:`Model.run`."""

        bos: bool | None
        record: Sequence[str]
        hooks: Mapping[str, Hook] | None

    Settings: TypeAlias = "tuple[int, float | None, int | None, float | None, int]"

__all__ = ["Model", "from_pretrained"]

#: Tokens, padding included, that go through the model in one pass of a batch.
_BATCH_TOKENS = 4096

#: Several prompts.
Texts = Union["list[str]", "tuple[str, ...]"]


def from_pretrained(
    name_or_path: str | os.PathLike[str] = DEFAULT_MODEL,
    *,
    lens: str = "logit",
    projection: str = "f32",
    precision: str = "f32",
    device: str = "cpu",
    threads: int | None = None,
    offline: bool = False,
    progress: Progress = None,
) -> Model:
    """Loads a model; fetches it first, once, where it is not on this machine.

    Args:
        name_or_path: a known name (``"smollm2-135m"``, ``"distilgpt2"``; ``fathom models list`` shows them), ``org/name``
            on the Hugging Face hub, a folder (safetensors or PyTorch's ``.bin``), or a ``.gguf`` file.
        lens: the lens of all readings where nothing else is said. ``"logit"``: the final norm at every layer. ``"raw"``:
            at the last layer only, which is what Ecco does: the article's exact numbers.
        projection: of all readings where nothing else is said. ``"f32"``: every logit in f32. ``"screened"``: only those
            that a lower precision leaves open; the same ranks and candidates, probabilities within a bound that the reading
            records. Faster where the processor has a matrix unit, else the same as ``"f32"``.
        precision: how weights are held. ``"f32"``: every stored number exactly. ``"bf16"``, ``"f16"``: rounded, half the
            memory. ``"packed"``: quantised as in the file, the same numbers as ``"f32"``.
        device: ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"metal"``, of those that this build has.
        threads: of the model's own pool; by default one a core.
        offline: never touch the network.
        progress: bars for downloads and long work. ``None``: in terminals and notebooks; ``False``: never; a function
            is called with what is being done, how much is done, and of how much.

    Raises:
        ModelNotFound: there is no such model, or it can't be fetched.
        UnsupportedModel: Fathom does not run this kind of model.
        InvalidInput: there is no such lens, projection, precision or device here.

    >>> lm = fathom.from_pretrained("smollm2-135m", offline=True)
    >>> lm.n_layers, lm.n_vocabulary
    (30, 49152)
    """
    name = os.fspath(name_or_path)
    if not isinstance(name, str):
        raise WrongType(f"a model's name is text, found {type(name).__name__}")
    native = NativeModel.load(
        name,
        precision=arguments.name(precision, "precision"),
        device=arguments.name(device, "device"),
        threads=arguments.optional_count(threads, "threads", 1),
        offline=bool(offline),
        bar=bar(progress),
    )
    return Model(native, lens=lens, projection=projection, progress=progress)


class Model:
    """A language model and its tokenizer. Made by :func:`fathom.from_pretrained` or :func:`fathom.from_torch`.

    Threads may share one; its work is done with the GIL released, and Ctrl-C stops it. After a fork
    (``multiprocessing``) the child's first call starts threads of its own.
    """

    def __init__(
        self,
        native: NativeModel,
        *,
        lens: str = "logit",
        projection: str = "f32",
        progress: Progress = None,
    ) -> None:
        self._native = native
        #: The lens of readings where nothing else is said: ``"logit"`` or ``"raw"``.
        self.lens = arguments.lens(lens)
        #: The projection of readings where nothing else is said: ``"f32"`` or ``"screened"``.
        self.projection = arguments.projection(projection)
        #: See :func:`fathom.from_pretrained`.
        self.progress: Progress = progress
        #: Its tokenizer.
        self.tokenizer = Tokenizer(native.tokenizer)
        #: What readings say of it: name, sha256, family, layers, width, vocabulary, parameters, weights.
        self.info: dict[str, Any] = json.loads(native.info_json())

    @property
    def notes(self) -> list[str]:
        """What its files say that has no effect, or another than one might expect, in sentences; each is followed by
        the single settings or tensors that it sums up, indented."""
        lines = [[text, *(f"  {detail}" for detail in details)] for text, details in self._native.notes]
        return [line for note in lines for line in note]

    @property
    def name(self) -> str:
        """What readings call it."""
        return str(self.info["name"])

    @property
    def n_layers(self) -> int:
        """Number of decoder blocks, L: layers are 0 to L - 1."""
        return int(self.info["layers"])

    @property
    def width(self) -> int:
        """Width of the residual stream, d."""
        return int(self.info["width"])

    @property
    def n_vocabulary(self) -> int:
        """Size of the vocabulary, V."""
        return int(self.info["vocabulary"])

    @property
    def context(self) -> int:
        """The most tokens that a run may have."""
        return self._native.context

    @property
    def precision(self) -> str:
        """How its weights are held: ``"f32"``, ``"bf16"``, ``"f16"`` or ``"packed"``."""
        return self._native.precision

    @property
    def device(self) -> str:
        """Where it computes: ``"cpu"``, ``"cuda:0"`` …"""
        return self._native.device

    @property
    def threads(self) -> int:
        """Threads of its pool."""
        return self._native.threads

    @overload
    def generate(self, text: str, generate: int | None = None, **options: Unpack[GenerateOptions]) -> Output: ...
    @overload
    def generate(self, text: Texts, generate: int | None = None, **options: Unpack[GenerateOptions]) -> list[Output]: ...

    def generate(
        self,
        text: str | Texts,
        generate: int | None = None,
        *,
        continuation: str | Iterable[int] | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        chat: bool = False,
        bos: bool | None = None,
        parse_special: bool = False,
        record: Sequence[str] = (),
    ) -> Output | list[Output]:
        """Runs a prompt and generates tokens, greedily unless something is said about drawing them.

        Args:
            text: the prompt. A list of prompts gives a list of outputs, one generated after the other.
            generate: most tokens to generate (8); an end token stops earlier, and is kept.
            continuation: take this text (or these ids) as the output instead: teacher forcing. It is tokenised by itself.
            temperature: draw from the distribution, its logits divided by this; 0 is greedy.
            top_k: draw from this many best candidates only.
            top_p: draw from the smallest set of candidates whose probability reaches this.
            seed: the same seed draws the same tokens; by default a new one, which the output names.
            chat: the prompt is a message, put through the model's own chat template.
            bos: whether a BOS token goes first; by default as the model's tokenizer does.
            parse_special: strings such as ``<|im_end|>`` in the prompt become the special tokens that they name.
            record: sites to keep besides the residual stream: ``"attn_out"``, ``"mlp_out"``, ``"resid_mid"``,
                ``"resid_pre"``, ``"z"``.

        >>> lm.generate("The keys to the cabinet", generate=2).generated_text
        ' are:'
        >>> lm.generate("The keys to the cabinet", continuation=" is").generated_text
        ' is'
        """
        sampling = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
        given = [f"{name}=" for name, value in sampling.items() if value is not None]
        if continuation is not None and (given or generate is not None):
            others = ", ".join(given + (["generate="] if generate is not None else []))
            raise InvalidInput(f"continuation= supplies the output: leave out {others}")
        prompts = self._prompts(text, "generate", chat=chat, bos=bos, parse_special=parse_special)
        if continuation is not None:
            ids = self._continuation(continuation)
            outputs = [self._forced(prompt, ids, record) for prompt in prompts]
        else:
            settings = _settings(generate, temperature, top_k, top_p, seed)
            outputs = [self._generated(prompt, settings, record) for prompt in prompts]
        return outputs[0] if isinstance(text, str) else outputs

    @overload
    def __call__(self, text: str, **options: Unpack[TextOptions]) -> Output: ...
    @overload
    def __call__(self, text: Texts, **options: Unpack[TextOptions]) -> list[Output]: ...

    def __call__(
        self,
        text: str | Texts,
        *,
        chat: bool = False,
        bos: bool | None = None,
        parse_special: bool = False,
        record: Sequence[str] = (),
    ) -> Output | list[Output]:
        """Runs a prompt and generates nothing. A list of prompts goes through the model together.

        >>> lm("The keys to the cabinet").n_input_tokens
        5
        >>> [len(output.tokens) for output in lm(["The keys", "The keys to the cabinet"])]
        [2, 5]
        """
        prompts = self._prompts(text, "lm(text)", chat=chat, bos=bos, parse_special=parse_special)
        if isinstance(text, str):
            return self._forced(prompts[0], [], record)
        return self._batch(prompts, record)

    @overload
    def run(self, tokens: Sequence[int], **options: Unpack[RunOptions]) -> Output: ...
    @overload
    def run(self, tokens: Sequence[Sequence[int]], **options: Unpack[RunOptions]) -> list[Output]: ...

    def run(
        self,
        tokens: Any,
        *,
        bos: bool | None = None,
        record: Sequence[str] = (),
        hooks: Mapping[str, Hook] | None = None,
    ) -> Output | list[Output]:
        """Runs token ids, as they are. A list of lists goes through the model together.

        Args:
            tokens: ids, or a list of lists of ids.
            bos: whether a BOS token goes first; ``None``: as the model's tokenizer says.
            record: kinds of sites to keep besides the residual stream: ``["attn_out"]``.
            hooks: functions that hear a state, and may change it, by site: ``"14.resid_post"`` (or ``"14"``),
                ``"3.attn_out"``, ``"embed"``. A function takes the state as a read-only numpy array of f32, ``[T, d]``
                (``[T, heads, head_size]`` at ``z``), and returns what the run goes on with, an array of the same shape,
                or ``None`` to leave it. What it raises comes out of this call. With hooks, sequences run one by one.

        >>> lm.run(lm.tokenizer.encode("The keys")).text
        'The keys'
        >>> ids = lm.tokenizer.encode("The keys to the cabinet")
        >>> without = lm.run(ids, hooks={"0.mlp_out": lambda state: state * 0})
        >>> [output.reading(positions=[4]).best() == " are" for output in (lm.run(ids), without)]
        [True, False]
        """
        many = isinstance(tokens, (list, tuple)) and tokens and not isinstance(tokens[0], str) and hasattr(tokens[0], "__len__")
        if hooks:
            ready = hooked(hooks)
            outputs = [
                Output(self, self._native.hooked(self._ids(ids, bos), ready, record=_sites(record), bar=bar(self.progress)))
                for ids in (tokens if many else [tokens])
            ]
            return outputs if many else outputs[0]
        if many:
            return self._batch([self._ids(ids, bos) for ids in tokens], record)
        return self._forced(self._ids(tokens, bos), [], record)

    def stream(
        self,
        text: str,
        generate: int | None = None,
        *,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        chat: bool = False,
        bos: bool | None = None,
        parse_special: bool = False,
        record: Sequence[str] = (),
    ) -> Stream:
        """Generates token by token, as :meth:`generate` does: an iterator whose steps can be read as they come.

        >>> for step in lm.stream("The keys to the cabinet", generate=2):
        ...     print(repr(step.token.text), repr(step.reading(layers="last").best()))
        ' are' ' are'
        ':' ':'
        """
        [prompt] = self._prompts(arguments.text_of(text, "stream"), "stream", chat=chat, bos=bos, parse_special=parse_special)
        settings = _settings(generate, temperature, top_k, top_p, seed)
        return Stream(self, self._native.stream(prompt, settings, record=_sites(record)))

    def _prompts(self, text: str | Texts, call: str, **options: Any) -> list[NativePrompt]:
        texts = [text] if isinstance(text, str) else text
        if not isinstance(texts, (list, tuple)) or not all(isinstance(one, str) for one in texts):
            raise WrongType(f"{call} takes text, or a list of texts, found {arguments.kind(text)}{arguments.ids_hint(text)}")
        return [self._native.prompt(one, **options) for one in texts]

    def _ids(self, tokens: Any, bos: bool | None) -> NativePrompt:
        return self._native.prompt(arguments.token_ids(tokens, "run"), bos=bos)

    def _continuation(self, continuation: str | Iterable[int]) -> list[int]:
        if isinstance(continuation, str):
            ids = self._native.continuation(continuation)
        else:
            ids = arguments.token_ids(continuation, "continuation")
        if not ids:
            raise InvalidInput("the continuation is empty: give at least one token, or use generate=")
        return ids

    def _generated(self, prompt: NativePrompt, settings: Settings, record: Sequence[str]) -> Output:
        return Output(self, self._native.generate(prompt, settings, record=_sites(record), bar=bar(self.progress)))

    def _forced(self, prompt: NativePrompt, ids: list[int], record: Sequence[str]) -> Output:
        return Output(self, self._native.forced(prompt, ids, record=_sites(record), bar=bar(self.progress)))

    def _batch(self, prompts: list[NativePrompt], record: Sequence[str]) -> list[Output]:
        """In passes of prompts of like length, so that little is padding."""
        order = sorted(range(len(prompts)), key=lambda at: len(prompts[at]))
        outputs: dict[int, Output] = {}
        while order:
            longest = len(prompts[order[-1]])
            now = order[-max(1, _BATCH_TOKENS // longest) :]
            del order[-len(now) :]
            made = self._native.batch([prompts[at] for at in now], record=_sites(record), bar=bar(self.progress))
            outputs.update((at, Output(self, native)) for at, native in zip(now, made))
        return [outputs[at] for at in range(len(prompts))]

    def __repr__(self) -> str:
        info = self.info
        return (
            f"<fathom.Model {self.name}: {info['family']}, {self.n_layers} layers, width {self.width}, "
            f"{info['parameters']:,} parameters, {info['weights']}>"
        )


def _settings(
    generate: int | None,
    temperature: float | None,
    top_k: int | None,
    top_p: float | None,
    seed: int | None,
) -> Settings:
    new = 8 if generate is None else arguments.count(generate, "generate")
    heat, share = arguments.number(temperature, "temperature"), arguments.number(top_p, "top_p")
    best = arguments.optional_count(top_k, "top_k", 1)
    chosen = arguments.optional_count(seed, "seed", 0)
    # As on the command line: any of these asks for drawing, but a temperature of 0 is greedy.
    draws = heat != 0 if heat is not None else (best, share, chosen) != (None, None, None)
    if not draws:
        return new, None, None, None, 0
    fresh = random.SystemRandom().randrange(1_000_000) if chosen is None else chosen
    return new, 1.0 if heat is None else heat, best, share, fresh


def _sites(record: Sequence[str]) -> list[str]:
    if isinstance(record, str):
        raise WrongType(f"record takes a list of sites, found {record!r}: [{record!r}]")
    return list(record)
