"""Sky quality meters: INDI's simulator, and meters that tell what they are told."""

import math
from collections.abc import Callable

import pytest
from astropy import units as u

import indinb
from indinb import Client, SkyQuality
from indinb.errors import UnknownProperty
from indinb.protocol.messages import Delete
from indinb.protocol.vocabulary import Interface, State
from tests.client.fakes import update
from tests.instruments.smalldevices import SQM, announced

DEFINITIONS = {definition.name: definition for definition in announced("sqm")}
READINGS = DEFINITIONS["SKY_QUALITY"]


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., SkyQuality]:
    """Return a function that makes a meter that tells other readings than the captured one."""

    def make(**readings: float) -> SkyQuality:
        client = connect(*DEFINITIONS.values())
        client.server.tell(update(READINGS, State.OK, **readings))
        return SkyQuality(client.devices[SQM])

    return make


def test_indis_simulator(real_observatory: Client):
    meter = SkyQuality(real_observatory.devices[SQM])
    assert meter.brightness.unit == u.mag / u.arcsec**2
    assert 0 < meter.brightness.value < 30
    assert meter.temperature.unit == u.deg_C
    assert meter.connected


def test_it_is_known_by_what_it_tells(real_observatory: Client):
    device = real_observatory.devices[SQM]
    assert device.interfaces == Interface.GENERAL
    assert [type(each) for each in indinb.instruments(device)] == [SkyQuality]
    assert SkyQuality.marks == ("SKY_QUALITY",)


def test_a_sensor_is_only_read_though_its_driver_would_let_it_be_set(make):
    meter = make()
    assert meter.device["SKY_QUALITY"].permission.writable
    with pytest.raises(AttributeError):
        meter.brightness = 22 * u.mag / u.arcsec**2


def test_the_captured_meter(make):
    meter = make()
    assert meter.brightness.value == pytest.approx(16.9)
    assert meter.temperature == 21.5 * u.deg_C


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_known_is_none(make, value: float):
    meter = make(SKY_BRIGHTNESS=value, SKY_TEMPERATURE=value)
    assert meter.brightness is None
    assert meter.temperature is None


def test_without_readings_the_error_says_so(make):
    meter = make()
    meter.device.connection.server.tell(Delete(SQM, "SKY_QUALITY"))
    for read in (lambda: meter.brightness, lambda: meter.temperature):
        with pytest.raises(UnknownProperty, match="SQM Simulator has no property 'SKY_QUALITY'"):
            read()
