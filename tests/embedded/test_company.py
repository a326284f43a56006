"""Many clients at one observatory, and clients of other makes."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

import indinb
from indinb import Client
from indinb.client.observers import Change
from indinb.protocol.vocabulary import State
from indinb.servers import EmbeddedServer
from tests.waiting import look_until, wait_until

CLIENTS = 25
FRAMES = 4


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    server = EmbeddedServer()
    yield server
    server.close()


class Listener:
    """A client that notes when frames arrive, and which remaining times it is told."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.frames: list[tuple[float, bytes]] = []
        self.countdown: list[float] = []
        client.enable_blobs("CCD Simulator", "CCD1", "Also")
        camera = client.devices["CCD Simulator"]
        camera["CCD1"].observe(self._frame)
        camera["CCD_EXPOSURE"].observe(self._left)

    def has_all(self) -> bool:
        """Whether all frames, and the Ok after the last, have come."""
        exposure = self.client.devices["CCD Simulator"]["CCD_EXPOSURE"]
        return len(self.frames) == FRAMES and exposure.state is State.OK

    def _frame(self, change: Change) -> None:
        if change.type == "updated":
            data = bytes(change.new["CCD1"].data[-8192:])
            self.frames.append((time.monotonic(), data))

    def _left(self, change: Change) -> None:
        self.countdown.append(change.new["CCD_EXPOSURE_VALUE"])


def test_a_class_of_25_sees_all_that_one_takes(server: EmbeddedServer):
    with ExitStack() as stack:
        teacher = stack.enter_context(indinb.connect(server.host, server.port))
        teacher.camera.connect()
        pupils = [
            Listener(stack.enter_context(indinb.connect(server.host, server.port)))
            for _ in range(CLIENTS - 1)
        ]
        for _ in range(FRAMES):
            teacher.camera.expose(0.2)
        for pupil in pupils:
            wait_until(pupil.client, pupil.has_all)
        for n in range(FRAMES):
            assert len({pupil.frames[n][1] for pupil in pupils}) == 1
            times = [pupil.frames[n][0] for pupil in pupils]
            assert max(times) - min(times) < 3
        assert len({tuple(pupil.countdown) for pupil in pupils}) == 1


def test_one_who_does_not_read_holds_up_nobody(server: EmbeddedServer):
    with ExitStack() as stack:
        for _ in range(CLIENTS):
            deaf = stack.enter_context(socket.create_connection((server.host, server.port)))
            deaf.sendall(b'<getProperties version="1.7"/>')
            deaf.sendall(b'<enableBLOB device="CCD Simulator">Also</enableBLOB>')
        client = stack.enter_context(indinb.connect(server.host, server.port))
        client.camera.connect()
        begin = time.monotonic()
        for _ in range(3):
            client.camera.expose(0.01)
        assert time.monotonic() - begin < 10


@pytest.fixture
def run(server: EmbeddedServer) -> Callable[..., str]:
    """Return a function that runs one of INDI's own commands on the observatory."""

    def run(command: str, *arguments: str) -> str:
        where = ["-h", server.host, "-p", str(server.port), "-t", "3"]
        done = subprocess.run([command, *where, *arguments], capture_output=True, text=True)
        return done.stdout

    return run


def test_indi_getprop_and_indi_setprop(run: Callable[..., str]):
    name = "Focuser Simulator.DRIVER_INFO.DRIVER_EXEC"
    assert run("indi_getprop", name) == f"{name}=indi_simulator_focus\n"
    run("indi_setprop", "Focuser Simulator.CONNECTION.CONNECT=On")
    position = "Focuser Simulator.ABS_FOCUS_POSITION.FOCUS_ABSOLUTE_POSITION"
    assert float(run("indi_getprop", position).rpartition("=")[2]) == 36_700
    run("indi_setprop", f"{position}=36800")
    look_until(lambda: run("indi_getprop", position) == f"{position}=36800\n")
