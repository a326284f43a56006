"""A client's side of the benchmark: the control link to the load server, and the clock.

Of the standard library only, as it runs in the environment of every contender.
"""

import json
import socket
import statistics
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any, Self

HOST = "127.0.0.1"
DEVICE = "Load"
PATIENCE = 60.0
"""Seconds within which whatever has to come has come."""

clock = time.perf_counter


class Session:
    """One use of the load server.

    Parameters
    ----------
    port : int
        The load server's, for control links.
    **load
        Which load, and its parameters.

    Attributes
    ----------
    facts : dict
        What the server says of the load; "port" or "path" is where it speaks INDI.
    """

    def __init__(self, port: int, **load: Any) -> None:
        self._control = socket.create_connection((HOST, port), PATIENCE)
        self._lines = self._control.makefile("rw")
        self._say(load)
        self.facts: dict[str, Any] = self._hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._lines.close()
        self._control.close()

    def time(self, wait: Callable[[], float]) -> float:
        """Let the server send; return the seconds from its first byte to the moment waited for."""
        self._say("go")
        end = wait()
        return end - self._hear()

    def time_of_one(self, frames: int, wait: Callable[[], float]) -> float:
        """Receive frames one after the other, and return the median of their seconds."""
        return statistics.median(self.time(wait) for _ in range(frames))

    def check(self, fact: str, frames: Iterable[Any]) -> None:
        """Compare frames with what was sent."""
        for frame in frames:
            assert zlib.crc32(frame) == self.facts[fact], "a frame is damaged"

    def _say(self, what: object) -> None:
        print(json.dumps(what), file=self._lines, flush=True)

    def _hear(self) -> Any:
        return json.loads(self._lines.readline())
