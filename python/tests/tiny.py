"""Tiny seeded models of real families, made here with numpy as the fixtures' own script makes them with torch."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from conftest import FIXTURES

sys.path.insert(0, str(FIXTURES / "refs"))
import prng  # noqa: E402

TINY = FIXTURES / "tiny"


def weights(name: str) -> dict[str, np.ndarray]:
    """The state dict of a tiny model, f32."""
    manifest = json.loads((TINY / name / "manifest.json").read_text())
    seed = manifest["seed"]
    return {
        entry["name"]: prng.tensor(entry["name"], entry["shape"], seed, entry["scale"], entry["offset"], entry["bits"])
        for entry in manifest["tensors"]
    }


def folder(name: str, where: Path) -> Path:
    """The model as transformers would save it."""
    where.mkdir(parents=True, exist_ok=True)
    shutil.copy(TINY / name / "config.json", where / "config.json")
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TINY / "tokenizer" / file, where / file)
    head: dict[str, Any] = {}
    data = bytearray()
    for key, value in weights(name).items():
        start = len(data)
        data += value.tobytes()
        head[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [start, len(data)]}
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    (where / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(data))
    return where
