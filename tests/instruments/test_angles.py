"""Angles around a circle, and the rule by which rotators and domes have turned."""

from functools import partial

import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.rules import Done
from indinb.errors import Aborted, Failed, OutOfRange, Refused
from indinb.instruments.angles import apart, around, degrees, turned, way
from indinb.instruments.domes.rules import CIRCLE as DOME
from indinb.instruments.rotator import CIRCLE
from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import State, SwitchRule
from tests.client.fakes import numbers, switches, update
from tests.instruments.evidence import VERSIONS, changes, replay, verdict_of

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
ANGLE = numbers(CIRCLE.name, {CIRCLE.member: 30.0}, 0.0, 360.0)
STOP = switches(CIRCLE.stop, {"ABORT": False}, SwitchRule.AT_MOST_ONE)
STOPPED = update(STOP, OK, ABORT=False)
RULE = partial(turned, CIRCLE, 90.0)


def at(angle: float, state: State) -> Update:
    """Return a rotator's report of its angle."""
    return update(ANGLE, state, ANGLE=angle)


def _reports(*reports: tuple[float, State] | Update) -> list:
    messages = [each if isinstance(each, Update) else at(*each) for each in reports]
    return changes([ANGLE, STOP], *messages)


@pytest.mark.parametrize(
    ("target", "reports", "reached"),
    [
        (90, [(30, BUSY), (60, BUSY), (90, OK)], 90),
        (90, [(90, OK)], 90),
        (90, [(89.7, OK)], 89.7),
        (90, [(30, OK), (30, OK), (30, BUSY), (90, OK)], 90),
        (90, [(30, OK), (60, OK), (90, OK)], 90),
        (90, [(30, BUSY), (90, IDLE)], 90),
        (0, [(30, BUSY), (360, OK)], 360),
        (359.9, [(30, BUSY), (0.1, OK)], 0.1),
        (0, [(-360, OK)], -360),
        (90, [(30, BUSY), STOPPED, (90, OK)], 90),
    ],
    ids=[
        "Busy until it is there",
        "there already",
        "a little beside",
        "stale Ok",
        "never Busy",
        "Idle at its target",
        "a whole turn",
        "beside zero",
        "negative",
        "stopped at its target",
    ],
)
def test_a_turn_ends_at_its_target(target: float, reports: list, reached: float):
    number, verdict = verdict_of(partial(turned, CIRCLE, target), _reports(*reports))
    assert number == len(reports)
    assert isinstance(verdict, Done)
    assert verdict.result.deg == pytest.approx(reached)


@pytest.mark.parametrize(
    "reports",
    [[], [(30, OK)] * 3, [(60, OK)], [(30, BUSY), (90, BUSY)], [(float("nan"), OK)], [STOPPED]],
    ids=["nothing", "stale Ok", "Ok of a turn before", "Busy there", "no number", "stale stop"],
)
def test_a_turn_that_is_not_over(reports: list):
    assert verdict_of(RULE, _reports(*reports)) == (len(reports), None)


@pytest.mark.parametrize(
    ("reports", "error", "complaint"),
    [
        ([(30, ALERT)], Failed, "the rotator reports an error"),
        ([(30, BUSY), (40, ALERT)], Failed, "reports an error"),
        ([(30, BUSY), (40, OK)], Failed, r"ended at 40\.0°"),
        ([(30, BUSY), STOPPED, (40, OK)], Aborted, r"stopped on its way, at 40\.0°"),
        ([(30, BUSY), (40, IDLE)], Aborted, r"stopped on its way, at 40\.0°"),
        ([(30, IDLE)], Refused, "did not begin to turn"),
    ],
    ids=["Alert", "Alert on its way", "elsewhere", "stopped but Ok", "Idle", "not taken"],
)
def test_a_turn_that_fails(reports: list, error: type[Exception], complaint: str):
    number, verdict = verdict_of(RULE, _reports(*reports))
    assert number == len(reports)
    assert type(verdict) is error
    with pytest.raises(error, match=complaint):
        raise verdict


def test_an_ok_after_an_alert_is_that_of_a_turn_before():
    assert isinstance(RULE(_reports((30, ALERT), (90, OK))), Failed)


def test_a_stop_that_is_told_late_is_one_too():
    reports = _reports((30, BUSY), (40, OK), STOPPED)
    assert isinstance(RULE(reports[:2]), Failed)
    assert isinstance(RULE(reports), Aborted)


# What real servers said


def test_captured_turn_of_a_rotator():
    answers = replay("indi-1.9.9/rotator", "rotator", ">30<", CIRCLE.name, CIRCLE.stop)
    number, verdict = verdict_of(partial(turned, CIRCLE, 30.0), answers)
    assert (number, verdict.result.deg) == (4, 30)


def test_captured_abort_of_a_rotator_that_is_ok_then():
    answers = replay("indi-1.9.9/rotator", "rotator", ">90<", CIRCLE.name, CIRCLE.stop)
    assert answers[-1].new.state is OK
    number, verdict = verdict_of(RULE, answers)
    assert number == len(answers)
    assert isinstance(verdict, Aborted)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_turn_of_a_dome(version: str):
    answers = replay(f"{version}/dome", "dome", ">30<", DOME.name, DOME.stop)
    number, verdict = verdict_of(partial(turned, DOME, 30.0), answers)
    assert verdict.result.deg == 30
    assert [change.new.state for change in answers[:number]] == [BUSY] * (number - 1) + [OK]


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_abort_of_a_dome(version: str):
    answers = replay(f"{version}/dome", "dome", ">180<", DOME.name, DOME.stop)
    number, verdict = verdict_of(partial(turned, DOME, 180.0), answers)
    assert isinstance(verdict, Aborted)
    assert answers[number - 1].new.state is IDLE


# Angles


def test_degrees_of_what_is_an_angle():
    assert degrees(90 * u.deg, "") == 90
    assert degrees(3600 * u.arcsec, "") == 1


@given(st.one_of(st.none(), st.floats(), st.integers(), st.booleans(), st.lists(st.floats())))
def test_a_bare_number_is_no_angle(number: object):
    with pytest.raises(OutOfRange, match="such as turn it, and not"):
        degrees(number, "turn it")


@given(st.floats(-1e6, 1e6), st.sampled_from([0.0, -180.0]))
def test_around_is_the_same_direction_within_a_turn(angle: float, begin: float):
    turned = around(angle, begin)
    assert begin <= turned < begin + 360
    assert apart(turned, angle) == pytest.approx(0, abs=1e-6)


@given(st.floats(-720, 720), st.floats(-720, 720))
def test_apart_is_the_shorter_way(one: float, other: float):
    assert 0 <= apart(one, other) <= 180
    assert apart(one, other) == pytest.approx(apart(other, one), abs=1e-6)


# Progress


def test_progress_goes_through_zero():
    reports = _reports((20, BUSY), (0, BUSY), (350, BUSY), (340, OK))
    told = [way(CIRCLE, 20.0, 340.0, reports[:number]) for number in range(5)]
    assert [progress.fraction for progress in told] == pytest.approx([0, 0, 0.5, 0.75, 1])
    assert told[3].detail == "350.0° → 340.0°"


def test_progress_of_what_is_there_already():
    assert way(CIRCLE, 20.0, 20.0, []).fraction == 1.0


@given(st.floats(), st.floats(0, 360), st.floats())
def test_progress_of_whatever_a_driver_tells(begin: float, target: float, here: float):
    progress = way(CIRCLE, begin, target, _reports((here, BUSY)))
    assert 0.0 <= progress.fraction <= 1.0
