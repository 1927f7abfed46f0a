"""Functions that hear a run's states, and change them."""

from __future__ import annotations

import threading

import numpy
import pytest

import fathom


def ids(lm: fathom.Model) -> list[int]:
    return lm.tokenizer.encode("The keys to the cabinet")


def last(output: fathom.Output) -> numpy.ndarray:
    return numpy.asarray(output.hidden_states["last"])


def test_a_hook_hears_the_states_that_are_recorded(lm: fathom.Model) -> None:
    heard: dict[str, numpy.ndarray] = {}

    def hear(name: str):
        return lambda state: heard.__setitem__(name, state)

    names = ["embed", "3", "3.attn_out", "3.z"]
    plain = lm.run(ids(lm))
    output = lm.run(ids(lm), hooks={name: hear(name) for name in names})
    assert sorted(heard) == sorted(names)
    count, width = len(ids(lm)), lm.info["width"]
    assert heard["embed"].shape == heard["3"].shape == heard["3.attn_out"].shape == (count, width)
    assert heard["3.z"].shape[0] == count and heard["3.z"].ndim == 3
    assert heard["3"].dtype == numpy.float32
    # Nothing was changed: the same run, bit for bit.
    assert numpy.array_equal(last(output), last(plain))
    assert output.run_id == plain.run_id


def test_a_hook_changes_the_run_from_its_site_on(lm: fathom.Model) -> None:
    plain = lm.run(ids(lm))
    changed = lm.run(ids(lm), hooks={"5.resid_post": lambda state: state * 2})
    again = lm.run(ids(lm), hooks={"5": lambda state: state * 2})
    assert numpy.array_equal(numpy.asarray(changed.hidden_states[4]), numpy.asarray(plain.hidden_states[4]))
    assert not numpy.array_equal(last(changed), last(plain))
    assert numpy.array_equal(last(changed), last(again))
    assert changed.run_id == again.run_id != plain.run_id
    # What the run went on with is what is recorded.
    doubled = numpy.asarray(plain.hidden_states[5]) * 2
    assert numpy.array_equal(numpy.asarray(changed.hidden_states[5]), doubled)


def test_several_prompts_each_have_their_own_states(lm: fathom.Model) -> None:
    shapes: list[tuple[int, ...]] = []
    prompts = [ids(lm), ids(lm)[:2]]
    outputs = lm.run(prompts, hooks={"0": lambda state: shapes.append(state.shape)})
    assert [shape[0] for shape in shapes] == [len(prompt) for prompt in prompts]
    assert [len(output.tokens) for output in outputs] == [len(prompt) for prompt in prompts]


def test_what_a_hook_raises_comes_out_as_it_is(lm: fathom.Model) -> None:
    class Mine(Exception):
        pass

    def fail(state: numpy.ndarray) -> None:
        raise Mine("here")

    with pytest.raises(Mine, match="here"):
        lm.run(ids(lm), hooks={"2": fail})
    with pytest.raises(ValueError, match="read-only"):
        lm.run(ids(lm), hooks={"2": lambda state: state.fill(0)})
    with pytest.raises(fathom.InvalidInput, match=r"shape \(5, 576\), found \(5,\)"):
        lm.run(ids(lm), hooks={"2": lambda state: state[:, 0]})
    # The model is as good as before.
    assert lm.run(ids(lm)).text


def test_a_site_that_is_none_is_named(lm: fathom.Model) -> None:
    for name in ["5.nothing", "resid_post", "-1", "5.z.3"]:
        with pytest.raises(fathom.InvalidInput, match="a site is"):
            lm.run(ids(lm), hooks={name: lambda state: None})
    with pytest.raises(fathom.InvalidInput, match="layers 0 to 29"):
        lm.run(ids(lm), hooks={"30": lambda state: None})
    with pytest.raises(TypeError, match="a dict of functions"):
        lm.run(ids(lm), hooks=[lambda state: None])  # type: ignore[arg-type]


def test_hooks_run_in_several_threads_at_once(lm: fathom.Model) -> None:
    found: list[bool] = []

    def work(factor: float) -> None:
        alone = lm.run(ids(lm), hooks={"4": lambda state: state * factor})
        found.append(numpy.array_equal(last(alone), last(lm.run(ids(lm), hooks={"4": lambda state: state * factor}))))

    threads = [threading.Thread(target=work, args=(factor,)) for factor in (0.5, 1.5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True, True]
