"""Mounts: the rules by which a slew is over, fed with what servers say and have said."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.observers import Change
from indinb.client.operation import Progress
from indinb.client.rules import Done
from indinb.errors import Aborted, Failed, Refused
from indinb.instruments.mounts.rules import approach, arrived, has_parked
from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import State
from tests.instruments.evidence import (
    PARK,
    RADEC,
    VERSIONS,
    changes,
    parking,
    pointing,
    replay,
    verdict_of,
)

TARGET = {"RA": 1.0, "DEC": 40.0}
SLEW = partial(arrived, TARGET, clock=lambda: 0.0)
AWAY = (3.0, 10.0)
BESIDE = (1.0, 40.2)
THERE = (1.0, 40.01)
BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT


def _polls(*reports: tuple[tuple[float, float], State], period: float = 0.25) -> list[Change]:
    """Return the changes that regular reports of position and state bring."""
    found = changes([RADEC], *(pointing(*place, state) for place, state in reports))
    for number, change in enumerate(found):
        change.new.received = number * period
    return found


@pytest.mark.parametrize(
    "reports",
    [
        [(AWAY, BUSY), (BESIDE, OK)],
        [(AWAY, BUSY), (BESIDE, BUSY), (BESIDE, IDLE)],
        [(AWAY, OK), (AWAY, OK), (AWAY, BUSY), (BESIDE, OK)],
        [(AWAY, IDLE), (AWAY, BUSY), (BESIDE, OK)],
        [(THERE, OK), (THERE, OK)],
        [(AWAY, OK), (THERE, OK)],
    ],
    ids=[
        "tracks then",
        "stops then",
        "stale polls",
        "stale polls of a mount at rest",
        "there already",
        "never Busy",
    ],
)
def test_a_slew_ends_near_its_target(reports: list):
    assert verdict_of(SLEW, _polls(*reports)) == (len(reports), Done())


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [(AWAY, OK)] * 12,
        [(AWAY, BUSY)] * 200,
        [(AWAY, IDLE), *[(BESIDE, BUSY)] * 200],
        [(BESIDE, OK)],
    ],
    ids=[
        "nothing",
        "stale polls",
        "Busy for ever",
        "Busy for ever at the target",
        "one stale poll",
    ],
)
def test_a_slew_that_is_not_over(reports: list):
    assert verdict_of(SLEW, _polls(*reports)) == (len(reports), None)


@pytest.mark.parametrize(
    ("reports", "error", "complaint"),
    [
        ([(AWAY, ALERT)], Failed, "error"),
        ([(AWAY, BUSY), (BESIDE, ALERT)], Failed, "error"),
        ([(AWAY, BUSY), (AWAY, IDLE)], Aborted, "stopped on its way"),
        ([(AWAY, BUSY), ((1.0, 39.0), OK)], Failed, r"1\.00 deg from the target"),
        ([(AWAY, IDLE)] * 14, Refused, "did not begin"),
        ([(AWAY, OK)] * 14, Refused, "did not begin"),
    ],
    ids=["Alert", "Alert mid-slew", "abort", "elsewhere", "never begins", "goes on tracking"],
)
def test_a_slew_that_fails(reports: list, error: type[Exception], complaint: str):
    number, verdict = verdict_of(SLEW, _polls(*reports))
    assert number == len(reports)
    assert type(verdict) is error
    with pytest.raises(error, match=complaint):
        raise verdict


def test_a_stale_poll_amid_is_taken_back():
    polls = _polls((AWAY, BUSY), (AWAY, OK), (AWAY, BUSY), (BESIDE, OK))
    assert arrived(TARGET, polls[:3]) is None
    assert arrived(TARGET, polls) == Done()


def test_near_is_near_across_midnight_and_at_the_pole():
    across = partial(arrived, {"RA": 23.9999, "DEC": 0.0})
    assert verdict_of(across, _polls((AWAY, BUSY), ((0.0001, 0.0), OK)))[1] == Done()
    pole = partial(arrived, {"RA": 0.0, "DEC": 89.99})
    assert verdict_of(pole, _polls((AWAY, BUSY), ((12.0, 89.99), OK)))[1] == Done()


def _slewed(session: str, target: dict[str, float]) -> tuple[list[Change], int, object]:
    answers = replay(session, "telescope", "'EQUATORIAL_EOD_COORD'", "EQUATORIAL_EOD_COORD")
    return answers, *verdict_of(partial(arrived, target), answers)


def _asked(session: str) -> dict[str, float]:
    """Return the target of a captured slew: where the driver said that it would go."""
    target = replay(session, "telescope", "'EQUATORIAL_EOD_COORD'", "TARGET_EOD_COORD")
    return dict(target[0].new)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_slew(version: str):
    answers, number, verdict = _slewed(f"{version}/slew", _asked(f"{version}/slew"))
    assert verdict == Done()
    assert answers[number - 1].new.state is State.OK
    assert all(change.new.state is State.BUSY for change in answers[: number - 1])


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_slew_that_stops_then(version: str):
    session = f"{version}/slew_mode_slew"
    answers, number, verdict = _slewed(session, _asked(session))
    assert verdict == Done()
    assert answers[number - 2].new.state is State.BUSY


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_abort_of_a_slew(version: str):
    target = _asked(f"{version}/slew_abort")
    answers, number, verdict = _slewed(f"{version}/slew_abort", target)
    assert isinstance(verdict, Aborted)
    assert answers[number - 1].new.state is State.IDLE
    assert isinstance(arrived(target, answers), Aborted), "although it is Ok again: it tracks"


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_slew_below_the_horizon_goes_on(version: str):
    session = f"{version}/slew_below_horizon"
    answers, number, verdict = _slewed(session, _asked(session))
    assert number == len(answers)
    assert verdict is None


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_refusal_of_a_parked_mount(version: str):
    session = f"{version}/park"
    answers, _, verdict = _slewed(session, {"RA": 11.09, "DEC": 60.0})
    assert answers[0].new.state is State.IDLE
    assert verdict is None or isinstance(verdict, Refused)


# Parking


@pytest.mark.parametrize(
    ("messages", "verdict"),
    [
        ([], None),
        ([parking(True, False, BUSY)], None),
        ([parking(False, True, OK)], None),
        ([parking(True, False, BUSY), parking(True, False, OK)], Done),
        ([parking(True, False, OK)], Done),
        ([parking(True, False, IDLE)], Done),
        ([parking(False, True, OK), parking(True, False, BUSY), parking(True, False, OK)], Done),
        ([parking(True, False, BUSY), parking(False, False, ALERT)], Failed),
        ([parking(True, False, BUSY), parking(False, True, IDLE)], Aborted),
        ([parking(True, False, BUSY), parking(False, True, OK)], Aborted),
        ([parking(False, True, IDLE)], Refused),
    ],
    ids=[
        "nothing",
        "on its way",
        "stale Ok of unparking",
        "parks",
        "parks at once",
        "parks at once, Idle",
        "parks after a stale Ok",
        "Alert",
        "stopped",
        "unparked on its way",
        "refused",
    ],
)
def test_parking(messages: list[Update], verdict: type | None):
    number, found = verdict_of(has_parked, changes([PARK], *messages))
    assert number == len(messages)
    assert type(found) is (verdict or type(None))


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_parking(version: str):
    answers = replay(f"{version}/park", "telescope", "'PARK'", "TELESCOPE_PARK")
    number, verdict = verdict_of(has_parked, answers)
    assert verdict == Done()
    assert [change.new.state for change in answers[:number]] == [BUSY, OK]


# How far it is


def test_progress_begins_at_nothing():
    assert approach(TARGET, []) == Progress(0.0, "starting")


def test_progress_is_the_way_that_is_done():
    _, *polls = _polls(((1.0, 20.0), OK), ((1.0, 25.0), BUSY), ((1.0, 30.0), BUSY))
    for second, poll in enumerate(polls):
        poll.new.received = 1e9 + 5 * second
    assert approach(TARGET, polls[:1]) == Progress(pytest.approx(0.25), "15.0° to go", None)
    assert approach(TARGET, polls) == Progress(
        pytest.approx(0.5), "10.0° to go", pytest.approx(10.0)
    )


def test_progress_at_the_target():
    assert approach(TARGET, _polls((BESIDE, OK))).fraction == 1


PLACES = st.tuples(st.floats(0, 24), st.floats(-90, 90))


@given(st.lists(PLACES, min_size=1, max_size=5))
def test_progress_is_a_fraction_wherever_the_mount_goes(places: list[tuple[float, float]]):
    fraction, *_ = approach(TARGET, _polls(*((place, BUSY) for place in places)))
    assert 0 <= fraction <= 1


@given(PLACES, PLACES)
def test_busy_is_never_the_end(first: tuple[float, float], last: tuple[float, float]):
    assert arrived(TARGET, _polls((first, OK), (last, BUSY))) is None
