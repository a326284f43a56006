"""Focusers: the rule by which a move is over, fed with what servers say and have said."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.operation import Progress
from indinb.client.rules import Done, settled
from indinb.errors import Aborted, Failed, Refused
from indinb.instruments.focusers.rules import moved, travel, whole
from indinb.protocol.vocabulary import State
from tests.instruments.evidence import POSITION, VERSIONS, changes, replay, standing, verdict_of

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
START, TARGET, BESIDE, HALFWAY = 50_000, 40_000, 40_001, 45_000
RULE = partial(moved, TARGET)


def _reports(*reports: tuple[float, State]) -> list:
    return changes([POSITION], *(standing(*report) for report in reports))


@pytest.mark.parametrize(
    ("reports", "reached"),
    [
        ([(START, BUSY), (HALFWAY, BUSY), (TARGET, OK)], TARGET),
        ([(TARGET, OK)], TARGET),
        ([(BESIDE, OK)], BESIDE),
        ([(START, OK), (START, OK), (TARGET, OK)], TARGET),
        ([(START, OK), (START, BUSY), (TARGET, OK)], TARGET),
        ([(START, BUSY), (TARGET, BUSY), (BESIDE, OK)], BESIDE),
        ([(START, BUSY), (TARGET, IDLE)], TARGET),
        ([(START, BUSY), (39_999.4, OK)], 39_999),
    ],
    ids=[
        "Busy until it is there",
        "never Busy",
        "never Busy, a step beside",
        "stale Ok",
        "stale Ok, then Busy",
        "a step beside",
        "Idle at the target",
        "fractions of a step",
    ],
)
def test_a_move_ends_at_its_target(reports: list, reached: int):
    assert verdict_of(RULE, _reports(*reports)) == (len(reports), Done(reached))


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [(START, OK)] * 3,
        [(HALFWAY, OK)],
        [(START, BUSY), (TARGET, BUSY)],
        [(float("nan"), OK)],
    ],
    ids=["nothing", "stale Ok", "Ok of a move before", "Busy at the target", "no number"],
)
def test_a_move_that_is_not_over(reports: list):
    assert verdict_of(RULE, _reports(*reports)) == (len(reports), None)


@pytest.mark.parametrize(
    ("reports", "error", "complaint"),
    [
        ([(START, ALERT)], Failed, "reports an error"),
        ([(START, BUSY), (HALFWAY, ALERT)], Failed, "reports an error"),
        ([(START, BUSY), (HALFWAY, IDLE)], Aborted, "stopped on its way"),
        ([(START, BUSY), (HALFWAY, OK)], Failed, "ended at 45 000"),
        ([(START, IDLE)], Refused, "did not begin"),
    ],
    ids=["Alert", "Alert on its way", "abort", "elsewhere", "not taken"],
)
def test_a_move_that_fails(reports: list, error: type[Exception], complaint: str):
    number, verdict = verdict_of(RULE, _reports(*reports))
    assert number == len(reports)
    assert type(verdict) is error
    with pytest.raises(error, match=complaint):
        raise verdict


def test_an_ok_after_an_alert_is_that_of_a_move_before():
    assert isinstance(RULE(_reports((START, ALERT), (START, OK))), Failed)


def test_a_move_by_one_step_does_not_end_where_it_began():
    one_step = partial(moved, START + 1)
    stale = [(START, OK), (START, OK)]
    assert verdict_of(one_step, _reports(*stale)) == (2, None)
    assert verdict_of(one_step, _reports(*stale, (START + 1, OK))) == (3, Done(START + 1))
    assert verdict_of(one_step, _reports((START, BUSY), (START, OK))) == (2, Done(START))


def test_a_stale_report_amid_is_taken_back():
    reports = [(START, BUSY), (START, OK), (START, BUSY), (TARGET, OK)]
    assert isinstance(RULE(_reports(*reports[:2])), Failed)
    assert RULE(_reports(*reports[:3])) is None
    assert RULE(_reports(*reports)) == Done(TARGET)


# What real servers said


def _answers(session: str, request: str, name: str) -> list:
    return replay(session, "focus", request, name)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_move(version: str):
    answers = _answers(f"{version}/focus_abs", "'ABS_FOCUS_POSITION'", "ABS_FOCUS_POSITION")
    assert verdict_of(partial(moved, 20_000), answers) == (1, Done(20_000))


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_move_to_where_it_is(version: str):
    answers = _answers(f"{version}/focus_abs", "'ABS_FOCUS_POSITION'", "ABS_FOCUS_POSITION")[1:]
    assert verdict_of(partial(moved, 20_000), answers) == (1, Done(20_000))


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_move_out_of_range(version: str):
    answers = _answers(f"{version}/focus_abs", ">999999<", "ABS_FOCUS_POSITION")
    number, verdict = verdict_of(partial(moved, 999_999), answers)
    assert number == 1
    assert isinstance(verdict, Failed)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_moves_by_steps(version: str):
    session = f"{version}/focus_rel"
    for direction, steps, reached in [("OUTWARD", 5000, 25_000), ("INWARD", 1000, 24_000)]:
        request = f"'FOCUS_{direction}'"
        answers = _answers(session, request, "ABS_FOCUS_POSITION")[:2]
        assert [change.new.state for change in answers] == [BUSY, OK]
        assert verdict_of(partial(moved, reached), answers) == (2, Done(reached))
        relative = _answers(session, request, "REL_FOCUS_POSITION")
        asked = {"FOCUS_RELATIVE_POSITION": float(steps)}
        rule = partial(settled, relative[0].new.definition, asked)
        assert verdict_of(rule, relative) == (1, Done())


# Progress


def test_progress_follows_the_position():
    reports = _reports((START, BUSY), (HALFWAY, BUSY), (42_500, BUSY), (TARGET, OK))
    told = [travel(START, TARGET, reports[:number]) for number in range(5)]
    assert [progress.fraction for progress in told] == [0.0, 0.0, 0.5, 0.75, 1.0]
    assert told[3].detail == "42 500 → 40 000"
    assert [progress.remaining for progress in told[:2]] == [None, None]
    assert travel(START, TARGET, []).detail == "50 000 → 40 000"


def test_the_time_that_is_left_follows_the_pace():
    reports = _reports((START, BUSY), (HALFWAY, BUSY), (42_500, BUSY), (TARGET, OK))
    for report, moment in zip(reports, (0, 10, 15, 20), strict=True):
        report.new.received = 1e9 + moment
    told = [travel(START, TARGET, reports[: number + 1]).remaining for number in range(4)]
    assert told == [None, 10.0, 5.0, 0.0]


def test_progress_of_a_focuser_that_is_there_already():
    assert travel(TARGET, TARGET, []) == Progress(1.0, "40 000 → 40 000")


def test_progress_in_the_wrong_direction_is_none():
    assert travel(START, TARGET, _reports((START + 900, BUSY))).fraction == 0.0


@given(st.floats(), st.integers(0, 100_000), st.floats())
def test_progress_of_whatever_a_driver_tells(begin: float, target: int, here: float):
    progress = travel(begin, target, _reports((here, BUSY)))
    assert 0.0 <= progress.fraction <= 1.0
    assert progress.detail.count("→") == 1


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.lists(st.integers())))
def test_whole_numbers(number: object):
    steps = whole(number)
    assert steps is None or steps == number
    assert (steps is None) == (not isinstance(number, int) and not _is_whole(number))


def _is_whole(number: object) -> bool:
    return isinstance(number, float) and number.is_integer()
