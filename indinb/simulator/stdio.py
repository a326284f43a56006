"""A device as a driver that a real indiserver runs: it speaks by standard input and output."""

import asyncio
import os
import socket
import stat
import sys

from indinb.protocol.messages import EnableBlob, GetProperties
from indinb.protocol.vocabulary import BlobMode
from indinb.simulator.server import Client, Server


async def serve(server: Server, device: str) -> None:
    """Serve one device by standard input and output, until the input ends.

    Parameters
    ----------
    server : Server
        Which has the device.
    device : str
        Its name.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    link = _Link(server, ended)
    link.hear(GetProperties(device))
    link.hear(EnableBlob(device, None, BlobMode.ALSO))  # indiserver knows who wants BLOBs
    if _is_socket(0):  # one for both ways, as indiserver has it
        both = socket.socket(fileno=os.dup(0))
        await loop.connect_accepted_socket(lambda: link, both)
    else:
        await loop.connect_write_pipe(lambda: link, sys.stdout.buffer)
        await loop.connect_read_pipe(lambda: _Input(link, ended), sys.stdin.buffer)
    await ended.wait()


def _is_socket(descriptor: int) -> bool:
    return stat.S_ISSOCK(os.fstat(descriptor).st_mode)


class _Link(Client):
    """The link to indiserver, at the end of which all ends."""

    def __init__(self, server: Server, ended: asyncio.Event) -> None:
        super().__init__(server)
        self._ended = ended

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        super().connection_lost(error)
        self._ended.set()


class _Input(asyncio.Protocol):
    """Standard input, which asyncio reads without a buffer of ours."""

    def __init__(self, link: Client, ended: asyncio.Event) -> None:
        self._link, self._ended = link, ended

    def data_received(self, data: bytes) -> None:
        """Hand on what has come."""
        rest = memoryview(data)
        while rest:
            room = self._link.get_buffer(-1)
            n = min(len(room), len(rest))
            room[:n] = rest[:n]
            self._link.buffer_updated(n)
            rest = rest[n:]

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        self._ended.set()
