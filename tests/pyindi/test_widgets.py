import math

import numpy as np
import pytest

from indinb.protocol.messages import Member
from indinb.protocol.vocabulary import Kind, State
from indinb.pyindi import PropertyBlob, PropertyLight, PropertyNumber, PropertySwitch, PropertyText
from tests.client.fakes import (
    CONNECTION,
    FILTER_NAME,
    IMAGE,
    MOUNT,
    WEATHER,
    define,
    delete,
    numbers,
    update,
)
from tests.pyindi.books import Book

ANGLES = define(
    Kind.NUMBER,
    "EQUATORIAL_EOD_COORD",
    Member("RA", "RA (hh:mm:ss)", 5.5, "%010.6m", 0.0, 24.0, 0.5),
    Member("DEC", "DEC (dd:mm:ss)", -12.0, "%010.6m", -90.0, 90.0, 0.0),
    device=MOUNT,
)


@pytest.fixture
def book():
    return Book(ANGLES, FILTER_NAME, CONNECTION, WEATHER, IMAGE)


@pytest.fixture
def ra(book):
    return PropertyNumber(book.property("EQUATORIAL_EOD_COORD", MOUNT))[0]


@pytest.fixture
def red(book):
    return PropertyText(book.property("FILTER_NAME"))[0]


@pytest.fixture
def connect(book):
    return PropertySwitch(book.property("CONNECTION"))[0]


@pytest.fixture
def wind(book):
    return PropertyLight(book.property("WEATHER"))[0]


@pytest.fixture
def image(book):
    return PropertyBlob(book.property("CCD1"))[0]


# All


def test_members_have_names_and_labels(ra):
    assert (ra.getName(), ra.getLabel()) == ("RA", "RA (hh:mm:ss)")
    assert (ra.name, ra.label) == ("RA", "RA (hh:mm:ss)")
    assert ra.isNameMatch("RA")
    assert not ra.isNameMatch("ra")
    assert ra.isLabelMatch("RA (hh:mm:ss)")
    assert not ra.isLabelMatch("RA")


def test_names_and_labels_can_be_shown_otherwise(book, ra):
    ra.setName("LONG")
    ra.setLabel("Longitude")
    assert (ra.name, ra.label) == ("LONG", "Longitude")
    ra.name, ra.label = "LON", "Lon"
    prop = PropertyNumber(book.property("EQUATORIAL_EOD_COORD", MOUNT))
    assert (prop[0].getName(), prop[0].getLabel()) == ("LON", "Lon")
    assert list(book.send(prop).values) == ["RA", "DEC"]


@pytest.mark.parametrize("name", ["setName", "setLabel", "setFormat"])
@pytest.mark.parametrize("wrong", [None, 5, b"RA"])
def test_only_text_is_a_name(ra, name, wrong):
    with pytest.raises(TypeError, match="a text is a str"):
        getattr(ra, name)(wrong)


def test_a_member_says_what_it_is(ra, image):
    assert repr(ra) == "<WidgetViewNumber Telescope Simulator.EQUATORIAL_EOD_COORD.RA=5:30:00>"
    assert repr(image) == "<WidgetViewBlob CCD Simulator.CCD1.CCD1=>"


def test_members_know_their_property(ra, red, connect, wind, image):
    owners = [ra.nvp, red.tvp, connect.svp, wind.lvp, image.bvp]
    names = ["EQUATORIAL_EOD_COORD", "FILTER_NAME", "CONNECTION", "WEATHER", "CCD1"]
    assert [owner.name for owner in owners] == names
    assert [owner.getDeviceName() for owner in owners] == [MOUNT] + ["CCD Simulator"] * 4


def test_all_handles_of_a_member_show_what_was_written_on_one(book, ra):
    ra.setValue(7.0)
    again = PropertyNumber(book.property("EQUATORIAL_EOD_COORD", MOUNT))
    assert again[0].getValue() == 7.0


# Numbers


def test_a_number_is_live(book, ra):
    assert ra.getValue() == 5.5
    book.say(update(ANGLES, State.OK, RA=6.25))
    assert (ra.getValue(), ra.value) == (6.25, 6.25)


def test_a_number_has_its_limits(ra):
    assert (ra.getMin(), ra.getMax(), ra.getStep()) == (0.0, 24.0, 0.5)
    assert (ra.min, ra.max, ra.step) == (0.0, 24.0, 0.5)
    assert ra.getFormat() == ra.format == "%010.6m"


def test_limits_follow_the_driver(book, ra):
    book.say(numbers("EQUATORIAL_EOD_COORD", {"RA": 1.0, "DEC": 2.0}, -1.0, 25.0, device=MOUNT))
    assert (ra.getMin(), ra.getMax()) == (-1.0, 25.0)


def test_limits_can_be_shown_otherwise(ra):
    ra.setMin(1)
    ra.setMax(2)
    ra.setStep(0.25)
    ra.setFormat("%g")
    assert (ra.min, ra.max, ra.step, ra.format) == (1.0, 2.0, 0.25, "%g")
    ra.setMinMax(3, 4)
    assert (ra.getMin(), ra.getMax()) == (3.0, 4.0)
    ra.min, ra.max, ra.step, ra.format = 0, 24, 0, "%f"
    assert (ra.getMin(), ra.getMax(), ra.getStep(), ra.getFormat()) == (0.0, 24.0, 0.0, "%f")


@pytest.mark.parametrize("number", [7, 7.0, np.float64(7), np.int16(7), np.array(7.0), True + 6])
def test_numbers_of_any_kind_can_be_written(book, ra, number):
    ra.setValue(number)
    assert ra.getValue() == 7.0
    assert type(ra.getValue()) is float
    assert book.send(ra.nvp).values["RA"] == "7"


def test_the_attribute_of_old_scripts_writes_as_well(book, ra):
    ra.value = 7.5
    assert ra.getValue() == 7.5
    assert book.send(ra.nvp).values == {"RA": "7.5", "DEC": "-12"}


def test_nan_is_a_number(ra):
    ra.setValue(math.nan)
    assert math.isnan(ra.getValue())


@pytest.mark.parametrize("name", ["setValue", "setMin", "setMax", "setStep"])
@pytest.mark.parametrize("wrong", ["5", "abc", None, [5.0]])
def test_what_is_no_number_is_not_written(ra, name, wrong):
    with pytest.raises(TypeError, match="a number is an int or a float"):
        getattr(ra, name)(wrong)
    assert (ra.value, ra.min, ra.max, ra.step) == (5.5, 0.0, 24.0, 0.5)


def test_zero_can_be_written(ra):
    ra.setValue(0)
    assert ra.getValue() == 0.0


# Texts


def test_a_text_is_live(book, red):
    assert (red.getText(), red.text) == ("Red", "Red")
    book.say(update(FILTER_NAME, State.OK, SLOT_1="Luminance"))
    assert red.getText() == "Luminance"


def test_a_text_can_be_written(book, red):
    red.setText("Ha")
    assert red.text == "Ha"
    red.text = "Hä"
    assert book.send(red.tvp).values == {"SLOT_1": "Hä", "SLOT_2": "Green"}


def test_a_text_may_be_empty(red):
    assert not red.isEmpty()
    red.setText("")
    assert red.isEmpty()
    assert red.getText() == ""


@pytest.mark.parametrize("wrong", [3, None, b"Red"])
def test_what_is_no_text_is_not_written(red, wrong):
    with pytest.raises(TypeError, match="a text is a str"):
        red.setText(wrong)
    with pytest.raises(TypeError, match="a text is a str"):
        red.text = wrong
    assert red.text == "Red"


# Switches


def test_a_switch_is_live(book, connect):
    assert (connect.getState(), connect.s, connect.getStateAsString()) == (1, 1, "On")
    book.say(update(CONNECTION, State.OK, CONNECT=False, DISCONNECT=True))
    assert (connect.getState(), connect.s, connect.getStateAsString()) == (0, 0, "Off")


def test_states_of_switches_are_plain_ints(connect):
    assert type(connect.getState()) is int
    assert {0: "off", 1: "on"}[connect.getState()] == "on"


@pytest.mark.parametrize(
    ("state", "word"), [(0, "Off"), (1, "On"), (True, "On"), (np.int8(1), "On")]
)
def test_a_switch_can_be_written(connect, state, word):
    connect.setState(state)
    assert connect.getStateAsString() == word
    connect.s = 0
    assert connect.getState() == 0


@pytest.mark.parametrize("wrong", [2, -1, 9])
def test_a_switch_has_two_states(connect, wrong):
    with pytest.raises(ValueError, match="0 is Off, 1 is On"):
        connect.setState(wrong)
    assert connect.getState() == 1


def test_a_state_may_be_its_name(connect, wind):
    connect.setState("On")
    wind.setState("Busy")
    assert (connect.getState(), wind.getState()) == (1, 2)


@pytest.mark.parametrize("wrong", ["on", None, 1.0])
def test_a_state_is_an_int(connect, wind, wrong):
    with pytest.raises(TypeError):
        connect.setState(wrong)
    with pytest.raises(TypeError):
        wind.setState(wrong)
    assert (connect.getState(), wind.getState()) == (1, 1)


# Lights


def test_a_light_is_live(book, wind):
    assert (wind.getState(), wind.s, wind.getStateAsString()) == (1, 1, "Ok")
    book.say(update(WEATHER, State.OK, WIND=State.BUSY))
    assert (wind.getState(), wind.getStateAsString()) == (2, "Busy")
    assert type(wind.getState()) is int


def test_a_light_can_be_shown_otherwise(wind):
    wind.setState(3)
    assert wind.getStateAsString() == "Alert"
    wind.s = 0
    assert wind.getStateAsString() == "Idle"


@pytest.mark.parametrize("wrong", [4, -1])
def test_a_light_has_four_states(wind, wrong):
    with pytest.raises(ValueError, match="0 is Idle, 1 is Ok, 2 is Busy, 3 is Alert"):
        wind.setState(wrong)


# When the property is not what it was


def test_a_member_that_is_gone_is_blank(book, ra):
    book.say(numbers("EQUATORIAL_EOD_COORD", {"ALT": 30.0}, device=MOUNT))
    assert (ra.getValue(), ra.getMin(), ra.getMax(), ra.getFormat()) == (0.0, 0.0, 0.0, "")
    assert (ra.getName(), ra.getLabel()) == ("RA", "")


def test_a_member_lives_on_when_its_property_comes_back(book, ra):
    book.say(delete(ANGLES))
    assert ra.getValue() == 5.5
    book.say(ANGLES, update(ANGLES, State.OK, RA=8.0))
    assert ra.getValue() == 8.0


def test_a_member_is_blank_while_its_property_is_of_another_kind(book, ra, red, connect, wind):
    book.say(define(Kind.LIGHT, "CONNECTION", Member("CONNECT", "", State.BUSY)))
    assert connect.getState() == 0
    book.say(numbers("FILTER_NAME", {"SLOT_1": 3.0}), numbers("WEATHER", {"WIND": 3.0}))
    assert (red.getText(), wind.getState()) == ("", 0)
    book.say(define(Kind.BLOB, "EQUATORIAL_EOD_COORD", Member("RA", "", None), device=MOUNT))
    assert ra.getValue() == 0.0
