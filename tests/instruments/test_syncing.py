"""When an instrument has taken in where it is, fed with what drivers say."""

import pytest

from indinb.client.rules import Done
from indinb.errors import Failed, Refused
from indinb.instruments.syncing import synced
from indinb.protocol.vocabulary import State
from tests.client.fakes import numbers, update
from tests.instruments.evidence import changes

SYNC = numbers("SYNC", {"TO": 0.0})
PLACE = numbers("PLACE", {"AT": 5.0})
HERE, THERE = update(PLACE, State.OK, AT=5.0), update(PLACE, State.OK, AT=9.0)


def _verdict(*messages, before: bool = False, now: float = 0.0):
    found = changes([SYNC, PLACE], *messages)
    return synced("SYNC", lambda told: told["AT"] == 9.0, before, 1.0, found, lambda: now)


def said(state: State):
    """Return the answer to what was told."""
    return update(SYNC, state, TO=9.0)


OK = said(State.OK)


@pytest.mark.parametrize(
    ("messages", "before"),
    [((OK, THERE), False), ((THERE, OK), False), ((OK,), True), ((HERE, OK, THERE), False)],
    ids=["told after", "told before", "as it was", "stale position"],
)
def test_it_is_where_it_was_told(messages: tuple, before: bool):
    assert _verdict(*messages[:-1], before=False) is None
    assert _verdict(*messages, before=before) == Done()


def test_a_driver_that_never_tells_is_believed_after_a_while():
    assert _verdict(OK) is None
    assert _verdict(OK, HERE) is None
    assert _verdict(OK, HERE, now=1.0) == Done()


def test_no_answer_is_none_however_long():
    assert _verdict(now=5.0) is None
    assert _verdict(THERE, now=5.0) is None
    assert _verdict(said(State.BUSY), THERE, now=5.0) is None


def test_what_is_not_taken():
    assert isinstance(_verdict(said(State.ALERT)), Failed)
    assert isinstance(_verdict(said(State.IDLE), now=5.0), Refused)
