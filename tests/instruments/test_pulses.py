"""Guiding pulses: the rule by which they are over, and drivers that do as they are told."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from astropy import units as u

from indinb import Client, Guider
from indinb.client.rules import Done
from indinb.errors import (
    Aborted,
    ConnectionLost,
    Failed,
    OperationTimeout,
    OutOfRange,
    Refused,
    UnknownProperty,
)
from indinb.instruments import pulses
from indinb.instruments.pulses import MARGIN, milliseconds, pulsed, takes_pulses
from indinb.protocol.messages import New, Notice, Update
from indinb.protocol.vocabulary import State
from tests.client.fakes import MOUNT, Answer, delete, numbers, obey, silence, update
from tests.instruments.evidence import VERSIONS, changes, replay

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
NORTH, WEST = "TELESCOPE_TIMED_GUIDE_NS", "TELESCOPE_TIMED_GUIDE_WE"
NS = numbers(NORTH, {"TIMED_GUIDE_N": 0.0, "TIMED_GUIDE_S": 0.0}, 0.0, 60_000.0, device=MOUNT)
WE = numbers(WEST, {"TIMED_GUIDE_W": 0.0, "TIMED_GUIDE_E": 0.0}, 0.0, 60_000.0, device=MOUNT)


def north(state: State, length: float = 0.0, message: str | None = None) -> Update:
    """Return a driver's report of a pulse to the north."""
    return update(NS, state, message, TIMED_GUIDE_N=length, TIMED_GUIDE_S=0.0)


def _verdict(*states: State, since: float = 0.0) -> object:
    return pulsed(1.0, 0.0, changes([NS], *map(north, states)), lambda: since)


# The rule


@pytest.mark.parametrize(
    ("states", "since"),
    [
        ([BUSY, IDLE], 0.0),
        ([BUSY, OK], 0.0),
        ([OK, BUSY, IDLE], 0.0),
        ([OK], 1 + MARGIN),
        ([OK, OK], 1 + MARGIN),
        ([OK, IDLE], 1 + MARGIN),
    ],
    ids=["mounts", "Ok then", "stale Ok", "cameras", "Ok twice", "Idle then"],
)
def test_a_pulse_is_over(states: list[State], since: float):
    assert _verdict(*states, since=since) == Done()


@pytest.mark.parametrize(
    ("states", "since"),
    [([], 9.0), ([BUSY], 9.0), ([OK], 0.0), ([OK], 1.0), ([OK, BUSY], 9.0)],
    ids=["no answer", "Busy", "Ok at once", "Ok until its end", "late Busy"],
)
def test_a_pulse_is_under_way(states: list[State], since: float):
    assert _verdict(*states, since=since) is None


def test_a_pulse_that_fails():
    assert isinstance(_verdict(ALERT), Failed)
    assert isinstance(_verdict(BUSY, ALERT), Failed)
    assert isinstance(_verdict(ALERT, OK, since=9.0), Failed)
    assert isinstance(_verdict(IDLE), Refused)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("name", "request_"), [(NORTH, ">1000<"), (WEST, ">500<")])
def test_captured_pulses_of_a_camera_are_ok_at_once(version: str, name: str, request_: str):
    answers = replay(f"{version}/guide_pulse", "ccd", request_, name)
    assert [change.new.state for change in answers] == [OK]
    rule = partial(pulsed, 1.0, 0.0, answers)
    assert rule(lambda: 0.5) is None
    assert rule(lambda: 1.2) == Done()


# How long


@pytest.mark.parametrize(
    "duration", [500 * u.ms, 0.5 * u.s, u.Quantity("500 ms"), np.float32(500) * u.ms]
)
def test_a_length_has_a_unit(duration: u.Quantity):
    assert milliseconds(duration) == milliseconds(ms=500) == milliseconds(ms=np.int64(500)) == 500


@pytest.mark.parametrize("duration", [500, 0.5, "soon", 5 * u.m, [1, 2] * u.s, True])
def test_a_bare_number_is_no_length(duration: object):
    with pytest.raises(OutOfRange, match=r"such as 500 \* u\.ms or ms=500, not "):
        milliseconds(duration)


@pytest.mark.parametrize("ms", [0, -5, float("nan"), float("inf")])
def test_a_pulse_lasts(ms: float):
    with pytest.raises(OutOfRange, match="longer than 0 ms"):
        milliseconds(ms=ms)
    with pytest.raises(OutOfRange, match="longer than 0 ms"):
        milliseconds(ms * u.ms)


def test_one_length_is_enough():
    for lengths in ((), (5 * u.ms, 5)):
        with pytest.raises(OutOfRange, match="either a duration or ms"):
            milliseconds(*lengths[:1], ms=lengths[1] if lengths else None)


# Drivers that do as they are told


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., Guider]:
    """Return a function that makes a guider of its answer."""

    def make(*definitions, answer: Answer = obey) -> Guider:
        return Guider(connect(*(definitions or (NS, WE)), answer=answer).devices[MOUNT])

    return make


def _asked(guider: Guider) -> list[dict]:
    return [dict(new.values) for new in guider.device.connection.server.heard(New)]


@pytest.mark.parametrize(
    ("direction", "values"),
    [
        ("north", {"TIMED_GUIDE_N": 20, "TIMED_GUIDE_S": 0}),
        ("SOUTH", {"TIMED_GUIDE_N": 0, "TIMED_GUIDE_S": 20}),
        ("west", {"TIMED_GUIDE_W": 20, "TIMED_GUIDE_E": 0}),
        ("East", {"TIMED_GUIDE_W": 0, "TIMED_GUIDE_E": 20}),
    ],
)
def test_both_members_are_sent(make, direction: str, values: dict):
    """Else the value of a pulse before would be sent again, and some drivers look at it first."""
    guider = make()
    opposite = {"TIMED_GUIDE_N": 9.0, "TIMED_GUIDE_S": 9.0}
    guider.device.connection.server.tell(update(NS, OK, **opposite))
    assert guider.guide(direction, ms=20) is None
    assert _asked(guider) == [values]


@pytest.mark.parametrize("direction", ["up", "", None, 5, "north-east", ["north"]])
def test_no_such_direction(make, direction: object):
    guider = make()
    with pytest.raises(OutOfRange, match="north, south, west, east: not"):
        guider.guide(direction, ms=20)
    assert _asked(guider) == []


def test_what_the_driver_would_not_take_is_not_sent(make):
    guider = make()
    with pytest.raises(OutOfRange, match=r"TIMED_GUIDE_W .* from 0 to 60000, so .* 60001"):
        guider.guide("west", 60.001 * u.s)
    with pytest.raises(OutOfRange, match="not 500"):
        guider.guide("west", 500)
    assert _asked(guider) == []


def test_the_two_axes_are_independent(make):
    guider = make(answer=silence)
    first, other = guider.start_guide("north", ms=20), guider.start_guide("east", ms=20)
    for direction in ("north", "south"):
        with pytest.raises(Refused, match="a pulse on this axis already"):
            guider.guide(direction, ms=20)
    server = guider.device.connection.server
    server.tell(north(BUSY, 20), update(WE, BUSY), north(IDLE))
    assert first.result() is None
    assert not other.done()
    server.tell(update(WE, IDLE))
    assert other.result() is None


def test_the_drivers_words_explain_a_failure(make):
    words = Notice(MOUNT, "[ERROR] Can not guide if not tracking.")
    guider = make(answer=lambda new: [north(ALERT), words])
    with pytest.raises(Failed) as caught:
        guider.guide("north", ms=20)
    assert str(caught.value) == (
        f"guide north with {MOUNT} for 20 ms: the driver reports an error; "
        "the driver said '[ERROR] Can not guide if not tracking.'"
    )
    guider.device.connection.server.answer = obey
    guider.guide("north", ms=20)


def test_an_abort_asks_for_a_pulse_of_no_length(make):
    def answer(new: New) -> list[Update]:
        return [north(BUSY, 9000) if new.values["TIMED_GUIDE_N"] else north(IDLE)]

    guider = make(answer=answer)
    operation = guider.start_guide("north", 9 * u.s)
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert _asked(guider)[-1] == {"TIMED_GUIDE_N": 0, "TIMED_GUIDE_S": 0}


def test_a_mount_that_is_busy_for_ever(make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pulses, "PATIENCE", 0.05)
    guider = make(answer=lambda new: [north(BUSY, 20)])
    with pytest.raises(OperationTimeout, match="its state is Busy"):
        guider.guide("north", ms=20)
    guider.device.connection.server.answer = lambda new: [north(BUSY, 20), north(IDLE)]
    guider.guide("north", ms=20)


def test_a_driver_that_dies_amid_a_pulse(make):
    guider = make(answer=silence)
    operation = guider.start_guide("north", ms=20)
    guider.device.connection.server.tell(delete(NS))
    with pytest.raises(Failed, match="took TELESCOPE_TIMED_GUIDE_NS back"):
        operation.result()


def test_a_link_that_is_lost_amid_a_pulse(make):
    guider = make(answer=silence)
    operation = guider.start_guide("north", ms=20)
    guider.device.connection.close()
    assert isinstance(operation.exception(), ConnectionLost)


def test_progress_is_the_time_that_has_passed(make):
    guider = make(answer=silence)
    operation = guider.start_guide("north", 50 * u.s)
    fraction, _, remaining = operation.progress
    assert 0 <= fraction < 1
    assert 0 < remaining <= 50
    guider.device.connection.server.tell(north(BUSY, 50_000), north(IDLE))
    assert operation.result() is None


def test_who_takes_pulses(make):
    assert takes_pulses(make().device)
    half = make(NS)
    assert not takes_pulses(half.device)
    with pytest.raises(UnknownProperty, match=WEST):
        half.guide("west", ms=20)
