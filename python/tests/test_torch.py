"""`from_torch`, with stand-ins that have what it asks of torch and transformers (which are too large to install here;
`cargo xtask references torch` compares with the real ones)."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fathom
import tiny


class Tensor:
    """What a torch tensor is asked: type, shape, address."""

    def __init__(self, array: np.ndarray, dtype: str = "torch.float32", device: str = "cpu") -> None:
        self.array, self.dtype, self.device = array, dtype, device
        self.copies = 0

    shape = property(lambda self: self.array.shape)

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        self.copies += 1
        return Tensor(self.array.copy(), self.dtype)

    def contiguous(self) -> Tensor:
        if self.array.flags.c_contiguous:
            return self
        self.copies += 1
        return Tensor(np.ascontiguousarray(self.array), self.dtype)

    def data_ptr(self) -> int:
        return int(self.array.ctypes.data)

    def numel(self) -> int:
        return int(self.array.size)

    def element_size(self) -> int:
        return int(self.array.itemsize)


class Config:
    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._name_or_path = "somewhere/tiny"

    def to_dict(self) -> dict[str, Any]:
        return dict(self._config)


class Backend:
    def to_str(self) -> str:
        return (tiny.TINY / "tokenizer" / "tokenizer.json").read_text()


class FastTokenizer:
    backend_tokenizer = Backend()

    def save_pretrained(self, folder: str) -> None:
        for file in ("tokenizer.json", "tokenizer_config.json"):
            (Path(folder) / file).write_text((tiny.TINY / "tokenizer" / file).read_text())


class HfModel:
    def __init__(self, name: str, state: dict[str, Tensor]) -> None:
        self.config = Config(json.loads((tiny.TINY / name / "config.json").read_text()))
        self._state = state

    def state_dict(self) -> dict[str, Tensor]:
        return self._state


def model(name: str, make: Any = Tensor) -> HfModel:
    return HfModel(name, {key: make(value) for key, value in tiny.weights(name).items()})


def bf16(array: np.ndarray) -> Tensor:
    """The upper half of each f32: exact, as these weights have 8 bits."""
    return Tensor((array.view(np.uint32) >> 16).astype(np.uint16), "torch.bfloat16")


def read(lm: fathom.Model) -> dict[str, np.ndarray]:
    output = lm("The keys to the cabinet")
    columns = output.reading(layers=["embed", *range(lm.n_layers)], top_k=5).to_numpy()
    return columns | {"states": output.hidden_states.stack(), "ids": np.array(output.token_ids)}


def same(mine: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    assert mine.keys() == theirs.keys()
    for name in mine:
        np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)


@pytest.mark.parametrize("name", ["llama", "llama-tied", "gpt2", "gemma2", "phi", "mixtral", "opt"])
def test_readings_equal_the_saved_folders(name: str, tmp_path: Path) -> None:
    saved = fathom.from_pretrained(tiny.folder(name, tmp_path / name), progress=False)
    loaded = fathom.from_torch(model(name), FastTokenizer(), progress=False)
    same(read(loaded), read(saved))
    assert loaded.name == "tiny" and len(loaded.info["sha256"]) == 64
    kept = ("family", "layers", "width", "vocabulary", "parameters", "weights")
    assert {key: loaded.info[key] for key in kept} == {key: saved.info[key] for key in kept}


def test_other_types_devices_and_strides(tmp_path: Path) -> None:
    saved = read(fathom.from_pretrained(tiny.folder("llama", tmp_path), progress=False))
    for make in (
        bf16,
        lambda array: Tensor(array.astype(np.float16), "torch.float16"),
        lambda array: Tensor(array, device="cuda:0"),
        lambda array: Tensor(np.asfortranarray(array)),
    ):
        same(read(fathom.from_torch(model("llama", make), FastTokenizer(), progress=False)), saved)


def test_weights_are_read_where_they_lie_and_let_go() -> None:
    hf = model("llama")
    assert all(tensor.copies == 0 for tensor in hf.state_dict().values())
    held = [weakref.ref(tensor) for tensor in hf.state_dict().values()]
    lm = fathom.from_torch(hf, FastTokenizer(), name="mine", progress=False)
    assert all(tensor.copies == 0 for tensor in hf.state_dict().values())
    before = read(lm)
    for tensor in hf.state_dict().values():
        tensor.array[...] = 0
    same(read(lm), before)
    del hf, tensor
    gc.collect()
    assert all(tensor() is None for tensor in held), "nothing of the original is kept"
    assert lm.name == "mine"


def test_it_is_held_as_asked(tmp_path: Path) -> None:
    exact = fathom.from_torch(model("llama"), FastTokenizer(), progress=False)
    rounded = fathom.from_torch(model("llama"), FastTokenizer(), precision="bf16", progress=False)
    assert (exact.precision, rounded.precision) == ("f32", "bf16")
    assert rounded("The keys").reading().head["precision"] == "bf16"
    # Eight bits are all that these weights have.
    same(read(rounded), read(exact))
    with pytest.raises(fathom.InvalidInput, match="f32, bf16, f16, packed"):
        fathom.from_torch(model("llama"), FastTokenizer(), precision="int8", progress=False)


def test_a_tied_head_counts_once(tmp_path: Path) -> None:
    """transformers lists the shared matrix under both names, and saves it under one."""
    saved = fathom.from_pretrained(tiny.folder("llama-tied", tmp_path), progress=False)
    hf = model("llama-tied")
    hf.state_dict()["lm_head.weight"] = hf.state_dict()["model.embed_tokens.weight"]
    hf._tied_weights_keys = ["lm_head.weight"]
    loaded = fathom.from_torch(hf, FastTokenizer(), progress=False)
    same(read(loaded), read(saved))
    assert loaded.info["parameters"] == saved.info["parameters"]


def test_what_is_no_model_is_said_so() -> None:
    with pytest.raises(fathom.WrongType, match="transformers model"):
        fathom.from_torch("distilgpt2", FastTokenizer())
    with pytest.raises(fathom.WrongType, match="fast tokenizer"):
        fathom.from_torch(model("llama"), object())
    quantised = model("llama")
    quantised.hf_quantizer = object()
    with pytest.raises(fathom.UnsupportedModel, match="bitsandbytes"):
        fathom.from_torch(quantised, FastTokenizer())
    odd = model("llama", lambda array: Tensor(array, "torch.float8_e4m3fn"))
    with pytest.raises(fathom.UnsupportedModel, match="float8"):
        fathom.from_torch(odd, FastTokenizer())
    missing = model("llama")
    del missing.state_dict()["model.norm.weight"]
    with pytest.raises(fathom.FathomError, match="model.norm.weight"):
        fathom.from_torch(missing, FastTokenizer(), progress=False)
