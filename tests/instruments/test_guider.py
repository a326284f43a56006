"""Guiders: INDI's simulators and ours; a mount, and a camera with a guide port."""

import asyncio
from time import monotonic

import pytest
from astropy import units as u

import indinb
from indinb import Client, Guider
from indinb.errors import Aborted, OutOfRange, Refused
from indinb.protocol.vocabulary import State
from tests.client.fakes import CCD, MOUNT

NORTH, WEST = "TELESCOPE_TIMED_GUIDE_NS", "TELESCOPE_TIMED_GUIDE_WE"


@pytest.fixture(params=[MOUNT, CCD])
def guider(request: pytest.FixtureRequest, client: Client) -> Guider:
    return Guider(client.devices[request.param])


def test_a_guider_is_known_by_its_bit(guider: Guider):
    assert Guider in [type(found) for found in indinb.instruments(guider.device)]


@pytest.mark.parametrize("direction", ["north", "south", "east", "west"])
def test_guide(guider: Guider, direction: str):
    begin = monotonic()
    guider.guide(direction, 0.2 * u.s)
    if guider.name == CCD:  # INDI's mount may be early, as it looks at its clock now and then
        assert monotonic() - begin >= 0.2
    assert all(guider.device[name].state is not State.BUSY for name in (NORTH, WEST))


def test_both_axes_at_once(guider: Guider):
    async def guide() -> None:
        await asyncio.gather(guider.start_guide("south", ms=100), guider.start_guide("west", ms=90))

    asyncio.run(guide())


def test_an_axis_has_one_pulse_at_a_time(guider: Guider):
    operation = guider.start_guide("north", ms=300)
    with pytest.raises(Refused, match="already: wait for its end"):
        guider.guide("south", ms=100)
    assert operation.result() is None
    guider.guide("south", ms=100)


def test_a_pulse_that_is_aborted(guider: Guider):
    operation = guider.start_guide("east", ms=400)
    operation.abort()
    assert isinstance(operation.exception(), Aborted)


@pytest.mark.parametrize("length", [500, 0, -1 * u.s, 61 * u.s, 5 * u.m])
def test_what_is_no_pulse(guider: Guider, length: object):
    with pytest.raises(OutOfRange):
        guider.start_guide("north", length)
