"""indinb."""

import contextlib
import itertools
import socket
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from indinb import connect
from indinb.client.connection import Connection
from indinb.client.transport import open_tcp
from indinb.images.blobs import decode
from indinb.protocol.messages import Blob
from tests.benchmarks.clients.session import DEVICE, HOST, PATIENCE, Session, clock
from tests.benchmarks.clients.takers import Arrivals

IMPORT = "from indinb import connect"  # `import indinb` alone loads nothing
CCD = "CCD Simulator"

Take = Callable[[Any], object]


@contextlib.contextmanager
def numbers(session: Session, take: Take) -> Iterator[None]:
    """Take the first number of each update, while others observe properties that do not change."""
    with connect(_address(session)) as client:
        properties = client.devices[DEVICE]
        changing = session.facts["changing"]
        for name in changing:
            properties[name].observe(lambda change: take(change.new["X"]))
        still = itertools.cycle([name for name in properties if name not in changing])
        for name in itertools.islice(still, session.facts["others"]):
            properties[name].observe(print)
        yield


@contextlib.contextmanager
def images(session: Session, take: Take) -> Iterator[None]:
    """Take each frame."""
    with connect(_address(session)) as client:
        client.enable_blobs(DEVICE, "IMAGE")
        client.devices[DEVICE]["IMAGE"].observe(lambda change: take(change.new["IMAGE"].data))
        yield


def pixels(file: memoryview) -> Any:
    """Return the pixels as indinb's cameras do."""
    return decode(Blob(file, ".fits", len(file))).data


@contextlib.contextmanager
def definitions(port: int, take: Take) -> Iterator[None]:
    """Take the name of each property."""
    with Connection(open_tcp(HOST, port, PATIENCE)) as connection:
        connection.observe(lambda change: take(change.name))
        connection.open()
        yield


def settling(port: int, **_: Any) -> float:
    """Connect as users do; returns ms."""
    begin = clock()
    with connect(HOST, port):
        return (clock() - begin) * 1e3


def exposure(path: str, width: int, height: int, image: bool, **_: Any) -> float:
    """Take a picture over the unix socket; returns ms since the wake-up that brings its memory.

    It ends with its bytes, or with its pixels if an image is wanted. A small picture comes before,
    as the first one of a process takes longer.
    """
    arrivals = Arrivals()

    def take(change: Any) -> None:
        if blob := change.new["CCD1"]:
            arrivals.add(decode(blob).data if image else blob.data)

    with connect(f"unix:{path}", devices=CCD) as client, _wake_ups() as wake_ups:
        camera = client.devices[CCD]
        client.enable_blobs(CCD, "CCD1")
        camera["CCD1"].observe(take)
        for x, y in ((640, 512), (width, height)):
            camera["SIMULATOR_SETTINGS"].set(SIM_XRES=x, SIM_YRES=y).result(PATIENCE)
            client.quiet().result()
            camera["CCD_EXPOSURE"].set(0.01)
            seconds = arrivals.wait() - wake_ups[-1]
        assert arrivals.kept[-1].nbytes >= width * height * 2, "the frame is too small"
        return seconds * 1e3


def _address(session: Session) -> str:
    facts = session.facts
    return f"unix:{facts['path']}" if "path" in facts else f"{HOST}:{facts['port']}"


@contextlib.contextmanager
def _wake_ups() -> Iterator[list[float]]:
    """Note when the system returns from a call that brings descriptors."""
    moments: list[float] = []
    receive = socket.socket.recvmsg_into

    def noted(*arguments: Any) -> Any:
        received = receive(*arguments)
        if received[1]:
            moments.append(clock())
        return received

    with mock.patch.object(socket.socket, "recvmsg_into", noted):
        yield moments
