"""What each contender has to do, the same for all; each job returns one figure."""

import statistics
from types import ModuleType
from typing import Any

from tests.benchmarks.clients import process
from tests.benchmarks.clients.session import Session, clock
from tests.benchmarks.clients.takers import Arrivals, Roll, Tally

_TURNS = 3


def updates(client: ModuleType, port: int, **load: Any) -> float:
    """Read one number of each update; returns updates per second."""
    with Session(port, **load) as session:
        tally = Tally(session.facts["count"])
        with client.numbers(session, tally.add):
            seconds = session.time(tally.wait)
        assert tally.sum == session.facts["sum"], "values were lost or changed"
        return session.facts["count"] / seconds


def burdened(client: ModuleType, port: int, few: dict[str, Any], many: dict[str, Any]) -> float:
    """Read updates among few properties and among many, in turn; returns % of the rate kept."""
    rates = [[updates(client, port, **load) for load in (few, many)] for _ in range(_TURNS)]
    return 100 * statistics.median(among_many / among_few for among_few, among_many in rates)


def blobs(client: ModuleType, port: int, frames: int, **load: Any) -> float:
    """Receive frames as bytes, and keep them; returns MB per second."""
    arrivals = Arrivals()
    with Session(port, **load) as session, client.images(session, arrivals.add):
        seconds = session.time_of_one(frames, arrivals.wait)
        contents = getattr(client, "contents", memoryview)
        session.check(getattr(client, "CRC", "crc"), map(contents, arrivals.kept))
        return session.facts["bytes"] / seconds / 1e6


def fits(client: ModuleType, port: int, frames: int, **load: Any) -> float:
    """Receive frames as arrays, and keep them; returns MB per second."""
    arrivals = Arrivals()

    def take(frame: Any) -> None:
        arrivals.add(client.pixels(frame))

    with Session(port, **load) as session, client.images(session, take):
        seconds = session.time_of_one(frames, arrivals.wait)
        session.check("crc of pixels", arrivals.kept)
        return session.facts["bytes"] / seconds / 1e6


def memory(client: ModuleType, port: int, frames: int, **load: Any) -> float:
    """Receive frames, and drop them; returns MB at most over what the process had before."""
    arrivals = Arrivals()
    with (
        Session(port, **load) as session,
        client.images(session, lambda frame: arrivals.add(len(frame))),
        process.peak_memory() as peak,
    ):
        session.time_of_one(frames, arrivals.wait)
    return peak.megabytes


def shared(client: ModuleType, port: int, frames: int, **load: Any) -> float:
    """Receive frames in shared memory, and keep them; returns ms for each."""
    arrivals = Arrivals()
    with Session(port, **load) as session, client.images(session, arrivals.add):
        seconds = session.time_of_one(frames, arrivals.wait)
        session.check("crc", arrivals.kept)
        return seconds * 1e3


def descriptors(client: ModuleType, port: int, frames: int, **load: Any) -> float:
    """Receive frames in shared memory, and drop them; returns how many files stay open."""
    arrivals = Arrivals()

    def take(frame: Any) -> None:
        arrivals.add(len(frame))

    with Session(port, **load) as session, client.images(session, take):
        before = process.open_files()
        session.time_of_one(frames, arrivals.wait)
        return process.open_files() - before


def connecting(client: ModuleType, port: int, names: list[str], **_: Any) -> float:
    """Connect, until all properties are known; returns ms."""
    roll = Roll(names)
    begin = clock()
    with client.definitions(port, roll.tick):
        return (roll.wait() - begin) * 1e3


def importing(client: ModuleType, **_: Any) -> float:
    """Import; returns ms over an interpreter that imports nothing."""
    return (process.run(client.IMPORT) - process.run("pass")) * 1e3
