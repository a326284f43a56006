"""What the tests of this room do again and again."""

import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from indinb.client.asking import Request
from indinb.client.connection import Connection
from indinb.client.model import Delta
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.rules import Done, Rule, Verdict
from indinb.errors import Failed, Refused
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import CCD, SOON, Desk

COOL = New(Kind.NUMBER, CCD, "CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": -10.0})


class Handler:
    """An observer that remembers what it was called with, and on which threads."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.threads: set[str] = set()

    def __call__(self, change: Change) -> None:
        self.changes.append(change)
        self.threads.add(threading.current_thread().name)

    @property
    def heard(self) -> list[tuple[str, str]]:
        return [(change.type, change.name) for change in self.changes]


class Slow(Operation[Any]):
    """An operation that takes its time to stop."""

    def _stop(self) -> None:
        pass


def kinds(deltas: Iterable[Delta]) -> list[tuple[str, str | None, str | None]]:
    """Return what changes are about, without the values."""
    return [(delta.type, delta.device, delta.name) for delta in deltas]


def leaves_busy(changes: Sequence[Change]) -> Verdict:
    """Decide as simple drivers do: by the state alone."""
    match changes[-1].new.state:
        case State.OK:
            return Done(changes[-1].new["CCD_TEMPERATURE_VALUE"])
        case State.ALERT:
            return Failed("it went to Alert")
        case State.IDLE:
            return Refused("it is Idle")
    return None


def cool(desk: Desk, rule: Rule = leaves_busy, timeout: float = 60.0, **options: Any) -> Request:
    """Ask a camera to cool down."""
    return Request(desk, "cool down", COOL, rule, timeout=timeout, **options)


def unanswered(client: Connection) -> Operation[None]:
    """Ask for something that a `FakeServer` never does by itself."""
    return client.devices[CCD]["CCD_TEMPERATURE"].set(-10)


def ended(client: Connection) -> Connection:
    """Wait until a client has noticed that its link is gone."""
    client._reader.join(SOON)
    assert not client._reader.is_alive()
    return client


def one_line(error: Any) -> str:
    """Return the text of an error, or of what `pytest.raises` caught: it is one line."""
    text = str(getattr(error, "value", error))
    assert text
    assert "\n" not in text
    return text


def text_of(operation: Operation[Any]) -> str:
    """Return the text of what went wrong, after the words for what was being done."""
    text = one_line(operation.exception(0))
    assert text.startswith(operation.label + ": ")
    return text.removeprefix(operation.label + ": ")


def interrupt(*_: Any) -> None:
    """Do what Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


def interrupt_main(*_: Any) -> None:
    """Do from another thread what Ctrl-C does: it wakes the main thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def race(*acts: Callable[[], object]) -> None:
    """Call functions at the same moment, each on a thread of its own; raise what they raise."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait()
        act()

    with ThreadPoolExecutor(len(acts), thread_name_prefix="race") as pool:
        list(pool.map(run, acts))
