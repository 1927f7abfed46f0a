"""Bring your own model: one that transformers has loaded, or that you have just fine-tuned."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any

from . import _arguments as arguments
from ._errors import InvalidInput, UnsupportedModel, WrongType
from ._fathom import NativeModel
from ._model import Model
from ._progress import Progress, bar

__all__ = ["from_torch"]

#: torch's types, as checkpoints name them.
_DTYPES = {
    "torch.float32": "F32",
    "torch.float16": "F16",
    "torch.bfloat16": "BF16",
    "torch.float64": "F64",
    "torch.int64": "I64",
    "torch.int32": "I32",
    "torch.int16": "I16",
    "torch.int8": "I8",
    "torch.uint8": "U8",
    "torch.bool": "BOOL",
}


def from_torch(
    hf_model: Any,
    tokenizer: Any,
    *,
    name: str | None = None,
    lens: str = "logit",
    projection: str = "f32",
    precision: str = "f32",
    device: str = "cpu",
    threads: int | None = None,
    progress: Progress = None,
) -> Model:
    """Reads a loaded transformers model: config, weights and tokenizer, as they are in memory now.

    Weights are read where they lie (those on another device, or not contiguous, are copied one by one); the readings are
    those of the saved folder, but for the name and hash of the model. Later changes to ``hf_model`` are not seen.

    Args:
        hf_model: a causal language model of transformers (``AutoModelForCausalLM``).
        tokenizer: its fast tokenizer.
        name: what readings call it; by default what it was loaded as.
        lens, projection, precision, device, threads, progress: as in :func:`fathom.from_pretrained`.

    Raises:
        UnsupportedModel: Fathom does not run this architecture, or its weights are quantised by another library.
        WrongType: these are no transformers model and fast tokenizer.

    Example::

        from transformers import AutoModelForCausalLM, AutoTokenizer
        model = AutoModelForCausalLM.from_pretrained("distilgpt2")
        lm = fathom.from_torch(model, AutoTokenizer.from_pretrained("distilgpt2"))
    """
    config = getattr(hf_model, "config", None)
    if config is None or not hasattr(config, "to_dict") or not hasattr(hf_model, "state_dict"):
        raise WrongType(f"from_torch takes a loaded transformers model, found {arguments.kind(type(hf_model).__name__)}")
    called = name or os.path.basename(str(getattr(config, "_name_or_path", "") or "").rstrip("/")) or "torch model"
    tensors = _tensors(hf_model, config)
    with tempfile.TemporaryDirectory(prefix="fathom-") as folder:
        _write(os.path.join(folder, "config.json"), _config(config))
        _save_tokenizer(tokenizer, folder, hf_model)
        native = NativeModel.from_tensors(
            called,
            folder,
            tensors,
            precision=arguments.name(precision, "precision"),
            device=arguments.name(device, "device"),
            threads=arguments.optional_count(threads, "threads", 1),
            bar=bar(progress),
        )
    return Model(native, lens=lens, projection=projection, progress=progress)


def _config(config: Any) -> str:
    """config.json as ``save_pretrained`` writes it: without what is the class's default, where it can say so."""
    if hasattr(config, "to_json_string"):
        return str(config.to_json_string(use_diff=True))
    return json.dumps(config.to_dict())


def _tensors(hf_model: Any, config: Any) -> list[tuple[str, str, list[int], int, int, Any]]:
    """The state dict as the native side takes it: name, type, shape, address, bytes, and what keeps them alive."""
    if getattr(hf_model, "hf_quantizer", None) is not None or getattr(config, "quantization_config", None):
        raise UnsupportedModel(
            "weights that bitsandbytes or another library has quantised are not supported: load the model in float32, "
            "float16 or bfloat16"
        )
    state = hf_model.state_dict()
    # save_pretrained stores what several names share once, under the name that is no alias.
    aliases = set(getattr(hf_model, "_tied_weights_keys", None) or ())
    seen: dict[tuple[int, tuple[int, ...]], str] = {}
    tensors = []
    for name in sorted(state, key=lambda name: (name in aliases, name)):
        tensor = state[name]
        dtype = _DTYPES.get(str(tensor.dtype))
        if dtype is None:
            raise UnsupportedModel(f"tensor {name} is {tensor.dtype}, which Fathom does not read: load the model in float32")
        held = tensor.detach()
        if str(getattr(held, "device", "cpu")).split(":")[0] != "cpu":
            held = held.cpu()
        held = held.contiguous()
        shape = [int(size) for size in held.shape]
        address = int(held.data_ptr())
        if name in aliases and (address, tuple(shape)) in seen:
            continue
        seen[address, tuple(shape)] = name
        tensors.append((name, dtype, shape, address, int(held.numel()) * int(held.element_size()), held))
    if not tensors:
        raise InvalidInput("the model's state_dict is empty")
    return tensors


def _save_tokenizer(tokenizer: Any, folder: str, hf_model: Any) -> None:
    """The tokenizer's files, as ``save_pretrained`` writes them."""
    if not hasattr(tokenizer, "backend_tokenizer"):
        raise WrongType(
            f"from_torch takes a fast tokenizer of transformers, found {arguments.kind(type(tokenizer).__name__)}: "
            "AutoTokenizer.from_pretrained(name) gives one"
        )
    if hasattr(tokenizer, "save_pretrained"):
        tokenizer.save_pretrained(folder)
    if not os.path.exists(os.path.join(folder, "tokenizer.json")):
        _write(os.path.join(folder, "tokenizer.json"), tokenizer.backend_tokenizer.to_str())
    generation = getattr(hf_model, "generation_config", None)
    if generation is not None and hasattr(generation, "to_json_string"):
        # The tokens that end a generation stand in it.
        _write(os.path.join(folder, "generation_config.json"), generation.to_json_string())


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
