"""What goes over the wire, held against what PyIndi-Client 2.3.0 was seen to do."""

from collections.abc import Callable

import pytest

from indinb import pyindi as PyIndi
from tests.pyindi.canonical import canonical
from tests.pyindi.replay import END
from tests.pyindi.wire_capture import Row, captured
from tests.pyindi.wire_script import play

THEIRS = captured()

BETTER: set[str] = set()
"""Rows in which ours differs; each has a test of its own."""


def better(*names: str) -> Callable[[Callable], Callable]:
    """Mark the test of rows in which ours does better than the original."""
    BETTER.update(names)
    return lambda test: test


@pytest.fixture(scope="module")
def ours() -> dict[str, Row]:
    return play(PyIndi)


# Where ours differs


@better("vals")
def test_sexagesimal_numbers_of_updates_are_read_as_in_definitions(ours):
    assert THEIRS["vals"].result[1] == 0
    assert ours["vals"].result == [1.5, pytest.approx(-0.51)]


@better("set no state", "state #2")
def test_an_update_without_a_state_keeps_the_state_and_takes_the_values(ours):
    assert THEIRS["set no state"].events == []
    assert ours["set no state"].events == [("update", "N", "Alert")]
    assert ours["state #2"].result == ours["state"].result == "Alert"


@better("vals #2")
def test_a_member_that_is_no_number_keeps_the_one_before_and_the_others_are_taken(ours):
    assert THEIRS["vals #2"].result == ([5.0, 0.0], "Ok")
    assert ours["vals #2"].result == ([5.0, 7.0], "Ok")


@better("set bad state", "vals #3")
def test_an_update_with_an_unknown_state_is_taken_for_its_values(ours):
    assert THEIRS["vals #3"].result[0][0] == 5.0
    assert ours["set bad state"].events == [("update", "N", "Ok")]
    assert ours["vals #3"].result == ([6.0, 7.0], "Ok")


@better("dup def new value", "text #2")
def test_another_definition_of_the_same_property_is_an_update_of_all_that_it_says(ours):
    assert THEIRS["dup def new value"].events == []
    assert ours["dup def new value"].events == [("update", "T", "Ok")]
    assert THEIRS["text #2"].result == (["q", ""], "Tl", "rw")
    assert ours["text #2"].result == (["dup", "b"], "NEW", "ro")


@better("b")
def test_a_packed_blob_is_unpacked_and_nothing_beyond_it_is_read(ours):
    assert THEIRS["b"].result[:3] == (".fits.z", 70, 18)
    assert ours["b"].result == (".fits", 70, 70, (b"payload" * 3)[:20], 70)


@better("b #2")
def test_a_blob_of_size_0_tells_a_state_and_keeps_the_data(ours):
    assert THEIRS["b #2"].result == (".fits.z", 70, "Busy")
    assert ours["b #2"].result == (".fits", 70, "Busy")


@better("eq")
def test_two_handles_of_one_device_are_equal(ours):
    assert THEIRS["eq"].result[2] is False
    assert ours["eq"].result == (False, True, True, False, False)


@better("eof")
def test_a_lost_server_counts_as_lost_before_the_callback_says_so(ours):
    assert THEIRS["eof"].events == [("serverDisconnected", -1, True)]
    assert ours["eof"].events == [("serverDisconnected", -1, False)]
    assert ours["eof"].sent == THEIRS["eof"].sent == END


@better("isconn")
def test_a_lost_server_is_not_connected_afterwards(ours):
    assert THEIRS["isconn"].result is True
    assert ours["isconn"].result is False


@better("reconnect")
def test_a_lost_server_can_be_connected_again_and_is_asked_for_the_same_blobs(ours):
    assert THEIRS["reconnect"].result is False
    assert ours["reconnect"].result is True
    assert ours["reconnect"].events == THEIRS["connectServer"].events + THEIRS["defs"].events
    assert canonical(ours["reconnect"].sent) == canonical(
        THEIRS["connectServer"].sent
        + THEIRS["blobmode never dev"].sent
        + THEIRS["blob only absent dev"].sent
    )


@better("disc")
def test_disconnecting_after_that_ends_the_new_link(ours):
    assert ours["disc"]._replace(sent=b"") == THEIRS["disc"]
    assert ours["disc"].sent == END


# Where ours does the same


SAME = [name for name in THEIRS if name not in BETTER]


@pytest.mark.parametrize("name", SAME)
def test_the_same_is_sent(ours, name):
    assert canonical(ours[name].sent) == canonical(THEIRS[name].sent)


@pytest.mark.parametrize("name", SAME)
def test_the_same_is_called_back_in_the_same_order(ours, name):
    assert ours[name].events == THEIRS[name].events


@pytest.mark.parametrize("name", SAME)
def test_the_same_is_returned(ours, name):
    assert ours[name].result == THEIRS[name].result


def test_every_row_of_the_capture_is_replayed(ours):
    assert list(ours) == list(THEIRS)
    assert len(THEIRS) == 68
    assert set(SAME) | BETTER == set(THEIRS)


def meaning(row: Row) -> tuple:
    """Return a row such that two of the same meaning are equal."""
    sent = row.sent.replace(END, b"<end/>")
    return row.result, canonical(sent), row.events


def test_differences_are_told_of_nothing_that_is_the_same(ours):
    assert [name for name in BETTER if meaning(ours[name]) == meaning(THEIRS[name])] == []


@pytest.mark.parametrize("name", ["text", "number", "1ofmany", "blob up"])
def test_the_comparison_can_fail(name):
    sent = THEIRS[name].sent
    assert canonical(sent.replace(b"name='", b"name='x", 1)) != canonical(sent)
    assert canonical(sent.replace(b"\n  </one", b"0\n  </one", 1)) != canonical(sent)
