"""What happens at 3 a.m.: drivers die, devices are disconnected, somebody presses Ctrl-C."""

import contextlib
import os
import random
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import indinb
from indinb import Client
from indinb.client.operation import Operation
from indinb.errors import Aborted, ConnectionLost, Failed, OperationError
from indinb.instruments.guarding import guard as guard_room
from indinb.servers import IndiServer
from tests.endurance.process import family
from tests.proxy import Proxy
from tests.waiting import wait_until

CCD = "CCD Simulator"
DRIVER = "indi_simulator_ccd"
INTERRUPTS = 25


@pytest.fixture(scope="module")
def server() -> Iterator[IndiServer]:
    options = ["-r", "1000"]
    with contextlib.closing(IndiServer([DRIVER, "indi_watchdog"], options)) as server:
        yield server


@pytest.fixture
def client(server: IndiServer) -> Iterator[Client]:
    with indinb.connect(server.host, server.port) as client:
        client.wait_for(CCD, "CONNECTION", timeout=10)
        client.devices[CCD].connect()
        if client.camera.exposing:  # the simulator goes on while it is disconnected
            client.camera.abort()
        client.camera.device["CCD_FRAME"].set(X=0, Y=0, WIDTH=64, HEIGHT=64).result()
        yield client


def kill_the_driver(server: IndiServer) -> None:
    (pid,) = family(server._process.pid, DRIVER)
    os.kill(pid, signal.SIGKILL)


# Drivers


def test_a_driver_that_dies_in_an_exposure_and_comes_back_by_itself(
    server: IndiServer, client: Client
) -> None:
    ccd, camera = client.devices[CCD], client.camera
    exposure = ccd["CCD_EXPOSURE"]
    ccd.auto_connect = True
    operation = camera.start_exposure(60)
    wait_until(ccd, lambda: camera.exposing)
    kill_the_driver(server)
    with pytest.raises(Failed, match="its driver has died or was stopped") as caught:
        operation.result(10)
    assert "\n" not in str(caught.value)
    wait_until(ccd, lambda: ccd.connected and exposure.defined)
    assert ccd["CCD_EXPOSURE"] is exposure
    ccd["CCD_FRAME"].set(X=0, Y=0, WIDTH=64, HEIGHT=64).result()
    assert camera.expose(0.01).shape == (64, 64)


def test_a_device_that_is_disconnected_in_an_exposure(client: Client) -> None:
    ccd, camera = client.devices[CCD], client.camera
    operation = camera.start_exposure(60)
    wait_until(ccd, lambda: camera.exposing)
    ccd.start_disconnect()
    with pytest.raises(OperationError) as caught:
        operation.result(10)
    assert "driver has died" not in str(caught.value)
    wait_until(ccd, lambda: "CCD_EXPOSURE" not in ccd)
    assert not ccd.connected


# Ctrl-C


@contextlib.contextmanager
def ctrl_c(after: float) -> Iterator[None]:
    """Press Ctrl-C some time after the begin, wherever that is."""
    timer = threading.Timer(after, signal.raise_signal, [signal.SIGINT])
    timer.start()
    try:
        yield
    finally:
        timer.join()


def expose(client: Client, after: float) -> None:
    with ctrl_c(after):
        client.camera.expose(0.01)
        client.camera.expose(60)


def test_ctrl_c_at_any_moment(client: Client) -> None:
    """It stops the camera, and leaves a client that goes on as before."""
    generator = random.Random(0)
    camera = client.camera
    for _ in range(INTERRUPTS):
        with pytest.raises(KeyboardInterrupt):
            expose(client, generator.uniform(0, 0.3))
        client.wait_until_connected(10)  # it may have hit a message half sent
        wait_until(camera.device, lambda: not camera.exposing)
    assert camera.expose(0.01).shape == (64, 64)
    assert client._pending == set()


def wait_for(operation: Operation[Any], after: float) -> None:
    with ctrl_c(after):
        operation.result()


def test_ctrl_c_while_a_result_is_waited_for(client: Client) -> None:
    operation = client.camera.start_exposure(60)
    wait_until(client.camera.device, lambda: client.camera.exposing)
    with pytest.raises(KeyboardInterrupt):
        wait_for(operation, 0.1)
    wait_until(client.camera.device, lambda: not client.camera.exposing)
    assert isinstance(operation.exception(10), Aborted)


def connect_for_ever(server: IndiServer, after: float) -> None:
    with ctrl_c(after):
        while True:
            indinb.connect(server.host, server.port).close()


@pytest.mark.parametrize("after", [0.005, 0.03, 0.1])
def test_ctrl_c_while_it_connects(server: IndiServer, after: float) -> None:
    with pytest.raises(KeyboardInterrupt):
        connect_for_ever(server, after)


# A link that is lost


def cut(proxy: Proxy, client: Client) -> None:
    """Cut the link, and wait until there is another."""
    statuses: list[str] = []
    with client.observe(lambda change: change.type == "status" and statuses.append(change.new)):
        proxy.cut()
        wait_until(client, lambda: statuses == ["lost", "connected"])
    client.quiet().result()


def test_an_exposure_whose_link_is_cut_and_a_frame_after_it(server: IndiServer) -> None:
    with (
        Proxy(server.port) as proxy,
        indinb.connect("127.0.0.1", proxy.port) as client,
    ):
        client.devices[CCD].connect()
        camera = client.camera
        operation = camera.start_exposure(60)
        wait_until(camera.device, lambda: camera.exposing)
        cut(proxy, client)
        with pytest.raises(ConnectionLost):
            operation.result(10)
        assert camera.exposing  # nobody has told it to stop, and nobody says otherwise
        camera.abort()
        assert camera.expose(0.01).size > 0


def test_a_guard_goes_on_over_the_next_link(
    server: IndiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_room, "SHORTEST", 1)
    with (
        Proxy(server.port) as proxy,
        indinb.connect("127.0.0.1", proxy.port) as client,
    ):
        dog = client.wait_for("WatchDog", "WATCHDOG_HEARTBEAT").device
        beats = threading.Semaphore(0)
        plan = {"mount": False, "dome": False, "script": "/bin/true", "port": server.port}
        with client.guard(3, **plan) as guard:
            cut(proxy, client)
            with dog["WATCHDOG_HEARTBEAT"].observe(lambda _: beats.release()):
                assert beats.acquire(timeout=10)
                assert beats.acquire(timeout=10)
            wait_until(dog, lambda: guard.armed)
            assert not guard.triggered
