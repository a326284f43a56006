import math

import pytest

from indinb.client.model import Model
from indinb.protocol.messages import Blob, Define, New
from indinb.protocol.vocabulary import Kind, SwitchRule
from indinb.pyindi.sending import request
from indinb.pyindi.sheet import Sheet
from tests.client.fakes import (
    CCD,
    FILTER_NAME,
    FRAME,
    IMAGE,
    TEMPERATURE,
    WEATHER,
    define,
    switches,
)


class Book:
    """Where sheets look properties up, without a connection."""

    linked = True

    def __init__(self, definition: Define) -> None:
        self.model = Model()
        self.model.apply(definition)


def sheet(definition: Define) -> Sheet:
    return Sheet(Book(definition), definition.device, definition.name)


def sent(definition: Define, **written: object) -> dict:
    """Return the values that are sent when these are written on a property."""
    page = sheet(definition)
    for name, value in written.items():
        page.write({name: value})
    return dict(request(page).values)


def three(rule: SwitchRule, **on: bool) -> Define:
    return switches("CHOICE", dict.fromkeys("ABC", False) | on, rule)


def test_a_request_names_the_property_and_no_time():
    assert request(sheet(FILTER_NAME)) == New(
        Kind.TEXT, CCD, "FILTER_NAME", {"SLOT_1": "Red", "SLOT_2": "Green"}
    )


def test_texts_go_out_whole_in_the_order_of_their_definition():
    texts = sent(FILTER_NAME, SLOT_2="Blue")
    assert list(texts.items()) == [("SLOT_1", "Red"), ("SLOT_2", "Blue")]


def test_numbers_go_out_whole_in_the_order_of_their_definition():
    frame = sent(FRAME, HEIGHT=512.0, X=5.0)
    assert list(frame.items()) == [("X", "5"), ("Y", "0"), ("WIDTH", "1280"), ("HEIGHT", "512")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.123456789012345, "12.123456789012344359"),
        (0.1, "0.10000000000000000555"),
        (1e22, "1e+22"),
        (-0.0, "-0"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_numbers_are_written_as_c_does(value, text):
    assert sent(TEMPERATURE, CCD_TEMPERATURE_VALUE=value) == {"CCD_TEMPERATURE_VALUE": text}
    if math.isfinite(value):
        assert float(text) == value


@pytest.mark.parametrize(
    ("before", "written", "values"),
    [
        ({}, {}, {"A": False, "B": False, "C": False}),
        ({"B": True}, {}, {"B": True}),
        ({"A": True}, {"C": True}, {"C": True}),
        ({"C": True}, {"A": True}, {"A": True}),
        ({"A": True}, {"A": False, "B": True}, {"B": True}),
        ({"A": True}, {"A": False}, {"A": False, "B": False, "C": False}),
        ({}, {"C": True, "B": True}, {"B": True}),
        ({}, {"B": True, "C": True}, {"C": True}),
        ({"A": True, "B": True}, {}, {"A": True}),
    ],
)
def test_of_one_of_many_the_one_goes_out_that_was_turned_on_last(before, written, values):
    assert sent(three(SwitchRule.ONE_OF_MANY, **before), **written) == values


@pytest.mark.parametrize(
    ("before", "written", "on"),
    [
        ({}, {}, ""),
        ({"B": True}, {}, "B"),
        ({"A": True}, {"C": True}, "C"),
        ({"A": True}, {"A": False}, ""),
        ({}, {"C": True, "B": True}, "B"),
    ],
)
def test_of_at_most_one_all_go_out_and_one_at_most_is_on(before, written, on):
    values = sent(three(SwitchRule.AT_MOST_ONE, **before), **written)
    assert values == {name: name in on for name in "ABC"}


def test_of_any_all_go_out_as_they_are():
    values = sent(three(SwitchRule.ANY_OF_MANY, A=True, B=True), B=False, C=True)
    assert values == {"A": True, "B": False, "C": True}


def test_a_rule_of_the_scripts_own_counts():
    page = sheet(three(SwitchRule.ONE_OF_MANY, A=True))
    page.set_fact(None, "rule", SwitchRule.ANY_OF_MANY)
    page.write({"B": True})
    assert request(page).values == {"A": True, "B": True, "C": False}


def test_what_was_turned_on_before_the_last_request_is_not_the_newest_any_more():
    page = sheet(three(SwitchRule.ONE_OF_MANY))
    page.write({"A": True})
    page.ask()
    page.write({"C": True})
    assert request(page).values == {"C": True}


def test_of_blobs_only_those_go_out_that_were_written():
    two = define(Kind.BLOB, "UPLOAD", *IMAGE.members, IMAGE.members[0]._replace(name="MORE"))
    blob = Blob(memoryview(b"hello"), ".txt", 5)
    assert sent(two, MORE=blob) == {"MORE": blob}


@pytest.mark.parametrize(("definition", "why"), [(IMAGE, "no BLOB"), (WEATHER, "lights")])
def test_what_cannot_be_asked_is_told(definition, why):
    with pytest.raises(ValueError, match=why):
        request(sheet(definition))
