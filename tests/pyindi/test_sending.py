import math

import pytest

from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Kind, Permission, State, SwitchRule
from indinb.protocol.writer import encode
from indinb.pyindi import PropertyBlob, PropertyNumber, PropertySwitch, PropertyText
from indinb.pyindi.sending import request
from tests.client.fakes import (
    CCD,
    FILTER_NAME,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    MOTION,
    OPTIONS,
    TEMPERATURE,
    WEATHER,
    delete,
    numbers,
    switches,
    update,
)
from tests.pyindi.books import Book


@pytest.fixture
def book():
    return Book(FILTER_NAME, FRAME, FRAME_TYPE, MOTION, OPTIONS, WEATHER, IMAGE, TEMPERATURE)


def written(book, of, **values):
    """Return what is sent when these values were written."""
    sheet = book.sheet(of.device, of.name)
    sheet.write(values)
    return request(sheet).values


# Texts and numbers


def test_texts_go_out_whole_as_they_were_defined(book):
    values = written(book, FILTER_NAME, SLOT_2="Blue")
    assert list(values.items()) == [("SLOT_1", "Red"), ("SLOT_2", "Blue")]


def test_a_text_may_be_sent_as_it_is_and_empty(book):
    assert written(book, FILTER_NAME) == {"SLOT_1": "Red", "SLOT_2": "Green"}
    assert written(book, FILTER_NAME, SLOT_1="", SLOT_2="") == {"SLOT_1": "", "SLOT_2": ""}


def test_numbers_go_out_whole_as_they_were_defined(book):
    values = written(book, FRAME, WIDTH=640.0)
    assert list(values.items()) == [("X", "0"), ("Y", "0"), ("WIDTH", "640"), ("HEIGHT", "1024")]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (12.123456789012345, "12.123456789012344359"),
        (-0.5, "-0.5"),
        (0.1, "0.10000000000000000555"),
        (1e300, "1.0000000000000000525e+300"),
        (-0.0, "-0"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_numbers_have_twenty_digits(book, number, told):
    assert written(book, TEMPERATURE, CCD_TEMPERATURE_VALUE=number) == {
        "CCD_TEMPERATURE_VALUE": told
    }


@pytest.mark.parametrize("number", [math.pi, 1e-300, 5e-324, 1.7976931348623157e308, 2**53 + 2.0])
def test_no_digit_is_lost(book, number):
    [told] = written(book, TEMPERATURE, CCD_TEMPERATURE_VALUE=number).values()
    assert float(told) == number


def test_a_number_beyond_its_limits_is_sent_for_the_driver_to_judge(book):
    assert written(book, TEMPERATURE, CCD_TEMPERATURE_VALUE=-300.0) == {
        "CCD_TEMPERATURE_VALUE": "-300"
    }


def test_a_property_that_may_only_be_read_is_sent_for_the_driver_to_judge(book):
    book.say(numbers("READ", {"A": 1.0}, permission=Permission.READ_ONLY))
    assert request(book.sheet(CCD, "READ")).values == {"A": "1"}


def test_a_request_names_its_property_and_tells_no_time(book):
    message = request(book.sheet(CCD, "CCD_FRAME"))
    assert (message.kind, message.device, message.name) == (Kind.NUMBER, CCD, "CCD_FRAME")
    assert message.timestamp is None
    assert encode(message).startswith(b"<newNumberVector ")


# Switches


def test_of_one_of_many_the_switch_that_was_turned_on_goes_out(book):
    assert written(book, FRAME_TYPE, FRAME_DARK=True) == {"FRAME_DARK": True}


def test_the_switch_that_is_on_goes_out_if_none_was_written(book):
    assert written(book, FRAME_TYPE) == {"FRAME_LIGHT": True}


def test_the_usual_way_of_scripts(book):
    values = written(book, FRAME_TYPE, FRAME_LIGHT=False, FRAME_DARK=True)
    assert values == {"FRAME_DARK": True}


def test_of_several_that_were_turned_on_the_last_goes_out(book):
    modes = switches("MODES", {"A": True, "B": False, "C": False})
    book.say(modes)
    assert written(book, modes, B=True) == {"B": True}
    assert written(book, modes, A=True) == {"A": True}
    assert written(book, modes, B=True) == {"B": True}


def test_all_of_one_of_many_go_out_if_none_is_on(book):
    values = written(book, FRAME_TYPE, FRAME_LIGHT=False)
    assert values == {"FRAME_LIGHT": False, "FRAME_DARK": False}


@pytest.mark.parametrize(
    ("before", "edits", "sent"),
    [
        ("NORTH", {"SOUTH": True}, {"NORTH": False, "SOUTH": True}),
        ("NORTH", {"SOUTH": True, "NORTH": True}, {"NORTH": True, "SOUTH": False}),
        ("NORTH", {"NORTH": False, "SOUTH": True}, {"NORTH": False, "SOUTH": True}),
        ("NORTH", {"NORTH": False}, {"NORTH": False, "SOUTH": False}),
        ("NORTH", {}, {"NORTH": True, "SOUTH": False}),
    ],
)
def test_of_at_most_one_all_go_out(book, before, edits, sent):
    book.say(update(MOTION, State.BUSY, **{before: True}))
    assert written(book, MOTION, **edits) == sent


def test_of_two_that_a_driver_has_on_against_its_rule_the_first_goes_out(book):
    book.say(update(MOTION, State.OK, NORTH=True, SOUTH=True))
    assert written(book, MOTION) == {"NORTH": True, "SOUTH": False}


def test_of_any_of_many_all_go_out_as_they_are(book):
    assert written(book, OPTIONS, B=True) == {"A": True, "B": True, "C": False}
    assert written(book, OPTIONS, A=False) == {"A": False, "B": True, "C": False}


def test_the_rule_of_the_script_counts(book):
    PropertySwitch(book.property("OPTIONS")).setRule(0)
    assert written(book, OPTIONS, B=True) == {"B": True}


def test_one_switch_alone_can_be_turned_off(book):
    alone = switches("ALONE", {"A": True}, SwitchRule.ANY_OF_MANY)
    book.say(alone)
    assert written(book, alone, A=False) == {"A": False}


# BLOBs, lights


def test_blobs_that_were_written_go_out(book):
    blob = Blob(memoryview(b"hello"), ".txt", 5)
    assert written(book, IMAGE, CCD1=blob) == {"CCD1": blob}


def test_what_the_driver_has_sent_does_not_go_back(book):
    book.say(update(IMAGE, State.OK, CCD1=Blob(memoryview(b"hello"), ".txt", 5)))
    with pytest.raises(ValueError, match="no BLOB was given"):
        request(book.sheet(CCD, "CCD1"))


def test_lights_are_never_sent(book):
    with pytest.raises(ValueError, match="drivers alone change lights"):
        request(book.sheet(CCD, "WEATHER"))


# From edit to edit


def test_what_was_sent_but_not_answered_goes_out_again_with_the_next(book):
    frame = PropertyNumber(book.property("CCD_FRAME"))
    frame[0].setValue(10)
    assert book.send(frame).values["X"] == "10"
    frame[1].setValue(20)
    assert book.send(frame).values == {"X": "10", "Y": "20", "WIDTH": "1280", "HEIGHT": "1024"}


def test_what_the_driver_answered_goes_out_with_the_next(book):
    frame = PropertyNumber(book.property("CCD_FRAME"))
    frame[0].setValue(11)
    book.send(frame)
    book.say(update(FRAME, State.OK, X=8.0))
    frame[1].setValue(20)
    assert book.send(frame).values["X"] == "8"


def test_a_mount_that_reports_its_place_does_not_take_the_target_away(book):
    frame = PropertyNumber(book.property("CCD_FRAME"))
    frame[0].setValue(100)
    book.say(update(FRAME, State.OK, X=1.0, Y=1.0))
    frame[1].setValue(200)
    book.say(update(FRAME, State.OK, X=2.0, Y=2.0))
    values = book.send(frame).values
    assert (values["X"], values["Y"]) == ("100", "200")


def test_members_of_now_are_sent(book):
    frame = PropertyNumber(book.property("CCD_FRAME"))
    frame[0].setValue(100)
    book.say(numbers("CCD_FRAME", {"LEFT": 1.0, "X": 2.0}))
    assert book.send(frame).values == {"LEFT": "1", "X": "100"}


def test_a_request_can_be_made_of_what_was_just_deleted(book):
    names = PropertyText(book.property("FILTER_NAME"))
    names[0].setText("Ha")
    book.say(delete(FILTER_NAME))
    assert book.send(names).values == {"SLOT_1": "Ha", "SLOT_2": "Green"}


@pytest.mark.parametrize("written_before", ["text", "blob"])
def test_what_was_written_on_another_kind_never_goes_out(book, written_before):
    if written_before == "text":
        PropertyText(book.property("FILTER_NAME"))[0].setText("On")
        book.say(switches("FILTER_NAME", {"SLOT_1": False, "SLOT_2": True}))
        assert book.send(book.property("FILTER_NAME")).values == {"SLOT_2": True}
    else:
        PropertyBlob(book.property("CCD1"))[0].setBlob(b"hello")
        book.say(numbers("CCD1", {"CCD1": 3.0}))
        assert book.send(book.property("CCD1")).values == {"CCD1": "3"}
