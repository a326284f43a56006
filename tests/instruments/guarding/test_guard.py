"""The guard: how it is armed."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from astropy import units as u

from indinb import Client
from indinb.errors import (
    Failed,
    IndiError,
    NotWritable,
    OutOfRange,
    UnknownDevice,
    UnknownProperty,
)
from indinb.protocol.messages import Delete, Message, New
from indinb.protocol.vocabulary import State
from tests.client.fakes import MOUNT, SOON, FakeServer, ManualClock, delete, update
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
    ROOF,
    ROOF_PARK,
    SETTINGS,
    SHUTDOWN,
    STILL,
    TRIGGER,
    WATCHDOG,
    another,
    in_an_observer,
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
        BEAT,
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
    assert told(client.server.heard(New))[-2:] == [OFF, STILL]  # nobody knows what it has taken
    assert clock.pending == []


def test_a_driver_that_goes_meanwhile(connect: Callable[..., Client], clock: ManualClock):
    client = connect(answer=lambda new: [Delete(DOG)] if new.name == SHUTDOWN.name else obey(new))
    with pytest.raises(IndiError, match="its driver has died"):
        client.guard(60)
    assert clock.pending == []


def test_an_observer_cannot_arm_it_and_nothing_is_sent(guarded, server, clock):
    error = in_an_observer(guarded, server, lambda: guarded.guard(60))
    assert isinstance(error, RuntimeError)
    assert server.heard(New) == []
    assert clock.pending == []


def test_what_begins_to_arm_returns_at_once(guard, guarded, server, clock):
    guard.disarm()
    assert in_an_observer(guarded, server, guard.start_arm) is guard
    assert guard.armed


def _slow_to_connect(
    connect: Callable[..., Client], seconds: float
) -> tuple[Client, threading.Event, threading.Event]:
    """Return a client whose driver, told to connect once more, waits for an event."""
    go_on, asked = threading.Event(), threading.Event()
    held: list[bool] = []

    def answer(new: New) -> list[Message]:
        if held and new.name == CONNECTION.name:
            held.clear()
            asked.set()
            assert go_on.wait(SOON)
        return obey(new)

    client = connect(answer=answer)
    client.guard(seconds)
    client.server.received.clear()
    held.append(True)
    return client, asked, go_on


def test_a_heart_beats_while_the_next_guard_is_armed(connect, clock):
    """The driver may be busy with it for longer than it waits for a heartbeat."""
    client, asked, go_on = _slow_to_connect(connect, 60)
    operation = another(client, 30).start_arm(instead_of=client._guard)
    assert asked.wait(SOON)
    clock.advance(10)
    clock.advance(10)
    go_on.set()
    second = operation.result(SOON)
    told_ = since(client.server)
    heard = [values["WATCHDOG_HEARTBEAT_VALUE"] for name, values in told_ if name == HEART.name]
    assert heard == [30.0] * 4  # the first, two of the heart, and that of the setting up
    assert [name for name, _ in told_].count(SHUTDOWN.name) == 1  # by the setting up alone
    assert second.armed
    assert len(clock.pending) == 1
