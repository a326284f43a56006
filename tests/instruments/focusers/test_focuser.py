"""Focusers: INDI's simulator, and ours, which can be stopped."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest
from astropy import units as u

from indinb import Client, Focuser, display
from indinb.client.operation import Operation
from indinb.errors import Aborted, OutOfRange, Refused, UnknownProperty
from indinb.servers import EmbeddedServer
from tests.instruments.evidence import FOCUSER
from tests.simulators import connected
from tests.waiting import wait_until

MIDDLE = 50_000
FAR = 95_000


@pytest.fixture
def focuser(client: Client) -> Focuser:
    """Return a focuser that stands in the middle."""
    if client.focuser.position != MIDDLE:
        client.focuser.move_to(MIDDLE)
    return client.focuser


# With INDI's simulator, and ours


def test_where_it_is(focuser: Focuser):
    assert focuser.position == MIDDLE
    assert type(focuser.position) is int
    assert focuser.limits == (0, 100_000)
    assert not focuser.moving


def test_temperature(focuser: Focuser):
    assert focuser.temperature.unit == u.deg_C
    assert -50 <= focuser.temperature.value <= 70


@pytest.mark.parametrize(
    "position", [50_400, np.int64(50_400), 50_400.0, np.float32(50_400), Fraction(50_400)]
)
def test_move_to(focuser: Focuser, position: object):
    reached = focuser.move_to(position)
    assert reached == focuser.position == 50_400
    assert type(reached) is int


def test_move_by(focuser: Focuser):
    assert focuser.move_by(300) == focuser.position == 50_300
    assert focuser.move_by(-500) == focuser.position == 49_800
    assert focuser.move_by(0) == focuser.position == 49_800


def test_move_to_where_it_is(focuser: Focuser):
    assert focuser.move_to(MIDDLE) == MIDDLE


def test_move_by_one_step(focuser: Focuser):
    assert focuser.move_by(1) == focuser.position == MIDDLE + 1


@pytest.mark.parametrize(
    "position",
    [-1, 100_001, 1e9, 10**400, 50_000.5, float("nan"), np.inf, "50000", None, 2 * u.m, [50_000]],
)
def test_where_it_cannot_go(focuser: Focuser, position: object):
    with pytest.raises(OutOfRange) as caught:
        focuser.start_move_to(position)
    said = f"goes from 0 to 100000, in whole steps: it cannot go to {position!r}"
    assert str(caught.value) == f"{FOCUSER} {said}"
    assert focuser.position == MIDDLE
    assert focuser.move_to(MIDDLE + 1) == MIDDLE + 1


@pytest.mark.parametrize("steps", [-50_001, 50_001])
def test_steps_beyond_the_ends(focuser: Focuser, steps: int):
    with pytest.raises(OutOfRange, match=f"0 to 100000, .* cannot go to {MIDDLE + steps}"):
        focuser.move_by(steps)
    assert focuser.position == MIDDLE


@pytest.mark.parametrize("steps", [0.5, float("nan"), np.inf, "500", None])
def test_what_counts_no_steps(focuser: Focuser, steps: object):
    with pytest.raises(OutOfRange, match="moves by whole steps: it cannot move by"):
        focuser.move_by(steps)
    assert focuser.position == MIDDLE


def test_a_moving_focuser_refuses_and_goes_on(focuser: Focuser):
    operation = focuser.start_move_to(53_000)
    for move in (lambda: focuser.move_to(0), lambda: focuser.move_by(-10)):
        with pytest.raises(Refused, match=r"is moving already: focuser\.abort\(\) stops it"):
            move()
    assert operation.result() == 53_000
    assert focuser.move_to(MIDDLE) == MIDDLE


def test_await_a_move(focuser: Focuser):
    async def go() -> list[int | None]:
        return [await focuser.start_move_to(50_200), await focuser.start_move_by(-100)]

    assert asyncio.run(go()) == [50_200, 50_100]


def test_the_operation_tells_what_it_does(focuser: Focuser):
    operation = focuser.start_move_to(53_000)
    assert operation.label == "move Focuser Simulator to 53000"
    assert operation.progress.detail.endswith(" → 53 000")
    assert operation.result() == 53_000
    assert operation.progress.fraction == 1.0


def test_without_connection_the_error_says_what_to_do(client: Client):
    focuser = client.focuser
    focuser.device.disconnect()
    wait_until(focuser.device, lambda: "ABS_FOCUS_POSITION" not in focuser.device)
    advice = r"client\.devices\['Focuser Simulator'\]\.connect\(\)"
    uses: list[Callable[[], object]] = [
        lambda: focuser.position,
        lambda: focuser.limits,
        lambda: focuser.moving,
        lambda: focuser.move_to(1),
        lambda: focuser.move_by(1),
        focuser.abort,
    ]
    for use in uses:
        with pytest.raises(UnknownProperty, match=advice):
            use()
    assert focuser.temperature is None
    focuser.connect()
    assert not focuser.moving


# With our own, which can be stopped


@pytest.fixture(scope="module")
def observatory(embedded: EmbeddedServer) -> Iterator[Client]:
    with connected(embedded) as client:
        yield client


@pytest.fixture
def stoppable(observatory: Client) -> Focuser:
    """Return a focuser in the middle that needs seconds to its ends."""
    observatory.focuser.move_to(MIDDLE)
    return observatory.focuser


def _begin(focuser: Focuser) -> Operation[int]:
    operation = focuser.start_move_to(FAR)
    wait_until(focuser.device, lambda: focuser.moving)
    return operation


def _is_stopped(focuser: Focuser) -> bool:
    """Whether it stands on its way, and moves again when it is told to."""
    place = focuser.position
    return not focuser.moving and MIDDLE <= place < FAR and focuser.move_by(10) == place + 10


def test_abort_of_the_operation(stoppable: Focuser):
    operation = _begin(stoppable)
    operation.abort()
    with pytest.raises(Aborted, match="move Focuser Simulator to 95000:"):
        operation.result()
    wait_until(stoppable.device, lambda: not stoppable.moving)
    assert _is_stopped(stoppable)


def test_abort_of_the_focuser(stoppable: Focuser):
    operation = _begin(stoppable)
    stoppable.abort()
    with pytest.raises(Aborted, match="to 95000: the focuser was stopped on its way"):
        operation.result()
    assert _is_stopped(stoppable)


def test_abort_of_a_focuser_that_stands(stoppable: Focuser):
    stoppable.abort()
    assert stoppable.move_by(10) == MIDDLE + 10


def test_ctrl_c_stops_the_focuser(stoppable: Focuser, monkeypatch: pytest.MonkeyPatch):
    followed = []

    def press_ctrl_c(operation: Operation) -> None:
        wait_until(stoppable.device, lambda: stoppable.moving)
        followed.append(operation)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(display, "_follow", press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        stoppable.move_to(FAR)
    monkeypatch.undo()
    assert isinstance(followed[0].exception(), Aborted)
    wait_until(stoppable.device, lambda: not stoppable.moving)
    assert _is_stopped(stoppable)


def test_progress_follows_the_focuser(stoppable: Focuser):
    operation = _begin(stoppable)
    wait_until(stoppable.device, lambda: operation.progress.fraction > 0.02)
    fraction, detail, _ = operation.progress
    assert fraction < 1
    assert detail.endswith(" → 95 000")
    assert not detail.startswith("50 000")
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    wait_until(stoppable.device, lambda: not stoppable.moving)


def test_our_focuser_without_positions(stoppable: Focuser):
    stoppable.device["Mode"].set("Relative").result()
    wait_until(stoppable.device, lambda: "ABS_FOCUS_POSITION" not in stoppable.device)
    try:
        assert stoppable.move_by(400) is None
        assert stoppable.device["FOCUS_MOTION"].value == "FOCUS_OUTWARD"
        assert stoppable.move_by(-100) is None
        assert stoppable.device["FOCUS_MOTION"].value == "FOCUS_INWARD"
        operation = stoppable.start_move_by(-40_000)
        wait_until(stoppable.device, lambda: stoppable.moving)
        operation.abort()
        assert isinstance(operation.exception(), Aborted)
        assert not stoppable.moving
    finally:
        stoppable.device["Mode"].set("All").result()
        wait_until(stoppable.device, lambda: "ABS_FOCUS_POSITION" in stoppable.device)
    assert 10_000 < stoppable.position <= MIDDLE + 300
