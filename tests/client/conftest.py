"""A small server, a client of it, and a clock that stands still."""

import errno
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indinb import display
from indinb.client import asking, autoconnect, gathering, operation, quiet, reading
from indinb.client import folder as folder_module
from indinb.client.archive import Archive
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.model import Model
from tests.client.bench import Bench, label
from tests.client.fakes import (
    ABORT,
    CCD,
    FRAME,
    OBSERVATORY,
    RADEC,
    TEMPERATURE,
    Desk,
    FakeServer,
    ManualClock,
)
from tests.client.harbour import Harbour


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Time for operations, that goes on when it is told to."""
    clock = ManualClock()
    monkeypatch.setattr(asking, "call_later", clock.call_later)
    monkeypatch.setattr(asking, "monotonic", lambda: clock.now)
    monkeypatch.setattr(quiet, "call_later", clock.call_later)
    monkeypatch.setattr(gathering, "call_later", clock.call_later)
    monkeypatch.setattr(autoconnect, "call_later", clock.call_later)
    monkeypatch.setattr(quiet, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Connection]]:
    """Return a function that connects to a `FakeServer`, all of whose definitions have come."""
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    clients: list[Connection] = []

    def connect(place: FakeServer | Harbour, **options: object) -> Connection:
        link = place.open() if isinstance(place, Harbour) else place.transport
        client = Connection(link, "fake", **options)
        clients.append(client)
        client.open()
        (place.server if isinstance(place, Harbour) else place).tell()
        return client

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Callable[..., Connection], server: FakeServer) -> Connection:
    return connect(server)


@pytest.fixture
def slot(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what fills the display slot; afterwards it is as it was."""
    monkeypatch.setattr(display, "_render", display._render)
    monkeypatch.setattr(display, "_follow", display._follow)
    return display.fill


@pytest.fixture
def ccd(client: Connection) -> Device:
    return client.devices[CCD]


@pytest.fixture
def desk() -> Desk:
    """Return a desk with a camera and a mount, on which nothing happens by itself."""
    return Desk(TEMPERATURE, FRAME, ABORT, RADEC)


@pytest.fixture
def model() -> Model:
    """Return a model of a camera and a mount, over their first link."""
    model = Model()
    model.epoch = 1
    for definition in OBSERVATORY:
        model.apply(definition)
    return model


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the slot be told at once that somebody waits, and stuck instruments be left soon."""
    monkeypatch.setattr(operation, "_UNNOTICED", 0)
    monkeypatch.setattr(operation, "ABORT_PATIENCE", 0.01)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Return a thread beside the test's own."""
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        yield pool


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    """Return a server that is found again at once."""
    monkeypatch.setattr(reading, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(reading, "SHORT", 0)
    harbour = Harbour()
    yield harbour
    harbour.close()


@pytest.fixture
def moored(connect: Callable[..., Connection], harbour: Harbour) -> Connection:
    """Return a client that finds the harbour again."""
    return connect(harbour, reopen=harbour.open)


# Frames on disk


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def archive(bench: Bench, tmp_path: Path):
    archive = Archive(bench, label)
    archive.save_to(tmp_path)
    yield archive
    archive.close()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch):
    """Return a function that lets the disk be full, or no more."""

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def switch(full: bool) -> None:
        if full:
            monkeypatch.setattr(folder_module.os, "fsync", fail)
        else:
            monkeypatch.undo()

    return switch
