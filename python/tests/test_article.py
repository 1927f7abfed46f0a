"""The article's calls, same arguments and meaning."""

from __future__ import annotations

import re

import numpy as np
import pytest

import fathom

# Ecco's script from the article, with its import changed; the position and the layer are those of the default model,
# whose tokenizer splits digits singly.
SCRIPT = """
import ecco
lm = ecco.from_pretrained("smollm2-135m")
# Generate one token to complete this input string
output = lm.generate(" 1, 1, 1,", generate=1)
# Visualize
one = output.layer_predictions(position=output.n_input_tokens, layer=lm.n_layers - 1)
# Visualize the top scoring tokens after each layer
every = output.layer_predictions(position=output.n_input_tokens)
ranks = output.rankings()
watched = output.rankings_watch(watch=[" is", " are"], position=5)
"""


@pytest.fixture(scope="module")
def article() -> dict[str, object]:
    names: dict[str, object] = {}
    exec(SCRIPT.replace("ecco", "fathom"), names)
    return names


def test_the_script_runs(article: dict[str, object]) -> None:
    lm, output = article["lm"], article["output"]
    assert isinstance(lm, fathom.Model) and isinstance(output, fathom.Output)
    assert lm.n_layers == 30 and output.n_input_tokens == 9 and len(output.tokens) == 10
    one, every = article["one"], article["every"]
    assert isinstance(one, fathom.Reading) and isinstance(every, fathom.Reading)
    assert one.rows == [("resid_post", 29)] and one.positions == [8]
    assert [layer for _, layer in every.rows] == list(range(30)) and every.positions == [8]
    # The last layer is the model: what it says is what was generated.
    assert int(one.to_numpy()["top_id"][0, 0, 0]) == output.tokens[9].id
    assert one.best() == every.best() == output.tokens[9].text


def test_rankings_are_those_of_the_output(article: dict[str, object]) -> None:
    ranks = article["ranks"]
    assert isinstance(ranks, fathom.Reading)
    assert ranks.positions == [8]
    # Greedy: ranked first by the last layer.
    assert ranks.to_numpy()["target_rank"][-1].tolist() == [1]


def test_watch_takes_strings_and_ids(lm: fathom.Model, article: dict[str, object]) -> None:
    watched = article["watched"]
    assert isinstance(watched, fathom.Reading)
    assert watched.positions == [4] and watched.view == "watch"
    output = article["output"]
    assert isinstance(output, fathom.Output)
    ids = [lm.tokenizer.id(" is"), lm.tokenizer.id(" are")]
    by_id = output.rankings_watch(watch=ids, position=5)
    np.testing.assert_array_equal(by_id.to_numpy()["watch_rank"], watched.to_numpy()["watch_rank"])
    numpy_ids = output.rankings_watch(watch=np.array(ids), position=5)
    assert numpy_ids == by_id


def test_position_counts_predicted_tokens(lm: fathom.Model, keys: fathom.Output) -> None:
    """Position p of the article's calls is state p - 1; by default the blank."""
    assert keys.layer_predictions().positions == [keys.n_input_tokens - 1]
    assert keys.layer_predictions(position=1).positions == [0]
    total = len(keys.tokens)
    assert keys.layer_predictions(position=total).positions == [total - 1]
    assert keys.layer_predictions(position=-1).positions == [total - 1], "as Ecco's -1: after the last"
    assert keys.rankings().positions == list(range(keys.n_input_tokens - 1, total - 1))
    assert keys.rankings(with_prompt=True).positions == list(range(total - 1))
    blank = lm("The keys to the cabinet").rankings()
    assert blank.positions == [4]


def test_embed_and_last_are_layers(keys: fathom.Output) -> None:
    assert keys.layer_predictions(layer="embed").rows == [("embed", -1)]
    assert keys.layer_predictions(layer="last").rows == [("resid_post", 29)]


def test_raw_is_eccos_lens(lm: fathom.Model) -> None:
    raw = fathom.from_pretrained(lens="raw", offline=True, progress=False)
    output = raw("The keys to the cabinet")
    reading = output.reading(top_k=1)
    assert reading.head["lens"]["kind"] == "raw"
    logit = output.reading(top_k=1, lens="logit")
    mine, theirs = reading.to_numpy()["target_logit"], logit.to_numpy()["target_logit"]
    # Only the last layer is normed by both.
    np.testing.assert_array_equal(mine[-1], theirs[-1])
    assert (mine[:-1] != theirs[:-1]).all()


def test_topk_is_eccos_name(keys: fathom.Output) -> None:
    assert keys.layer_predictions(topk=3).to_numpy()["top_id"].shape == (30, 1, 3)


def test_the_figure_is_what_prints(keys: fathom.Output) -> None:
    text = repr(keys.rankings())
    assert re.search(r"␣are", text) and "\x1b" not in text
    assert text == keys.rankings().to_text().rstrip("\n")
