"""Instruments that work at the same time, on INDI's own simulators and on ours."""

import asyncio

import pytest

import indinb
from indinb import Client
from indinb.client.operation import Operation
from indinb.errors import Aborted, Failed, Refused
from tests.waiting import wait_until

FAR_FROM_M31 = {"RA": 4.7, "DEC": -20.0}
NEAR_M31 = {"RA": 0.75, "DEC": 41.0}


def stand_at(client: Client, place: dict[str, float]) -> None:
    """Tell the mount that it points there."""
    device = client.telescope.device
    device["ON_COORD_SET"].set("SYNC").result()
    coordinates = device["EQUATORIAL_EOD_COORD"]
    try:
        coordinates.set(place).result()
    except Refused:  # by an Idle of the abort in the test before
        coordinates.set(place).result()


@pytest.fixture
def idle(client: Client) -> Client:
    """Return the client of an observatory that rests, its mount far from M31."""
    for instrument in (client.telescope, client.focuser, client.filter_wheel):
        instrument.connect()
    client.telescope.unpark()
    stand_at(client, FAR_FROM_M31)
    return client


def test_mount_focuser_and_wheel_work_together(idle: Client):
    stand_at(idle, NEAR_M31)
    position = idle.focuser.position
    reached, moved, _ = indinb.gather(
        idle.telescope.start_slew("M31"),
        idle.focuser.start_move_by(-100),
        idle.filter_wheel.start_select("Green"),
    ).wait()
    assert reached.separation(idle.telescope.radec).arcmin < 5
    assert moved == idle.focuser.position == position - 100
    assert idle.filter_wheel.current == "Green"


def test_time_that_is_up_stops_the_mount(idle: Client):
    slew = idle.telescope.start_slew("M31")
    wait_until(idle.telescope.device, lambda: idle.telescope.slewing)

    async def wait() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(indinb.gather(slew), 0.01)

    asyncio.run(wait())
    assert isinstance(slew.exception(), Aborted)
    wait_until(idle.telescope.device, lambda: not idle.telescope.slewing)


def test_what_fails_stops_the_mount(idle: Client):
    failing: Operation[None] = Operation("open the dome")
    slew = idle.telescope.start_slew("M31")
    wait_until(idle.telescope.device, lambda: idle.telescope.slewing)
    together = indinb.gather(slew, failing)
    failing.fail(Failed("open the dome: the shutter is stuck"))
    assert together.exception() is failing.exception()
    assert isinstance(slew.exception(), Aborted)
    wait_until(idle.telescope.device, lambda: not idle.telescope.slewing)
