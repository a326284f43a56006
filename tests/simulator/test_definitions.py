"""Each property of each device, field by field, against what INDI's own simulators announce."""

import pytest

from indinb.protocol.messages import Define, Member
from indinb.protocol.vocabulary import Kind
from indinb.simulator.observatory import DEVICES
from tests import captures
from tests.simulator.bench import Bench

VERSION = "indi-1.9.9"

CAPTURES = {
    "CCD Simulator": "ccd",
    "Dome Simulator": "dome",
    "Filter Simulator": "wheel",
    "Focuser Simulator": "focus",
    "GPS Simulator": "gps",
    "Guide Simulator": "guide",
    "Light Panel Simulator": "lightpanel",
    "Rotator Simulator": "rotator",
    "Telescope Simulator": "telescope",
    "Weather Simulator": "weather",
}
"""The capture of each device."""

LEFT_OUT: dict[str, set[str]] = {
    "CCD Simulator": {
        # nobody wants that of ours
        "CCD_SIMULATE_CRASH",
        # signal processing, which a client does better
        "DSP_ACTIVATE_CONVOLUTION",
        "DSP_ACTIVATE_DFT",
        "DSP_ACTIVATE_HISTOGRAM",
        "DSP_ACTIVATE_IDFT",
        "DSP_ACTIVATE_SPECTRUM",
        "DSP_ACTIVATE_WAVELETS",
    },
}
"""Properties of INDI's simulators that ours lack, by device."""

LEFT_OUT_OF_ALL = {
    # recording to the disk of the server
    "RECORD_FILE",
    "RECORD_STREAM",
    "RECORD_OPTIONS",
    "CCD_STREAM_RECORDER",
    # pictures from a folder instead of the sky
    "CCD_DIRECTORY_LOCATION",
    "CCD_DIRECTORY_TOGGLE",
}

ADDED = {
    # stopping and synchronizing are INDI's standard, which its simulator does without
    "Focuser Simulator": {"FOCUS_ABORT_MOTION", "FOCUS_SYNC"},
    # a panel needs to cover the telescope: the standard's dust cap
    "Light Panel Simulator": {"CAP_PARK", "CAP_ABORT"},
    # so that plate solving has something to do, and may be done without
    "Telescope Simulator": {"POINTING_ERROR"},
}
"""Properties that INDI's simulators lack."""

AFTERWARDS = {"FOCUS_ABORT_MOTION", "FOCUS_SYNC", "CAP_PARK", "CAP_ABORT"}
"""Of these, those that are there only when the device is connected."""

DIFFERENT = {
    # the tube is as warm as the air, whatever clients would like
    ("Focuser Simulator", "FOCUS_TEMPERATURE"): {"permission"},
}
"""Fields that differ on purpose, by device and property."""

DIFFERENT_VALUES = {
    ("CCD Simulator", "ACTIVE_DEVICES"),  # the filter is that of the wheel which people turn
    ("CCD Simulator", "CCD_INFO"),  # INDI's pixels are 5.2 micrometres in single precision
    ("CCD Simulator", "GUIDER_INFO"),
    ("CCD Simulator", "UPLOAD_SETTINGS"),  # the home of whoever runs it
    ("Guide Simulator", "CCD_INFO"),
    ("Guide Simulator", "UPLOAD_SETTINGS"),
    ("Focuser Simulator", "ABS_FOCUS_POSITION"),  # in focus at the begin
    ("Focuser Simulator", "FWHM"),
    ("GPS Simulator", "GEOGRAPHIC_COORD"),  # the place and time of the observatory
    ("GPS Simulator", "TIME_UTC"),
    ("Light Panel Simulator", "DRIVER_INFO"),  # it is a dust cap, too
    ("Telescope Simulator", "EQUATORIAL_EOD_COORD"),
    ("Telescope Simulator", "GEOGRAPHIC_COORD"),
    ("Telescope Simulator", "TELESCOPE_INFO"),  # a small refractor that sees three degrees
    ("Telescope Simulator", "TIME_UTC"),
    ("Weather Simulator", "GEOGRAPHIC_COORD"),
}
"""Properties whose values or states at the begin differ on purpose."""

COMPARED = [device for device in DEVICES if device != "Observatory Simulator"]
"""Devices that INDI has, too."""

FIELDS = ("label", "group", "kind", "permission", "rule", "timeout")


def captured(device: str, before: bool = False) -> dict[str, Define]:
    name = f"{VERSION}/{CAPTURES[device]}{'.preconnect' if before else ''}.xml"
    found: dict[str, Define] = {}
    for each in captures.read(captures.capture(name)):
        if isinstance(each, Define) and each.device == device:
            found.setdefault(each.name, each)  # as it is defined first
    return found


def ours(device: str, before: bool = False) -> dict[str, Define]:
    with Bench(DEVICES[device], connect=not before) as bench:
        return {each.name: each for each in bench.driver.definitions()}


def missing(device: str) -> set[str]:
    return LEFT_OUT.get(device, set()) | LEFT_OUT_OF_ALL


def pairs(device: str, before: bool = False) -> list[tuple[Define, Define]]:
    theirs, mine = captured(device, before), ours(device, before)
    return [(mine[name], theirs[name]) for name in mine if name in theirs]


def fields(definition: Define) -> dict[str, object]:
    return {field: getattr(definition, field) for field in FIELDS}


def member_fields(member: Member, kind: Kind) -> dict[str, object]:
    limits = {"min": member.min, "max": member.max, "step": member.step, "format": member.format}
    return {"name": member.name, "label": member.label} | (limits if kind is Kind.NUMBER else {})


def test_all_devices_are_compared() -> None:
    assert set(COMPARED) == set(CAPTURES)


@pytest.mark.parametrize("before", [True, False], ids=["before", "connected"])
@pytest.mark.parametrize("device", COMPARED)
def test_it_has_the_same_properties(device: str, before: bool) -> None:
    theirs, mine = set(captured(device, before)), set(ours(device, before))
    more = ADDED.get(device, set())
    assert mine - theirs == (more - AFTERWARDS if before else more)
    assert theirs - mine == theirs & missing(device)


@pytest.mark.parametrize("device", COMPARED)
def test_what_is_left_out_is_not_there(device: str) -> None:
    assert not set(ours(device)) & missing(device)
    assert LEFT_OUT.get(device, set()) <= set(captured(device))


@pytest.mark.parametrize("before", [True, False], ids=["before", "connected"])
@pytest.mark.parametrize("device", COMPARED)
def test_properties_are_alike(device: str, before: bool) -> None:
    for mine, theirs in pairs(device, before):
        different = {f for f in FIELDS if fields(mine)[f] != fields(theirs)[f]}
        assert different == DIFFERENT.get((device, mine.name), set()), (mine, theirs)


@pytest.mark.parametrize("before", [True, False], ids=["before", "connected"])
@pytest.mark.parametrize("device", COMPARED)
def test_members_are_alike(device: str, before: bool) -> None:
    for mine, theirs in pairs(device, before):
        got = [member_fields(member, mine.kind) for member in mine.members]
        wanted = [member_fields(member, mine.kind) for member in theirs.members]
        if "members" in DIFFERENT.get((device, mine.name), set()):
            assert got != wanted
        else:
            assert got == wanted, mine.name


@pytest.mark.parametrize("device", COMPARED)
def test_all_begins_alike(device: str) -> None:
    different = {
        (device, mine.name)
        for mine, theirs in pairs(device)
        if (mine.state, values(mine)) != (theirs.state, values(theirs))
    }
    assert different == {pair for pair in DIFFERENT_VALUES if pair[0] == device}


def values(definition: Define) -> dict[str, object]:
    return {member.name: member.value for member in definition.members}
