"""What the tests share: the default model, loaded once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import fathom

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture(scope="session")
def lm() -> fathom.Model:
    """The default model, which `cargo xtask test` has fetched."""
    return fathom.from_pretrained(offline=True, progress=False)


@pytest.fixture(scope="session")
def keys(lm: fathom.Model) -> fathom.Output:
    return lm.generate("The keys to the cabinet", generate=4)


def reference(name: str) -> dict[str, Any]:
    """What transformers says of the default model on one prompt."""
    loaded: dict[str, Any] = json.loads((FIXTURES / "default" / f"{name}.json").read_text(encoding="utf-8"))
    return loaded
