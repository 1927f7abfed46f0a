"""Every example in a docstring does what it says, on the default model; the package agrees with its types."""

from __future__ import annotations

import doctest
import importlib
import importlib.metadata
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import fathom

MODULES = [name for _, name, _ in pkgutil.iter_modules(fathom.__path__, "fathom.") if not name.endswith("__main__")]


@pytest.mark.parametrize("name", ["fathom", *MODULES])
def test_examples(name: str, lm: fathom.Model, tmp_path: Path) -> None:
    module = importlib.import_module(name)
    names = {"fathom": fathom, "lm": lm, "load_reading": fathom.load_reading, "tmp": tmp_path}
    result = doctest.testmod(module, extraglobs=names, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
    if name in ("fathom._model", "fathom._output", "fathom._reading", "fathom._tokenizer", "fathom._stream"):
        assert result.attempted > 0


def test_everything_public_is_documented() -> None:
    for name in fathom.__all__:
        thing = getattr(fathom, name)
        if isinstance(thing, str):
            continue
        assert thing.__doc__, name
        if isinstance(thing, type) and not issubclass(thing, BaseException):
            for member, value in vars(thing).items():
                if not member.startswith("_") and (callable(value) or isinstance(value, property)):
                    assert value.__doc__ or thing.__name__ == "Token", f"{name}.{member}"


CONFIG = str(Path(__file__).resolve().parents[1] / "pyproject.toml")


def mypy(*args: str) -> None:
    done = subprocess.run([sys.executable, "-m", *args], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_hold() -> None:
    mypy("mypy", "--config-file", CONFIG, "--no-error-summary", "--package", "fathom")


def test_the_stubs_are_those_of_the_native_module() -> None:
    mypy("mypy.stubtest", "--mypy-config-file", CONFIG, "fathom._fathom")


def test_the_wheel_brings_its_licences() -> None:
    files = importlib.metadata.files("fathom-lens") or []
    licences = {path.name for path in files if "licenses" in path.parts}
    assert licences == {"LICENSE", "NOTICE", "Arimo-LICENSE.txt", "DejaVu-LICENSE.txt"}
