"""A model whose last layer gives NaN: what is finite is data, the rest is missing data."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from conftest import FIXTURES

import fathom
from tiny import folder

REFERENCE: dict[str, Any] = json.loads((FIXTURES / "not_finite.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> fathom.Model:
    case = REFERENCE["cases"][0]
    where = folder("llama", tmp_path_factory.mktemp("damaged"))
    path = where / "model.safetensors"
    file = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(file[:8], "little")
    at = start + json.loads(file[8:start])[case["tensor"]]["data_offsets"][0] + 4 * case["index"]
    file[at : at + 4] = np.array([math.nan], "<f4").tobytes()
    path.write_bytes(file)
    return fathom.from_pretrained(str(where), progress=False)


@pytest.fixture(scope="module")
def reading(damaged: fathom.Model) -> fathom.Reading:
    text = json.loads((FIXTURES / "tiny" / "llama" / "reference.json").read_text(encoding="utf-8"))["text"]
    output = damaged(text)
    assert [token.id for token in output.tokens] == REFERENCE["ids"]
    return output.reading(top_k=3, watch=["x"])


def test_numpy_has_nan_where_there_is_no_number(reading: fathom.Reading) -> None:
    case, columns = REFERENCE["cases"][0], reading.to_numpy()
    rows, width = len(reading.rows), len(reading.positions)
    expected = np.array(case["cells"]["entropy_bits"], dtype=np.float64).reshape(-1, width)[-rows:]
    assert np.isnan(expected[-1]).all() and np.isfinite(expected[:-1]).all()
    np.testing.assert_allclose(columns["entropy_bits"], expected, atol=1e-4)
    assert np.isnan(columns["kl_bits"]).all(), "KL is measured against the last layer"
    ranks = np.array(case["cells"]["target_rank"], dtype=np.float64).reshape(-1, width)[-rows:]
    assert columns["target_rank"].dtype == np.float64
    np.testing.assert_array_equal(columns["target_rank"], ranks)
    assert np.isnan(columns["top_id"][-1]).all() and np.isnan(columns["watch_rank"][-1]).all()


def test_tables_have_null(reading: fathom.Reading) -> None:
    table = reading.to_arrow("cells")
    width = len(reading.positions)
    assert table.schema.field("target_rank").type == pyarrow.int32()
    for name in ("entropy_bits", "target_rank", "top"):
        assert table[name].slice(len(table) - width).null_count == width, name
    assert table["kl_bits"].null_count == len(table) and table["target_id"].null_count == len(reading.rows)
    frame = reading.to_polars("targets")
    assert frame["entropy_bits"].null_count() == width
    assert int(reading.to_pandas("watched")["rank"].isna().sum()) == width


def test_it_says_where_and_comes_back(reading: fathom.Reading, tmp_path: Path) -> None:
    assert reading.note is not None and reading.note.startswith("the state at 2.mlp_out, position 0, is the first")
    assert "NaN" not in reading.to_json() and "is the first that is not finite" in reading.to_svg()
    assert "not finite" in reading.to_text(width=400)
    assert fathom.load_reading(reading.save(tmp_path / "damaged.pack")) == reading
    assert fathom.load_reading(reading.save(tmp_path / "damaged.json")) == reading
    with pytest.raises(fathom.InvalidInput, match="no numbers"):
        reading.best()
    assert isinstance(reading.best(row=0), str)


def test_nothing_is_generated_from_it(damaged: fathom.Model) -> None:
    with pytest.raises(fathom.FathomError, match="no token can be chosen: the state at 2.mlp_out"):
        damaged.generate("one two", generate=2)
