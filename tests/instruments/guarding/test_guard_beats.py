"""The guard while it is armed: heartbeats, and whatever can go wrong meanwhile."""

import gc
import weakref

import pytest

from indinb import Client
from indinb.client import quiet
from indinb.instruments.guarding.guard import Guard
from indinb.protocol.messages import Delete
from indinb.protocol.vocabulary import State
from tests.client.fakes import MOUNT, FakeServer, ManualClock, delete, update
from tests.instruments.kennel import (
    ACTIVE,
    BEAT,
    DOG,
    HEART,
    OBSERVATORY,
    PARK,
    PLAN,
    SETTINGS,
    SHUTDOWN,
    TRIGGER,
    WATCHDOG,
    beating,
    obey,
    since,
    warnings,
)

# heartbeats


def test_three_heartbeats_in_its_time(guard: Guard, server: FakeServer, clock: ManualClock):
    clock.advance(19)
    assert since(server) == []
    clock.advance(1)
    assert since(server) == [BEAT]
    for _ in range(6):
        clock.advance(20)
        assert since(server) == [BEAT]
        assert guard.armed


def test_a_heart_that_beats_is_no_news(guard, server, clock, caplog):
    for _ in range(10):
        clock.advance(20)
        since(server)
    assert warnings(caplog) == []


def test_a_forgotten_client_is_not_kept_alive(monkeypatch: pytest.MonkeyPatch, clock: ManualClock):
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    server = FakeServer(*OBSERVATORY, answer=obey)
    client = Client(server.transport, "fake:1").open()
    client.guard(60)
    server.close()  # which ends the reader thread
    client._reader.join()
    client.worker.shutdown()
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None
    clock.advance(20)
    assert clock.pending == []


@pytest.mark.parametrize(
    "change",
    [
        update(TRIGGER, State.OK, None, TRIGGER_CLIENT=False),
        update(SETTINGS, State.OK, None, INDISERVER_PORT="1"),
        update(ACTIVE, State.OK, None, ACTIVE_DOME="Another"),
        update(SHUTDOWN, State.OK, None, PARK_DOME=False),
    ],
    ids=lambda change: change.name,
)
def test_what_somebody_has_set_otherwise_is_set_again(guard, server, clock, caplog, change):
    server.tell(change)
    assert not guard.armed
    clock.advance(20)
    assert sorted(name for name, _ in since(server)) == sorted([HEART.name, change.name])
    assert guard.armed
    clock.advance(20)
    assert since(server) == [BEAT]
    why = "somebody has restarted it or set it otherwise, and it is set again"
    assert warnings(caplog) == [f"{DOG} is not guarding: {why}", f"{DOG} is guarding again"]


def test_a_heart_that_somebody_has_stopped_beats_soon(guard, server, clock):
    server.tell(update(HEART, State.OK, None, WATCHDOG_HEARTBEAT_VALUE=0.0))
    assert not guard.armed
    clock.advance(0.5)
    assert since(server) == [BEAT]
    assert guard.armed


def test_properties_that_come_and_go_do_not_starve_it(guard, server, clock):
    """A mount may connect and disconnect all the time."""
    beats = 0
    for _ in range(100):
        server.tell(delete(PARK), PARK)
        clock.advance(0.3)
        beats += [name for name, _ in since(server)].count(HEART.name)
    assert beats > 10


REST = [SETTINGS, ACTIVE, SHUTDOWN, TRIGGER]


@pytest.mark.parametrize("of", REST, ids=lambda of: of.name)
def test_a_property_that_is_gone_keeps_no_heartbeat_back(guard, server, clock, caplog, of):
    server.tell(delete(of))
    clock.advance(20)
    assert BEAT in since(server)
    clock.advance(20)
    assert BEAT in since(server)
    assert not guard.armed
    why = f"it does not offer {of.name}, so it may not act"
    assert why in repr(guard)
    assert warnings(caplog) == [f"{DOG} is not guarding: {why}"]
    server.tell(of)
    clock.advance(0.5)
    assert [name for name, _ in since(server)].count(of.name) == 1
    assert guard.armed


def test_a_driver_that_restarts_is_armed_again_at_once(guard, server, clock, caplog):
    server.tell(Delete(DOG))
    assert not guard.armed
    assert "the driver indi_watchdog is gone from fake:7000" in repr(guard)
    server.tell(*WATCHDOG)
    assert "restarted" in repr(guard)
    clock.advance(0.5)
    names = [name for name, _ in since(server)]
    assert names == [each.name for each in (SETTINGS, ACTIVE, SHUTDOWN, HEART, TRIGGER)]
    assert guard.armed
    clock.advance(20)
    assert warnings(caplog)[-1] == f"{DOG} is guarding again"


def test_a_driver_that_is_gone(guard, server, clock, caplog):
    server.tell(Delete(DOG))
    clock.advance(0.5)
    assert warnings(caplog) == [
        f"{DOG} is not guarding: the driver indi_watchdog is gone from fake:7000, "
        "so nobody will act"
    ]
    clock.advance(100)
    assert warnings(caplog) == []  # once is enough
    assert since(server) == []
    assert len(clock.pending) == 1  # it may come back
    server.tell(*WATCHDOG)
    clock.advance(0.5)
    assert len(since(server)) == 5
    assert guard.armed


def test_a_driver_that_has_just_begun_has_not_acted(guard, server, clock):
    """Though it may trigger by its own settings, and have a heart by default."""
    server.tell(Delete(DOG))
    clock.advance(100)
    on = tuple(each._replace(value=True) for each in TRIGGER.members)
    server.tell(*(each for each in WATCHDOG if each not in (HEART, TRIGGER)))
    server.tell(beating(60.0), TRIGGER._replace(members=on))
    clock.advance(0.5)
    assert BEAT in since(server)
    assert guard.armed
    assert not guard.triggered


def test_a_driver_that_does_not_answer(connect, clock, caplog):
    deaf = []
    client = connect(answer=lambda new: [] if deaf else obey(new))
    guard = client.guard(60)
    deaf.append(True)
    for _ in range(3):
        clock.advance(20)
        client.server.tell()
    assert not guard.armed
    assert warnings(caplog) == [f"{DOG} is not guarding: it does not answer"]
    deaf.clear()
    clock.advance(20)
    since(client.server)
    assert guard.armed


def test_a_mount_that_can_be_parked_no_more_does_not_keep_the_dome_open(
    guard, server, clock, caplog
):
    server.tell(delete(PARK))
    assert not guard.armed
    clock.advance(0.5)
    (name, values), beat = since(server)
    assert (name, values["PARK_MOUNT"], values["PARK_DOME"]) == (SHUTDOWN.name, False, True)
    assert beat == BEAT
    assert not guard.armed
    assert warnings(caplog) == [f"{DOG} is not guarding: {MOUNT} cannot be parked now (connected?)"]
    server.tell(PARK)
    clock.advance(0.5)
    assert since(server)[0][1]["PARK_MOUNT"] is True
    assert guard.armed


def test_garbage_of_the_driver_does_not_stop_the_heart(guard, server, clock, caplog):
    server.tell(
        update(HEART, State.ALERT, None, WATCHDOG_HEARTBEAT_VALUE=float("nan")),
        update(HEART, None, None),
        update(TRIGGER, State.BUSY, "??", TRIGGER_CLIENT=True, WHAT=True),
        HEART._replace(members=()),
        delete(HEART),
        HEART._replace(members=HEART.members[:0], kind=TRIGGER.kind),
    )
    clock.advance(100)
    assert len(clock.pending) == 1
    server.tell(delete(HEART), HEART)
    clock.advance(20)
    assert BEAT in since(server)
    assert guard.armed


def test_what_nobody_expects_is_logged_and_the_heart_goes_on(
    guard, server, clock, monkeypatch, caplog
):
    monkeypatch.setattr(guard._plan, "messages", lambda: 1 / 0)
    clock.advance(20)
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    assert guard._heart.beats
    assert len(clock.pending) == 1


# triggered


@pytest.mark.parametrize(
    "message",
    [
        update(SHUTDOWN, State.BUSY),
        update(SHUTDOWN, State.BUSY, "[WARNING] Heartbeat timed out, executing shutdown procedure"),
    ],
    ids=["silently", "loudly"],
)
def test_a_server_that_acts(guard, server, caplog, message):
    server.tell(message)
    assert guard.triggered
    assert repr(guard) == f"<Guard {DOG}: triggered, armed; {PLAN}>"
    (warning,) = warnings(caplog)
    assert warning.startswith(f"{DOG} acts ({PLAN}): ")


def test_a_new_guard_is_not_triggered(guard, guarded, server, clock):
    server.tell(update(SHUTDOWN, State.BUSY))
    server.tell(update(SHUTDOWN, State.OK))
    assert guard.triggered
    assert not guarded.guard(60).triggered
