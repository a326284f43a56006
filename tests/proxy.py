"""A TCP proxy that does to links what networks do to them; on this machine only.

    with Proxy(server.port) as proxy, indinb.connect("127.0.0.1", proxy.port) as client:
        proxy.cut_after(1000).result(5)

Its faults count for all links that go through it, those that are made later included. Whatever is
told to it is done when the call returns.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Self, TypeVar

_HOST = "127.0.0.1"
_PIECE = 65536  # bytes at most that are passed on at once
_PATIENCE = 10.0  # seconds for the proxy's thread to do what it is told
_RESET = struct.pack("ii", 1, 0)  # close at once, and drop what is under way

T = TypeVar("T")
Act = Callable[[], Coroutine[Any, Any, None]]


class Lane:
    """One direction of all links.

    Attributes
    ----------
    delay : float
        Seconds that each piece waits.
    passed : int
        Bytes that went through until now.
    """

    def __init__(self, do: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self.delay = 0.0
        self.passed = 0
        self._do = do
        self._single = 0
        self._limit: int | None = None
        self._then: Act | None = None
        self._acting: asyncio.Task[None] | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()

    def freeze(self) -> None:
        """Pass nothing on, not even the end of a link; all sockets stay open."""
        self._do(self.stop_after(0))

    def thaw(self) -> None:
        """Go on."""
        self._do(self.flow())

    def dribble(self, count: int) -> None:
        """Pass the next bytes on one by one."""
        self._single = count

    async def stop_after(self, count: int, then: Act | None = None) -> None:
        """Freeze when so many more bytes have been passed on, and do something then."""
        self._limit, self._then = count, then
        self._look_at_limit()

    async def flow(self) -> None:
        """Go on, as `thaw` does; for the proxy's own thread, as what follows."""
        self._flowing.set()

    async def carry(self, source: socket.socket, sink: socket.socket, busy: asyncio.Lock) -> None:
        """Pass on what comes, until the end."""
        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(source, _PIECE):
            rest = memoryview(data)
            while rest:
                rest = rest[await self._pass_on(rest, sink, busy) :]
        await self._flowing.wait()

    async def _pass_on(self, data: memoryview, sink: socket.socket, busy: asyncio.Lock) -> int:
        """Pass on as much as may be at once; returns how much that was."""
        await asyncio.sleep(self.delay)
        await self._flowing.wait()
        piece = self._take(data)
        async with busy:
            await asyncio.get_running_loop().sock_sendall(sink, piece)
        self._look_at_limit()
        return len(piece)

    def _take(self, data: memoryview) -> memoryview:
        """Take from the begin of what has come as much as may pass at once."""
        room = 1 if self._single else _PIECE
        piece = data[: room if self._limit is None else min(room, self._limit)]
        self.passed += len(piece)
        self._single = max(0, self._single - len(piece))
        if self._limit is not None:
            self._limit -= len(piece)
        return piece

    def _look_at_limit(self) -> None:
        if self._limit == 0:
            self._limit = None
            self._flowing.clear()
            if self._then is not None:
                self._acting = asyncio.create_task(self._then())


class Link:
    """A client's link to the proxy, and the proxy's to the server."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self.server = socket.socket()
        self.server.setblocking(False)
        self.busy = asyncio.Lock()  # somebody writes to the client

    def hang_up(self) -> None:
        """Let both ends see a reset instead of an orderly end."""
        for sock in (self.client, self.server):
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def close(self) -> None:
        """End it at both ends."""
        self.client.close()
        self.server.close()


class Proxy:
    """Listens on a port of its own, and passes on what comes to a server on this machine.

    Parameters
    ----------
    target : int
        The server's port.

    Attributes
    ----------
    port : int
        Where clients find it; it stays the same.
    to_client, to_server : Lane
        Both directions, whose faults can be set apart.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._links: dict[asyncio.Task[None], Link] = {}
        self._listener: socket.socket | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="indinb-proxy", daemon=True
        )
        self._thread.start()
        self.to_client = Lane(self._do)
        self.to_server = Lane(self._do)
        self.accept()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def links(self) -> int:
        """How many there are now."""
        return len(self._links)

    def close(self) -> None:
        """End everything; safe to call twice."""
        if not self._loop.is_closed():
            self.refuse()
            self.cut()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def accept(self) -> None:
        """Listen, again."""
        self._do(self._listen())

    def refuse(self) -> None:
        """Do not listen for a while; the links that there are stay."""
        self._do(self._stop_listening())

    def cut(self, reset: bool = False) -> None:
        """End all links now, by a reset (RST) or as servers do that are killed (FIN)."""
        self._do(self._end(reset))

    def cut_after(self, count: int, reset: bool = False) -> "Future[float]":
        """End all links as soon as so many more bytes have gone to clients.

        A reset may overtake some of them, if the client is slow.

        Returns
        -------
        Future
            Of the moment when it was done, by `time.monotonic`.
        """
        done: Future[float] = Future()

        async def cut() -> None:
            await self._end(reset)
            done.set_result(time.monotonic())
            await self.to_client.flow()

        self._do(self.to_client.stop_after(count, cut))
        return done

    def stop_after(self, count: int) -> None:
        """Freeze what goes to clients when so many more bytes have passed: half a message."""
        self._do(self.to_client.stop_after(count))

    def freeze(self) -> None:
        """Pass nothing on in either direction; all sockets stay open."""
        self.to_client.freeze()
        self.to_server.freeze()

    def thaw(self) -> None:
        """Go on in both directions."""
        self.to_client.thaw()
        self.to_server.thaw()

    def inject(self, data: bytes) -> None:
        """Send to all clients what the server has not said, between what it has."""
        self._do(self._inject(data))

    def garble(self, count: int, seed: int = 0) -> None:
        """Send random bytes to all clients."""
        self.inject(random.Random(seed).randbytes(count))

    def _do(self, task: Coroutine[Any, Any, T]) -> T:
        """Let the proxy's own thread do it, and wait."""
        return self._do_soon(task).result(_PATIENCE)

    def _do_soon(self, task: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(task, self._loop)

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((_HOST, self.port))
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _PIECE)
            self._listener.setblocking(False)
            self.port = self._listener.getsockname()[1]
            self._loop.add_reader(self._listener, self._take_link, self._listener)

    async def _stop_listening(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _take_link(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):  # it may be gone again
            client, _ = listener.accept()
            client.setblocking(False)
            link = Link(client)
            task = self._loop.create_task(self._serve(link))
            self._links[task] = link
            task.add_done_callback(lambda task: self._links.pop(task).close())

    async def _serve(self, link: Link) -> None:
        """Carry what comes both ways, until one of them ends."""
        tasks: list[asyncio.Task[None]] = []
        try:
            await asyncio.get_running_loop().sock_connect(link.server, (_HOST, self._target))
            for sock in (link.client, link.server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            lanes = (
                self.to_client.carry(link.server, link.client, link.busy),
                self.to_server.carry(link.client, link.server, asyncio.Lock()),
            )
            tasks = [asyncio.create_task(lane) for lane in lanes]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except ConnectionError:
            pass  # the server does not listen: the client's link ends at once
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self, reset: bool) -> None:
        for task, link in self._links.items():
            if reset:
                link.hang_up()
            task.cancel()
        if self._links:
            await asyncio.wait(list(self._links))

    async def _inject(self, data: bytes) -> None:
        for link in list(self._links.values()):
            async with link.busy:
                await asyncio.get_running_loop().sock_sendall(link.client, data)
