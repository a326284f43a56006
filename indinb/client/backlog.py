"""BLOBs that are not on disk yet: they wait to be written, or could not be.

A backlog does not know whose it is, so it lives until it is written when its client is forgotten.
"""

import atexit
import contextlib
import datetime as dt
import logging
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from indinb.client.folder import Folder
from indinb.protocol.messages import Blob

logger = logging.getLogger(__name__)

MOST_UNSAVED = 1 << 30
"""Bytes of BLOBs, at most, that wait to be written or could not be; though one is always kept."""

END_PATIENCE = 30.0
"""Seconds that an end waits for a disk that takes nothing: a write cannot be interrupted."""

_OVERHEAD = 1 << 10  # bytes that even the smallest BLOB counts for

_STAYS = (
    "it stays in memory, in client.unsaved: set client.save_to again, to this folder or another, "
    "to write it"
)
_STAYS_A_WHILE = (
    "it stays in client.unsaved until this program ends: set client.save_to again, to this folder "
    "or another, to write it"
)
_LOST = "it is lost"

Labeler = Callable[[Blob, str, dt.datetime], tuple[str, str, str, memoryview]]
"""Makes, of a BLOB, its device and its arrival: stem, time and suffix of a file, and its bytes."""


class Arrival(NamedTuple):
    """A BLOB, whose it is, and when it came."""

    blob: Blob
    device: str
    moment: dt.datetime

    @property
    def cost(self) -> int:
        """The bytes that it counts for."""
        return len(self.blob) + _OVERHEAD

    def __str__(self) -> str:
        return (
            f"the {self.blob.format!r} of {len(self.blob)} bytes that {self.device!r} sent "
            f"at {self.moment:%H:%M:%S} UTC"
        )


class Backlog:
    """BLOBs of one connection, until they are written, or the program ends.

    Parameters
    ----------
    label : callable
        Says how to name the file of a BLOB, and what to write; another may take its place.

    Attributes
    ----------
    folder : Folder
        Where to write; there is one before anything is kept.
    cost : int
        Bytes that are kept.
    """

    def __init__(self, label: Labeler) -> None:
        self.folder: Folder
        self.cost = 0
        self.label = label
        self._fate = _STAYS
        self._lock = threading.Lock()  # of the cost and the next two; never held for long
        self._paths: dict[int, Path | None] = {}  # of all BLOBs that are alive, by their id()
        self._unsaved: dict[int, Arrival] = {}
        self._writing = threading.RLock()  # one file at a time; the reader never waits for it

    def arrivals(self) -> list[Arrival]:
        """Return what is not on disk, oldest first."""
        with self._lock:
            return list(self._unsaved.values())

    def path_of(self, blob: Blob) -> Path | None:
        """Return where a BLOB has been written, if it has."""
        return self._paths.get(id(blob))

    def is_new(self, blob: Blob) -> bool:
        """Whether a BLOB has not been seen before; then note it for as long as it lives."""
        with self._lock:
            if id(blob) in self._paths:
                return False
            self._paths[id(blob)] = None
        weakref.finalize(blob, self._paths.pop, id(blob), None).atexit = False
        return True

    def keep(self, arrival: Arrival) -> bool:
        """Take an arrival in, if there is room; else report that it is lost."""
        with self._lock:
            has_room = not self._unsaved or self.cost + arrival.cost <= MOST_UNSAVED
            if has_room:
                self._unsaved[id(arrival.blob)] = arrival
                self.cost += arrival.cost
        if not has_room:
            logger.error(
                "%s is neither written nor kept: %d bytes of others wait already. Is the disk full "
                "or slow? See client.unsaved, and set client.save_to to another folder",
                arrival,
                self.cost,
            )
        return has_room

    def write(self, arrival: Arrival) -> None:
        """Write it, unless that has been done; report it if it cannot be written."""
        with self._writing:
            error = self._write(arrival)
        if error is not None:
            self._report(arrival, error)

    def write_all(self) -> None:
        """Write what there is, on another thread; return when it is done, or the disk hangs."""
        if not self._unsaved:
            return
        thread = threading.Thread(target=self._write_all, name="indinb-last-frames", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # from Python 3.12 on, no thread can be started at the end
            self._write_all_here()
        else:
            thread.join(END_PATIENCE)
            if thread.is_alive():
                self._report_hanging()

    def end(self) -> None:
        """Write what there is, as nothing more will come; what it cannot write is reported."""
        self._fate = _STAYS_A_WHILE if threading.main_thread().is_alive() else _LOST
        self.write_all()

    def abandon(self) -> None:
        """Try for the last time, as nobody can see what there is any more; return at once.

        It may be called wherever garbage is collected, so it waits for no lock.
        """
        self._fate = _LOST
        if self._unsaved:
            _abandoned.add(self)
            thread = threading.Thread(target=self._try_for_the_last_time, daemon=True)
            thread.name = "indinb-last-frames"
            with contextlib.suppress(RuntimeError):  # as the program ends, when `_end_all` tries
                thread.start()

    def _try_for_the_last_time(self) -> None:
        self._write_all()
        _abandoned.discard(self)

    def _write_all(self) -> None:
        for arrival in self.arrivals():
            self.write(arrival)

    def _write_all_here(self) -> None:
        if self._writing.acquire(timeout=END_PATIENCE):
            self._writing.release()
            self._write_all()
        else:
            self._report_hanging()

    def _write(self, arrival: Arrival) -> Exception | None:
        if self._unsaved.get(id(arrival.blob)) is not arrival:  # another thread was faster
            return None
        try:
            stem, time, suffix, data = self.label(*arrival)
            path = self.folder.put(stem, f"{time}{suffix}", data)
        except Exception as error:  # whatever it is, the frame must not be lost
            return error
        with self._lock:
            del self._unsaved[id(arrival.blob)]
            self.cost -= arrival.cost
            self._paths[id(arrival.blob)] = path
        return None

    def _report(self, arrival: Arrival, error: Exception) -> None:
        path = self.folder.path
        reason = str(error) or repr(error)  # the error itself would keep alive what is forgotten
        if not path.is_dir():
            reason = "the folder is gone, perhaps with its disk"
        logger.error("%s was not written to %s: %s; %s", arrival, path, reason, self._fate)

    def _report_hanging(self) -> None:
        for arrival in self.arrivals():
            logger.error(
                "%s was not written to %s: nothing is written there within %g s; %s",
                arrival,
                self.folder.path,
                END_PATIENCE,
                self._fate,
            )


_abandoned: set[Backlog] = set()  # of which the last try has not ended


def _end_all() -> None:
    for backlog in list(_abandoned):
        backlog.end()


atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandoned.clear)  # they are the parent's
