from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb import display
from indinb.display import Summary
from tests.client.conftest import slot as slot

HOSTILE = "<script>alert('1')</script>&amp;<img src=x onerror=\"alert(2)\">"


class Thing:
    """Something that can be shown."""

    def __init__(self, title="thing", columns=("a", "b"), rows=(("1", "2"),)):
        self._summary = Summary(title, columns, rows)

    def summary(self):
        return self._summary

    def __repr__(self):
        return "<Thing>"


class Cells(HTMLParser):
    """Collects the tags of a page, and the texts between them."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.texts = {"caption": [], "th": [], "td": []}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        assert not attributes
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_data(self, data):
        self.texts[self.tags[-1]][-1] += data


def test_shown_without_a_script_as_text_and_table():
    bundle = display.static(Thing("CCD", ["member", "value"], [["Gain", "10"], ["Offset", "5"]]))
    assert bundle["text/plain"] == "<Thing>"
    assert bundle["text/html"] == (
        "<table><caption>CCD</caption>"
        "<thead><tr><th>member</th><th>value</th></tr></thead>"
        "<tbody><tr><td>Gain</td><td>10</td></tr><tr><td>Offset</td><td>5</td></tr></tbody></table>"
    )


def test_nothing_to_show_is_a_table_without_rows():
    assert "<tbody></tbody>" in display.static(Thing(rows=()))["text/html"]


def test_rows_may_come_from_a_generator():
    cells = Cells(display.static(Thing(rows=([str(n)] for n in range(3))))["text/html"])
    assert cells.texts["td"] == ["0", "1", "2"]


@pytest.mark.parametrize("place", ["title", "columns", "rows"])
def test_hostile_text_stays_text(place):
    thing = Thing(**{place: {"title": HOSTILE, "columns": [HOSTILE], "rows": [[HOSTILE]]}[place]})
    cells = Cells(display.static(thing)["text/html"])
    assert set(cells.tags) == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert any(HOSTILE in texts for texts in cells.texts.values())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_comes_out_as_it_went_in(text):
    cells = Cells(display.static(Thing(text, [text], [[text, text]]))["text/html"])
    assert cells.texts == {"caption": [text], "th": [text], "td": [text, text]}


def test_slot_is_filled_from_above(slot):
    followed = []
    slot(lambda thing: {"text/plain": f"shown: {thing!r}"}, followed.append)
    assert display.render(Thing()) == {"text/plain": "shown: <Thing>"}
    display.following("operation")
    assert followed == ["operation"]


def test_static_pages_stay_static_whoever_fills_the_slot(slot):
    slot(lambda thing: {"text/html": "widget"}, lambda operation: None)
    assert "<table>" in display.static(Thing())["text/html"]


class Picture:
    """Something that can be shown as a picture, unless nothing is on it."""

    def __init__(self, trouble=None):
        self._trouble = trouble

    def to_png(self, *, longest):
        if self._trouble:
            raise self._trouble
        return b"PNG of %d" % longest

    def __repr__(self):
        return "<Picture>"


def test_what_is_a_picture_is_shown_as_one():
    bundle = display.static(Picture())
    assert bundle == {"text/plain": "<Picture>", "image/png": b"PNG of 480"}


def test_a_picture_of_nothing_is_words():
    assert display.static(Picture(ValueError("nothing"))) == {"text/plain": "<Picture>"}


def test_other_troubles_of_a_picture_are_told():
    with pytest.raises(RuntimeError, match="broken"):
        display.static(Picture(RuntimeError("broken")))
