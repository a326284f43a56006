"""Focusers: INDI's simulator and ours, and focusers that do as they are told."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest
from astropy import units as u

from indinb import Client, Focuser
from indinb.client import display
from indinb.client.operation import Operation
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
from indinb.servers import EmbeddedServer
from tests.client.fakes import numbers, obey, switches, update
from tests.instruments.evidence import FOCUSER, POSITION, standing
from tests.simulators import connected
from tests.waiting import wait_until

MIDDLE = 50_000
FAR = 95_000

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT


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
    fraction, detail = operation.progress
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


# With a focuser that does as it is told


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
