import pytest

from indinb import pyindi
from indinb.protocol.vocabulary import BlobMode, Interface, Kind, Permission, State, SwitchRule
from indinb.pyindi import BaseDevice, constants, words

CONSTANTS = {
    "INDIV": 1.7,
    **{"INDI_NUMBER": 0, "INDI_SWITCH": 1, "INDI_TEXT": 2},
    **{"INDI_LIGHT": 3, "INDI_BLOB": 4, "INDI_UNKNOWN": 5},
    **{"ISS_OFF": 0, "ISS_ON": 1},
    **{"IPS_IDLE": 0, "IPS_OK": 1, "IPS_BUSY": 2, "IPS_ALERT": 3},
    **{"ISR_1OFMANY": 0, "ISR_ATMOST1": 1, "ISR_NOFMANY": 2},
    **{"IP_RO": 0, "IP_WO": 1, "IP_RW": 2},
    **{"B_NEVER": 0, "B_ALSO": 1, "B_ONLY": 2},
    **{"INDI_DEVICE_NOT_FOUND": -1, "INDI_PROPERTY_INVALID": -2},
    **{"INDI_PROPERTY_DUPLICATED": -3, "INDI_DISPATCH_ERROR": -4},
    **{"AXIS_RA": 0, "AXIS_DE": 1, "AXIS_AZ": 0, "AXIS_ALT": 1},
    **{"DIRECTION_NORTH": 0, "DIRECTION_SOUTH": 1, "DIRECTION_WEST": 0, "DIRECTION_EAST": 1},
    **{"INDI_MONO": 0, "INDI_RGB": 100, "INDI_BGR": 101, "INDI_JPG": 200},
    **{"INDI_BAYER_RGGB": 8, "INDI_BAYER_GRBG": 9, "INDI_BAYER_GBRG": 10, "INDI_BAYER_BGGR": 11},
    **{"INDI_BAYER_CYYM": 16, "INDI_BAYER_YCMY": 17},
    **{"INDI_BAYER_YMCY": 18, "INDI_BAYER_MYYC": 19},
    **{"MAXINDINAME": 64, "MAXINDILABEL": 64, "MAXINDIDEVICE": 64, "MAXINDIGROUP": 64},
    **{"MAXINDIFORMAT": 64, "MAXINDIBLOBFMT": 64, "MAXINDITSTAMP": 64},
    **{"MAXINDIMESSAGE": 255, "MAXRBUF": 2048},
    **{"INDI_VERSION_MAJOR": 2, "INDI_VERSION_MINOR": 1, "INDI_VERSION_RELEASE": 2},
    "DATA_INSTALL_DIR": "/usr/share/indi/",
}

BITS = {
    **{"TELESCOPE": 0, "CCD": 1, "GUIDER": 2, "FOCUSER": 3, "FILTER": 4, "DOME": 5, "GPS": 6},
    **{"WEATHER": 7, "AO": 8, "DUSTCAP": 9, "LIGHTBOX": 10, "DETECTOR": 11, "ROTATOR": 12},
    **{"SPECTROGRAPH": 13, "CORRELATOR": 14, "AUX": 15, "OUTPUT": 16, "INPUT": 17, "POWER": 18},
    **{"IMU": 19, "PAC": 20},
}

OF_DEVICES = {
    "GENERAL_INTERFACE": 0,
    "SENSOR_INTERFACE": 1 << 13 | 1 << 11 | 1 << 14,
    **{"INDI_DEVICE_NOT_FOUND": -1, "INDI_PROPERTY_INVALID": -2},
    **{"INDI_PROPERTY_DUPLICATED": -3, "INDI_DISPATCH_ERROR": -4},
    **{"INDI_ENABLED": 0, "INDI_DISABLED": 1},
    **{"WATCH_NEW": 0, "WATCH_UPDATE": 1, "WATCH_NEW_OR_UPDATE": 2},
    **{f"{name}_INTERFACE": 1 << bit for name, bit in BITS.items()},
}


@pytest.mark.parametrize(("name", "value"), CONSTANTS.items())
def test_constants_have_their_values(name, value):
    constant = getattr(pyindi, name)
    assert constant == value
    assert type(constant) is type(value)  # no enumeration: scripts index lists by them


@pytest.mark.parametrize(("name", "value"), OF_DEVICES.items())
def test_devices_have_constants_as_well(name, value):
    assert getattr(BaseDevice, name) == getattr(BaseDevice(), name) == value
    assert type(getattr(BaseDevice, name)) is int


def test_there_are_no_other_constants():
    assert {name for name in vars(constants) if name.isupper()} == CONSTANTS.keys()
    assert {name for name in vars(words.Interfaces) if name.isupper()} == OF_DEVICES.keys()


def test_constants_index_lists_and_dictionaries():
    assert ["Idle", "Ok", "Busy", "Alert"][pyindi.IPS_BUSY] == "Busy"
    assert {0: "Off", 1: "On"}[pyindi.ISS_ON] == "On"
    assert f"{pyindi.IPS_ALERT} {pyindi.INDI_BLOB:02d}" == "3 04"


@pytest.mark.parametrize(
    ("known", "constants", "enumeration"),
    [
        (words.KINDS, "INDI_NUMBER INDI_SWITCH INDI_TEXT INDI_LIGHT INDI_BLOB", Kind),
        (words.STATES, "IPS_IDLE IPS_OK IPS_BUSY IPS_ALERT", State),
        (words.RULES, "ISR_1OFMANY ISR_ATMOST1 ISR_NOFMANY", SwitchRule),
        (words.PERMISSIONS, "IP_RO IP_WO IP_RW", Permission),
        (words.BLOB_MODES, "B_NEVER B_ALSO B_ONLY", BlobMode),
        (words.SWITCHES, "ISS_OFF ISS_ON", ("Off", "On")),
    ],
)
def test_each_number_stands_for_a_word_of_the_wire(known, constants, enumeration):
    assert [getattr(pyindi, name) for name in constants.split()] == list(range(len(known)))
    assert set(known) == set(enumeration)


@pytest.mark.parametrize(
    ("constant", "word"),
    [
        ("IPS_OK", "Ok"),
        ("IPS_ALERT", "Alert"),
        ("ISR_1OFMANY", "OneOfMany"),
        ("ISR_NOFMANY", "AnyOfMany"),
        ("IP_WO", "wo"),
        ("B_ONLY", "Only"),
        ("INDI_TEXT", "Text"),
    ],
)
def test_the_words_are_those_of_the_constants(constant, word):
    tables = (words.STATES, words.RULES, words.PERMISSIONS, words.BLOB_MODES, words.KINDS)
    prefixes = ("IPS_", "ISR_", "IP_", "B_", "INDI_")
    [table] = [t for t, p in zip(tables, prefixes, strict=True) if constant.startswith(p)]
    assert table[getattr(pyindi, constant)] == word


def test_every_bit_has_a_name():
    bits = {getattr(BaseDevice, f"{name}_INTERFACE") for name in BITS}
    assert bits == {int(interface) for interface in Interface}
