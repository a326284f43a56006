"""Dust caps: ours, as INDI has no simulator of one, and caps that do as they are told."""

from collections.abc import Callable, Iterator

import pytest

import indinb
from indinb import Client, DustCap, FlatPanel
from indinb.errors import Aborted, Failed, OperationError, Refused, UnknownProperty
from indinb.instruments.flatpanel import thrown
from indinb.protocol.messages import Message, New, Update
from indinb.protocol.vocabulary import State, SwitchRule
from tests.client.fakes import CONNECTION, switches, update
from tests.instruments import evidence
from tests.instruments.smalldevices import PANEL, observing
from tests.waiting import wait_until

OK, BUSY, ALERT, IDLE = State.OK, State.BUSY, State.ALERT, State.IDLE

CAP = switches("CAP_PARK", {"PARK": False, "UNPARK": True}, device=PANEL, state=OK)
ABORT = switches("CAP_ABORT", {"ABORT": False}, SwitchRule.AT_MOST_ONE, device=PANEL)


def at(closed: bool, open: bool, state: State) -> Update:
    """Return what a cap tells."""
    return update(CAP, state, PARK=closed, UNPARK=open)


# Ours


@pytest.fixture(scope="module")
def embedded_panel(small_embedded) -> Iterator[Client]:
    """Return a client of our own observatory."""
    with observing(small_embedded) as client:
        yield client


@pytest.fixture
def cap(embedded_panel: Client) -> DustCap:
    """Return an open cap."""
    cap = DustCap(embedded_panel.devices[PANEL])
    cap.open()
    return cap


def test_open_and_close(cap: DustCap):
    assert (cap.status, cap.closed, cap.moving) == ("open", False, False)
    operation = cap.start_close()
    assert operation.label == "close Light Panel Simulator"
    wait_until(cap.device, lambda: cap.moving)
    assert cap.status == "moving"
    assert not operation.done()
    operation.result()
    assert (cap.status, cap.closed, cap.moving) == ("closed", True, False)
    cap.close()  # which it is already
    cap.open()
    assert cap.status == "open"


def test_stopped_half_way_nobody_knows_where_it_is(cap: DustCap):
    operation = cap.start_close()
    wait_until(cap.device, lambda: cap.moving)
    operation.abort()
    with pytest.raises(Aborted):
        operation.result()
    assert cap.status == "unknown"
    assert not cap.closed
    cap.close()
    assert cap.closed


def test_abort_of_what_does_not_move(cap: DustCap):
    cap.abort()
    assert cap.status == "open"


def test_one_device_is_panel_and_cap(cap: DustCap):
    kinds = {type(each) for each in indinb.instruments(cap.device)}
    assert kinds == {FlatPanel, DustCap}


# A cap that does as it is told


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., DustCap]:
    """Return a function that makes a cap, in some state, with an answer."""

    def make(told: Update, *answers: Message, abort: bool = True) -> DustCap:
        definitions = [CAP, ABORT] if abort else [CAP]
        client = connect(
            CONNECTION._replace(device=PANEL),
            *definitions,
            answer=lambda new: answers if new.name == "CAP_PARK" else [],
        )
        client.server.tell(told)
        return DustCap(client.devices[PANEL])

    return make


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (at(True, False, OK), "closed"),
        (at(False, True, OK), "open"),
        (at(True, False, BUSY), "moving"),
        (at(False, False, BUSY), "moving"),
        (at(False, False, OK), "unknown"),
        (at(True, False, ALERT), "unknown"),
        (at(False, True, ALERT), "unknown"),
        (at(False, False, ALERT), "unknown"),
        (at(True, False, IDLE), "unknown"),
    ],
)
def test_where_a_cap_is(make, told: Update, status: str):
    cap = make(told)
    assert cap.status == status
    assert cap.closed is (status == "closed")


def test_a_link_that_is_gone_moves_nothing(make):
    cap = make(at(True, False, BUSY))
    assert cap.moving
    cap.device.connection.close()
    assert not cap.moving


def test_a_cap_that_does_not_tell(connect: Callable[..., Client]):
    cap = DustCap(connect(CONNECTION._replace(device=PANEL)).devices[PANEL])
    assert cap.status == "unknown"
    with pytest.raises(UnknownProperty, match="CAP_PARK"):
        cap.close()


def test_the_drivers_alert_fails(make):
    cap = make(at(False, True, OK), at(True, False, BUSY), at(False, False, ALERT))
    with pytest.raises(Failed, match="close Light Panel Simulator: the driver reports an error"):
        cap.close()


def test_what_cannot_be_stopped(make):
    cap = make(at(False, True, OK), at(True, False, BUSY), abort=False)
    with pytest.raises(UnknownProperty, match="CAP_ABORT"):
        cap.abort()
    operation = cap.start_close()
    operation.abort()
    with pytest.raises(Aborted, match="but the instrument goes on"):
        operation.result(5)


def test_abort_asks_the_driver(make):
    cap = make(at(False, True, OK), at(True, False, BUSY))
    operation = cap.start_close()
    wait_until(cap.device, lambda: cap.moving)
    operation.abort()
    server = cap.device.connection.server
    assert [new.name for new in server.heard(New)] == ["CAP_PARK", "CAP_ABORT"]
    server.tell(at(False, False, ALERT))
    with pytest.raises(Aborted):
        operation.result(5)


# The rule


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ([], None),
        ([at(True, False, BUSY)], None),
        ([at(True, False, BUSY), at(True, False, OK)], "done"),
        ([at(True, False, OK)], "done"),
        ([at(True, False, IDLE)], "done"),
        ([at(False, True, OK)], None),
        ([at(False, True, OK), at(True, False, BUSY), at(True, False, OK)], "done"),
        ([at(True, False, BUSY), at(False, True, OK)], Failed),
        ([at(True, False, BUSY), at(False, False, ALERT)], Failed),
        ([at(False, False, ALERT), at(False, True, OK)], Failed),
        ([at(True, False, BUSY), at(True, False, IDLE)], Aborted),
        ([at(False, True, IDLE)], Refused),
    ],
)
def test_the_rule(told: list[Update], verdict: str | type[OperationError] | None):
    found = thrown("PARK", evidence.changes([CAP], *told))
    if isinstance(verdict, type):
        assert type(found) is verdict
    else:
        assert (found and "done") == verdict
