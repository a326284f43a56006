"""lxml alone: its feed parser, and nothing on top. BLOBs are not decoded."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from tests.benchmarks.clients.raw import connected, in_thread
from tests.benchmarks.clients.session import Session, clock

CRC = "crc of text"  # what its frames are checked against

_SCRATCH = 256 * 1024  # bytes


def updates(port: int, **load: Any) -> float:
    """Count the updates."""
    with Session(port, **load) as session, connected(session) as link:
        elements = _elements(link, "setNumberVector")

        def receive() -> float:
            for _ in range(session.facts["count"]):
                next(elements).clear()
            return clock()

        return session.facts["count"] / session.time(receive)


@contextlib.contextmanager
def images(session: Session, take: Callable[[Any], object]) -> Iterator[None]:
    """Keep the element of each frame."""

    def receive() -> None:
        for element in _elements(link, "oneBLOB"):
            take(element)

    with connected(session) as link, in_thread(receive, link):
        yield


def contents(element: etree._Element) -> bytes:
    """Return the text of a frame."""
    return element.text.strip().encode()


def _elements(link: socket.socket, tag: str) -> Iterator[etree._Element]:
    parser = etree.XMLPullParser(events=("end",), tag=tag, huge_tree=True)
    parser.feed(b"<indi>")
    scratch = memoryview(bytearray(_SCRATCH))
    while size := link.recv_into(scratch):
        parser.feed(bytes(scratch[:size]))
        for _, element in parser.read_events():
            yield element
