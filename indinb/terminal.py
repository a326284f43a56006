"""A bar of progress in a terminal, drawn by tqdm or rich if one of them is installed."""

import importlib.util
import logging
import sys
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Any, Protocol, TextIO

from indinb.client.clock import call_later
from indinb.client.gathering import Gathering
from indinb.client.operation import Operation
from indinb.client.pace import words
from indinb.printable import printable

logger = logging.getLogger(__name__)

TICK = 0.1
"""Seconds between two looks at an operation."""

_LIBRARIES = ("tqdm", "rich")


def follow(operation: Operation[Any]) -> Callable[[], None] | None:
    """Show in the terminal how far an operation is; several that are gathered have a bar each.

    Parameters
    ----------
    operation : Operation
        For which somebody waits.

    Returns
    -------
    callable or None
        What to call when nobody waits any more. None where nothing is shown: if the standard error
        is no terminal, and neither tqdm nor rich is there. Of the two, the one that the program
        has imported draws, else tqdm.
    """
    terminal = sys.stderr
    if terminal is None or not terminal.isatty():
        return None
    lines = _lines(terminal)
    return None if lines is None else _Follower(operation, lines).close


class Lines(Protocol):
    """What draws bars, one below the other."""

    def begin(self, labels: Sequence[str]) -> None:
        """Draw one bar for each."""

    def draw(self, number: int, fraction: float | None, words: str) -> None:
        """Tell how far one is."""

    def show(self) -> None:
        """Bring what was drawn to the terminal."""

    def close(self) -> None:
        """Leave the bars as they are, and go on below."""


class _Follower:
    """Looks at an operation again and again, on the clock's thread.

    What goes wrong with that ends it, and keeps nobody from waiting.
    """

    def __init__(self, operation: Operation[Any], lines: Lines) -> None:
        self._operation = operation
        self._parts = operation.parts if isinstance(operation, Gathering) else (operation,)
        self._fractions: list[float | None] = [None] * len(self._parts)
        self._lines = lines
        self._lock = Lock()  # who waits may end it while the clock draws
        self._closed = False
        self._try(self._begin)
        self._tick()

    def close(self) -> None:
        """Show how it ended."""
        self._try(self._end)
        self._closed = True

    def _tick(self) -> None:
        self._try(self._draw)
        if not (self._closed or self._operation.done()):
            call_later(TICK, self._tick)

    def _try(self, act: Callable[[], None]) -> None:
        with self._lock:
            try:
                if not self._closed:
                    act()
            except Exception:
                self._closed = True
                logger.debug("%r cannot be shown", self._operation, exc_info=True)

    def _begin(self) -> None:
        labels = [printable(part.label) for part in self._parts]
        width = max(map(len, labels), default=0)
        self._lines.begin([label.ljust(width) for label in labels])

    def _draw(self) -> None:
        for number, part in enumerate(self._parts):
            self._draw_part(number, part)
        self._lines.show()

    def _draw_part(self, number: int, part: Operation[Any]) -> None:
        state, progress = part.state, part.progress
        if state in ("running", "done"):  # else it stays where it was
            known = progress.fraction
            self._fractions[number] = None if known is None else max(0.0, min(1.0, known))
        told = printable(words(progress)) if state == "running" else state
        self._lines.draw(number, self._fractions[number], told)

    def _end(self) -> None:
        self._draw()
        self._lines.close()


def _lines(terminal: TextIO) -> Lines | None:
    loaded = [name for name in _LIBRARIES if name in sys.modules]
    there = [name for name in _LIBRARIES if importlib.util.find_spec(name) is not None]
    return next((_KINDS[name](terminal) for name in loaded + there), None)


class _Tqdm:
    """Bars of tqdm, below those of the program itself."""

    def __init__(self, terminal: TextIO) -> None:
        from tqdm import tqdm

        class Bar(tqdm):  # type: ignore[misc]
            monitor_interval = 0  # a thread of its own would only help bars that are not refreshed

        self._make = partial(Bar, file=terminal, total=1.0, dynamic_ncols=True)
        self._bars: list[Any] = []

    def begin(self, labels: Sequence[str]) -> None:
        for label in labels:
            bar = self._make(desc=label, bar_format="{desc}")
            self._bars.append(bar)
            bar.leave = self._bars[0].pos == 0  # else they stand below a bar of the program

    def draw(self, number: int, fraction: float | None, words: str) -> None:
        bar = self._bars[number]
        known = fraction is not None
        bar.bar_format = (
            "{desc} {bar:30} {percentage:3.0f} %{postfix}" if known else "{desc}{postfix}"
        )
        bar.n = fraction or 0.0
        bar.set_postfix_str(words, refresh=False)

    def show(self) -> None:
        for bar in self._bars:
            bar.refresh()

    def close(self) -> None:
        for bar in self._bars:
            bar.close()


class _Rich:
    """Bars of rich."""

    def __init__(self, terminal: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(30),
            TextColumn("{task.fields[words]}", markup=False),
            console=Console(file=terminal),
            auto_refresh=False,  # which would be a thread of its own
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks: list[Any] = []

    def begin(self, labels: Sequence[str]) -> None:
        self._tasks = [self._progress.add_task(label, total=None, words="") for label in labels]
        self._progress.start()

    def draw(self, number: int, fraction: float | None, words: str) -> None:
        known = fraction is not None
        told = f"{fraction:4.0%}  {words}" if known else words
        total = 1.0 if known else None
        self._progress.update(
            self._tasks[number], completed=fraction or 0.0, total=total, words=told
        )

    def show(self) -> None:
        self._progress.refresh()

    def close(self) -> None:
        self._progress.stop()


_KINDS: dict[str, Callable[[TextIO], Lines]] = {"tqdm": _Tqdm, "rich": _Rich}
