"""The bare machine: the same bytes, received and not looked at."""

import contextlib
import mmap
import os
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.benchmarks.clients.session import HOST, Session, clock

CRC = "crc of data"  # what its frames are checked against

_SCRATCH = 256 * 1024  # bytes

Take = Callable[[Any], object]


def updates(port: int, **load: Any) -> float:
    """Receive all updates, in pieces, into the same memory."""
    with Session(port, **load) as session, connected(session) as link:
        scratch = memoryview(bytearray(_SCRATCH))

        def receive() -> float:
            left = session.facts["data"]
            while left:
                left -= link.recv_into(scratch, min(left, _SCRATCH))
            return clock()

        return session.facts["count"] / session.time(receive)


@contextlib.contextmanager
def images(session: Session, take: Take) -> Iterator[None]:
    """Receive the text of each frame into fresh memory of its own; or map the frame."""
    frame = _mapped if "path" in session.facts else _filled

    def receive() -> None:
        while (received := frame(link, session.facts)) is not None:
            take(received)

    with connected(session) as link, in_thread(receive, link):
        yield


def connected(session: Session) -> socket.socket:
    """Connect to the load server, and pass over the definitions."""
    if "path" in session.facts:
        link = socket.socket(socket.AF_UNIX)
        link.connect("\0" + session.facts["path"])
    else:
        link = socket.create_connection((HOST, session.facts["port"]))
    link.sendall(b'<getProperties version="1.7"/>\n')
    link.recv(session.facts["definitions"], socket.MSG_WAITALL)
    return link


@contextlib.contextmanager
def in_thread(receive: Callable[[], None], link: socket.socket) -> Iterator[None]:
    """Receive in a thread until the end of the link, which is the end of the context."""
    thread = threading.Thread(target=receive)
    thread.start()
    try:
        yield
    finally:
        link.shutdown(socket.SHUT_RDWR)
        thread.join()


def _filled(link: socket.socket, facts: dict[str, Any]) -> np.ndarray | None:
    frame = np.empty(facts["data"], np.uint8)
    rest = memoryview(frame)
    while rest and (size := link.recv_into(rest)):
        rest = rest[size:]
    return None if rest else frame


def _mapped(link: socket.socket, facts: dict[str, Any]) -> mmap.mmap | None:
    _, blocks, _, _ = socket.recv_fds(link, facts["data"], 1)
    if not blocks:
        return None
    frame = mmap.mmap(blocks[0], facts["bytes"], prot=mmap.PROT_READ)
    os.close(blocks[0])
    return frame
