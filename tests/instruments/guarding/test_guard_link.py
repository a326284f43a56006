"""The guard and the link: it may be lost and found again, as servers and networks are."""

import pytest

from indinb.errors import ConnectionLost
from indinb.protocol.messages import New
from tests.client.fakes import SOON, delete
from tests.instruments.kennel import (
    BEAT,
    CONNECTION,
    DEVICES,
    DOG,
    HEART,
    OBSERVATORY,
    OFF,
    PLAN,
    STILL,
    WATCHDOG,
    another,
    beating,
    obey,
    remembered,
    since,
    told,
    warnings,
)
from tests.waiting import wait_until


def _lose(client, harbour):
    harbour.refusals = 10**9
    harbour.server.cut()
    wait_until(client, lambda: client.status == "lost")


def _find(client, harbour):
    harbour.refusals = 0
    wait_until(client, lambda: client.status == "connected")
    assert harbour.server.asked.wait(SOON)
    harbour.server.tell()


def test_a_lost_link(anchored, moored, harbour, clock, caplog):
    _lose(moored, harbour)
    assert not anchored.armed
    clock.advance(100)
    assert warnings(caplog) == [
        f"{DOG} is not guarding: the link to fake:7000 is lost, so the server will act"
    ]
    assert len(clock.pending) == 1  # it may come back


def test_a_link_that_ends_for_good(guard, guarded, server, clock, caplog):
    server.cut()
    wait_until(guarded, lambda: guarded.status == "lost")
    clock.advance(100)
    assert len(warnings(caplog)) == 1
    assert not guard.armed


def test_it_beats_at_once_when_the_link_is_back(anchored, moored, harbour, clock, caplog):
    """The driver's time may be nearly over."""
    clock.advance(20)
    _lose(moored, harbour)
    clock.advance(39)
    caplog.clear()
    _find(moored, harbour)
    clock.advance(0)
    assert since(harbour.server) == [BEAT]
    assert anchored.armed
    assert not anchored.triggered
    clock.advance(20)
    assert warnings(caplog)[-1] == f"{DOG} is guarding again"


def test_it_does_not_beat_before_the_driver_is_back(anchored, moored, harbour, clock):
    """What is known from before may be wrong: another may have taken its place."""
    definitions = remembered(moored)
    harbour.definitions = DEVICES
    harbour.cut(moored)
    clock.advance(20)
    assert since(harbour.server) == []
    assert "the link is back, but not yet all that it offers" in repr(anchored)
    heart = definitions[OBSERVATORY.index(HEART)]
    harbour.server.tell(heart)
    clock.advance(0)
    assert since(harbour.server) == [BEAT]
    assert not anchored.armed
    harbour.server.tell(*(each for each in definitions if each is not heart))
    clock.advance(0.5)
    assert since(harbour.server) == [BEAT]
    assert anchored.armed


def test_a_link_that_was_lost_for_too_long(anchored, moored, harbour, clock, caplog):
    _lose(moored, harbour)
    clock.advance(90)
    _find(moored, harbour)
    clock.advance(0)
    assert since(harbour.server) == [BEAT]
    assert anchored.triggered
    assert warnings(caplog)[-1] == f"{DOG} acts ({PLAN}): it had no heartbeat for 90 s"


@pytest.mark.parametrize("value", [0.0, 60.0], ids=["no heart", "a heart by default"])
def test_a_driver_that_restarted_behind_a_lost_link_has_not_acted(
    anchored, moored, harbour, clock, value
):
    _lose(moored, harbour)
    clock.advance(90)
    harbour.definitions = tuple(beating(value) if each is HEART else each for each in OBSERVATORY)
    _find(moored, harbour)
    assert not anchored.triggered
    clock.advance(0.5)
    assert len(since(harbour.server)) == 5
    assert anchored.armed
    assert not anchored.triggered


def test_a_driver_that_does_not_come_back_is_gone(anchored, moored, harbour, clock):
    harbour.definitions = DEVICES
    harbour.cut(moored)
    harbour.server.tell(*(delete(each) for each in WATCHDOG))  # as the client itself does, later
    assert "the driver indi_watchdog is gone" in repr(anchored)
    clock.advance(100)
    assert since(harbour.server) == []
    harbour.server.tell(*WATCHDOG)
    clock.advance(0.5)
    assert len(since(harbour.server)) == 5
    assert anchored.armed


def test_links_that_come_and_go(anchored, moored, harbour, clock):
    for _ in range(10):
        clock.advance(7)
        harbour.cut(moored)
        clock.advance(0)
        assert since(harbour.server) == [BEAT]
        assert anchored.armed
    assert len(clock.pending) == 1


# disarming


def test_a_lost_link_cannot_disarm(anchored, moored, harbour, clock):
    _lose(moored, harbour)
    words = rf"; so {DOG} could not be disarmed, and acts 60 s after the last heartbeat$"
    with pytest.raises(ConnectionLost, match=words):
        anchored.disarm()
    assert "its heart was stopped" not in repr(anchored)
    _find(moored, harbour)
    assert "its heart was stopped, so the server will act" in repr(anchored)
    clock.advance(100)
    assert since(harbour.server) == []
    anchored.disarm()
    assert since(harbour.server) == [OFF, STILL]


def test_a_driver_that_is_not_back_yet_cannot_be_disarmed(anchored, moored, harbour, clock):
    harbour.definitions = DEVICES
    harbour.cut(moored)
    with pytest.raises(ConnectionLost, match=f"so {DOG} could not be disarmed"):
        anchored.disarm()
    assert since(harbour.server) == []


# arming


def _hold(harbour):
    """Let the driver not answer when it is asked to connect."""
    harbour.server.answer = lambda new: [] if new.name == CONNECTION.name else obey(new)


def test_a_link_that_is_lost_while_it_is_armed(moored, harbour, clock):
    _hold(harbour)
    operation = another(moored, 30).start_arm()
    assert told(harbour.server.heard(New))[0] == (HEART.name, {HEART.members[0].name: 30.0})
    harbour.cut(moored)
    assert isinstance(operation.exception(SOON), ConnectionLost)
    clock.advance(100)
    assert since(harbour.server) == []
    assert clock.pending == []


def test_a_link_that_is_lost_while_the_next_is_armed_leaves_the_first(
    anchored, moored, harbour, clock
):
    _hold(harbour)
    operation = another(moored, 30).start_arm(instead_of=anchored)
    harbour.server.tell()
    harbour.cut(moored)
    assert isinstance(operation.exception(SOON), ConnectionLost)
    clock.advance(0)
    assert since(harbour.server) == [BEAT]
    assert anchored.armed


def test_a_client_that_is_closed_while_the_next_is_armed_has_no_heart(
    anchored, moored, harbour, clock
):
    _hold(harbour)
    operation = another(moored, 30).start_arm(instead_of=anchored)
    harbour.server.tell()
    moored.close()
    assert isinstance(operation.exception(SOON), ConnectionLost)
    assert clock.pending == []
