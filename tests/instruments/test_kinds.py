"""What kinds of instrument a device is: what its driver tells, and what its properties show."""

import pytest

import indinb
from indinb import Camera, Dome, FilterWheel, Focuser, Guider, Power, Rotator, Telescope
from indinb.instruments import Instrument, base, instrument, instruments
from indinb.instruments.base import SKY_QUALITY, kinds_of, lacks_marks
from indinb.instruments.choice import candidates
from indinb.protocol.messages import Delete
from indinb.protocol.vocabulary import Interface, Permission
from tests.client.fakes import CCD, CONNECTION, DRIVER_INFO, MOUNT, numbers, texts, update
from tests.instruments.kennel import info

EXPOSURE = numbers("CCD_EXPOSURE", {"CCD_EXPOSURE_VALUE": 1.0})
SLOT = numbers("FILTER_SLOT", {"FILTER_SLOT_VALUE": 1.0})


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> type[Instrument]:
    """Register a kind for which INDI has no bit."""
    monkeypatch.setattr(base, "_kinds", dict(base._kinds))

    @instrument(SKY_QUALITY)
    class Meter(Instrument):
        """Measures how dark the sky is."""

        marks = ("SKY_QUALITY",)

    return Meter


def _kinds(client, device: str = CCD) -> list[type]:
    return [type(found) for found in instruments(client.devices[device])]


@pytest.mark.parametrize("told", [None, "0", "", "none", "-2", "\N{SUPERSCRIPT TWO}", "9" * 5000])
def test_where_the_driver_does_not_tell_the_properties_do(connect, told: str | None):
    word = () if told is None else (texts("DRIVER_INFO", {"DRIVER_INTERFACE": told}),)
    client = connect(CONNECTION, EXPOSURE, SLOT, *word)
    assert client.devices[CCD].interfaces == Interface.GENERAL
    assert kinds_of(client.devices[CCD]) == Interface.CCD | Interface.FILTER
    assert _kinds(client) == [Camera, FilterWheel]
    assert client.camera.name == client.filter_wheel.name == CCD


@pytest.mark.parametrize(
    ("mark", "kind"),
    [
        ("EQUATORIAL_EOD_COORD", Telescope),
        ("EQUATORIAL_COORD", Telescope),
        ("HORIZONTAL_COORD", Telescope),
        ("CCD_EXPOSURE", Camera),
        ("FILTER_SLOT", FilterWheel),
        ("ABS_FOCUS_POSITION", Focuser),
        ("REL_FOCUS_POSITION", Focuser),
        ("FOCUS_TIMER", Focuser),
        ("TELESCOPE_TIMED_GUIDE_WE", Guider),
        ("ABS_ROTATOR_ANGLE", Rotator),
        ("DOME_SHUTTER", Dome),
        ("DOME_PARK", Dome),
        ("WEATHER_STATUS", indinb.Weather),
        ("GPS_REFRESH", indinb.GPS),
        ("FLAT_LIGHT_CONTROL", indinb.FlatPanel),
        ("CAP_PARK", indinb.DustCap),
        ("POWER_CHANNELS", Power),
    ],
)
def test_any_of_its_marks_shows_a_kind(connect, mark: str, kind: type):
    assert _kinds(connect(numbers(mark, {"VALUE": 1.0}))) == [kind]


def test_what_a_driver_tells_comes_before_what_it_has(connect):
    client = connect(info(CCD, 2), SLOT)
    assert _kinds(client) == [Camera]
    spaces = texts("DRIVER_INFO", {"DRIVER_INTERFACE": " 8\n"}, device="Robo Focus")
    assert _kinds(connect(spaces), "Robo Focus") == [Focuser]


def test_nothing_is_kept_when_it_changes(connect):
    client = connect(info(CCD, 6))
    assert _kinds(client) == [Camera, Guider]
    client.server.tell(update(DRIVER_INFO, DRIVER_INTERFACE="22"))
    assert _kinds(client) == [Camera, Guider, FilterWheel]
    client.server.tell(Delete(CCD, "DRIVER_INFO"))
    assert _kinds(client) == []
    client.server.tell(SLOT)
    assert _kinds(client) == [FilterWheel]


def test_a_kind_without_a_bit(connect, meter: type):
    sky = numbers("SKY_QUALITY", {"SKY_BRIGHTNESS": 21.0}, permission=Permission.READ_WRITE)
    assert _kinds(connect(info(CCD, 0), sky)) == [meter]
    assert _kinds(connect(info(CCD, 2), sky)) == [Camera, meter]
    assert _kinds(connect(info(CCD, 2))) == [Camera]
    assert meter.interface is SKY_QUALITY
    assert sum(Interface) < SKY_QUALITY


@pytest.mark.parametrize("mark", ["POWER_CHANNELS", "POWER_CONTROL", "DIGITAL_OUTPUT_1"])
def test_a_kind_that_older_drivers_have_no_bit_for(connect, mark: str):
    has = texts(mark, {"A": "1"})
    assert _kinds(connect(info(CCD, 32768), has)) == [Power]
    assert _kinds(connect(info(CCD, 8), has)) == [Focuser, Power]
    assert _kinds(connect(info(CCD, 1 << 18))) == [Power]


def test_what_contradicts_its_driver_comes_last(connect):
    other = "QHY CCD"
    there = [info(CCD, 2), info(other, 2 | 16), EXPOSURE._replace(device=other)]
    client = connect(*there)
    devices = client.devices
    assert candidates(devices.values(), Interface.CCD)[0] is devices[CCD]
    client.server.tell(CONNECTION)
    assert lacks_marks(devices[CCD], Interface.CCD)
    assert candidates(devices.values(), Interface.CCD) == [devices[other], devices[CCD]]
    assert _kinds(client) == [Camera]
    client.server.tell(EXPOSURE)
    assert not lacks_marks(devices[CCD], Interface.CCD)
    assert candidates(devices.values(), Interface.CCD)[0] is devices[CCD]


def test_an_unknown_kind_contradicts_nothing(connect):
    client = connect(info(MOUNT, 1 << 8), CONNECTION._replace(device=MOUNT))
    mount = client.devices[MOUNT]
    assert kinds_of(mount) is Interface.ADAPTIVE_OPTICS
    assert not lacks_marks(mount, Interface.ADAPTIVE_OPTICS)
    assert instruments(mount) == []
