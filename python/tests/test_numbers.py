"""The numbers: the command line's, bit for bit, and transformers', within f32's own noise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import reference

import fathom

PROMPTS = ["keys", "ones", "heathrow"]


def program() -> str:
    """The wheel's `fathom`."""
    return str(Path(sys.executable).parent / "fathom")


def command(*args: str) -> Any:
    done = subprocess.run([program(), *args], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_reading_is_the_command_lines(lm: fathom.Model) -> None:
    prompt = "The keys to the cabinet"
    args = ["--generate", "3", "--embed", "--top-k", "4", "--offline", "--json"]
    theirs = command("read", prompt, *args, "--watch", " is", "--watch", " are")
    output = lm.generate(prompt, generate=3)
    rows = ["embed", *range(lm.n_layers)]
    mine = output.reading(layers=rows, top_k=4, watch=[" is", " are"])
    assert json.loads(mine.to_json()) == theirs


def test_a_sampled_run_is_the_command_lines(lm: fathom.Model) -> None:
    theirs = command(
        "rankings", "Once upon a time", "--generate", "5", "--temperature", "0.9", "--seed", "7", "--offline", "--json"
    )
    mine = lm.generate("Once upon a time", generate=5, temperature=0.9, seed=7).rankings()
    assert json.loads(mine.to_json()) == theirs


@pytest.mark.parametrize("name", PROMPTS)
def test_readings_are_transformers(lm: fathom.Model, name: str) -> None:
    expected = reference(name)
    output = lm.run(expected["ids"])
    lenses = {lens["lens"]: lens for lens in expected["lenses"]}
    lens = lenses["logit"]
    rows = [row if row == "embed" else int(row) for row in lens["rows"]]
    reading = output.reading(layers=rows, positions=lens["positions"])
    numbers = reading.to_numpy()
    cells = (len(rows), len(lens["positions"]))
    ranks = numbers["target_rank"]
    assert ranks.shape == cells
    low, high = (np.array(lens[key]).reshape(cells) for key in ("rank_low", "rank_high"))
    assert ((low <= ranks) & (ranks <= high)).all(), "ranks, but for f32's own noise"
    moved = (ranks != np.array(lens["target_rank"]).reshape(cells)).sum()
    assert moved * 20 <= ranks.size
    top = np.array(lens["top_prob"]).reshape(*cells, lens["top_k"])[..., : numbers["top_prob"].shape[-1]]
    np.testing.assert_allclose(numbers["top_prob"], top, atol=1e-4)
    for name in ("entropy_bits", "kl_bits", "surprisal_bits"):
        np.testing.assert_allclose(numbers[name], np.array(lens[name]).reshape(cells), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", PROMPTS)
def test_hidden_states_are_transformers(lm: fathom.Model, name: str) -> None:
    expected = reference(name)
    states = lm.run(expected["ids"], record=["z", "attn_out", "resid_mid", "mlp_out"]).hidden_states
    compared = 0
    for site in expected["sites"]:
        if site["site"] == "logits" or not site["values"]:
            continue
        key = site["site"].removesuffix(".resid_post")
        mine = states[int(key) if key.isdecimal() else key]
        mine = mine.reshape(mine.shape[0], -1)
        assert mine.shape[1] == site["width"], site["site"]
        norms = np.linalg.norm(mine, axis=1)[expected["probe_positions"]]
        np.testing.assert_allclose(norms, site["norms"], rtol=1e-4, err_msg=site["site"])
        seen = mine[expected["value_positions"]][:, site["dims"]].reshape(-1)
        scale = np.abs(norms).max()
        np.testing.assert_allclose(seen, site["values"], atol=1e-4 * scale, err_msg=site["site"])
        compared += 1
    assert compared > 5 * lm.n_layers


def test_greedy_text_is_transformers(lm: fathom.Model) -> None:
    expected = reference("keys")
    output = lm.generate(expected["text"], generate=8)
    assert output.token_ids == expected["ids"] + expected["greedy"][:8]


def test_logits_are_the_last_rows(lm: fathom.Model, keys: fathom.Output) -> None:
    logits = keys.logits(4)
    assert logits.shape == (lm.n_vocabulary,)
    numbers = keys.reading(positions=[4], layers="last").to_numpy()
    order = np.lexsort((np.arange(logits.size), -logits))[:10]
    assert order.tolist() == numbers["top_id"][0, 0].tolist()
    np.testing.assert_array_equal(logits[order], numbers["top_logit"][0, 0])


def test_a_batch_is_its_prompts_alone(lm: fathom.Model) -> None:
    prompts = ["The keys", "The keys to the cabinet", "Once upon a time, there", "One"]
    together = lm(prompts)
    assert [output.text for output in together] == prompts
    for output in together:
        alone = lm(output.text).reading(top_k=3).to_numpy()
        batched = output.reading(top_k=3).to_numpy()
        np.testing.assert_array_equal(batched["top_id"], alone["top_id"])
        np.testing.assert_allclose(batched["top_prob"], alone["top_prob"], atol=1e-5)
    assert [len(output.tokens) for output in lm.run([[1, 2], [3]])] == [2, 1]
    generated = lm.generate(prompts[:2], generate=1)
    assert [output.text for output in generated] == [lm.generate(prompt, generate=1).text for prompt in prompts[:2]]


def test_a_continuation_is_text_or_ids(lm: fathom.Model) -> None:
    by_text = lm.generate("The keys to the cabinet", continuation=" are on the table.")
    ids = lm.tokenizer.encode(" are on the table.")
    by_ids = lm.generate("The keys to the cabinet", continuation=ids)
    assert by_text.token_ids == by_ids.token_ids == lm.tokenizer.encode("The keys to the cabinet") + ids
    assert by_text.n_input_tokens == 5
    assert by_text.reading().head["sampling"]["method"] == "forced"
    assert by_text.rankings() == by_ids.rankings()


def test_streaming_makes_the_same_run(lm: fathom.Model, keys: fathom.Output) -> None:
    stream = lm.stream("The keys to the cabinet", generate=4)
    seen = []
    for step in stream:
        column = step.reading(top_k=3)
        assert column.positions == [step.token.index - 1]
        assert int(column.to_numpy()["top_id"][-1, 0, 0]) == step.token.id, "greedy"
        seen.append(step.token.id)
    assert seen == keys.token_ids[5:]
    assert stream.output.reading() == keys.reading()
    with pytest.raises(StopIteration):
        next(stream)


def test_the_program_of_the_wheel_is_the_command_line() -> None:
    help_text = subprocess.run([program(), "--help"], capture_output=True, text=True)
    assert help_text.returncode == 0 and "rankings" in help_text.stdout
    wrong = subprocess.run([program(), "rankings", "--no-such-option"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "--no-such-option" in wrong.stderr
    as_module = subprocess.run([sys.executable, "-m", "fathom", "--version"], capture_output=True, text=True)
    assert as_module.returncode == 0 and fathom.__version__ in as_module.stdout


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_a_broken_pipe_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([program(), "--help"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert done.returncode == 0 and done.stderr == b""


def test_screened_ranks_are_the_exact_ones(lm: fathom.Model) -> None:
    output = lm.generate("The keys to the cabinet", generate=8)
    exact, screened = (output.reading(projection=name, watch=[" is"]) for name in ("f32", "screened"))
    theirs, mine = exact.to_numpy(), screened.to_numpy()
    for name in ("target_rank", "top_id", "top_logit", "watch_rank", "watch_logit"):
        assert np.array_equal(mine[name], theirs[name], equal_nan=True), name
    # The bound that the reading records, of where anything was screened.
    bound = screened.head["lens"].get("screening", {}).get("prob", 0.0)
    assert np.nanmax(np.abs(mine["top_prob"] - theirs["top_prob"])) <= bound


def test_packed_weights_say_the_same_and_rounded_ones_nearly(lm: fathom.Model) -> None:
    texts: dict[str, Any] = {}
    for precision in ("packed", "bf16"):
        other = fathom.from_pretrained(offline=True, progress=False, precision=precision)
        assert other.precision == precision
        texts[precision] = other("The keys to the cabinet").reading().to_numpy()
    exact = lm("The keys to the cabinet").reading().to_numpy()
    assert lm.precision == "f32" and lm.device == "cpu"
    for name, column in exact.items():
        assert np.array_equal(texts["packed"][name], column, equal_nan=True), name
    far = np.abs(texts["bf16"]["top_logit"] - exact["top_logit"]).max()
    assert 0 < far < 1
