import re

import pytest

from indinb.protocol.messages import Define, Update
from indinb.protocol.vocabulary import (
    BlobMode,
    Interface,
    Kind,
    Permission,
    State,
    SwitchRule,
)
from tests.captures import DEFINITIONS, SESSIONS, capture, read, received

WORDS = [Kind, State, Permission, SwitchRule, BlobMode]


@pytest.mark.parametrize(
    ("enumeration", "words"),
    [
        (Kind, ["Text", "Number", "Switch", "Light", "BLOB"]),
        (State, ["Idle", "Ok", "Busy", "Alert"]),
        (Permission, ["ro", "wo", "rw"]),
        (SwitchRule, ["OneOfMany", "AtMostOne", "AnyOfMany"]),
        (BlobMode, ["Never", "Also", "Only"]),
    ],
)
def test_values_are_the_words_of_the_wire(enumeration, words):
    assert [word.value for word in enumeration] == words
    assert [f"{word}" for word in enumeration] == words
    assert list(enumeration) == words


@pytest.mark.parametrize("enumeration", WORDS)
def test_words_are_recognised_whatever_their_case(enumeration):
    for word in enumeration:
        assert enumeration(word.upper()) is word
        assert enumeration(word.lower()) is word


@pytest.mark.parametrize("enumeration", WORDS)
@pytest.mark.parametrize("text", ["", " ", "bogus", "Ok!", "None"])
def test_other_words_are_refused(enumeration, text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        enumeration(text)


@pytest.mark.parametrize(
    ("permission", "readable", "writable"),
    [
        (Permission.READ_ONLY, True, False),
        (Permission.WRITE_ONLY, False, True),
        (Permission.READ_WRITE, True, True),
    ],
)
def test_permissions_say_what_a_client_may(permission, readable, writable):
    assert permission.readable is readable
    assert permission.writable is writable


@pytest.mark.parametrize(
    ("number", "interfaces"),
    [
        (0, Interface.GENERAL),
        (5, Interface.TELESCOPE | Interface.GUIDER),
        (22, Interface.CCD | Interface.GUIDER | Interface.FILTER),
        (8, Interface.FOCUSER),
        (1 << 12, Interface.ROTATOR),
        (0x8000, Interface.AUXILIARY),
        (1 << 20, Interface.POLAR_ALIGNMENT),
    ],
)
def test_interface_is_what_libindi_numbers(number, interfaces):
    assert Interface(number) == interfaces


def test_every_interface_has_its_bit():
    assert [interface.value for interface in Interface] == [1 << bit for bit in range(21)]


def test_bits_of_later_versions_do_no_harm():
    device = Interface(1 << 25 | 2)
    assert Interface.CCD in device
    assert Interface.FOCUSER not in device
    assert int(device) == 1 << 25 | 2


@pytest.mark.parametrize("name", ["indi-1.9.9/ccd.xml", "indi-2.2.4/ccd.xml"])
def test_interface_of_a_real_camera(name):
    info = next(message for message in read(capture(name)) if message.name == "DRIVER_INFO")
    number = {member.name: member.value for member in info.members}["DRIVER_INTERFACE"]
    assert Interface.CCD in Interface(int(number))


def test_every_word_occurs_in_real_life():
    streams = [capture(name) for name in DEFINITIONS] + [received(name) for name in SESSIONS]
    messages = [message for stream in streams for message in read(stream)]
    definitions = [message for message in messages if isinstance(message, Define)]
    assert {message.state for message in messages if isinstance(message, Update)} == set(State)
    assert {definition.kind for definition in definitions} == set(Kind)
    assert {definition.permission for definition in definitions} == set(Permission)
    assert {definition.rule for definition in definitions} == {None, *SwitchRule}
