import logging
import math

import pytest

from indinb.protocol.numbers import read_number
from indinb.protocol.values import READ_VALUE, read_state, read_values, read_word
from indinb.protocol.vocabulary import Kind, Permission, State, SwitchRule


def test_every_kind_but_blobs_is_read_from_text():
    assert READ_VALUE.keys() == set(Kind) - {Kind.BLOB}


def test_values_by_name_in_the_order_of_the_wire():
    members = [("b", "1"), ("a", " 2:30 "), ("c", "-nan")]
    values = read_values(Kind.NUMBER, members)
    assert list(values) == ["b", "a", "c"]
    assert values["a"] == 2.5
    assert math.isnan(values["c"])


def test_the_last_of_a_name_counts():
    assert read_values(Kind.TEXT, [("a", "1"), ("a", "2")]) == {"a": "2"}


def test_names_that_are_empty_are_dropped():
    assert read_values(Kind.SWITCH, [("", "On"), ("a", "On")]) == {"a": True}


def test_what_is_no_value_keeps_the_old_one(caplog):
    caplog.set_level(logging.DEBUG)
    assert read_values(Kind.LIGHT, [("a", "Green"), ("b", "ALERT")]) == {"b": State.ALERT}
    (line,) = caplog.messages
    assert line.startswith("kept the old value of a: ")


@pytest.mark.parametrize(
    ("text", "state"),
    [("Ok", State.OK), ("OK", State.OK), ("busy", State.BUSY), ("", State.IDLE), ("?", State.IDLE)],
)
def test_states(text, state):
    assert read_word(State, text, State.IDLE) is state


@pytest.mark.parametrize("text", [None, "", "bogus"])
@pytest.mark.parametrize("default", [State.ALERT, Permission.READ_ONLY, SwitchRule.ANY_OF_MANY])
def test_what_is_no_word_is_the_default(text, default):
    assert read_word(type(default), text, default) is default


@pytest.mark.parametrize(
    ("text", "number"), [("60", 60.0), ("1:30", 1.5), ("", None), (None, None), ("x", None)]
)
def test_numbers(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", [None, "", "Weird"])
def test_an_unknown_state_is_no_change(text):
    assert read_state(text) is None


@pytest.mark.parametrize("text", ["Busy", "busy", "BUSY"])
def test_states_are_read_in_any_case(text):
    assert read_state(text) is State.BUSY
