"""Links to a server: a seam of three verbs, behind which may be TCP or a socket pair."""

import contextlib
import socket
from collections.abc import Sequence
from typing import Protocol

from indinb.errors import ConnectionFailed


class Transport(Protocol):
    """A link that carries bytes both ways."""

    def receive_into(self, buffer: memoryview) -> tuple[int, Sequence[int]]:
        """Wait for bytes; return their number (0: the end) and file descriptors that came along."""

    def send(self, data: bytes) -> None:
        """Send all of it."""

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
        self._socket = sock

    def receive_into(self, buffer: memoryview) -> tuple[int, Sequence[int]]:
        """Wait for bytes."""
        return self._socket.recv_into(buffer), ()

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._socket.sendall(data)

    def close(self) -> None:
        """End the link; safe to call twice and from any thread."""
        with contextlib.suppress(OSError):  # the other side may have ended it already
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


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
    sock.settimeout(None)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return SocketTransport(sock)


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
