"""Focusers: backlash, sense, place and limit, and those that only move for some time."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from astropy import units as u

from indinb import Client, Focuser
from indinb.client import pace
from indinb.client.rules import Done
from indinb.errors import Aborted, Failed, NotWritable, OutOfRange, Refused, UnknownProperty
from indinb.instruments.focusers.rules import ran
from indinb.protocol.messages import Message, New, Notice, Update
from indinb.protocol.vocabulary import Permission, State, SwitchRule
from tests.client.fakes import Answer, Define, numbers, obey, silence, switches, update
from tests.instruments.evidence import FOCUSER, POSITION, changes, standing
from tests.waiting import wait_until

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT

ours = pytest.mark.parametrize("client", ["embedded"], indirect=True)
"""INDI's simulator of version 1 has no such property."""


@pytest.fixture
def focuser(client: Client) -> Focuser:
    return client.focuser


# With INDI's simulator, and ours


def test_the_limit_that_is_set_holds_at_once(focuser: Focuser):
    focuser.set_maximum(60_000)
    try:
        assert focuser.limits == (0, 60_000)
        with pytest.raises(OutOfRange, match="goes from 0 to 60000"):
            focuser.move_to(60_001)
    finally:
        focuser.set_maximum(100_000)
    assert focuser.limits == (0, 100_000)


@pytest.mark.parametrize("limit", [10, 1e9, 2000.5, None, "60000"])
def test_what_is_no_limit(focuser: Focuser, limit: object):
    with pytest.raises(OutOfRange):
        focuser.set_maximum(limit)


def test_backlash_is_enabled_before_its_steps_are_set(focuser: Focuser):
    assert focuser.backlash is None
    focuser.backlash = 150
    try:
        assert focuser.backlash == 150
        assert focuser.device["FOCUS_BACKLASH_TOGGLE"].value == "INDI_ENABLED"
        focuser.set_backlash(80)
        assert focuser.backlash == 80
    finally:
        focuser.backlash = None
    assert focuser.backlash is None
    assert focuser.device["FOCUS_BACKLASH_TOGGLE"].value == "INDI_DISABLED"


@pytest.mark.parametrize("steps", [0.5, "5", -1])
def test_what_is_no_backlash(focuser: Focuser, steps: object):
    with pytest.raises(OutOfRange):
        focuser.set_backlash(steps)
    focuser.set_backlash(None)


def test_what_the_simulators_lack_is_said(focuser: Focuser):
    assert focuser.reversed is False
    with pytest.raises(UnknownProperty, match="FOCUS_REVERSE_MOTION"):
        focuser.reversed = True


@ours
def test_sync_does_not_move_it(focuser: Focuser):
    here = focuser.position
    focuser.sync(here + 500)
    assert focuser.position == here + 500
    assert focuser.move_by(-100) == here + 400
    focuser.sync(here)
    with pytest.raises(OutOfRange, match=r"goes from 0 to 100000, .* cannot go to -1"):
        focuser.sync(-1)


@pytest.fixture
def timed(focuser: Focuser) -> Iterator[Focuser]:
    """Return a focuser that knows neither positions nor steps."""
    before = focuser.device["Mode"].value
    focuser.device["Mode"].set("Timer").result()
    wait_until(focuser.device, lambda: "ABS_FOCUS_POSITION" not in focuser.device)
    yield focuser
    focuser.device["Mode"].set(before).result()
    wait_until(focuser.device, lambda: "ABS_FOCUS_POSITION" in focuser.device)


@ours
def test_our_focuser_moves_for_some_time(timed: Focuser):
    assert timed.move_for(50 * u.ms, "out", speed=2) is None
    assert timed.device["FOCUS_SPEED"].value == 2
    assert timed.move_for(0.05 * u.s, "in") is None
    assert timed.device["FOCUS_MOTION"].value == "FOCUS_INWARD"
    assert not timed.moving
    with pytest.raises(OutOfRange, match=r"FOCUS_TIMER_VALUE .* goes from 0 to 5000"):
        timed.move_for(6 * u.s, "in")
    for use in (lambda: timed.position, lambda: timed.move_by(5), lambda: timed.move_to(5)):
        with pytest.raises(UnknownProperty, match=r'for some time, focuser\.move_for\(…, "in"\)'):
            use()


# With a focuser that does as it is told

TIMER = numbers("FOCUS_TIMER", {"FOCUS_TIMER_VALUE": 0.0}, 0.0, 5000.0, device=FOCUSER)
SPEED = numbers("FOCUS_SPEED", {"FOCUS_SPEED_VALUE": 1.0}, 0.0, 5.0, device=FOCUSER)
DIRECTION = switches("FOCUS_MOTION", {"FOCUS_INWARD": True, "FOCUS_OUTWARD": False}, device=FOCUSER)
STOP = switches("FOCUS_ABORT_MOTION", {"ABORT": False}, SwitchRule.AT_MOST_ONE, device=FOCUSER)
SENSE = switches(
    "FOCUS_REVERSE_MOTION", {"INDI_ENABLED": False, "INDI_DISABLED": True}, device=FOCUSER
)
TOGGLE = switches(
    "FOCUS_BACKLASH_TOGGLE", {"INDI_ENABLED": False, "INDI_DISABLED": True}, device=FOCUSER
)
BACKLASH = numbers(
    "FOCUS_BACKLASH_STEPS", {"FOCUS_BACKLASH_VALUE": 0.0}, 0.0, 900.0, device=FOCUSER
)
SYNC = numbers("FOCUS_SYNC", {"FOCUS_SYNC_VALUE": 0.0}, 0.0, 100_000.0, device=FOCUSER)


def timer(state: State, left: float = 0.0) -> Update:
    """Return a focuser's report of its timer."""
    return update(TIMER, state, FOCUS_TIMER_VALUE=left)


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., Focuser]:
    """Return a function that makes a focuser of definitions and its answer."""

    def make(*definitions: Define, answer: Answer = obey) -> Focuser:
        return Focuser(connect(*definitions, answer=answer).devices[FOCUSER])

    return make


def _asked(focuser: Focuser) -> list[tuple[str, dict]]:
    heard = focuser.device.connection.server.heard(New)
    return [(new.name, dict(new.values)) for new in heard]


@pytest.mark.parametrize(
    ("states", "since", "verdict"),
    [
        ([BUSY, OK], 0.0, Done),
        ([BUSY, IDLE], 0.0, Aborted),
        ([OK], 9.0, Done),
        ([ALERT], 0.0, Failed),
        ([BUSY, ALERT, IDLE], 0.0, Failed),
        ([IDLE], 0.0, Refused),
    ],
    ids=["its end", "stopped", "Ok at once", "Alert", "Alert, then Idle", "not taken"],
)
def test_a_timed_motion_is_over(states: list[State], since: float, verdict: type):
    found = changes([TIMER], *map(timer, states))
    assert isinstance(ran(1.0, monotonic() - since, found), verdict)


def test_a_timed_motion_is_under_way():
    for states in ([], [BUSY], [OK]):
        assert ran(100.0, monotonic(), changes([TIMER], *map(timer, states))) is None


def test_speed_and_direction_come_before_the_time(make):
    focuser = make(TIMER, SPEED, DIRECTION, POSITION)
    assert focuser.move_for(20 * u.ms, "out", speed=3) == focuser.position
    assert focuser.move_for(30 * u.ms, "in") == 50_000
    assert _asked(focuser) == [
        ("FOCUS_SPEED", {"FOCUS_SPEED_VALUE": 3}),
        ("FOCUS_MOTION", {"FOCUS_OUTWARD": True}),
        ("FOCUS_TIMER", {"FOCUS_TIMER_VALUE": 20}),
        ("FOCUS_MOTION", {"FOCUS_INWARD": True}),
        ("FOCUS_TIMER", {"FOCUS_TIMER_VALUE": 30}),
    ]


@pytest.mark.parametrize(
    ("duration", "direction", "complaint"),
    [
        (200, "in", r"such as 500 \* u\.ms"),
        (0 * u.s, "in", "longer than 0 ms"),
        (9 * u.s, "in", "from 0 to 5000"),
        (20 * u.ms, "inwards", 'moves "in" or "out"'),
        (20 * u.ms, None, 'moves "in" or "out"'),
    ],
)
def test_what_cannot_be_moved_for(make, duration: object, direction: object, complaint: str):
    focuser = make(TIMER, SPEED, DIRECTION)
    with pytest.raises(OutOfRange, match=complaint):
        focuser.move_for(duration, direction, speed=2)
    assert _asked(focuser) == []


def test_a_timed_motion_that_is_stopped(make):
    answers = {"FOCUS_TIMER": [timer(BUSY, 4000)], "FOCUS_ABORT_MOTION": [timer(IDLE)]}
    focuser = make(TIMER, DIRECTION, STOP, answer=lambda new: answers[new.name])
    operation = focuser.start_move_for(4 * u.s, "in")
    wait_until(focuser.device, lambda: focuser.moving)
    with pytest.raises(Refused, match="is moving already"):
        focuser.move_for(4 * u.s, "in")
    assert 0 < operation.progress.remaining <= 4
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert not focuser.moving


def test_a_focuser_of_one_speed(make):
    focuser = make(TIMER, DIRECTION)
    with pytest.raises(UnknownProperty, match="FOCUS_SPEED"):
        focuser.move_for(20 * u.ms, "in", speed=2)
    assert _asked(focuser) == []


def test_a_focuser_without_a_timer(make):
    with pytest.raises(UnknownProperty, match="FOCUS_TIMER"):
        make(POSITION, DIRECTION).move_for(20 * u.ms, "in")


def test_positions_that_come_all_the_time_end_no_move(make):
    """Some drivers send the position again and again, with the same state."""
    focuser = make(POSITION, answer=silence)
    operation = focuser.start_move_to(95_000)
    server = focuser.device.connection.server
    for _ in range(100):
        server.send(standing(50_000, OK))
    server.tell(standing(70_000, OK), standing(70_000, OK))
    assert not operation.done()
    assert operation.progress.detail == "70 000 → 95 000"
    server.tell(standing(95_000, OK))
    assert operation.result() == 95_000


def test_remaining_time_follows_the_speed(make, monkeypatch):
    monkeypatch.setattr(pace, "_LONG_ENOUGH", 0.0)
    focuser = make(POSITION, answer=silence)
    operation = focuser.start_move_to(60_000)
    server = focuser.device.connection.server
    server.tell(standing(50_000, BUSY))
    server.tell(standing(55_000, BUSY))
    assert operation.progress.fraction == 0.5
    assert operation.progress.remaining > 0
    server.tell(standing(60_000, OK))
    assert operation.result() == 60_000


def test_backlash_that_was_not_enabled_is_refused_by_drivers(make):
    def answer(new: New) -> list[Message]:
        if new.name == BACKLASH.name:
            words = Notice(FOCUSER, "[WARNING] Focuser backlash must be enabled first.")
            return [words, update(BACKLASH, IDLE, FOCUS_BACKLASH_VALUE=0.0)]
        return [update(TOGGLE, OK, INDI_ENABLED=True, INDI_DISABLED=False)]

    focuser = make(TOGGLE, BACKLASH, answer=answer)
    with pytest.raises(Refused, match="must be enabled first"):
        focuser.set_backlash(50)
    assert [name for name, _ in _asked(focuser)] == [TOGGLE.name, BACKLASH.name]


def test_backlash_without_a_toggle(make):
    focuser = make(BACKLASH)
    assert focuser.backlash == 0
    focuser.backlash = 50
    assert focuser.backlash == 50
    assert make(POSITION).backlash is None


def test_reversed_is_got_and_set(make):
    focuser = make(
        SENSE,
        answer=lambda new: [
            update(
                SENSE,
                OK,
                INDI_ENABLED="INDI_ENABLED" in new.values,
                INDI_DISABLED="INDI_DISABLED" in new.values,
            )
        ],
    )
    assert focuser.reversed is False
    focuser.reversed = True
    assert focuser.reversed is True
    focuser.reverse(False)
    assert focuser.reversed is False


def test_a_sync_ends_when_the_new_position_is_told(make):
    focuser = make(POSITION, SYNC, answer=silence)
    operation = focuser.start_sync(1000)
    server = focuser.device.connection.server
    server.tell(update(SYNC, OK, FOCUS_SYNC_VALUE=1000.0))
    assert not operation.done()
    server.tell(standing(1000, OK))
    assert operation.result() is None


def test_a_moving_focuser_is_not_synced(make):
    focuser = make(POSITION, SYNC)
    focuser.device.connection.server.tell(standing(1, BUSY))
    with pytest.raises(Refused, match="is moving already"):
        focuser.sync(1000)
    assert _asked(focuser) == []


def test_a_limit_that_only_the_driver_sets(make):
    limit = numbers(
        "FOCUS_MAX", {"FOCUS_MAX_VALUE": 9.0}, device=FOCUSER, permission=Permission.READ_ONLY
    )
    with pytest.raises(NotWritable):
        make(POSITION, limit).set_maximum(5)
