"""What a lesson costs on a small computer, and whether it shows the same each time."""

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Self

import psutil

from tests.lessons import comparing
from tests.lessons.lesson import Lesson
from tests.lessons.running import run

MOST_SECONDS = 60
MOST_MB = 600
TICK = 0.1  # seconds

_PEAK = re.compile(r"^VmHWM:\s*(\d+) kB", re.MULTILINE)

HEAD = f"{'lesson':<24}{'seconds':>16}{'MB':>8}{'texts':>10}{'pictures':>10}"


class Figures(NamedTuple):
    """What two runs of a lesson have shown."""

    lesson: Lesson
    seconds: list[float]
    megabytes: float
    other_texts: list[str]
    differences: dict[str, float]

    @property
    def broken(self) -> list[str]:
        """Say what is not as it should be."""
        wrong = list(self.other_texts)
        if max(self.seconds) > MOST_SECONDS:
            wrong.append(f"it took more than {MOST_SECONDS} s")
        if self.megabytes > MOST_MB:
            wrong.append(f"it took more than {MOST_MB} MB")
        for cell, difference in self.differences.items():
            if difference > comparing.NEARLY:
                wrong.append(f"{cell}: pictures differ by {difference:.1%}")
        return wrong

    def __str__(self) -> str:
        seconds = ", ".join(f"{each:.1f}" for each in self.seconds)
        same = f"{len(self.other_texts)} differ" if self.other_texts else "same"
        row = f"{self.lesson.name:<24}{seconds:>16}{self.megabytes:>8.0f}{same:>10}"
        row += f"{max(self.differences.values(), default=0.0):>10.2%}"
        return "\n".join([row, *(f"    {what}" for what in self.broken)])


def measure(lesson: Lesson, observatory: str) -> Figures:
    """Run a lesson twice, on one core."""
    runs = [lesson.at(observatory) for _ in range(2)]
    seconds, megabytes = [], []
    for each in runs:
        with on_one_core(), Memory() as memory:
            began = time.monotonic()
            run(each)
            seconds.append(time.monotonic() - began)
        megabytes.append(memory.peak / 1e6)
    return Figures(
        lesson, seconds, max(megabytes), comparing.other_texts(*runs), comparing.differences(*runs)
    )


@contextmanager
def on_one_core() -> Iterator[None]:
    """Leave one core to this program, and to what it starts meanwhile."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


class Memory:
    """Watches the memory of all programs that this one starts from now on, and theirs.

    Each counts with the most that it had until then, as the system remembers (Linux): memory that
    is shared counts twice, so that the sum is never too small.

    Attributes
    ----------
    peak : int
        The most that all had at one time, in bytes.
    """

    def __init__(self) -> None:
        self.peak = 0
        self._ends = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="memory")

    def __enter__(self) -> Self:
        self._others = set(psutil.Process().children())
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ends.wait(TICK):
            started = set(psutil.Process().children()) - self._others
            self.peak = max(self.peak, sum(map(_most, chain.from_iterable(map(_family, started)))))


def _family(process: psutil.Process) -> list[psutil.Process]:
    """Return a process and all that it has started; nothing if it is gone."""
    with suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []


def _most(process: psutil.Process) -> int:
    """Return the most memory that a process had, in bytes; 0 if it is gone."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text("utf-8", "replace")
    except OSError:
        return 0
    found = _PEAK.search(status)
    return int(found[1]) * 1024 if found else 0
