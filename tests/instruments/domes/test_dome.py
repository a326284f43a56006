"""Domes: INDI's simulator, and ours."""

import signal

import pytest
from astropy import units as u
from astropy.coordinates import Angle

import indinb
from indinb import Client, Dome, Telescope, display
from indinb.client import operation as operation_room
from indinb.client.operation import Operation
from indinb.errors import Aborted, Failed, IndiError, OutOfRange, Refused
from tests.instruments.hall import DOME, MOUNT, hall  # noqa: F401  a fixture
from tests.waiting import wait_until

ours = pytest.mark.parametrize("hall", ["embedded"], indirect=True)
"""INDI's simulator needs five seconds for its shutter, whatever it is told."""


@pytest.fixture
def dome(hall: Client) -> Dome:  # noqa: F811
    """Return a dome that can turn."""
    dome = Dome(hall.devices[DOME])
    if dome.parked:
        dome.unpark()
    if dome.slaved:
        dome.unslave()
    assert not dome.moving
    return dome


def _begin(dome: Dome) -> Operation[Angle]:
    """Begin to turn a long way."""
    operation = dome.start_move_to(dome.azimuth + 170 * u.deg)
    wait_until(dome.device, lambda: dome.moving)
    return operation


def test_a_dome_is_known_by_its_bit(dome: Dome):
    assert [type(found) for found in indinb.instruments(dome.device)] == [Dome]


def test_what_a_dome_knows(dome: Dome):
    assert isinstance(dome.azimuth, Angle)
    assert dome.shutter in ("open", "closed")
    assert (dome.parked, dome.slaved, dome.moving) == (False, False, False)


def test_move_to_and_by(dome: Dome):
    here = dome.azimuth
    there = (here.deg + 10) % 360
    assert dome.move_to(here + 10 * u.deg).deg == dome.azimuth.deg == pytest.approx(there)
    assert dome.move_to(there * u.deg).deg == pytest.approx(there)
    assert dome.move_by(5 * u.deg).deg == dome.azimuth.deg == pytest.approx((there + 5) % 360)


@ours
def test_moves_through_north(dome: Dome):
    assert dome.move_to(5 * u.deg) == dome.azimuth == 5 * u.deg
    assert dome.move_by(-15 * u.deg).deg == dome.azimuth.deg == pytest.approx(350)
    assert dome.move_by(15 * u.deg).deg == pytest.approx(5)
    assert dome.move_to(-5 * u.deg) == dome.azimuth == 355 * u.deg


@pytest.mark.parametrize("angle", [90, "90", 5 * u.m, [1, 2] * u.deg, float("inf") * u.deg, None])
@ours
def test_what_is_no_angle(dome: Dome, angle: object):
    for use in (dome.start_move_to, dome.start_move_by):
        with pytest.raises(OutOfRange, match=r"takes an angle, such as dome\..* u\.deg\)"):
            use(angle)
    assert not dome.moving


def test_a_turning_dome_refuses_and_goes_on(dome: Dome):
    operation = _begin(dome)
    for use in (lambda: dome.move_to(0 * u.deg), lambda: dome.move_by(5 * u.deg)):
        with pytest.raises(Refused, match=r"is moving already: dome\.abort\(\) stops it"):
            use()
    assert not operation.done()
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    wait_until(dome.device, lambda: not dome.moving)


def test_abort_of_the_dome(dome: Dome):
    operation = _begin(dome)
    dome.abort()
    with pytest.raises(Aborted, match="the dome was stopped on its way, at "):
        operation.result()
    assert not dome.moving
    assert dome.move_by(5 * u.deg) is not None


@ours
def test_ctrl_c_stops_the_dome(dome: Dome, monkeypatch: pytest.MonkeyPatch):
    def press_ctrl_c(operation: Operation) -> None:
        wait_until(dome.device, lambda: dome.moving)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(operation_room, "_UNNOTICED", 0.0)
    monkeypatch.setattr(display, "_follow", press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        dome.move_to(dome.azimuth + 170 * u.deg)
    wait_until(dome.device, lambda: not dome.moving)


@ours
def test_progress_follows_the_dome(dome: Dome):
    dome.move_to(10 * u.deg)
    operation = dome.start_move_to(-100 * u.deg)
    wait_until(dome.device, lambda: operation.progress.fraction > 0.1)
    assert operation.label == "turn Dome Simulator to 260.0°"
    assert operation.result() == 260 * u.deg


@ours
def test_a_shutter_opens(dome: Dome):
    opening = dome.start_open_shutter()
    wait_until(dome.device, lambda: dome.shutter == "opening")
    assert not dome.ready
    opening.result()
    assert dome.shutter == "open"
    assert dome.ready
    dome.close_shutter()
    assert dome.shutter == "closed"
    assert not dome.ready


def test_a_dome_has_parked_when_its_shutter_is_closed(dome: Dome):
    """INDI's simulator says that it has parked while the shutter is still closing."""
    dome.device["DOME_PARK_POSITION"].set(PARK_AZ=dome.azimuth.deg).result()
    dome.park()
    assert (dome.parked, dome.shutter, dome.moving) == (True, "closed", False)
    assert not dome.ready
    dome.park()
    assert dome.parked
    with pytest.raises(Refused, match=r"is parked: dome\.unpark\(\) first"):
        dome.move_to(20 * u.deg)
    with pytest.raises(Refused, match=r"is parked: dome\.unpark\(\) first"):
        dome.slave()


def test_what_is_unparked_already_is_ok(dome: Dome):
    dome.unpark()
    assert not dome.parked
    dome.unpark()


@ours
def test_what_opens_can_be_closed(dome: Dome):
    opening = dome.start_open_shutter()
    wait_until(dome.device, lambda: dome.shutter == "opening")
    dome.close_shutter()
    assert dome.shutter == "closed"
    with pytest.raises(IndiError):
        opening.result()


def test_where_a_stopped_shutter_is_nobody_knows(dome: Dome):
    moving = dome.start_close_shutter()
    turning = _begin(dome)
    wait_until(dome.device, lambda: dome.shutter == "closing")
    dome.abort()
    assert dome.shutter is None
    assert not dome.ready
    wait_until(dome.device, lambda: not dome.moving)
    assert isinstance(turning.exception(), Aborted)
    with pytest.raises(Failed, match="where its shutter is, is not known"):
        moving.result()


@ours
def test_parking_that_is_stopped(dome: Dome):
    dome.move_to(180 * u.deg)
    operation = dome.start_park()
    wait_until(dome.device, lambda: dome.moving)
    with pytest.raises(Refused, match="is parking already: wait until it has parked"):
        dome.park()
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert not dome.parked
    dome.park()
    assert (dome.parked, dome.shutter) == (True, "closed")


@ours
def test_a_slaved_dome_follows_the_telescope(dome: Dome, hall: Client):  # noqa: F811
    dome.open_shutter()
    dome.device["ACTIVE_DEVICES"].set(ACTIVE_TELESCOPE="Nobody").result()
    dome.move_to(_azimuth(hall) + 90 * u.deg)
    assert dome.ready
    dome.slave()
    assert dome.slaved
    assert dome.device["ACTIVE_DEVICES"]["ACTIVE_TELESCOPE"] == MOUNT
    with pytest.raises(Refused, match=r"follows the telescope: dome\.unslave\(\) first"):
        dome.move_to(20 * u.deg)
    wait_until(dome.device, lambda: dome.ready)
    assert abs((dome.azimuth - _azimuth(hall)).wrap_at(180 * u.deg).deg) <= 6
    dome.unslave()
    assert not dome.slaved


def _azimuth(client: Client) -> Angle:
    return Angle(Telescope(client.devices[MOUNT]).altaz.az)
