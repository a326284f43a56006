"""Rotators: INDI's simulator, and ours."""

import asyncio

import pytest
from astropy import units as u
from astropy.coordinates import Angle

import indinb
from indinb import Client, Rotator
from indinb.client.operation import Operation
from indinb.errors import Aborted, OutOfRange, Refused, UnknownProperty
from indinb.protocol.vocabulary import State
from tests.instruments.hall import ROTATOR, hall  # noqa: F401  a fixture
from tests.waiting import wait_until

ours = pytest.mark.parametrize("hall", ["embedded"], indirect=True)
"""INDI's simulator needs a second for ten degrees, whatever it is told."""


@pytest.fixture
def rotator(hall: Client) -> Rotator:  # noqa: F811
    """Return a rotator that is in our simulator at 30°."""
    rotator = Rotator(hall.devices[ROTATOR])
    if "Observatory Simulator" in hall.devices:
        rotator.move_to(30 * u.deg)
    return rotator


def test_a_rotator_is_known_by_its_bit(rotator: Rotator):
    assert [type(found) for found in indinb.instruments(rotator.device)] == [Rotator]


def test_where_it_is(rotator: Rotator):
    assert isinstance(rotator.angle, Angle)
    assert 0 <= rotator.angle.deg <= 360
    assert not rotator.moving
    assert rotator.limit is None


def test_a_turn_through_zero_and_back(rotator: Rotator):
    rotator.move_to(4 * u.deg)
    assert rotator.move_by(-8 * u.deg).deg == rotator.angle.deg == pytest.approx(356)
    assert rotator.move_to(-356 * u.deg).deg == rotator.angle.deg == pytest.approx(4)


@ours
@pytest.mark.parametrize(
    ("angle", "reached"),
    [(50 * u.deg, 50), (Angle("3h"), 45), (-10 * u.deg, 350), (750 * u.deg, 30), (0 * u.rad, 0)],
    ids=["degrees", "hours", "negative", "two turns", "radians"],
)
def test_move_to(rotator: Rotator, angle: u.Quantity, reached: float):
    told = rotator.move_to(angle)
    assert isinstance(told, Angle)
    assert told.deg == rotator.angle.deg == pytest.approx(reached)


def test_the_same_angle_needs_no_turn(rotator: Rotator):
    here = rotator.angle
    assert rotator.move_to(here) == here
    assert rotator.move_to(here + 360 * u.deg).deg == pytest.approx(here.deg)


@ours
def test_a_whole_turn_is_none(rotator: Rotator):
    rotator.move_to(0 * u.deg)
    assert rotator.move_to(360 * u.deg) == rotator.angle == 0 * u.deg


@pytest.mark.parametrize(
    "angle", [90, 90.0, "90", 5 * u.m, [1, 2] * u.deg, float("nan") * u.deg, None, True]
)
@ours
def test_what_is_no_angle(rotator: Rotator, angle: object):
    for use in (rotator.start_move_to, rotator.start_move_by, rotator.start_sync):
        with pytest.raises(OutOfRange, match=r"takes an angle, such as rotator\..* u\.deg\)"):
            use(angle)
    assert rotator.angle == 30 * u.deg


def _begin(rotator: Rotator) -> Operation[Angle]:
    """Begin to turn a long way."""
    operation = rotator.start_move_by(150 * u.deg)
    wait_until(rotator.device, lambda: rotator.moving)
    return operation


def test_a_turning_rotator_refuses_and_goes_on(rotator: Rotator):
    operation = _begin(rotator)
    uses = [lambda: rotator.move_to(0 * u.deg), lambda: rotator.move_by(5 * u.deg), rotator.home]
    for use in uses:
        with pytest.raises(Refused, match=r"is turning already: rotator\.abort\(\) stops it"):
            use()
    assert rotator.moving
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert not rotator.moving


def test_a_rotator_that_was_stopped_is_ok_elsewhere(rotator: Rotator):
    operation = _begin(rotator)
    rotator.abort()
    with pytest.raises(Aborted, match=r"°: the rotator was stopped on its way, at "):
        operation.result()
    assert rotator.device["ABS_ROTATOR_ANGLE"].state is State.OK


def test_abort_of_a_rotator_that_stands(rotator: Rotator):
    here = rotator.angle
    rotator.abort()
    assert rotator.move_by(5 * u.deg).deg == pytest.approx((here.deg + 5) % 360)


@ours
def test_progress_is_the_shorter_way_around(rotator: Rotator):
    operation = rotator.start_move_to(-90 * u.deg)
    wait_until(rotator.device, lambda: operation.progress.fraction > 0.1)
    fraction, detail, *_ = operation.progress
    assert 0 < fraction <= 1
    assert detail == "" or detail.endswith(" → 270.0°")
    assert operation.label == "turn Rotator Simulator to 270.0°"
    assert operation.result() == 270 * u.deg


def test_reversed_is_got_and_set(rotator: Rotator):
    assert rotator.reversed is False
    rotator.reversed = True
    assert rotator.reversed is True
    rotator.reverse(False)
    assert rotator.reversed is False


@ours
def test_await_turns(rotator: Rotator):
    async def turn() -> list[Angle]:
        return [await rotator.start_move_to(40 * u.deg), await rotator.start_move_by(5 * u.deg)]

    assert [round(angle.deg) for angle in asyncio.run(turn())] == [40, 45]


def test_what_a_simulator_lacks_is_said(rotator: Rotator):
    with pytest.raises(UnknownProperty, match="ROTATOR_HOME"):
        rotator.home()


def test_sync_does_not_move_it(rotator: Rotator):
    rotator.sync(100 * u.deg)
    assert not rotator.moving
    assert rotator.device["SYNC_ROTATOR_ANGLE"]["ANGLE"] == 100
