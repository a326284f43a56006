"""The guard: arming and its end."""

import logging
from collections.abc import Callable

import numpy as np
import pytest
from astropy import units as u

from indinb import Client
from indinb.errors import (
    ConnectionLost,
    Failed,
    IndiError,
    NotWritable,
    OutOfRange,
    UnknownDevice,
    UnknownProperty,
)
from indinb.instruments import guard as room
from indinb.instruments.guard import Guard
from indinb.protocol.messages import Delete, Message, New
from indinb.protocol.vocabulary import State
from tests.client.fakes import MOUNT, FakeServer, ManualClock, delete, update
from tests.instruments.kennel import (
    ACTIVE,
    BEAT,
    CONNECTION,
    DEVICES,
    DOG,
    HEART,
    OBSERVATORY,
    OFF,
    PARK,
    PLAN,
    ROOF,
    ROOF_PARK,
    SETTINGS,
    SHUTDOWN,
    STILL,
    TRIGGER,
    WATCHDOG,
    info,
    obey,
    since,
    told,
    warnings,
)

# arming


def test_arming_sets_the_driver_up(guarded: Client, server: FakeServer, clock: ManualClock):
    guard = guarded.guard(1 * u.min)
    assert told(server.heard(New)) == [
        ("CONNECTION", {"CONNECT": True}),
        ("CONNECTION", {"DISCONNECT": True}),
        ("CONNECTION", {"CONNECT": True}),
        (
            "WATCHDOG_SETTINGS",
            {"INDISERVER_HOST": "localhost", "INDISERVER_PORT": "7000", "SHUTDOWN_SCRIPT": ""},
        ),
        (
            "ACTIVE_DEVICES",
            {"ACTIVE_TELESCOPE": MOUNT, "ACTIVE_DOME": ROOF, "ACTIVE_WEATHER": "Vane"},
        ),
        (
            "WATCHDOG_SHUTDOWN",
            {"PARK_MOUNT": True, "PARK_DOME": True, "EXECUTE_SCRIPT": False},
        ),
        BEAT,
        ("WATCHDOG_Trigger", {"TRIGGER_CLIENT": True}),
    ]
    assert guard.armed
    assert not guard.triggered
    assert guard.device is guarded.devices[DOG]
    assert guard.seconds == 60.0


@pytest.mark.parametrize(
    "seconds", [60, 60.0, 1 * u.min, 60 * u.s, np.float64(60), np.array(60)], ids=repr
)
def test_times(guarded: Client, clock: ManualClock, seconds):
    assert guarded.guard(seconds).seconds == 60.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (4.9, r"cannot wait 4\.9 s for a heartbeat: give 5 s or more"),
        (0, "cannot wait 0 s"),
        (-60, "cannot wait -60 s"),
        (float("nan"), "cannot wait nan s"),
        (float("inf"), "cannot wait inf s"),
        (3601, "goes from 0 to 3600, so it cannot be 3601"),
        (1 * u.m, "is no time: give seconds, or 2"),
        ("soon", "'soon' is no time"),
        (None, "None is no time"),
        ([60, 60], "is no time"),
    ],
)
def test_other_times(guarded: Client, server: FakeServer, seconds, words):
    with pytest.raises(OutOfRange, match=words):
        guarded.guard(seconds)
    assert server.heard(New) == []


def test_a_client_that_may_only_look(connect: Callable[..., Client]):
    client = connect(read_only=True)
    with pytest.raises(NotWritable, match="cannot arm a watchdog: connect without read_only"):
        client.guard(60)


def test_a_server_without_a_watchdog(connect: Callable[..., Client]):
    with pytest.raises(UnknownDevice, match="start the server with the driver indi_watchdog"):
        connect(*DEVICES).guard(60)


def test_a_mount_that_is_not_connected(guarded: Client, server: FakeServer):
    server.tell(delete(PARK))
    with pytest.raises(UnknownProperty, match=f"{MOUNT} has no property 'TELESCOPE_PARK'"):
        guarded.guard(60)
    assert server.heard(New) == []


def test_parking_can_be_left_out(guarded: Client, server: FakeServer, clock: ManualClock):
    server.tell(delete(PARK))
    guard = guarded.guard(60, mount=False)
    assert guard.armed
    assert dict(told(server.heard(New)))["WATCHDOG_SHUTDOWN"]["PARK_MOUNT"] is False
    assert repr(guard) == f"<Guard {DOG}: armed; parks {ROOF} after 60 s>"


@pytest.mark.parametrize(
    ("definitions", "words"),
    [
        ((*WATCHDOG, info(MOUNT, 1), PARK), f"parks {MOUNT} after"),
        ((*WATCHDOG, info(ROOF, 32), ROOF_PARK), f"parks {ROOF} after"),
    ],
)
def test_only_what_is_there_is_parked(
    connect: Callable[..., Client], clock: ManualClock, definitions, words
):
    assert words in repr(connect(*definitions).guard(60))


def test_nothing_to_park(connect: Callable[..., Client], clock: ManualClock):
    client = connect(*WATCHDOG)
    with pytest.raises(UnknownDevice, match="no mount and no dome"):
        client.guard(60)
    assert client.guard(60, script="/bin/roof").armed
    told_ = dict(told(client.server.heard(New)))
    assert told_["WATCHDOG_SETTINGS"]["SHUTDOWN_SCRIPT"] == "/bin/roof"
    assert told_["WATCHDOG_SHUTDOWN"]["EXECUTE_SCRIPT"] is True


def test_between_two_mounts_nobody_guesses(connect: Callable[..., Client], clock: ManualClock):
    other = (info("EQMod Mount", 1), PARK._replace(device="EQMod Mount"))
    client = connect(*OBSERVATORY, *other)
    with pytest.raises(UnknownDevice, match="which telescope"):
        client.guard(60)
    client.use(telescope="EQMod Mount")
    assert "parks EQMod Mount and" in repr(client.guard(60))


def test_a_mount_that_is_used_need_not_say_that_it_is_one(
    connect: Callable[..., Client], clock: ManualClock
):
    client = connect(*WATCHDOG, PARK)
    client.use(telescope=MOUNT)
    assert f"parks {MOUNT}" in repr(client.guard(60))


@pytest.mark.parametrize("address", ["unix:/tmp/indiserver", "fake"])
def test_a_port_that_nobody_knows(connect: Callable[..., Client], clock: ManualClock, address: str):
    client = connect(address=address)
    with pytest.raises(OutOfRange, match=r"by TCP.*guard\(…, port=7624\)"):
        client.guard(60)
    client.guard(60, port=7625)
    settings = dict(told(client.server.heard(New)))["WATCHDOG_SETTINGS"]
    assert settings["INDISERVER_PORT"] == "7625"


def test_a_driver_that_is_shutting_down_begins_anew(guarded, server, clock, caplog):
    server.tell(update(SHUTDOWN, State.BUSY))
    assert guarded.guard(60).armed
    assert warnings(caplog) == [f"{DOG} was shutting down, and begins anew"]


@pytest.mark.parametrize("of", [SETTINGS, ACTIVE, SHUTDOWN, HEART, TRIGGER], ids=lambda of: of.name)
def test_a_driver_that_refuses(connect: Callable[..., Client], clock: ManualClock, of):
    def refuse(new: New) -> list[Message]:
        return [update(of, State.ALERT)] if new.name == of.name else obey(new)

    client = connect(answer=refuse)
    with pytest.raises(Failed, match=f"set {of.name} of {DOG}: it went to Alert"):
        client.guard(60)
    assert told(client.server.heard(New))[-1] == OFF  # nobody knows what it has taken
    assert clock.pending == []


def test_a_driver_that_goes_meanwhile(connect: Callable[..., Client], clock: ManualClock):
    client = connect(answer=lambda new: [Delete(DOG)] if new.name == SHUTDOWN.name else obey(new))
    with pytest.raises(IndiError, match="its driver has died"):
        client.guard(60)
    assert clock.pending == []


# the end


def test_disarming(guard, server, clock):
    guard.disarm()
    assert since(server) == [OFF, STILL]
    assert not guard.armed
    assert clock.pending == []
    guard.disarm()
    assert since(server) == []
    assert repr(guard) == f"<Guard {DOG}: not armed: it was disarmed; {PLAN}>"


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


def test_a_lost_link_cannot_disarm(guard, guarded, server, clock):
    guarded.status = "lost"
    words = rf"; so {DOG} could not be disarmed, and acts 60 s after the last heartbeat$"
    with pytest.raises(ConnectionLost, match=words):
        guard.disarm()
    assert "its heart was stopped" not in repr(guard)
    guarded.status = "connected"
    assert "its heart was stopped, so the server will act" in repr(guard)
    guard.disarm()
    assert since(server) == [OFF, STILL]


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


# showing


def test_as_a_table(guard: Guard):
    summary = guard.summary()
    assert summary.rows == [[DOG, "armed", PLAN]]
    assert len(summary.columns) == 3
    assert PLAN in guard._repr_mimebundle_()["text/html"]


def test_debugging_tells_of_heartbeats_that_failed(guard, server, clock, caplog):
    caplog.set_level(logging.DEBUG, room.__name__)
    server.tell(delete(TRIGGER))
    clock.advance(0.5)
    assert any("no heartbeat for" in text for text in warnings(caplog))


def test_a_disconnected_driver_is_a_driver(guard, server, clock):
    server.tell(update(CONNECTION, State.IDLE, None, CONNECT=False, DISCONNECT=True))
    clock.advance(20)
    assert since(server) == [BEAT]
    assert guard.armed
