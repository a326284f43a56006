"""Filter wheels: when a turn is over, and which filter is meant."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.rules import Done
from indinb.errors import Failed, OutOfRange, Refused
from indinb.instruments.filterwheel import slot_of, turned
from indinb.protocol.vocabulary import State
from tests.instruments.evidence import SLOT, VERSIONS, changes, in_slot, replay, verdict_of

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
RULE = partial(turned, 3, "Blue")


def _reports(*reports: tuple[float, State]) -> list:
    return changes([SLOT], *(in_slot(*report) for report in reports))


@pytest.mark.parametrize(
    "reports",
    [
        [(1, BUSY), (3, OK)],
        [(1, BUSY), (2, BUSY), (3, BUSY), (3, OK)],
        [(3, OK)],
        [(1, OK), (1, BUSY), (3, OK)],
        [(2, OK), (1, BUSY), (0, BUSY), (-1, BUSY), (3, OK)],
        [(1, BUSY), (3, IDLE)],
        [(3, IDLE)],
    ],
    ids=[
        "Busy in the old slot",
        "passing others",
        "never Busy",
        "stale Ok",
        "tells no slot on its way",
        "Idle at the end",
        "always Idle",
    ],
)
def test_a_turn_ends_in_its_slot(reports: list):
    assert verdict_of(RULE, _reports(*reports)) == (len(reports), Done("Blue"))


@pytest.mark.parametrize(
    "reports",
    [[], [(1, OK)] * 3, [(2, OK)], [(1, BUSY), (3, BUSY)], [(float("nan"), OK)]],
    ids=["nothing", "stale Ok", "Ok of a turn before", "Busy in its slot", "no number"],
)
def test_a_turn_that_is_not_over(reports: list):
    assert verdict_of(RULE, _reports(*reports)) == (len(reports), None)


@pytest.mark.parametrize(
    ("reports", "error", "complaint"),
    [
        ([(1, ALERT)], Failed, "reports an error"),
        ([(1, BUSY), (1, ALERT)], Failed, "reports an error"),
        ([(1, BUSY), (2, OK)], Failed, "ended at slot 2"),
        ([(1, BUSY), (2, IDLE)], Failed, "ended at slot 2"),
        ([(1, IDLE)], Refused, "did not begin"),
    ],
    ids=["Alert", "jammed", "elsewhere", "stopped", "not taken"],
)
def test_a_turn_that_fails(reports: list, error: type[Exception], complaint: str):
    number, verdict = verdict_of(RULE, _reports(*reports))
    assert number == len(reports)
    assert type(verdict) is error
    with pytest.raises(error, match=complaint):
        raise verdict


def test_an_ok_after_an_alert_is_that_of_a_turn_before():
    assert isinstance(RULE(_reports((1, BUSY), (1, ALERT), (1, OK))), Failed)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_turns(version: str):
    session = f"{version}/filter_change"
    answers = replay(session, "wheel", ">5<", "FILTER_SLOT")
    assert verdict_of(partial(turned, 5, "SII"), answers) == (2, Done("SII"))
    answers = replay(session, "wheel", ">1<", "FILTER_SLOT")
    assert verdict_of(partial(turned, 1, "Red"), answers)[1] == Done("Red")


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_turn_to_no_slot(version: str):
    answers = replay(f"{version}/filter_change", "wheel", ">99<", "FILTER_SLOT")
    number, verdict = verdict_of(partial(turned, 99, "?"), answers)
    assert isinstance(verdict, Failed)
    assert answers[number - 1].new.state is ALERT


# Which filter is meant


FILTERS = ("Red", "H_Alpha", "H\u03b1 3nm", "red", "Clear & Dark <1>", "Slot 6", "OIII")


@pytest.mark.parametrize(
    ("filter", "slot"),
    [
        ("Red", 1),
        ("red", 4),
        (" H_Alpha ", 2),
        ("h_ALPHA", 2),
        ("h\u03b1 3NM", 3),
        ("clear & dark <1>", 5),
        ("slot 6", 6),
        (1, 1),
        (7, 7),
        (np.int64(3), 3),
    ],
)
def test_a_filter_is_meant_by_its_name_or_slot(filter: object, slot: int):
    assert slot_of(filter, FILTERS) == slot


@pytest.mark.parametrize(
    "filter",
    ["", "H_", "OII", "OIII 2", "1", 0, 8, -1, 2.0, float("nan"), None, ("Red",), b"Red"],
)
def test_no_such_filter(filter: object):
    with pytest.raises(OutOfRange) as caught:
        slot_of(filter, FILTERS, "EFW")
    assert str(caught.value) == (
        f"EFW has no filter {filter!r}: it has 1 Red, 2 H_Alpha, 3 H\u03b1 3nm, 4 red, "
        "5 Clear & Dark <1>, 6 Slot 6, 7 OIII"
    )


@pytest.mark.parametrize("filter", ["RED", "rEd"])
def test_a_name_that_several_have_is_not_guessed(filter: str):
    with pytest.raises(OutOfRange, match=rf"has several filters '{filter}': select\(1\) or sel"):
        slot_of(filter, FILTERS)


def test_names_that_repeat():
    with pytest.raises(OutOfRange, match=r"select\(1\) or select\(3\)"):
        slot_of("Red", ["Red", "Green", "Red"])
    assert slot_of(3, ["Red", "Green", "Red"]) == 3


def test_a_wheel_without_filters():
    with pytest.raises(OutOfRange, match="the wheel has no filter 1: it has none"):
        slot_of(1, [])


@given(st.lists(st.text(max_size=3).map(str.strip), max_size=8))
def test_every_name_means_its_slot_or_nothing(names: list[str]):
    for slot, name in enumerate(names, 1):
        if names.count(name) == 1:
            assert slot_of(name, names) == slot
        else:
            with pytest.raises(OutOfRange):
                slot_of(name, names)
