"""What the original was seen to do with odd calls, and a client to which the same is done."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from indinb import pyindi as PyIndi
from tests.pyindi.replay import RawServer, client_of
from tests.pyindi.wire_script import DEFINITIONS, Stage

CAPTURE = Path(__file__).parents[1] / "data" / "captures" / "pyindi_edge.txt"


class Seen(NamedTuple):
    """How the original's process ended, what it printed, and its last words on stderr."""

    code: int
    printed: str
    error: str


def captured() -> dict[str, Seen]:
    """Return the rows of the file, by name."""
    rows = (line.split(" | ", 3) for line in CAPTURE.read_text().splitlines() if line)
    return {
        name: Seen(int(code.removeprefix("rc ")), printed.strip(), error)
        for name, code, printed, error in rows
    }


THEIRS = captured()


def row(name: str) -> Callable[[Callable], Callable]:
    """Name the row that a test is about."""

    def mark(test: Any) -> Any:
        test.captured_row = name
        return test

    return mark


def rows_of(module: ModuleType) -> list[str]:
    """Return the rows that the tests of a module are about."""
    return [test.captured_row for test in vars(module).values() if hasattr(test, "captured_row")]


@contextlib.contextmanager
def connected(server: RawServer) -> Iterator[Any]:
    """Connect a client to a server that announces itself at once."""
    client = client_of(PyIndi, server.port)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indinb.client.quiet.QUIET", 0.01)  # as `take` waits until all has come
        assert client.connectServer()
    server.take()
    yield client
    client.disconnectServer()


@contextlib.contextmanager
def staged() -> Iterator[Stage]:
    """Connect a client to a server that has announced the device of the wire capture."""
    with RawServer(DEFINITIONS) as server, connected(server) as client:
        client.events.clear()
        yield Stage(PyIndi, server, client)
