"""What a reading looks like: forms for every host, none of which a token's text can break."""

from __future__ import annotations

import base64
import html.parser
import re
import xml.etree.ElementTree
from typing import Any

import pytest

import fathom

HOSTILE = '</script><img src=x onerror="alert(1)">'


@pytest.fixture(scope="module", params=["predictions", "rankings", "watch", "read"])
def view(request: pytest.FixtureRequest, keys: fathom.Output) -> fathom.Reading:
    views = {
        "predictions": lambda: keys.layer_predictions(),
        "rankings": lambda: keys.rankings(),
        "watch": lambda: keys.rankings_watch(watch=[" is", " are"]),
        "read": lambda: keys.reading(top_k=2),
    }
    made: fathom.Reading = views[str(request.param)]()
    return made


class Tags(html.parser.HTMLParser):
    """Every element, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_every_host_finds_its_form(view: fathom.Reading) -> None:
    forms = view._repr_mimebundle_()
    assert set(forms) >= {"text/plain", "image/svg+xml", "text/html"}
    assert forms["text/plain"] == repr(view) and "\x1b" not in forms["text/plain"]
    assert xml.etree.ElementTree.fromstring(forms["image/svg+xml"]).tag.endswith("svg")


def test_the_page_is_a_figure_and_a_live_frame(view: fathom.Reading) -> None:
    tags = Tags(view._repr_mimebundle_()["text/html"]).found
    [picture] = [attrs for tag, attrs in tags if tag == "img"]
    kind, _, data = (picture["src"] or "").partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == view.to_svg()
    [frame] = [attrs for tag, attrs in tags if tag == "iframe"]
    assert frame["srcdoc"] == view.to_html()
    # A frame of its own origin: what is in it reaches neither the notebook nor the network.
    assert "allow-same-origin" not in (frame["sandbox"] or "") and "allow-scripts" in (frame["sandbox"] or "")
    assert not re.search(r"""(src|href)=["']?https?:""", view.to_html())


def test_hostile_tokens_stay_text(lm: fathom.Model) -> None:
    output = lm(HOSTILE)
    forms = output.rankings(with_prompt=True)._repr_mimebundle_()
    tags = Tags(forms["text/html"]).found
    assert [tag for tag, _ in tags] == ["div", "div", "img", "iframe", "script"]
    assert all("onerror" not in attrs for _, attrs in tags)
    for element in xml.etree.ElementTree.fromstring(forms["image/svg+xml"]).iter():
        assert not element.tag.endswith("script") and not any("onerror" in name for name in element.attrib)


def test_two_displays_on_one_page_do_not_meet(keys: fathom.Output) -> None:
    view = keys.rankings()
    names = [Tags(view._repr_mimebundle_()["text/html"]).found[1][1]["id"] for _ in range(2)]
    assert names[0] != names[1]


def test_drawn_otherwise(keys: fathom.Output) -> None:
    reading = keys.reading()
    assert reading.drawn(theme="dark").to_svg() != reading.to_svg()
    assert reading.drawn(metric="entropy").to_svg() != reading.to_svg()
    assert "entropy" in reading.drawn(metric="entropy").to_text()
    assert reading.drawn("rankings").to_svg() == keys.rankings().to_svg()
    assert reading.drawn("predictions", position=4, top_k=10).to_text() == keys.layer_predictions().to_text()
    with pytest.raises(fathom.InvalidInput, match="view"):
        reading.drawn("pie")


def test_text_fits(keys: fathom.Output) -> None:
    for width in (40, 80, 120):
        assert max(map(len, keys.rankings().to_text(width).splitlines())) <= width


def test_png(keys: fathom.Output) -> None:
    small, large = (keys.rankings().to_png(scale=scale) for scale in (1, 2))
    size = lambda png: int.from_bytes(png[16:20], "big")  # noqa: E731
    assert small.startswith(b"\x89PNG") and size(large) == 2 * size(small)


def test_outputs_and_models_say_what_they_are(lm: fathom.Model, keys: fathom.Output) -> None:
    assert "0:The 1:␣keys" in repr(keys) and "| 5:␣are" in repr(keys)
    assert "30 layers" in repr(lm) and "49152" in repr(lm.tokenizer)


def test_as_a_widget(keys: fathom.Output) -> None:
    view = keys.rankings()
    fathom.display_as("widget")
    try:
        forms, *_ = view._repr_mimebundle_()
    finally:
        fathom.display_as("page")
    assert set(forms) == {"text/plain", "image/svg+xml", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert forms["text/plain"] == repr(view)
    # What a page of it on paper, or in a notebook that is not trusted, shows.
    assert [tag for tag, _ in Tags(forms["text/html"]).found] == ["img"]
    with pytest.raises(fathom.InvalidInput, match='"widget"'):
        fathom.display_as("iframe")
    assert "srcdoc" in view._repr_mimebundle_()["text/html"]


def test_a_large_reading_is_shown_as_its_figure(lm: fathom.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    from fathom import _display

    view = lm("The keys").reading()
    monkeypatch.setattr(_display, "MOST_HTML", 1000)
    tags: Any = Tags(view._repr_mimebundle_()["text/html"]).found
    assert [tag for tag, _ in tags] == ["img"]
