"""Domes: when a shutter has moved and a dome has parked, by what servers say and have said."""

from functools import partial

import pytest

from indinb.client.rules import Done
from indinb.errors import Aborted, Failed, Refused
from indinb.instruments.domes.rules import (
    CLOSE,
    OPEN,
    PARK,
    SHUTTER,
    parked,
    shutter_moved,
    shutter_word,
)
from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import State, SwitchRule
from tests.client.fakes import switches, update, vector
from tests.instruments.evidence import VERSIONS, changes, replay, verdict_of

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
SHUTTERS = switches(SHUTTER, {OPEN: False, CLOSE: True}, SwitchRule.AT_MOST_ONE, state=OK)
PARKS = switches(PARK, {"PARK": False, "UNPARK": True}, state=OK)


def shutter(state: State, opens: bool | None = True) -> Update:
    """Return a dome's report of its shutter; None is neither open nor closed."""
    return update(SHUTTERS, state, **{OPEN: opens is True, CLOSE: opens is False})


def park(state: State, parks: bool | None = True) -> Update:
    """Return a dome's report of its parking; None is neither."""
    return update(PARKS, state, PARK=parks is True, UNPARK=parks is False)


def _reports(*reports: Update) -> list:
    return changes([SHUTTERS, PARKS], *reports)


# Where a shutter is


@pytest.mark.parametrize(
    ("state", "opens", "word"),
    [
        (OK, True, "open"),
        (OK, False, "closed"),
        (BUSY, True, "opening"),
        (BUSY, False, "closing"),
        (ALERT, True, None),
        (ALERT, False, None),
        (IDLE, True, None),
        (IDLE, False, None),
        (OK, None, None),
        (BUSY, None, None),
    ],
)
def test_where_a_shutter_is(state: State, opens: bool | None, word: str | None):
    """Only Ok and On is open; an Alert, or none On, is unknown."""
    told = _reports(shutter(state, opens))[-1].new
    assert shutter_word(told) == word


def test_where_no_shutter_is():
    assert shutter_word(None) is None
    both = switches(SHUTTER, {OPEN: True, CLOSE: True}, SwitchRule.ANY_OF_MANY, state=OK)
    assert shutter_word(vector(both)) is None
    assert shutter_word(vector(switches(SHUTTER, {"ELSE": True}, state=OK))) is None


# When it has moved


@pytest.mark.parametrize(
    ("reports", "error"),
    [
        ([shutter(BUSY), shutter(BUSY), shutter(OK)], None),
        ([shutter(OK)], None),
        ([shutter(OK, False), shutter(BUSY), shutter(OK)], None),
        ([shutter(ALERT)], Failed),
        ([shutter(BUSY), shutter(ALERT)], Failed),
        ([shutter(BUSY), shutter(OK, False)], Aborted),
        ([shutter(BUSY), shutter(IDLE)], Aborted),
        ([shutter(IDLE, False)], Refused),
    ],
    ids=[
        "set twice",
        "at once",
        "stale Ok",
        "Alert",
        "stuck",
        "closed again",
        "stopped",
        "not taken",
    ],
)
def test_a_shutter_has_moved_or_failed(reports: list, error: type[Exception] | None):
    number, verdict = verdict_of(partial(shutter_moved, OPEN), _reports(*reports))
    assert number == len(reports)
    assert verdict == Done() if error is None else type(verdict) is error


@pytest.mark.parametrize(
    "reports",
    [[], [shutter(OK, False)], [shutter(BUSY), shutter(BUSY)], [shutter(OK, None)]],
    ids=["nothing", "stale Ok", "Busy, though the switch is On", "neither"],
)
def test_a_shutter_that_still_moves(reports: list):
    rule = partial(shutter_moved, OPEN)
    assert verdict_of(rule, _reports(*reports)) == (len(reports), None)


# When a dome has parked


@pytest.mark.parametrize(
    ("before", "reports", "error"),
    [
        (OK, [park(BUSY), park(OK)], None),
        (None, [park(BUSY), park(OK)], None),
        (OK, [park(OK)], None),
        (OK, [shutter(BUSY, False), park(BUSY), park(OK), shutter(OK, False)], None),
        (OK, [shutter(BUSY, False), park(BUSY), shutter(OK, False), park(OK)], None),
        (BUSY, [park(OK), shutter(OK, False)], None),
        (ALERT, [park(BUSY), park(OK)], None),
        (OK, [park(BUSY), park(IDLE)], None),
        (OK, [park(ALERT)], Failed),
        (OK, [shutter(BUSY, False), park(BUSY), shutter(ALERT, False)], Failed),
        (OK, [park(BUSY), park(IDLE, None)], Aborted),
        (OK, [park(BUSY), park(OK, False)], Aborted),
        (OK, [park(IDLE, False)], Refused),
    ],
    ids=[
        "shutter stays",
        "no shutter",
        "parked already",
        "Ok while the shutter is still closing",
        "shutter first",
        "shutter was moving before",
        "shutter was unknown before",
        "Idle then",
        "the mount is in the way",
        "shutter stuck",
        "stopped",
        "unparked",
        "not taken",
    ],
)
def test_a_dome_has_parked_or_failed(
    before: State | None, reports: list, error: type[Exception] | None
):
    number, verdict = verdict_of(partial(parked, "PARK", before), _reports(*reports))
    assert number == len(reports)
    assert verdict == Done() if error is None else type(verdict) is error


@pytest.mark.parametrize(
    ("before", "reports"),
    [
        (OK, []),
        (OK, [park(OK, False)]),
        (OK, [park(BUSY)]),
        (OK, [shutter(BUSY, False), park(BUSY), park(OK)]),
        (BUSY, [park(OK)]),
        (OK, [shutter(BUSY, False), shutter(OK, False)]),
    ],
    ids=[
        "nothing",
        "Ok of unparking",
        "Busy, though the switch is On",
        "shutter is closing",
        "shutter was moving before",
        "shutter only",
    ],
)
def test_a_dome_that_still_parks(before: State, reports: list):
    rule = partial(parked, "PARK", before)
    assert verdict_of(rule, _reports(*reports)) == (len(reports), None)


# What real servers said


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_opening(version: str):
    answers = replay(f"{version}/dome", "dome", "SHUTTER_OPEN", SHUTTER)
    number, verdict = verdict_of(partial(shutter_moved, OPEN), answers)
    assert verdict == Done()
    assert [change.new.state for change in answers[:number]] == [BUSY, BUSY, OK]


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_parking_waits_for_the_shutter(version: str):
    answers = replay(f"{version}/dome", "dome", "'PARK'", PARK, SHUTTER)
    number, verdict = verdict_of(partial(parked, "PARK", OK), answers)
    assert verdict == Done()
    assert {answers[number - 1].name} <= {PARK, SHUTTER}
    latest = {change.name: change.new.state for change in answers[:number]}
    assert latest == {PARK: OK, SHUTTER: OK}
    if version == "indi-1.9.9":
        said = next(change.new.received for change in answers if change.new.state is OK)
        assert answers[number - 1].new.received - said > 4  # seconds between the two


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_unparking_of_what_is_unparked(version: str):
    answers = replay(f"{version}/dome", "dome", "UNPARK", PARK)
    assert verdict_of(partial(parked, "UNPARK", OK), answers) == (1, Done())
