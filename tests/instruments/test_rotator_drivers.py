"""Rotators that do as they are told: limits, home, failures, and angles of other ranges."""

from collections.abc import Callable

import pytest
from astropy import units as u

from indinb import Client, Rotator
from indinb.errors import (
    Aborted,
    ConnectionLost,
    Failed,
    OperationTimeout,
    OutOfRange,
    Refused,
    UnknownProperty,
)
from indinb.instruments import rotator as room
from indinb.protocol.messages import Message, New, Notice, Update
from indinb.protocol.vocabulary import State, SwitchRule
from tests.client.fakes import Answer, Define, delete, numbers, obey, silence, switches, update
from tests.instruments.hall import ROTATOR
from tests.waiting import wait_until

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
ANGLE = numbers("ABS_ROTATOR_ANGLE", {"ANGLE": 30.0}, 0.0, 360.0, device=ROTATOR, state=OK)
SYNC = numbers("SYNC_ROTATOR_ANGLE", {"ANGLE": 0.0}, 0.0, 360.0, device=ROTATOR)
STOP = switches("ROTATOR_ABORT_MOTION", {"ABORT": False}, SwitchRule.AT_MOST_ONE, device=ROTATOR)
HOME = switches("ROTATOR_HOME", {"HOME": False}, SwitchRule.AT_MOST_ONE, device=ROTATOR)
LIMITS = numbers("ROTATOR_LIMITS", {"ROTATOR_LIMITS_VALUE": 120.0}, 0.0, 180.0, device=ROTATOR)


def at(angle: float, state: State, message: str | None = None) -> Update:
    """Return a rotator's report of its angle."""
    return update(ANGLE, state, message, ANGLE=angle)


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., Rotator]:
    """Return a function that makes a rotator of definitions and its answer."""

    def make(*definitions: Define, answer: Answer = obey) -> Rotator:
        client = connect(*(definitions or (ANGLE, SYNC, STOP)), answer=answer)
        return Rotator(client.devices[ROTATOR])

    return make


def _asked(rotator: Rotator) -> list[tuple[str, dict]]:
    heard = rotator.device.connection.server.heard(New)
    return [(new.name, dict(new.values)) for new in heard]


@pytest.mark.parametrize(
    ("low", "high", "angle", "sent"),
    [(0, 360, -90, 270), (0, 360, 360, 0), (-180, 180, 270, -90), (0, 0, 400, 40)],
)
def test_an_angle_is_written_as_the_driver_does(make, low, high, angle, sent):
    rotator = make(numbers(ANGLE.name, {"ANGLE": 1.0}, low, high, device=ROTATOR))
    assert rotator.move_to(angle * u.deg).deg == sent
    assert _asked(rotator) == [("ABS_ROTATOR_ANGLE", {"ANGLE": sent})]


def test_an_angle_that_the_driver_lacks_is_not_sent(make):
    rotator = make(numbers(ANGLE.name, {"ANGLE": 1.0}, 0.0, 270.0, device=ROTATOR))
    with pytest.raises(OutOfRange, match="from 0 to 270, so it cannot be 300"):
        rotator.move_to(-60 * u.deg)
    assert _asked(rotator) == []


def test_out_of_its_limits_is_an_alert(make):
    words = Notice(ROTATOR, "[ERROR] Rotator target position exceeds safe limits.")
    rotator = make(ANGLE, LIMITS, answer=lambda new: [at(30, ALERT), words])
    assert rotator.limit == 120 * u.deg
    with pytest.raises(Failed) as caught:
        rotator.move_to(200 * u.deg)
    assert str(caught.value) == (
        f"turn {ROTATOR} to 200.0°: the rotator reports an error; the driver said "
        "'[ERROR] Rotator target position exceeds safe limits.'"
    )


@pytest.mark.parametrize("told", [0.0, float("nan")])
def test_no_limits(make, told: float):
    rotator = make(ANGLE, LIMITS)
    rotator.device.connection.server.tell(update(LIMITS, OK, ROTATOR_LIMITS_VALUE=told))
    assert rotator.limit is None


def test_stopped_by_another_client_is_ok_elsewhere(make):
    """Asked for 90°, stopped, Ok at 40°: that is not done."""
    answer = [at(30, BUSY), at(40, BUSY), update(STOP, OK, ABORT=False), at(40, OK)]
    rotator = make(answer=lambda new: answer)
    with pytest.raises(Aborted, match=r"to 90\.0°: the rotator was stopped on its way, at 40\.0°"):
        rotator.move_to(90 * u.deg)


def test_what_turns_for_others_is_turning(make):
    rotator = make()
    rotator.device.connection.server.tell(at(50, BUSY))
    assert rotator.moving
    with pytest.raises(Refused, match="is turning already"):
        rotator.move_to(90 * u.deg)
    assert _asked(rotator) == []


def test_a_driver_that_has_not_answered_yet_is_not_asked_again(make):
    rotator = make(answer=silence)
    operation = rotator.start_move_to(90 * u.deg)
    with pytest.raises(Refused, match="is turning already"):
        rotator.move_to(0 * u.deg)
    rotator.device.connection.server.tell(at(90, OK))
    assert operation.result().deg == 90


def test_polls_of_where_it_stands_do_not_end_a_turn(make):
    rotator = make(answer=silence)
    operation = rotator.start_move_to(90 * u.deg)
    server = rotator.device.connection.server
    for _ in range(50):
        server.send(at(30, OK))
    server.tell(at(60, OK), at(75, OK))
    assert not operation.done()
    server.tell(at(90, OK))
    assert operation.result().deg == 90


def test_a_rotator_that_says_nothing_any_more(make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "_TIMEOUT", 0.05)
    rotator = make(answer=silence)
    with pytest.raises(OperationTimeout, match="did not answer"):
        rotator.move_to(90 * u.deg)


def test_a_rotator_that_is_gone(make):
    rotator = make(answer=lambda new: [at(40, BUSY)])
    operation = rotator.start_move_to(90 * u.deg)
    wait_until(rotator.device, lambda: rotator.moving)
    rotator.device.connection.server.tell(delete(ANGLE))
    with pytest.raises(Failed, match="took ABS_ROTATOR_ANGLE back"):
        operation.result()
    with pytest.raises(UnknownProperty):
        _ = rotator.angle
    assert not rotator.moving


def test_a_rotator_whose_link_is_gone_does_not_turn(make):
    rotator = make(answer=lambda new: [at(40, BUSY)])
    operation = rotator.start_move_to(90 * u.deg)
    wait_until(rotator.device, lambda: rotator.moving)
    rotator.device.connection.close()
    assert isinstance(operation.exception(), ConnectionLost)
    assert not rotator.moving


def test_a_sync_ends_when_the_new_angle_is_told(make):
    """Else a turn by some degrees would begin at the old one."""
    rotator = make(answer=silence)
    operation = rotator.start_sync(-10 * u.deg)
    server = rotator.device.connection.server
    server.tell(update(SYNC, OK, ANGLE=350.0))
    assert not operation.done()
    server.tell(at(350, OK))
    assert operation.result() is None
    assert _asked(rotator) == [("SYNC_ROTATOR_ANGLE", {"ANGLE": 350})]


@pytest.mark.parametrize("state", [ALERT, IDLE])
def test_a_sync_that_is_not_taken(make, state: State):
    rotator = make(answer=lambda new: [update(SYNC, state, ANGLE=0.0)])
    with pytest.raises((Failed, Refused), match="sync Rotator Simulator: the driver"):
        rotator.sync(10 * u.deg)


def test_what_a_rotator_cannot_do_it_says(make):
    rotator = make(ANGLE)
    for use in (rotator.abort, rotator.home, rotator.reverse, lambda: rotator.sync(1 * u.deg)):
        with pytest.raises(UnknownProperty):
            use()
    assert rotator.reversed is False


# Home


def home(state: State) -> Update:
    """Return a rotator's report of its way home."""
    return update(HOME, state, HOME=state is BUSY)


@pytest.mark.parametrize(
    "answer",
    [[home(BUSY), home(OK)], [home(OK)], [at(9, BUSY), home(OK), at(0, OK)]],
    ids=["Busy", "at once", "Ok while it is still turning"],
)
def test_home(make, answer: list[Message]):
    rotator = make(ANGLE, HOME, answer=lambda new: answer)
    assert rotator.home() is None
    assert _asked(rotator) == [("ROTATOR_HOME", {"HOME": True})]
    assert not rotator.moving


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ([home(BUSY), home(ALERT)], Failed),
        ([home(BUSY), home(IDLE)], Aborted),
        ([home(IDLE)], Refused),
    ],
)
def test_a_way_home_that_fails(make, answer: list[Message], error: type[Exception]):
    rotator = make(ANGLE, HOME, answer=lambda new: answer)
    with pytest.raises(error, match="home Rotator Simulator: the rotator"):
        rotator.home()


def test_on_its_way_home_it_refuses(make):
    rotator = make(ANGLE, HOME, STOP, answer=lambda new: [home(BUSY)])
    operation = rotator.start_home()
    with pytest.raises(Refused, match="is turning already"):
        rotator.move_to(5 * u.deg)
    rotator.device.connection.server.tell(home(OK))
    assert operation.result() is None
