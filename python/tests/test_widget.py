"""The widget's Python half: what a page asks, what the kernel answers. A real page asks in viewer/browser/jupyterlab.mjs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fathom
from fathom import _widget

COLUMNS = ("watch_rank", "watch_prob", "watch_logit")


class Page:
    """A widget as the answering side sees it: somewhere to send to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []

    def send(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.heard.append((content, buffers or []))

    def ask(self, reading: fathom.Reading, message: Any) -> tuple[dict[str, Any], list[bytes]]:
        _widget._answer(self, reading, message)
        return self.heard.pop()


@pytest.fixture(scope="module", params=["read", "watch", "rankings"])
def reading(request: pytest.FixtureRequest, keys: fathom.Output) -> fathom.Reading:
    views = {
        "read": lambda: keys.reading(layers=["embed", 3, "last"], top_k=2),
        "watch": lambda: keys.rankings_watch(watch=[" is"]),
        "rankings": lambda: keys.rankings(lens="raw"),
    }
    made: fathom.Reading = views[str(request.param)]()
    return made


def test_an_answer_is_what_watching_would_have_told(keys: fathom.Output, reading: fathom.Reading) -> None:
    [has] = keys.model.tokenizer.encode(" has")
    tokens, buffers = _widget.answer(reading, [{"text": " has"}, {"id": has}])
    assert [token["id"] for token in tokens] == [has, has] and tokens[0]["text"] == " has"
    rows = ["embed" if kind == "embed" else layer for kind, layer in reading.rows]
    watched = keys.reading(lens=reading.head["lens"]["kind"], layers=rows, positions=reading.positions, watch=[" has"])
    for at, name in enumerate(COLUMNS):
        column = watched.to_numpy()[name][..., 0].ravel()
        for buffer in (buffers[at], buffers[3 + at]):
            assert np.array_equal(np.frombuffer(buffer, "<u4" if name == "watch_rank" else "<f4"), column), name


def test_a_word_of_several_tokens_comes_with_its_note(keys: fathom.Output) -> None:
    [token], buffers = _widget.answer(keys.rankings_watch(watch=[" is"]), [{"text": " antidisestablishment"}])
    assert "token" in token["note"] and len(buffers) == 3


def test_messages(keys: fathom.Output, reading: fathom.Reading) -> None:
    content, buffers = Page().ask(reading, {"ask": "ranks", "id": "7", "tokens": [{"text": " has"}]})
    assert content["answer"] == "7" and "error" not in content
    cells = len(reading.rows) * len(reading.positions)
    assert [len(buffer) for buffer in buffers] == [4 * cells] * 3


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ([], "1 to 8"),
        ([{"text": " a"}] * 9, "1 to 8"),
        (" has", "1 to 8"),
        ([" has"], "expected a token"),
        ([{"text": None}], "expected a token"),
        ([{"text": "a" * 1001}], "expected a token"),
        ([{"text": ""}], "empty"),
        ([{"id": 49152}], "outside the vocabulary"),
        ([{"id": -1}], "-1"),
    ],
)
def test_bad_questions_are_told_so(keys: fathom.Output, tokens: Any, words: str) -> None:
    content, buffers = Page().ask(keys.rankings(), {"ask": "ranks", "id": "1", "tokens": tokens})
    assert content["answer"] == "1" and words in content["error"] and not buffers


@pytest.mark.parametrize("message", [None, "ranks", {}, {"ask": "ranks"}, {"ask": "ranks", "id": 3}, {"ask": "eval", "id": "1"}])
def test_what_is_no_question_is_passed_over(keys: fathom.Output, message: Any) -> None:
    page = Page()
    _widget._answer(page, keys.rankings(), message)
    assert page.heard == []


def test_a_saved_reading_answers_nothing(keys: fathom.Output, tmp_path: Any) -> None:
    saved = fathom.load_reading(keys.rankings().save(tmp_path / "keys.pack"))
    content, _ = Page().ask(saved, {"ask": "ranks", "id": "1", "tokens": [{"text": " has"}]})
    assert "loaded from a file" in content["error"]
    assert saved.widget().view["ask"] is False and keys.rankings().widget().view["ask"] is True


def test_a_widget_holds_the_reading(keys: fathom.Output) -> None:
    view = keys.rankings_watch(watch=[" is", " are"])
    made = view.widget(theme="dark", height=500)
    assert made.pack == view.to_bytes()
    [is_], [are] = (keys.model.tokenizer.encode(word) for word in (" is", " are"))
    assert made.view == {
        "view": "watch", "metric": "rank", "theme": "dark", "ask": True, "watch": [is_, are], "position": 4, "height": 500,
    }
    both = keys.rankings().widget(compare=view)
    assert both.pack == [keys.rankings().to_bytes(), view.to_bytes()] and both.view["view"] == "compare"
