"""Focusers that do as they are told: failures, limits, and those that know no positions."""

from collections.abc import Callable

import pytest
from astropy import units as u

from indinb import Client, Focuser
from indinb.errors import (
    Aborted,
    ConnectionLost,
    Failed,
    NotWritable,
    OutOfRange,
    Refused,
    UnknownProperty,
)
from indinb.protocol.messages import Define, Limits, Message, New, Notice, Update
from indinb.protocol.vocabulary import Permission, State, SwitchRule
from tests.client.fakes import numbers, obey, switches, update
from tests.instruments.evidence import FOCUSER, POSITION, standing
from tests.waiting import wait_until

MIDDLE, FAR = 50_000, 95_000

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT

RELATIVE = numbers(
    "REL_FOCUS_POSITION", {"FOCUS_RELATIVE_POSITION": 0.0}, 0.0, 5000.0, device=FOCUSER, state=OK
)
DIRECTION = switches("FOCUS_MOTION", {"FOCUS_INWARD": True, "FOCUS_OUTWARD": False}, device=FOCUSER)
STOP = switches("FOCUS_ABORT_MOTION", {"ABORT": False}, SwitchRule.AT_MOST_ONE, device=FOCUSER)
THERMOMETER = numbers(
    "FOCUS_TEMPERATURE", {"TEMPERATURE": -3.5}, device=FOCUSER, permission=Permission.READ_ONLY
)

Answer = Callable[[New], list[Message]]


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., Focuser]:
    """Return a function that makes a focuser of definitions and its answer."""

    def make(*definitions: Define, answer: Answer = obey, **options: object) -> Focuser:
        client = connect(*definitions, answer=answer, **options)
        return Focuser(client.devices[FOCUSER])

    return make


def _asked(focuser: Focuser) -> list[tuple[str, dict]]:
    """Return what the focuser was asked."""
    heard = focuser.device.connection.server.heard(New)
    return [(new.name, dict(new.values)) for new in heard]


def _steps(state: State, steps: float, message: str | None = None) -> Update:
    return update(RELATIVE, state, message, FOCUS_RELATIVE_POSITION=steps)


def test_a_blocked_driver_is_never_busy(make):
    focuser = make(POSITION, answer=lambda new: [standing(FAR, OK)])
    assert focuser.move_to(FAR) == FAR


def test_the_drivers_words_explain_a_failure(make):
    focuser = make(
        POSITION,
        answer=lambda new: [
            standing(MIDDLE, BUSY),
            standing(51_000, ALERT),
            Notice(FOCUSER, "[ERROR] The motor is stuck"),
        ],
    )
    with pytest.raises(Failed) as caught:
        focuser.move_to(FAR)
    assert str(caught.value) == (
        "move Focuser Simulator to 95000: the focuser reports an error; "
        "the driver said '[ERROR] The motor is stuck'"
    )
    assert not focuser.moving


def test_what_began_elsewhere_is_moving_too(make):
    focuser = make(POSITION, STOP)
    focuser.device.connection.server.tell(standing(51_000, BUSY))
    assert focuser.moving
    with pytest.raises(Refused, match="is moving already"):
        focuser.move_to(FAR)
    assert _asked(focuser) == []


def test_a_driver_that_has_not_answered_yet_is_not_asked_again(make):
    focuser = make(POSITION, answer=lambda new: [])
    operation = focuser.start_move_to(FAR)
    with pytest.raises(Refused, match="is moving already"):
        focuser.move_to(0)
    assert len(_asked(focuser)) == 1
    focuser.device.connection.server.tell(standing(FAR, OK))
    assert operation.result() == FAR


def test_a_focuser_that_cannot_be_stopped_says_so(make):
    focuser = make(POSITION, answer=lambda new: [standing(MIDDLE, BUSY)])
    operation = focuser.start_move_to(FAR)
    operation.abort()
    with pytest.raises(Aborted, match=r"instrument goes on: .* no property 'FOCUS_ABORT_MOTI"):
        operation.result()
    with pytest.raises(UnknownProperty, match="FOCUS_ABORT_MOTION"):
        focuser.abort()


def test_a_focuser_whose_link_is_gone_does_not_move(make):
    focuser = make(POSITION, answer=lambda new: [standing(MIDDLE, BUSY)])
    operation = focuser.start_move_to(FAR)
    wait_until(focuser.device, lambda: focuser.moving)
    focuser.device.connection.close()
    assert isinstance(operation.exception(5), ConnectionLost)
    assert not focuser.moving
    with pytest.raises(ConnectionLost, match="this client was closed"):
        focuser.move_to(FAR)


def test_a_move_that_could_not_be_sent_keeps_nobody_from_the_next(make):
    focuser = make(POSITION, read_only=True)
    for _ in range(2):
        with pytest.raises(NotWritable):
            focuser.move_to(FAR)


def test_limits_follow_the_driver(make):
    focuser = make(POSITION)
    limits = {"FOCUS_ABSOLUTE_POSITION": Limits(10.0, 2000.0, None)}
    focuser.device.connection.server.tell(standing(1000, OK)._replace(limits=limits))
    assert focuser.limits == (10, 2000)
    with pytest.raises(OutOfRange, match="goes from 10 to 2000, in whole steps"):
        focuser.move_to(2001)
    assert focuser.move_to(2000) == 2000


@pytest.mark.parametrize("limit", [0.0, float("inf"), float("nan")])
def test_no_limits(make, limit: float):
    focuser = make(
        numbers(POSITION.name, {"FOCUS_ABSOLUTE_POSITION": 0.0}, 0.0, limit, device=FOCUSER)
    )
    assert focuser.limits == (0, 0)
    assert focuser.move_to(10**6) == 10**6


def test_a_position_that_nobody_knows(make):
    focuser = make(POSITION, answer=lambda new: [standing(100, OK)])
    focuser.device.connection.server.tell(standing(float("nan"), OK))
    for use in (lambda: focuser.position, lambda: focuser.move_by(5)):
        with pytest.raises(OutOfRange, match="does not know its position: it tells nan"):
            use()
    operation = focuser.start_move_to(100)
    assert operation.result() == focuser.position == 100


@pytest.mark.parametrize(("told", "celsius"), [(-3.5, -3.5), (0.0, 0.0), (float("nan"), None)])
def test_a_thermometer(make, told: float, celsius: float | None):
    focuser = make(POSITION, THERMOMETER)
    focuser.device.connection.server.tell(update(THERMOMETER, OK, TEMPERATURE=told))
    assert focuser.temperature == (None if celsius is None else celsius * u.deg_C)


def test_no_thermometer(make):
    assert make(POSITION).temperature is None


# Focusers that know no positions


def _heading(outward: bool) -> Update:
    return update(DIRECTION, OK, FOCUS_INWARD=not outward, FOCUS_OUTWARD=outward)


def test_a_direction_comes_before_steps(make):
    def answer(new: New) -> list[Message]:
        if new.name == DIRECTION.name:
            return [_heading("FOCUS_OUTWARD" in new.values)]
        return list(obey(new))

    focuser = make(RELATIVE, DIRECTION, STOP, answer=answer)
    assert focuser.move_by(500) is None
    assert focuser.move_by(200) is None
    assert focuser.move_by(-300) is None
    assert _asked(focuser) == [
        ("FOCUS_MOTION", {"FOCUS_OUTWARD": True}),
        ("REL_FOCUS_POSITION", {"FOCUS_RELATIVE_POSITION": 500}),
        ("REL_FOCUS_POSITION", {"FOCUS_RELATIVE_POSITION": 200}),
        ("FOCUS_MOTION", {"FOCUS_INWARD": True}),
        ("REL_FOCUS_POSITION", {"FOCUS_RELATIVE_POSITION": 300}),
    ]


def test_no_steps_are_no_move(make):
    focuser = make(RELATIVE, DIRECTION)
    assert focuser.move_by(0) is None
    assert _asked(focuser) == []


def test_without_positions_the_error_says_what_to_do(make):
    focuser = make(RELATIVE, DIRECTION)
    for use in (lambda: focuser.position, lambda: focuser.limits, lambda: focuser.move_to(100)):
        with pytest.raises(UnknownProperty) as caught:
            use()
        said = "knows no positions: it only moves by steps, focuser.move_by(…)"
        assert str(caught.value) == f"{FOCUSER} {said}"
    assert not focuser.moving


def test_too_many_steps_are_refused_before_the_direction_is_set(make):
    focuser = make(RELATIVE, DIRECTION)
    with pytest.raises(OutOfRange, match="goes from 0 to 5000, so it cannot be 5001"):
        focuser.move_by(5001)
    assert _asked(focuser) == []


@pytest.mark.parametrize("definitions", [(RELATIVE,), (DIRECTION,)])
def test_steps_need_a_direction_and_a_number(make, definitions: tuple[Define, ...]):
    focuser = make(*definitions)
    with pytest.raises(UnknownProperty):
        focuser.move_by(5)
    assert _asked(focuser) == []


def test_an_alert_by_steps(make):
    answers = {
        "FOCUS_MOTION": [_heading(outward=True)],
        "REL_FOCUS_POSITION": [_steps(BUSY, 5), _steps(ALERT, 5, "[ERROR] End of the tube")],
    }
    focuser = make(RELATIVE, DIRECTION, answer=lambda new: answers[new.name])
    with pytest.raises(Failed, match=r"move Focuser Simulator by \+5: .*End of the tube"):
        focuser.move_by(5)


def test_abort_by_steps(make):
    def answer(new: New) -> list[Message]:
        if new.name == RELATIVE.name:
            return [_steps(BUSY, 5)]
        return [_steps(IDLE, 5), update(STOP, OK, ABORT=False)]

    focuser = make(RELATIVE, DIRECTION, STOP, answer=answer)
    operation = focuser.start_move_by(-5)
    wait_until(focuser.device, lambda: focuser.moving)
    with pytest.raises(Refused, match="is moving already"):
        focuser.move_by(5)
    focuser.abort()
    assert isinstance(operation.exception(), Aborted)
    assert not focuser.moving
