"""What observers call: each notes what comes, and when."""

import queue
import threading
from collections.abc import Iterable
from typing import Any

from tests.benchmarks.clients.session import PATIENCE, clock


class Tally:
    """Sums the values of a stream of updates."""

    def __init__(self, count: int) -> None:
        self.sum = 0.0
        self._left = count
        self._end = 0.0
        self._done = threading.Event()

    def add(self, value: float) -> None:
        """Take the next value."""
        self.sum += value
        self._left -= 1
        if not self._left:
            self._end = clock()
            self._done.set()

    def wait(self) -> float:
        """Wait for the last value, and return when it came."""
        assert self._done.wait(PATIENCE), f"{self._left} updates have not come"
        return self._end


class Arrivals:
    """Keeps what comes, one thing after the other."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self._moments: queue.SimpleQueue[float] = queue.SimpleQueue()

    def add(self, what: Any) -> None:
        """Take it, now."""
        moment = clock()
        self.kept.append(what)
        self._moments.put(moment)

    def wait(self) -> float:
        """Wait for the next thing, and return when it came."""
        return self._moments.get(timeout=PATIENCE)


class Roll:
    """Ticks off names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._missing = set(names)
        self._end = 0.0
        self._done = threading.Event()

    def tick(self, name: str) -> None:
        """Tick off a name."""
        self._missing.discard(name)
        if not self._missing and not self._end:
            self._end = clock()
            self._done.set()

    def wait(self) -> float:
        """Wait for the last name, and return when it came."""
        assert self._done.wait(PATIENCE), f"these have not come: {self._missing}"
        return self._end
