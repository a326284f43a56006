"""The guard: its end, and what it says."""

import logging
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from indinb import Client
from indinb.errors import (
    ConnectionLost,
    Failed,
)
from indinb.instruments.guarding import guard as room
from indinb.instruments.guarding.guard import Guard
from indinb.protocol.messages import Delete, Message, New
from indinb.protocol.vocabulary import State
from tests.client.fakes import SOON, delete, update
from tests.client.test_lifetime import in_child
from tests.instruments.kennel import (
    BEAT,
    CONNECTION,
    DOG,
    HEART,
    OBSERVATORY,
    OFF,
    PLAN,
    ROOF,
    SETTINGS,
    SHUTDOWN,
    STILL,
    WATCHDOG,
    in_an_observer,
    obey,
    since,
    told,
    warnings,
)
from tests.waiting import wait_until

FORKS = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
"""Python warns since 3.12 that a child may find locks held for ever: here it must not."""

# the end


def test_disarming(guard, server, clock):
    guard.disarm()
    assert since(server) == [OFF, STILL]
    assert not guard.armed
    assert clock.pending == []
    guard.disarm()
    assert since(server) == []
    assert repr(guard) == f"<Guard {DOG}: not armed: it was disarmed; {PLAN}>"


def test_an_observer_cannot_wait_for_disarming_and_it_stays_armed(guard, guarded, server, clock):
    error = in_an_observer(guarded, server, guard.disarm)
    assert isinstance(error, RuntimeError)
    assert server.heard(New) == []
    assert guard.armed
    clock.advance(20)
    assert since(server) == [BEAT]


def test_an_observer_can_begin_to_disarm(guard, guarded, server, clock):
    assert in_an_observer(guarded, server, guard.start_disarm) is None
    assert since(server) == [OFF, STILL]
    assert not guard.armed
    assert clock.pending == []


def test_disarming_follows_the_last_heartbeat(guard, server, clock):
    resting = guard._heart._resting = Future()  # one is under way
    operation = guard.start_disarm()
    assert since(server) == []
    assert not operation.done()
    resting.set_result(None)
    assert operation.result(SOON) is None
    assert since(server) == [OFF, STILL]


def test_nothing_of_a_disarmed_guard_is_left(guard, guarded, server, clock):
    guard.disarm()
    server.received.clear()
    server.tell(Delete(DOG), *WATCHDOG, update(SHUTDOWN, State.BUSY))
    clock.advance(100)
    assert since(server) == []
    assert not guard.triggered
    assert guarded.observers.interested(DOG, HEART.name) == ()


def test_leaving_a_with_disarms(guarded, server, clock):
    with guarded.guard(60) as guard:
        assert guard.armed
    assert told(server.heard(New))[-2:] == [OFF, STILL]
    assert clock.pending == []


def test_a_driver_that_is_gone_needs_no_disarming(guard, server, clock):
    server.tell(Delete(DOG))
    guard.disarm()
    assert since(server) == []
    assert clock.pending == []


def test_closing_the_client_stops_the_heart_and_leaves_the_switch_armed(
    guard, guarded, server, clock, caplog
):
    guarded.close()
    assert clock.pending == []
    assert told(server.received) == []
    assert warnings(caplog) == [f"{DOG} hears no heartbeat any more, and {PLAN}"]
    assert not guard.armed
    assert "the link to fake:7000 is closed, so the server will act" in repr(guard)
    with pytest.raises(ConnectionLost, match="this client was closed"):
        guard.disarm()


def test_closing_after_disarming_is_silent(guard, guarded, caplog):
    guard.disarm()
    guarded.close()
    assert warnings(caplog) == []


def test_a_second_guard_replaces_the_first(guard, guarded, server, clock):
    second = guarded.guard(30)
    assert second.armed
    assert not guard.armed
    assert "a newer guard has taken its place" in repr(guard)
    server.received.clear()
    guard.disarm()
    assert since(server) == []
    clock.advance(10)
    assert since(server) == [(HEART.name, {"WATCHDOG_HEARTBEAT_VALUE": 30.0})]
    assert len(clock.pending) == 1


def _refusing_later(connect: Callable[..., Client]) -> tuple[Client, list[bool]]:
    refuses: list[bool] = []

    def answer(new: New) -> list[Message]:
        refused = refuses and new.name == SETTINGS.name
        return [update(SETTINGS, State.ALERT)] if refused else obey(new)

    return connect(answer=answer), refuses


def test_a_second_guard_that_cannot_be_armed_leaves_the_first(connect, clock):
    client, refuses = _refusing_later(connect)
    guard = client.guard(60)
    refuses.append(True)
    with pytest.raises(Failed):
        client.guard(30)
    assert guard.armed
    client.server.received.clear()
    clock.advance(0)  # as it waits for 30 s only since the second guard's heartbeats
    assert since(client.server) == [BEAT]
    clock.advance(20)
    assert since(client.server) == [BEAT]


def test_a_second_guard_that_cannot_be_armed_does_not_wake_a_disarmed_one(connect, clock):
    client, refuses = _refusing_later(connect)
    guard = client.guard(60)
    guard.disarm()
    refuses.append(True)
    with pytest.raises(Failed):
        client.guard(30)
    assert not guard.armed
    assert clock.pending == []


# forks


@pytest.fixture
def child(guard: Guard):
    """Return a function that does something in a forked child, whose client is disowned."""

    def in_disowned_child(act: Callable[[], object]) -> str:
        def live() -> object:
            guard.disown()
            return act()

        return in_child(live)

    return in_disowned_child


@FORKS
def test_a_child_has_no_part_in_its_parent_s_guard(guard, server, clock, child):
    words = "not armed: it belongs to another process, of which this is a fork"
    assert words in child(lambda: guard)
    assert child(lambda: guard.armed) == "False"
    assert child(lambda: [clock.advance(100), guard._heart.next(0), clock.pending][2]) == "[]"
    assert since(server) == []
    assert guard.armed
    clock.advance(20)
    assert since(server) == [BEAT]


@FORKS
def test_a_child_disarms_nothing_and_says_nothing_at_its_end(guard, server, caplog, child):
    assert child(lambda: [guard.disarm(), guard.halt(), warnings(caplog)]) == "[None, None, []]"
    assert child(lambda: guard.__exit__()) == "None"
    assert since(server) == []
    assert guard.armed


@FORKS
def test_a_child_of_a_parent_whose_heart_beats(guard, child):
    guard._heart._resting = Future()  # by a thread that the child has not
    with guard._heart._timing:
        assert child(guard.halt) == "None"
        assert child(guard.disarm) == "None"
    guard._heart._resting.set_result(None)


# words


def test_a_log_is_lines_of_visible_characters(connect, clock, caplog):
    """Whatever names the wire has brought."""
    evil = "Rex\x9b31m\u2028ERROR all is lost"
    roof = "Dome\x9b2J\u202e"
    definitions = [
        each._replace(device={DOG: evil, ROOF: roof}.get(each.device, each.device))
        for each in OBSERVATORY
    ]
    client = connect(*definitions)
    guard = client.guard(60)
    client.server.tell(update(definitions[4], State.BUSY), delete(definitions[-1]))
    clock.advance(20)
    client.close()
    said = warnings(caplog)
    assert len(said) == 3
    assert all(text.isprintable() for text in (*said, repr(guard)))


# showing


def test_as_a_table(guard: Guard):
    summary = guard.summary()
    assert summary.rows == [[DOG, "armed", PLAN]]
    assert len(summary.columns) == 3
    assert PLAN in guard._repr_mimebundle_()["text/html"]


def test_debugging_tells_of_heartbeats_that_failed(guard, guarded, server, clock, caplog):
    caplog.set_level(logging.DEBUG, room.__name__)
    server.cut()
    wait_until(guarded, lambda: guarded.status == "lost")
    clock.advance(20)
    assert any(f"no heartbeat for '{DOG}'" in text for text in warnings(caplog))


def test_a_disconnected_driver_is_a_driver(guard, server, clock):
    server.tell(update(CONNECTION, State.IDLE, None, CONNECT=False, DISCONNECT=True))
    clock.advance(20)
    assert since(server) == [BEAT]
    assert guard.armed
