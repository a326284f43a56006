"""The guard with INDI's own watchdog, which parks INDI's own simulators."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import indinb
from indinb import Client
from indinb.client.device import Device
from indinb.errors import UnknownDevice
from indinb.instruments.guarding import guard as room
from indinb.protocol.vocabulary import State
from indinb.servers import IndiServer
from tests.waiting import PATIENCE, wait_until

DRIVERS = ["indi_watchdog", "indi_simulator_telescope", "indi_simulator_dome"]
SECONDS = 1
"""Less than is wise, so that the tests don't take long."""

PROGRAM = """
import sys
import indinb
from indinb.instruments.guarding import guard
guard.SHORTEST = 1
client = indinb.connect("localhost", int(sys.argv[1]))
client.wait_for("Telescope Simulator", "TELESCOPE_PARK")
client.wait_for("Dome Simulator", "DOME_PARK")
print(client.guard(float(sys.argv[2])), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[IndiServer]:
    with contextlib.closing(IndiServer(DRIVERS)) as server:
        yield server


@pytest.fixture
def watched(server: IndiServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Return a client of an observatory that is not parked, but near it."""
    monkeypatch.setattr(room, "SHORTEST", SECONDS)
    with indinb.connect(server.host, server.port) as client:
        client.wait_for("WatchDog", "ACTIVE_DEVICES", timeout=10)
        for name, park in (
            ("Telescope Simulator", "TELESCOPE_PARK"),
            ("Dome Simulator", "DOME_PARK"),
        ):
            client.wait_for(name, "CONNECTION", timeout=10)
            client.devices[name].connect()
            if client.devices[name][park]["PARK"]:
                client.devices[name][park].set("UNPARK").result()
        position = client.devices["Telescope Simulator"]["TELESCOPE_PARK_OPTION"]
        position.set("PARK_CURRENT").exception()
        yield client


@pytest.fixture
def dog(watched: Client) -> Device:
    return watched.devices["WatchDog"]


def _parked(client: Client) -> bool:
    """Tell whether the mount is parked, and the dome is, or begins to be."""
    dome = client.devices["Dome Simulator"]
    return client.telescope.parked and dome["DOME_PARK"]["PARK"] is True


def _disturbed(dog: Device, seconds: float) -> bool:
    """Tell whether a watchdog acts within some time."""
    acts = threading.Event()
    with dog["WATCHDOG_SHUTDOWN"].observe(lambda _: acts.set()):
        return acts.wait(seconds)


def _process_of(server: IndiServer, driver: str) -> int:
    """Find the process of one driver among those of the server's session."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        pid = int(line.parent.name)
        with contextlib.suppress(OSError):
            ours = os.getsid(pid) == server._process.pid
            if ours and line.read_bytes().split(b"\0")[0] == driver.encode():
                return pid
    raise LookupError(driver)


def test_a_killed_program_parks_the_mount_and_the_dome(watched, dog, server):
    command = [sys.executable, "-c", PROGRAM, str(server.port), "3"]
    pipe = subprocess.PIPE
    beats = threading.Semaphore(0)
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as program:
        assert "WatchDog: armed; parks Telescope Simulator" in program.stdout.readline()
        with dog["WATCHDOG_HEARTBEAT"].observe(lambda _: beats.release()):
            for _ in range(4):  # which take longer than the watchdog would wait for one
                assert beats.acquire(timeout=PATIENCE)
        assert not _parked(watched)
        assert dog["WATCHDOG_SHUTDOWN"].state is State.OK
        program.kill()
    wait_until(watched, lambda: _parked(watched))
    assert any("executing shutdown procedure" in notice.message for notice in dog.messages)


def test_a_shutdown_that_hangs_does_not_keep_the_next_from_parking(watched, dog):
    guard = watched.guard(SECONDS, port=1, dome=False)  # where no server is
    guard.halt()
    wait_until(dog, lambda: guard.triggered)
    again = watched.guard(SECONDS, dome=False)
    assert again.armed
    again.halt()
    wait_until(watched, lambda: watched.telescope.parked)
    assert again.triggered


def test_disarmed_is_disarmed(watched, dog):
    with watched.guard(SECONDS) as guard:
        assert guard.armed
        assert dog["WATCHDOG_Trigger"]["TRIGGER_CLIENT"] is True
    assert dog["WATCHDOG_Trigger"]["TRIGGER_CLIENT"] is False
    assert dog["WATCHDOG_HEARTBEAT"].value == 0
    assert not _disturbed(dog, SECONDS + 1)
    assert not guard.triggered


def test_a_driver_that_dies_is_armed_again(watched, dog, server):
    with watched.guard(60) as guard:
        os.kill(_process_of(server, "indi_watchdog"), signal.SIGKILL)
        wait_until(dog, lambda: not guard.armed)
        wait_until(dog, lambda: guard.armed)
        assert dog["WATCHDOG_HEARTBEAT"].value == 60


def test_a_mount_that_is_disconnected_leaves_the_dome_guarded(watched, dog):
    with watched.guard(60) as guard:
        watched.telescope.disconnect()
        wait_until(dog, lambda: dog["WATCHDOG_SHUTDOWN"]["PARK_MOUNT"] is False)
        assert "Telescope Simulator cannot be parked now" in repr(guard)
        watched.telescope.connect()
        wait_until(dog, lambda: guard.armed)


def test_a_server_without_a_watchdog(client: Client):
    with pytest.raises(UnknownDevice, match=r":\d+ has no watchdog that could park"):
        client.guard(60)
