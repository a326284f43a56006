import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client import pace
from indinb.client.operation import Operation, Progress
from indinb.client.pace import at_pace, remaining, words
from indinb.protocol.vocabulary import State
from tests.client.fakes import TEMPERATURE, update
from tests.client.helpers import cool

ANY = st.floats()


def reports(*told):
    """Return changes that tell at some seconds how much is left."""
    vectors = [SimpleNamespace(received=1e9 + seconds, left=left) for seconds, left in told]
    return [SimpleNamespace(new=vector) for vector in vectors]


def left(vector):
    return vector.left


@pytest.mark.parametrize(
    ("fraction", "elapsed", "seconds"),
    [(0.5, 10, 10), (0.25, 10, 30), (0.8, 60, 15), (0.01, 1, 99)],
)
def test_the_rest_goes_as_what_is_done(fraction, elapsed, seconds):
    assert remaining(fraction, elapsed) == pytest.approx(seconds)


@pytest.mark.parametrize("fraction", [None, 0.0, 0.005, -1.0, 1.0, 1.5, math.nan])
def test_what_has_hardly_begun_or_is_done_tells_nothing(fraction):
    assert remaining(fraction, 10) is None


@pytest.mark.parametrize("elapsed", [0.0, 0.4, -1.0, math.nan, math.inf])
def test_no_time_tells_no_pace(elapsed):
    assert remaining(0.5, elapsed) is None


def test_a_distance_goes_as_fast_as_before():
    assert at_pace(left, reports((0, 40.0), (5, 30.0), (10, 20.0))) == pytest.approx(10)
    assert at_pace(left, reports((0, 40.0), (1, 39.0))) == pytest.approx(39)


def test_where_it_began_before_the_first_report_does_not_matter():
    assert at_pace(left, reports((7, 20.0), (9, 10.0))) == pytest.approx(2)


@pytest.mark.parametrize(
    "told",
    [
        [],
        [(0, 40.0)],
        [(0, 40.0), (5, 40.0)],
        [(0, 40.0), (5, 41.0)],
        [(0, 40.0), (5, 39.9)],
        [(0, 40.0), (0, 20.0)],
        [(0, 40.0), (0.4, 20.0)],
        [(5, 40.0), (0, 20.0)],
        [(0, math.nan), (5, 20.0)],
        [(0, math.inf), (5, 20.0)],
    ],
    ids=[
        "nothing",
        "once",
        "rest",
        "away",
        "hardly",
        "at once",
        "too soon",
        "back in time",
        "nan",
        "inf",
    ],
)
def test_what_comes_no_nearer_has_no_pace(told):
    assert at_pace(left, reports(*told)) is None


def test_there_is_nothing_left_at_the_end():
    assert at_pace(left, reports((0, 40.0), (5, 0.0))) == 0.0


@given(ANY, ANY, ANY, ANY)
def test_whatever_is_told_the_rest_is_a_time_or_unknown(before, now, begin, end):
    for seconds in (at_pace(left, reports((begin, before), (end, now))), remaining(before, now)):
        assert seconds is None or math.isfinite(seconds)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, ""),
        (0.0, ""),
        (0.2, "1 s left"),
        (12.0, "12 s left"),
        (59.5, "1 min 0 s left"),
        (125.0, "2 min 5 s left"),
        (3600.0, "1 h 0 min left"),
        (7325.0, "2 h 2 min left"),
    ],
)
def test_time_is_told_as_people_want_to_know_it(seconds, told):
    assert words(Progress(0.5, "", seconds)) == told
    assert words(Progress(None, "cooling", seconds)) == ("cooling · " + told if told else "cooling")


# Of operations


def test_an_operation_of_which_nothing_is_known():
    assert Operation("slew").remaining is None


def test_a_request_that_tells_a_fraction_has_a_pace(desk, clock):
    request = cool(desk, progress=lambda changes: Progress(0.2, "cooling"))
    assert request.remaining is None
    clock.advance(10)
    assert request.remaining == pytest.approx(40)
    assert request.progress == Progress(0.2, "cooling", pytest.approx(40))


def test_what_is_measured_counts(desk, clock):
    request = cool(desk, progress=lambda changes: Progress(0.2, "cooling", 7.0))
    clock.advance(10)
    assert request.remaining == 7.0


def test_what_is_over_has_nothing_left(desk, clock):
    request = cool(desk, progress=lambda changes: Progress(0.2, "cooling", 7.0))
    desk.say(update(TEMPERATURE, State.OK))
    assert request.remaining is None


def test_a_measure_that_fails_knows_no_time(desk, clock):
    assert cool(desk, progress=lambda changes: 1 / 0).remaining is None


@given(st.builds(Progress, st.none() | ANY, st.just("busy"), st.none() | ANY))
def test_what_any_driver_makes_of_it_can_be_shown(measured):
    sound = pace.sound(measured)
    assert sound.fraction is None or 0 <= sound.fraction <= 1
    assert sound.remaining is None or 0 <= sound.remaining < math.inf
    assert words(sound).startswith("busy")


def test_nonsense_of_a_driver_is_no_progress(desk, clock):
    request = cool(desk, progress=lambda changes: Progress(math.nan, "cooling", math.inf))
    assert request.progress == Progress(None, "cooling")
