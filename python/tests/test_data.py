"""A reading as data: numpy, Arrow, polars, pandas, files."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import fathom


@pytest.fixture(scope="module")
def reading(keys: fathom.Output) -> fathom.Reading:
    return keys.reading(top_k=3, watch=[" is", " are"])


def test_columns_are_lent_not_copied(reading: fathom.Reading) -> None:
    first, second = reading.to_numpy(), reading.to_numpy()
    assert set(first) == set(reading._native.column_names())
    for name, column in first.items():
        assert column.shape[:2] == (30, 9), name
        assert column.ctypes.data == second[name].ctypes.data, f"{name} is copied"
        assert not column.flags.writeable and column.flags.c_contiguous
        with pytest.raises(ValueError):
            column[...] = 0
    assert first["target_rank"].dtype == np.uint32 and first["top_prob"].dtype == np.float32
    assert first["top_id"].shape == (30, 9, 3) and first["watch_rank"].shape == (30, 9, 2)


def test_views_keep_their_numbers_alive(lm: fathom.Model) -> None:
    output = lm("The keys to the cabinet")
    state = output.hidden_states[7]
    column = output.reading().to_numpy()["entropy_bits"]
    expected = state.copy(), column.copy()
    gone = weakref.ref(output)
    del output
    gc.collect()
    assert gone() is None
    # Room for others to be put where freed memory was.
    for _ in range(3):
        lm("Something else altogether, and longer")
    np.testing.assert_array_equal(state, expected[0])
    np.testing.assert_array_equal(column, expected[1])


def test_hidden_states_are_a_mapping(lm: fathom.Model) -> None:
    states = lm("The keys", record=["z", "attn_out"]).hidden_states
    assert len(states) == 1 + 3 * 30 == len(list(states))
    for key in states:
        assert key in states and states[key].shape[0] == 2
    heads = states["z", 3]
    assert heads.shape == (2, 9, 64)
    assert states[4].ctypes.data == states[4].ctypes.data and not states[4].flags.writeable
    assert states.stack().shape == (31, 2, 576)
    np.testing.assert_array_equal(states.stack()[0], states["embed"])
    assert ("mlp_out", 0) not in states and 30 not in states and "x" not in states
    with pytest.raises(fathom.InvalidInput, match="record=\\['mlp_out'\\]"):
        states["0.mlp_out"]


def test_arrow_is_handed_over(reading: fathom.Reading) -> None:
    table = pyarrow.table(reading)
    assert table.num_rows == 30 * 9 and table == reading.to_arrow()
    head = json.loads(table.schema.metadata[b"fathom.reading"])
    assert head["model"]["name"] == "smollm2-135m"
    numbers = reading.to_numpy()
    ranks = table["target_rank"].to_numpy().reshape(30, 9)
    np.testing.assert_array_equal(ranks, numbers["target_rank"])
    top = table["top"].combine_chunks().flatten().field("id").to_numpy().reshape(30, 9, 3)
    np.testing.assert_array_equal(top, numbers["top_id"])
    schema = pyarrow.schema(reading._native.table("cells"))
    assert schema == table.schema


def test_arrow_memory_is_shared_and_outlives_the_reading(keys: fathom.Output) -> None:
    native = keys.reading(top_k=1)._native.table("targets")
    one, two = pyarrow.table(native), pyarrow.table(native)
    address = one["target_prob"].chunk(0).buffers()[1].address
    assert address == two["target_prob"].chunk(0).buffers()[1].address, "the same memory, taken twice"
    expected = one["target_prob"].to_pylist()
    del native, two
    gc.collect()
    assert one["target_prob"].to_pylist() == expected


def test_frames(reading: fathom.Reading) -> None:
    frame = reading.to_polars("targets")
    assert isinstance(frame, polars.DataFrame) and frame.height == 270
    assert polars.DataFrame(reading).columns[-2:] == ["top", "watch"]
    candidates = reading.to_pandas("candidates")
    assert isinstance(candidates, pandas.DataFrame) and len(candidates) == 270 * 3
    best = candidates[(candidates.layer == 29) & (candidates.place == 1)]
    assert best.id.tolist() == reading.to_numpy()["top_id"][-1, :, 0].tolist()
    watched = reading.to_polars("watched").filter(polars.col("asked") == " are", polars.col("layer") == 29)
    assert watched["rank"].to_list() == reading.to_numpy()["watch_rank"][-1, :, 1].tolist()


def test_each_view_is_its_own_table(keys: fathom.Output) -> None:
    assert keys.layer_predictions(layer=3).to_polars().columns[3:] == ["place", "id", "text", "logit", "prob"]
    assert keys.rankings_watch(watch=[" is"]).to_polars().height == 30
    assert "target_rank" in keys.rankings().to_polars().columns and "top" not in keys.rankings().to_polars().columns


@pytest.mark.parametrize("ending", ["html", "svg", "png", "json", "csv", "parquet", "pack"])
def test_every_form_is_saved(reading: fathom.Reading, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"keys.{ending}"
    assert reading.save(path) == str(path)
    starts = {"html": b"<!doctype html>", "svg": b"<svg ", "png": b"\x89PNG", "json": b"{", "parquet": b"PAR1", "pack": b"\x1f\x8b"}
    content = path.read_bytes()
    assert content.startswith(starts.get(ending, b"site,layer,position"))
    if ending in ("json", "pack"):
        assert fathom.load_reading(path) == reading
    if ending == "parquet":
        assert pyarrow.parquet.read_table(path).num_rows == 270
    if ending in ("svg", "html"):
        assert content.decode() == (reading.to_svg() if ending == "svg" else reading.to_html())
    assert [kept.name for kept in tmp_path.iterdir()] == [path.name], "nothing half-written is left"


def test_a_failed_save_leaves_what_was_there(reading: fathom.Reading, tmp_path: Path) -> None:
    path = tmp_path / "keys.png"
    path.write_text("mine")
    with pytest.raises(fathom.InvalidInput, match="scale"):
        reading.save(path, scale=1e9)
    assert path.read_text() == "mine" and len(list(tmp_path.iterdir())) == 1
    with pytest.raises(FileNotFoundError, match="nowhere"):
        reading.save(tmp_path / "nowhere" / "keys.svg")
    with pytest.raises(fathom.InvalidInput, match="end it in .json"):
        reading.save(tmp_path / "keys.gif")


def test_the_command_line_reads_what_python_saves(reading: fathom.Reading, tmp_path: Path) -> None:
    path = tmp_path / "keys.pack"
    reading.save(path)
    program = Path(sys.executable).parent / "fathom"
    done = subprocess.run([program, "read", "--from", path, "--json"], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(reading.to_json())


def test_no_reading_is_said_so(tmp_path: Path) -> None:
    for name, content in [("a.json", b"{}"), ("b.pack", b"\x1f\x8b\x08nonsense"), ("c.pack", b"\xff\xfe")]:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(fathom.BadReading):
            fathom.load_reading(path)
    with pytest.raises(FileNotFoundError):
        fathom.load_reading(tmp_path / "none.pack")
