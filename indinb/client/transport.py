"""Links to a server: a seam of three verbs, behind which may be TCP or a socket of this machine."""

import contextlib
import logging
import os
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Protocol

from indinb.client.shared_memory import copy_block, map_block
from indinb.errors import ConnectionFailed

logger = logging.getLogger(__name__)

TICK = 1.0
"""Seconds of silence after which whoever receives gets a word of it."""

SEND_PATIENCE = 5.0
"""Seconds for which the other side may take nothing of what is sent to it."""

UNIX_PATH = "/tmp/indiserver"
"""Where an indiserver is reached from its own machine, unless it was told otherwise."""

_DESCRIPTORS = struct.calcsize("253i")  # bytes of as many as the system lets a message have

# A link whose other side has vanished without a word ends within 15 s: asked after 5 s of silence,
# then every 3 s. The last option, in ms, counts for what was sent and is not acknowledged. Each
# system has some of these names.
_KEEP_ALIVE = {
    "TCP_KEEPIDLE": 5,
    "TCP_KEEPALIVE": 5,
    "TCP_KEEPINTVL": 3,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 14_000,
}

Received = tuple[int, Sequence[memoryview | None]]
"""The number of bytes (0: the end), and BLOBs that came beside them: blocks of shared memory in
their order, read-only and not cut to length; None is one that cannot be read."""


class Transport(Protocol):
    """A link that carries bytes both ways."""

    def receive_into(self, buffer: memoryview) -> Received | None:
        """Wait for bytes, and return what has come; None after `TICK` seconds of silence."""

    def send(self, data: bytes) -> None:
        """Send all of it; raise OSError if the other side takes nothing for `SEND_PATIENCE`.

        If it is stopped when a part is out, the link ends: nothing may follow half a message.
        """

    def close(self) -> None:
        """End the link and wake up who is waiting in `receive_into`."""


class SocketTransport:
    """A link over a connected stream socket.

    Parameters
    ----------
    sock : socket.socket
        Which this now owns.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(TICK)
        self._socket = sock
        self._process = os.getpid()

    def receive_into(self, buffer: memoryview) -> Received | None:
        """Wait for bytes."""
        try:
            return self._receive(buffer)
        except TimeoutError as error:
            if error.errno is not None:  # not ours, but the system's: nobody is there any more
                raise
            return None

    def send(self, data: bytes) -> None:
        """Send all of it."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._send_some(left) :]
        except BaseException:
            if len(left) < len(data):
                self.close()
            raise

    def close(self) -> None:
        """End the link; safe to call twice and from any thread.

        A forked child lets go of it only: it is its parent's.
        """
        if os.getpid() == self._process:
            with contextlib.suppress(OSError):  # the other side may have ended it already
                self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _receive(self, buffer: memoryview) -> Received:
        return self._socket.recv_into(buffer), ()

    def _send_some(self, data: memoryview) -> int:
        """Wait until some of it is taken, and return how much."""
        patience = SEND_PATIENCE
        while True:
            try:
                return self._socket.send(data)
            except TimeoutError as error:
                patience -= TICK
                if patience <= 0 or error.errno is not None:
                    raise


class UnixTransport(SocketTransport):
    """A link on one machine, where BLOBs come beside the bytes: as blocks of shared memory.

    Parameters
    ----------
    sock : socket.socket
        Which this now owns.
    shared_memory : bool
        Look at the blocks where they are; otherwise they are copied.
    """

    def __init__(self, sock: socket.socket, shared_memory: bool = True) -> None:
        super().__init__(sock)
        self._view = map_block if shared_memory else copy_block

    def _receive(self, buffer: memoryview) -> Received:
        """Wait for bytes; the descriptors that come with them end here."""
        room = socket.CMSG_LEN(_DESCRIPTORS)
        count, beside, flags, _ = self._socket.recvmsg_into([buffer], room, socket.MSG_CMSG_CLOEXEC)
        descriptors = [each for *_, data in beside for each in memoryview(data).cast("i")]
        try:
            if flags & socket.MSG_CTRUNC:  # nobody knows which of the BLOBs are left
                raise OSError("BLOBs were lost: this program has too many files open (ulimit -n)")
            return count, [self._block(descriptor) for descriptor in descriptors]
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _block(self, descriptor: int) -> memoryview | None:
        try:
            return self._view(descriptor)
        except OSError as error:
            reason = str(error)  # a log may keep the error, and that the other blocks
            logger.warning("a BLOB is lost, as its shared memory cannot be read: %s", reason)
            return None


def open_tcp(host: str, port: int, timeout: float) -> SocketTransport:
    """Connect to a server.

    Parameters
    ----------
    host : str
        Name or address.
    port : int
        INDI's own is 7624.
    timeout : float
        Seconds to wait for the server to answer.

    Raises
    ------
    ConnectionFailed
        If there is no such host or port, nothing listens there, or nothing answers.
    """
    if not isinstance(port, int) or not 0 < port < 65536:
        raise ConnectionFailed(
            f"{port!r} is not a port: they go from 1 to 65535, and INDI's own is 7624"
        )
    try:
        sock = socket.create_connection((host, port), timeout)
    except (OSError, UnicodeError) as error:
        raise ConnectionFailed(_advice(host, port, timeout, error)) from error
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _keep_alive(sock)
    return SocketTransport(sock)


def open_unix(path: str, shared_memory: bool = True) -> UnixTransport:
    """Connect to a server on this machine; it takes the connection at once or not at all.

    Parameters
    ----------
    path : str
        Where the server listens, in Linux's abstract namespace: there is no such file.
    shared_memory : bool
        Look at BLOBs where they are; otherwise they are copied.

    Raises
    ------
    ConnectionFailed
        If no server listens there, or this is not Linux.
    """
    if sys.platform != "linux":
        raise ConnectionFailed(
            f"unix:{path} works on Linux only, where indiserver shares memory: "
            'connect to "localhost" instead'
        )
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.setblocking(False)
        sock.connect(f"\0{path}")
    except (OSError, UnicodeError) as error:
        sock.close()
        raise ConnectionFailed(_unix_advice(path, error)) from error
    return UnixTransport(sock, shared_memory)


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _unix_advice(path: str, error: Exception) -> str:
    match error:
        case ConnectionRefusedError():
            return (
                f"no server listens at unix:{path}, which is no file, but the name that a server "
                "was given: start one on this machine, for example "
                f'`indiserver -u {path} indi_simulator_ccd`, or connect to "localhost"'
            )
        case BlockingIOError():
            return f"the server at unix:{path} is too busy to answer: try again, or restart it"
        case OSError(errno=None):  # Python's own check
            return f"unix:{path} is too long: the path of a server has 107 bytes at most"
    return f"cannot connect to unix:{path}: {error}"


def _advice(host: str, port: int, timeout: float, error: Exception) -> str:
    match error:
        case socket.gaierror() | UnicodeError():
            return f"no host is called {host!r}: check the name, or give its address"
        case ConnectionRefusedError():
            return (
                f"nothing listens at {host}:{port}: start a server there, for example "
                f"`indiserver -p {port} indi_simulator_ccd`, or check the port"
            )
        case TimeoutError():
            return (
                f"{host}:{port} did not answer within {timeout:g} s: "
                "check the address, the network, and the server's firewall"
            )
    return f"cannot connect to {host}:{port}: {error}"
