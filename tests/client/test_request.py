import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indinb.client import request
from indinb.errors import NotWritable, OutOfRange, PropertyError, UnknownElement
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Permission
from indinb.protocol.writer import encode
from tests import captures
from tests.client.fakes import (
    ABORT,
    CCD,
    CONNECTION,
    FILTER_NAME,
    FRAME,
    FRAME_TYPE,
    GUIDE_IMAGE,
    IMAGE,
    MOTION,
    OPTIONS,
    RADEC,
    TEMPERATURE,
    WEATHER,
    numbers,
    texts,
    vector,
)

BOTH = IMAGE._replace(members=IMAGE.members + GUIDE_IMAGE.members)


def build(definition, *changes, **asked):
    """Ask a property, as it is after some updates; return what is sent, in order."""
    now = vector(definition)
    if changes:
        now = type(now)(now.definition, now.state, dict(now) | changes[0])
    message = request.build(now, asked)
    assert message[:3] == (definition.kind, definition.device, definition.name)
    return list(message.values.items())


def refusal(error, definition, *changes, **asked):
    """Ask a property for what it must refuse; return the text of the error."""
    with pytest.raises(error) as caught:
        build(definition, *changes, **asked)
    assert type(caught.value) is error
    text = str(caught.value)
    assert "\n" not in text
    assert definition.name in text
    assert definition.device in text
    return text


# Numbers


def test_numbers_go_out_whole_and_in_the_order_of_their_definition():
    assert build(FRAME, HEIGHT=512, X=5) == [
        ("X", 5.0),
        ("Y", 0.0),
        ("WIDTH", 1280.0),
        ("HEIGHT", 512.0),
    ]


def test_numbers_not_asked_for_go_out_as_they_are_now():
    assert build(RADEC, {"DEC": 45.25}, RA=1) == [("RA", 1.0), ("DEC", 45.25)]


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3.0), (2.5, 2.5), (True, 1.0), ("12:30:00", 12.5), ("-0:30", -0.5), ("1e1", 10.0)],
)
def test_numbers_may_be_written_in_many_ways(value, number):
    assert build(RADEC, RA=value)[0] == ("RA", number)


class Quantity:
    """Has a number, as an `astropy.units.Quantity` without dimension does."""

    def __float__(self):
        return 7.0


def test_whatever_has_a_float_is_a_number():
    assert build(RADEC, RA=Quantity())[0] == ("RA", 7.0)


@pytest.mark.parametrize("value", ["abc", "", None, [], object(), 1j])
def test_what_is_no_number_is_refused(value):
    text = refusal(OutOfRange, TEMPERATURE, CCD_TEMPERATURE_VALUE=value)
    assert text.startswith("CCD_TEMPERATURE_VALUE of CCD_TEMPERATURE of CCD Simulator takes")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "nan", "inf", "1e999"])
def test_numbers_without_end_are_refused_since_drivers_would_store_them(value):
    text = refusal(OutOfRange, RADEC, RA=value)
    assert "cannot be" in text
    assert text.endswith("give a real number")


@given(st.floats(-50, 40))
@example(-50.0)
@example(40.0)
def test_numbers_within_the_limits_are_sent(value):
    assert build(TEMPERATURE, CCD_TEMPERATURE_VALUE=value) == [("CCD_TEMPERATURE_VALUE", value)]


@given(st.floats(40, exclude_min=True, allow_infinity=False) | st.floats(max_value=-50.001))
def test_numbers_beyond_the_limits_are_refused(value):
    with pytest.raises(OutOfRange):
        build(TEMPERATURE, CCD_TEMPERATURE_VALUE=value)


def test_refusal_tells_the_limits():
    assert refusal(OutOfRange, TEMPERATURE, CCD_TEMPERATURE_VALUE=-60) == (
        "CCD_TEMPERATURE_VALUE of CCD_TEMPERATURE of CCD Simulator goes from -50 to 40, "
        "so it cannot be -60"
    )


@pytest.mark.parametrize("limit", [0.0, 5.0])
def test_equal_limits_are_none(limit):
    free = numbers("FREE", {"X": 0.0}, limit, limit)
    assert build(free, X=1e9) == [("X", 1e9)]


def test_a_number_that_is_not_finite_now_has_to_be_given_too():
    text = refusal(OutOfRange, RADEC, {"DEC": math.nan}, RA=1)
    assert text == (
        "EQUATORIAL_EOD_COORD of Telescope Simulator is set as a whole, and its DEC is nan now: "
        "give a number for it too"
    )
    assert build(RADEC, {"DEC": math.nan}, RA=1, DEC=2) == [("RA", 1.0), ("DEC", 2.0)]


def test_numbers_not_asked_for_need_not_be_within_their_limits():
    assert build(FRAME, {"WIDTH": 9999.0}, X=1)[2] == ("WIDTH", 9999.0)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_comes_out_of_the_wire_as_it_was_asked(value):
    message = request.build(vector(RADEC), {"RA": value})
    assert captures.read(encode(message)) == [message]


# Texts


def test_texts_go_out_whole_and_in_the_order_of_their_definition():
    assert build(FILTER_NAME, SLOT_2="Blue") == [("SLOT_1", "Red"), ("SLOT_2", "Blue")]


@pytest.mark.parametrize(("value", "text"), [(5, "5"), ("", ""), ("Größe", "Größe"), (2.5, "2.5")])
def test_texts_may_be_anything_that_can_be_written(value, text):
    assert build(FILTER_NAME, SLOT_1=value)[0] == ("SLOT_1", text)


@pytest.mark.parametrize("value", ["<b>", "&amp;", "  <b>"])
def test_texts_that_drivers_misread_are_sent_with_a_warning(value, caplog):
    assert build(FILTER_NAME, SLOT_1=value)[0] == ("SLOT_1", value)
    assert "SLOT_1" in caplog.text
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_texts_that_drivers_read_well_need_no_warning(caplog):
    build(FILTER_NAME, SLOT_1="R & B < V")
    assert caplog.records == []


# Switches


@pytest.mark.parametrize(
    "asked",
    [
        {"FRAME_DARK": True},
        {"FRAME_DARK": True, "FRAME_LIGHT": False},
        {"FRAME_LIGHT": "Off", "FRAME_DARK": "On"},
        {"FRAME_DARK": "on"},
        {"FRAME_DARK": 1},
    ],
)
def test_of_one_of_many_only_the_one_that_is_on_goes_out(asked):
    assert build(FRAME_TYPE, **asked) == [("FRAME_DARK", True)]


def test_of_one_of_many_the_one_that_is_on_already_may_be_asked_for():
    assert build(FRAME_TYPE, FRAME_LIGHT=True) == [("FRAME_LIGHT", True)]


def test_of_one_of_many_one_has_to_be_on():
    assert refusal(PropertyError, FRAME_TYPE, FRAME_LIGHT=False) == (
        "one member of CCD_FRAME_TYPE of CCD Simulator is always on: "
        "name the one to switch on, of FRAME_LIGHT, FRAME_DARK"
    )


@pytest.mark.parametrize("definition", [FRAME_TYPE, MOTION])
def test_two_cannot_be_on_where_one_is_allowed(definition):
    first, second = (member.name for member in definition.members)
    text = refusal(PropertyError, definition, **{first: True, second: True})
    assert text.startswith("only one member of ")
    assert text.endswith(f"can be on, not {first} and {second}")


def test_a_switch_without_a_rule_is_taken_as_one_of_many():
    unruled = FRAME_TYPE._replace(rule=None)
    assert build(unruled, FRAME_DARK=True) == [("FRAME_DARK", True)]


@pytest.mark.parametrize(
    ("now", "asked", "sent"),
    [
        ({}, {"NORTH": True}, {"NORTH": True, "SOUTH": False}),
        ({"SOUTH": True}, {"NORTH": True}, {"NORTH": True, "SOUTH": False}),
        ({"SOUTH": True}, {"SOUTH": False}, {"NORTH": False, "SOUTH": False}),
        ({"SOUTH": True}, {"NORTH": False}, {"NORTH": False, "SOUTH": True}),
        ({"SOUTH": True}, {"NORTH": False, "SOUTH": False}, {"NORTH": False, "SOUTH": False}),
    ],
    ids=["on", "instead of the other", "off", "off while the other is on", "all off"],
)
def test_of_at_most_one_all_go_out_since_drivers_do_not_check(now, asked, sent):
    assert build(MOTION, now, **asked) == list(sent.items())


def test_a_push_button_is_pushed():
    assert build(ABORT, ABORT=True) == [("ABORT", True)]


@pytest.mark.parametrize("asked", [{"B": True}, {"A": False, "C": True}, {"A": True}])
def test_of_any_of_many_only_those_asked_for_go_out(asked):
    assert build(OPTIONS, **asked) == list(asked.items())


@pytest.mark.parametrize(
    ("value", "on"), [("On", True), ("OFF", False), ("off", False), (1, True), (0, False)]
)
def test_switches_may_be_written_in_many_ways(value, on):
    assert build(OPTIONS, B=value) == [("B", on)]


@pytest.mark.parametrize("value", ["yes", "true", "", "1"])
def test_words_that_are_neither_on_nor_off_are_refused(value):
    text = refusal(PropertyError, OPTIONS, B=value)
    assert text == f"B of OPTIONS of CCD Simulator is On or Off, not {value!r}"


# BLOBs


@pytest.mark.parametrize(
    "value",
    [b"pixels", bytearray(b"pixels"), memoryview(b"pixels"), memoryview(b"-pixels-")[1:-1]],
    ids=["bytes", "bytearray", "memoryview", "slice"],
)
def test_bytes_are_uploaded(value):
    assert build(IMAGE, CCD1=value) == [("CCD1", Blob(memoryview(b"pixels"), "", 6))]


def test_bytes_of_other_items_are_counted_as_bytes():
    ((_, blob),) = build(IMAGE, CCD1=memoryview(b"12345678").cast("H"))
    assert (blob.size, len(blob), bytes(blob)) == (8, 8, b"12345678")


def test_uploaded_bytes_are_read_only():
    ((_, blob),) = build(IMAGE, CCD1=bytearray(b"pixels"))
    assert blob.data.readonly


def test_files_are_uploaded_with_their_suffix_as_format(tmp_path):
    path = tmp_path / "flat.fits"
    path.write_bytes(b"pixels")
    assert build(IMAGE, CCD1=path) == [("CCD1", Blob(memoryview(b"pixels"), ".fits", 6))]


def test_a_file_that_is_not_there_is_python_s_own_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        build(IMAGE, CCD1=tmp_path / "nothing.fits")


def test_blobs_are_uploaded_as_they_are():
    blob = Blob(memoryview(b"zzz"), ".fits.z", 1000)
    assert build(IMAGE, CCD1=blob)[0][1] is blob


def test_of_blobs_only_those_asked_for_go_out():
    assert [name for name, _ in build(BOTH, CCD2=b"guide")] == ["CCD2"]


@pytest.mark.parametrize("value", ["flat.fits", 5, None, True])
def test_other_things_are_no_blobs(value):
    text = refusal(PropertyError, IMAGE, CCD1=value)
    assert text == "CCD1 of CCD Simulator takes bytes, a pathlib.Path or a Blob"


# What may be asked at all


def test_lights_are_read_only_whatever_they_are_said_to_be():
    light = WEATHER._replace(permission=Permission.READ_WRITE)
    assert "read-only" in refusal(NotWritable, light, WIND="Ok")


def test_read_only_properties_are_not_asked():
    info = texts("DRIVER_INFO", {"DRIVER_NAME": "CCD"}, permission=Permission.READ_ONLY)
    assert refusal(NotWritable, info, DRIVER_NAME="mine") == (
        "DRIVER_INFO of CCD Simulator is read-only: the driver alone changes it"
    )


def test_write_only_properties_are_asked():
    header = texts("FITS_HEADER", {"KEYWORD_NAME": ""}, permission=Permission.WRITE_ONLY)
    assert build(header, KEYWORD_NAME="OBSERVER") == [("KEYWORD_NAME", "OBSERVER")]


def test_unknown_members_are_named_along_with_the_known():
    assert refusal(UnknownElement, TEMPERATURE, VALUE=1, TEMP=2) == (
        "CCD_TEMPERATURE of CCD Simulator has no member 'TEMP', 'VALUE'; "
        "it has CCD_TEMPERATURE_VALUE"
    )


@pytest.mark.parametrize("definition", [TEMPERATURE, FILTER_NAME, FRAME_TYPE, OPTIONS, IMAGE])
def test_nothing_cannot_be_asked(definition):
    assert refusal(PropertyError, definition).startswith("nothing is asked of ")


def test_the_property_itself_stays_as_it_is():
    now = vector(FRAME)
    request.build(now, {"X": 5})
    assert now == vector(FRAME)


# A value that stands alone


def named(definition, value):
    return request.named(vector(definition).definition, value)


def test_a_value_alone_is_that_of_the_only_member():
    assert named(TEMPERATURE, -10) == {"CCD_TEMPERATURE_VALUE": -10}
    assert named(ABORT, True) == {"ABORT": True}
    assert named(IMAGE, b"pixels") == {"CCD1": b"pixels"}


def test_a_word_alone_is_the_switch_to_turn_on():
    assert named(CONNECTION, "CONNECT") == {"CONNECT": True}
    assert named(ABORT, "ABORT") == {"ABORT": True}


def test_a_mapping_is_values_by_name():
    asked = {"X": 1, "Y": 2}
    assert named(FRAME, asked) is asked


def test_a_word_alone_is_the_text_of_the_only_member():
    only = texts("OBSERVER", {"NAME": ""})
    assert named(only, "Caroline") == {"NAME": "Caroline"}


@pytest.mark.parametrize(("definition", "value"), [(FRAME, 5), (FILTER_NAME, "R"), (OPTIONS, 1)])
def test_a_value_alone_does_not_say_which_of_several_members(definition, value):
    with pytest.raises(PropertyError) as caught:
        named(definition, value)
    first = definition.members[0].name
    expected = f"{definition.name} of {CCD} has {len(definition.members)} members, so name them"
    assert str(caught.value).startswith(expected)
    assert f"set({first}=…, " in str(caught.value)
