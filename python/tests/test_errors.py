"""Bad arguments: clear exceptions that say what was expected, what was found, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fathom

Ask = Callable[[fathom.Model, fathom.Output], Any]

CASES: dict[str, tuple[Ask, type[Exception], str]] = {
    "wrong layer": (lambda lm, out: out.layer_predictions(layer=30), fathom.InvalidInput, "layers are 0 to 29"),
    "negative layer": (lambda lm, out: out.layer_predictions(layer=-1), fathom.InvalidInput, 'say "last"'),
    "a layer's name": (lambda lm, out: out.layer_predictions(layer="top"), fathom.InvalidInput, '"last", "embed"'),
    "a site's name": (lambda lm, out: out.reading(layers=["3.attn"]), fathom.InvalidInput, "attn_out"),
    "a site not recorded": (lambda lm, out: out.reading(layers=["3.attn_out"]), fathom.FathomError, "no recorded state"),
    "a float layer": (lambda lm, out: out.layer_predictions(layer=2.5), fathom.WrongType, "integer"),
    "position 0": (lambda lm, out: out.layer_predictions(position=0), fathom.InvalidInput, "index of the token that is predicted"),
    "position beyond": (lambda lm, out: out.layer_predictions(position=10), fathom.InvalidInput, "1 to 9"),
    "watch position": (lambda lm, out: out.rankings_watch([" is"], position=-10), fathom.InvalidInput, "out of range"),
    "state position": (lambda lm, out: out.reading(positions=[9]), fathom.InvalidInput, "0 to 8"),
    "no positions": (lambda lm, out: out.reading(positions=[]), fathom.InvalidInput, "leave it out"),
    "empty prompt": (lambda lm, out: lm(""), fathom.InvalidInput, "the prompt is empty"),
    "empty ids": (lambda lm, out: lm.run([]), fathom.InvalidInput, "the prompt is empty"),
    "text as ids": (lambda lm, out: lm.run("The keys"), fathom.WrongType, "lm.tokenizer.encode"),
    "text among ids": (lambda lm, out: lm.run([1, "2"]), fathom.WrongType, "integers"),
    "ids as text": (lambda lm, out: lm([1, 2]), fathom.WrongType, "lm.run"),
    "a number as text": (lambda lm, out: lm.generate(7), fathom.WrongType, "takes text"),
    "id out of range": (lambda lm, out: lm.run([49152]), fathom.InvalidInput, "outside the vocabulary"),
    "negative id": (lambda lm, out: lm.run([-1]), fathom.InvalidInput, "-1"),
    "watch a str": (lambda lm, out: out.rankings_watch(" is"), fathom.WrongType, "takes a list"),
    "watch nothing": (lambda lm, out: out.rankings_watch([]), fathom.InvalidInput, "at least one"),
    "watch empty": (lambda lm, out: out.rankings_watch([""]), fathom.InvalidInput, "watched word is empty"),
    "watch an id": (lambda lm, out: out.rankings_watch([50_000]), fathom.InvalidInput, "outside the vocabulary"),
    "a lens": (lambda lm, out: out.reading(lens="tuned?"), fathom.InvalidInput, '"raw"'),
    "a projection": (lambda lm, out: out.rankings(projection="int8"), fathom.InvalidInput, '"screened"'),
    "a precision": (lambda lm, out: fathom.from_pretrained(precision="int4"), fathom.InvalidInput, "f32, bf16, f16, packed"),
    "a precision's type": (lambda lm, out: fathom.from_pretrained(precision=16), fathom.WrongType, "precision is a name"),
    "a device": (lambda lm, out: fathom.from_pretrained(device="gpu"), fathom.InvalidInput, "cuda:N"),
    "a metric": (lambda lm, out: out.reading(metric="loss"), fathom.InvalidInput, "surprisal"),
    "a theme": (lambda lm, out: out.reading().drawn(theme="blue"), fathom.InvalidInput, "dark"),
    "a table": (lambda lm, out: out.reading().to_polars("rows"), fathom.InvalidInput, "candidates"),
    "too long": (lambda lm, out: lm.generate("a", generate=10_000_000), fathom.InvalidInput, "context"),
    "generate": (lambda lm, out: lm.generate("a", generate=-1), fathom.InvalidInput, "generate=-1"),
    "temperature": (lambda lm, out: lm.generate("a", temperature=-1.0), fathom.InvalidInput, "temperature"),
    "top_p": (lambda lm, out: lm.generate("a", top_p=2), fathom.InvalidInput, "top-p"),
    "top_k": (lambda lm, out: lm.generate("a", top_k=0), fathom.InvalidInput, "top_k"),
    "topk": (lambda lm, out: out.layer_predictions(topk=0), fathom.InvalidInput, "topk=0"),
    "two outputs": (lambda lm, out: lm.generate("a", continuation="b", seed=1), fathom.InvalidInput, "leave out seed="),
    "no continuation": (lambda lm, out: lm.generate("a", continuation=""), fathom.InvalidInput, "continuation is empty"),
    "record": (lambda lm, out: lm("a", record=["attention"]), fathom.InvalidInput, "attn_out"),
    "record a str": (lambda lm, out: lm("a", record="z"), fathom.WrongType, "takes a list"),
    "a token's text": (lambda lm, out: lm.tokenizer.id("two words"), fathom.InvalidInput, "encode()"),
    "a token's bytes": (lambda lm, out: lm.tokenizer.bytes(99_999), fathom.InvalidInput, "0 to 49151"),
    "an offline stranger": (
        lambda lm, out: fathom.from_pretrained("nobody/nothing", offline=True, progress=False),
        fathom.ModelNotFound,
        "nobody/nothing",
    ),
    "a near miss": (lambda lm, out: fathom.from_pretrained("smolm2-135m"), fathom.ModelNotFound, "did you mean smollm2-135m"),
    "threads": (lambda lm, out: fathom.from_pretrained(threads=0), fathom.InvalidInput, "threads=0"),
    "no name": (lambda lm, out: fathom.from_pretrained(b"bytes"), fathom.WrongType, "text"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_arguments(lm: fathom.Model, keys: fathom.Output, case: str) -> None:
    ask, kind, words = CASES[case]
    with pytest.raises(kind) as raised:
        ask(lm, keys)
    assert words in str(raised.value), str(raised.value)
    assert isinstance(raised.value, fathom.FathomError)
    if kind in (fathom.InvalidInput, fathom.WrongType):
        assert isinstance(raised.value, ValueError)


def test_unsupported_and_damaged_models(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "mamba"}')
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(fathom.UnsupportedModel, match="mamba"):
        fathom.from_pretrained(tmp_path, progress=False)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF")
    with pytest.raises(fathom.FathomError, match="broken.gguf"):
        fathom.from_pretrained(broken, progress=False)
    with pytest.raises(fathom.ModelNotFound, match="no such file"):
        fathom.from_pretrained(tmp_path / "none.gguf", progress=False)
