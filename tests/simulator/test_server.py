"""The server over real sockets. Nobody waits by the clock: a ping's reply follows all before it."""

import asyncio
import contextlib
import itertools
import logging
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from indinb.protocol.messages import (
    Blob,
    Define,
    EnableBlob,
    GetProperties,
    Message,
    New,
    Ping,
    Update,
)
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import BlobMode, Kind, Permission
from indinb.protocol.writer import encode
from indinb.simulator import server as server_module
from indinb.simulator.clock import Clock
from indinb.simulator.driver import MAIN, Driver
from indinb.simulator.properties import Blobs, Numbers, number, text
from indinb.simulator.server import Client, Interest, Server
from indinb.simulator.world import WINTER_EVENING, World

MEGABYTE = 1 << 20
COMMON = ("CONNECTION", "DRIVER_INFO")


class Sender(Driver):
    """A device that sends as many bytes as are asked for."""

    name = "Sender"
    executable = "sender"

    count = Numbers("COUNT", "Count", MAIN, number("BYTES", "Bytes"), since="start")
    image = Blobs(
        "IMAGE",
        "Image",
        MAIN,
        text("DATA", "Data"),
        permission=Permission.READ_ONLY,
        since="start",
    )
    video = Blobs(
        "VIDEO",
        "Video",
        MAIN,
        text("DATA", "Data"),
        permission=Permission.READ_ONLY,
        since="start",
    )


class Other(Driver):
    """Another device."""

    name = "Other"
    executable = "other"


class Peer:
    """One client of the server."""

    _uids = itertools.count()

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._in, self.out = reader, writer
        self._parser = Reader()

    def send(self, *messages: Message) -> None:
        self.out.write(b"".join(map(encode, messages)))

    async def heard(self) -> list[Message]:
        """Return all that came since the last time."""
        uid = f"peer{next(self._uids)}"
        self.send(Ping(uid))
        found: list[Message] = []
        while Ping(uid, reply=True) not in found:
            found += await self._receive()
        return found[:-1]

    async def blobs(self) -> list[str]:
        """Return names of the properties of which BLOBs came."""
        return [each.name for each in await self.heard() if _is_blob(each)]

    async def ended(self) -> bool:
        """Wait until the server has ended the link."""
        with contextlib.suppress(ConnectionError):
            while await self._in.read(MEGABYTE):
                pass
        return True

    async def take(self, n: int) -> bytes:
        return await self._in.readexactly(n)

    async def _receive(self) -> list[Message]:
        data = memoryview(await self._in.read(65536))
        assert data, "the server has ended the link"
        found: list[Message] = []
        while data:
            room = self._parser.get_buffer()
            n = min(len(room), len(data))
            room[:n] = data[:n]
            found += self._parser.buffer_updated(n)
            data = data[n:]
        return found


class Hall:
    """A server with two devices, and its clients."""

    def __init__(self, stack: contextlib.AsyncExitStack) -> None:
        self._stack = stack
        self.server = Server()
        self.world = World(Clock(WINTER_EVENING))
        self.sender = Sender(self.world, self.server.publish)
        self.server.add([self.sender, Other(self.world, self.server.publish)])
        self.port = 0

    async def enter(self, small: bool = False) -> Peer:
        """Return a new client, with as little room for what it has not read as there can be."""
        peer = socket.socket()
        if small:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.setblocking(False)
        await asyncio.get_running_loop().sock_connect(peer, ("127.0.0.1", self.port))
        reader, writer = await asyncio.open_connection(sock=peer)
        self._stack.push_async_callback(_close, writer)
        return Peer(reader, writer)

    def send_image(self, size: int = 3) -> None:
        self.sender.image.send(bytes(size), ".fits")


@contextlib.asynccontextmanager
async def hall() -> AsyncIterator[Hall]:
    async with contextlib.AsyncExitStack() as stack:
        place = Hall(stack)
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(lambda: Client(place.server), "127.0.0.1", 0)
        stack.push_async_callback(listening.wait_closed)
        stack.callback(listening.close)
        place.port = listening.sockets[0].getsockname()[1]
        yield place


def in_hall(scenario: Callable[[Hall], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(20), hall() as place:
            await scenario(place)

    asyncio.run(run())


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


def _is_blob(message: Message) -> bool:
    return isinstance(message, Update) and message.kind is Kind.BLOB


def names(messages: list[Message]) -> list[str]:
    return [f"{each.device}.{each.name}" for each in messages if isinstance(each, Define)]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (
            GetProperties(),
            [f"Sender.{name}" for name in (*COMMON, "COUNT", "IMAGE", "VIDEO")]
            + [f"Other.{name}" for name in COMMON],
        ),
        (GetProperties("Other"), ["Other.CONNECTION", "Other.DRIVER_INFO"]),
        (GetProperties("Sender", "COUNT"), ["Sender.COUNT"]),
        (GetProperties("Sender", "NOTHING"), []),
        (GetProperties("Nobody"), []),
    ],
)
def test_clients_get_what_they_ask_for(asked: GetProperties, answer: list[str]) -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        peer.send(asked)
        assert names(await peer.heard()) == answer

    in_hall(scenario)


@pytest.mark.parametrize(
    ("asked", "hears"),
    [
        ([], False),
        ([GetProperties()], True),
        ([GetProperties("Sender")], True),
        ([GetProperties("Sender", "COUNT")], True),
        ([GetProperties("Sender", "IMAGE")], False),
        ([GetProperties("Other")], False),
        ([GetProperties("Other"), GetProperties("Sender")], True),
    ],
)
def test_clients_hear_of_what_they_have_asked_for(asked: list[Message], hears: bool) -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        peer.send(*asked)
        await peer.heard()
        place.sender.ask("COUNT", {"BYTES": 1.0})
        assert len(await peer.heard()) == hears

    in_hall(scenario)


@pytest.mark.parametrize(
    ("modes", "blobs", "hears"),
    [
        ([], [], True),
        ([("Sender", None, "Also")], ["IMAGE", "VIDEO"], True),
        ([("Sender", None, "Only")], ["IMAGE", "VIDEO"], False),
        ([("Sender", None, "Also"), ("Sender", None, "Never")], [], True),
        ([("Sender", "IMAGE", "Also")], ["IMAGE"], True),
        ([("Sender", "IMAGE", "Only")], ["IMAGE"], True),
        ([("Sender", None, "Also"), ("Sender", "VIDEO", "Never")], ["IMAGE"], True),
        ([("Sender", "VIDEO", "Never"), ("Sender", None, "Also")], ["IMAGE", "VIDEO"], True),
    ],
)
def test_blobs_come_by_request(
    modes: list[tuple[str, str | None, str]], blobs: list[str], hears: bool
) -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        peer.send(GetProperties())
        peer.send(*(EnableBlob(device, name, BlobMode(mode)) for device, name, mode in modes))
        await peer.heard()
        place.send_image()
        place.sender.video.send(b"abc", ".stream")
        place.sender.ask("COUNT", {"BYTES": 1.0})
        heard = await peer.heard()
        assert [each.name for each in heard if _is_blob(each)] == blobs
        assert any(isinstance(each, Update) and each.name == "COUNT" for each in heard) is hears

    in_hall(scenario)


def test_blobs_arrive_as_they_were() -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        peer.send(EnableBlob("Sender", "IMAGE", BlobMode.ALSO))
        await peer.heard()
        data = bytes(range(256)) * 8192
        place.sender.image.send(data, ".fits.z", size=10)
        (update,) = await peer.heard()
        assert isinstance(update, Update)
        assert update.values == {"DATA": Blob(memoryview(data), ".fits.z", 10)}

    in_hall(scenario)


def test_requests_reach_their_device_only() -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        peer.send(GetProperties())
        await peer.heard()
        for device in ("Nobody", "Other", "Sender"):
            peer.send(New(Kind.NUMBER, device, "COUNT", {"BYTES": 7.0}))
        (update,) = await peer.heard()
        assert isinstance(update, Update)
        assert (update.device, update.values) == ("Sender", {"BYTES": 7.0})

    in_hall(scenario)


@pytest.mark.parametrize(
    "vector",
    [
        "<newTextVector device='Sender' name='COUNT'><oneText name='BYTES'>7</oneText>"
        "</newTextVector>",
        "<newSwitchVector device='Sender' name='COUNT'><oneSwitch name='BYTES'>On</oneSwitch>"
        "</newSwitchVector>",
        "<newNumberVector device='Sender' name='COUNT'></newNumberVector>",
        "<newNumberVector device='Sender' name='IMAGE'><oneNumber name='DATA'>1</oneNumber>"
        "</newNumberVector>",
        "<newBLOBVector device='Sender' name='COUNT'><oneBLOB name='BYTES' size='3'"
        " format='.txt' enclen='4'>YWJj</oneBLOB></newBLOBVector>",
        "<newBLOBVector device='Sender' name='IMAGE'><oneBLOB name='DATA' size='3'"
        " format='.txt' enclen='4'>YWJj</oneBLOB></newBLOBVector>",
    ],
)
def test_vectors_of_another_kind_change_nothing(vector: str) -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        peer.send(GetProperties())
        await peer.heard()
        peer.out.write(vector.encode())
        assert await peer.heard() == []
        assert place.sender.count.value == 0

    in_hall(scenario)


@pytest.mark.parametrize("garbage", [b"<<<<>>>>", b"\x00\xff" * 1000, b"<a></b>", b"no XML at all"])
def test_garbage_is_passed_over(garbage: bytes) -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        peer.out.write(garbage + encode(GetProperties("Other")))
        assert len(await peer.heard()) == 2

    in_hall(scenario)


def test_a_client_without_end_ends_alone(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(place: Hall) -> None:
        bad, good = await place.enter(), await place.enter()
        good.send(GetProperties())
        bad.out.write(
            b"<newTextVector device='a' name='b'><oneText name='c'>" + b"x" * 20 * MEGABYTE
        )
        await bad.ended()
        place.sender.ask("COUNT", {"BYTES": 1.0})
        assert len(await good.heard()) == 8

    with caplog.at_level(logging.WARNING):
        in_hall(scenario)
    assert "a client is given up: an element is larger" in caplog.text


def test_a_client_may_leave_within_a_blob() -> None:
    async def scenario(place: Hall) -> None:
        leaver, stayer = await place.enter(), await place.enter()
        for peer in (leaver, stayer):
            peer.send(EnableBlob("Sender", "IMAGE", BlobMode.ALSO))
            await peer.heard()
        place.send_image(20 * MEGABYTE)
        await leaver.take(1000)
        leaver.out.transport.abort()
        assert await stayer.blobs() == ["IMAGE"]
        place.send_image()
        assert await stayer.blobs() == ["IMAGE"]

    in_hall(scenario)


def test_a_slow_client_holds_up_nobody_and_is_given_up_in_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server_module, "_LONGEST_QUEUE", 8 * MEGABYTE)

    async def scenario(place: Hall) -> None:
        slow, quick = await place.enter(small=True), await place.enter()
        for peer in (slow, quick):
            peer.send(EnableBlob("Sender", "IMAGE", BlobMode.ALSO))
            await peer.heard()
        slow.out.transport.pause_reading()
        for _ in range(20):
            place.send_image(MEGABYTE)
            assert await quick.blobs() == ["IMAGE"]
        slow.out.transport.resume_reading()
        await slow.ended()

    with caplog.at_level(logging.WARNING):
        in_hall(scenario)
    assert re.search(r"a client is given up: it is \d+ MB behind", caplog.text)


def test_a_client_that_lags_misses_frames_of_video_but_no_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "_LONGEST_STREAM", MEGABYTE)

    async def scenario(place: Hall) -> None:
        peer = await place.enter(small=True)
        peer.send(EnableBlob("Sender", None, BlobMode.ALSO), GetProperties("Sender"))
        await peer.heard()
        for _ in range(30):
            place.sender.video.send(bytes(MEGABYTE), ".stream")
        place.send_image()
        blobs = await peer.blobs()
        assert 0 < blobs.count("VIDEO") < 30
        assert blobs[-1] == "IMAGE"
        place.sender.video.send(bytes(MEGABYTE), ".stream")
        assert await peer.blobs() == ["VIDEO"]

    in_hall(scenario)


def test_pings_are_answered_replies_are_not() -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        peer.send(Ping("mine", reply=True))
        assert await peer.heard() == []

    in_hall(scenario)


def test_messages_in_pieces_are_whole() -> None:
    async def scenario(place: Hall) -> None:
        peer = await place.enter()
        for byte in encode(GetProperties("Other")):
            peer.out.write(bytes([byte]))
            await peer.out.drain()
        assert len(await peer.heard()) == 2

    in_hall(scenario)


def test_names_without_end_are_not_kept() -> None:
    interest = Interest()
    for n in range(20_000):
        interest.learn(GetProperties("CCD Simulator", f"P{n}"))
        interest.learn(EnableBlob("CCD Simulator", f"Q{n}", BlobMode.ALSO))
    assert len(interest._named) <= 20_000
    assert len(interest._modes) <= 10_000
