"""Frames on disk: each BLOB is written as it arrives, and none is lost without a word.

The reader thread only takes note of a BLOB; the worker thread writes it. What waits for the worker
when the client is closed, or the program ends, is written then. What cannot be written stays in
memory, and is reported at once.
"""

import datetime as dt
import logging
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future
from os import PathLike
from pathlib import Path
from typing import NamedTuple, Protocol

from indinb.client.folder import Folder
from indinb.client.observers import Change, Observers, Subscription
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Kind

logger = logging.getLogger(__name__)

MOST_UNSAVED = 1 << 30
"""Bytes of BLOBs, at most, that wait to be written or could not be; though one is always kept."""

_OVERHEAD = 1 << 10  # bytes that even the smallest BLOB counts for

Labeler = Callable[[Blob, str, dt.datetime], tuple[str, str, str, memoryview]]
"""Makes, of a BLOB, its device and its arrival: stem, time and suffix of a file, and its bytes."""


class Owner(Protocol):
    """What an archive needs of its connection."""

    observers: Observers

    @property
    def worker(self) -> Executor:
        """The thread that writes."""


class _Arrival(NamedTuple):
    blob: Blob
    device: str
    moment: dt.datetime

    @property
    def cost(self) -> int:
        return len(self.blob) + _OVERHEAD

    def __str__(self) -> str:
        return (
            f"the {self.blob.format!r} of {len(self.blob)} bytes that {self.device!r} sent "
            f"at {self.moment:%H:%M:%S} UTC"
        )


class Archive:
    """Writes the BLOBs of one connection to files.

    Parameters
    ----------
    connection : Connection
        Whose BLOBs.
    label : callable
        Says how to name the file of a BLOB, and what to write.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from types import SimpleNamespace
    >>> def label(blob, device, arrived):
    ...     return device, "2026-11-22T10-18-04.977", blob.format, blob.data
    >>> link = SimpleNamespace(observers=Observers(), worker=ThreadPoolExecutor(1))
    >>> archive = Archive(link, label)
    >>> with link.worker, tempfile.TemporaryDirectory() as folder:
    ...     archive.save_to(folder)
    ...     archive.stored(Blob(memoryview(b"stars"), ".fits", 5), "Camera").result().name
    'Camera_001_2026-11-22T10-18-04.977.fits'
    >>> archive.close()
    """

    def __init__(self, connection: Owner, label: Labeler) -> None:
        self._connection = connection
        self._label = label
        self._folder: Folder  # from the first `save_to` on
        self._subscription: Subscription | None = None  # while it is on
        self._lock = threading.Lock()  # of the next three; never held for long
        self._paths: dict[int, Path | None] = {}  # of all BLOBs that are alive, by their id()
        self._unsaved: dict[int, _Arrival] = {}
        self._cost = 0
        self._writing = threading.RLock()  # one file at a time; the reader never waits for it

    @property
    def folder(self) -> Path | None:
        """Where BLOBs are written; None while that is off."""
        return None if self._subscription is None else self._folder.path

    @property
    def unsaved(self) -> tuple[Blob, ...]:
        """What is not on disk yet, oldest first."""
        return tuple(arrival.blob for arrival in self._arrivals())

    def save_to(self, folder: str | PathLike[str] | None) -> None:
        """Write what is unsaved to a folder, and then all that arrives.

        Parameters
        ----------
        folder : path-like or None
            It is made if it is not there. None: write no more than what has arrived already.

        Raises
        ------
        OSError
            If nothing can be written there; then all stays as it was.
        """
        if folder is None:
            self._stop()
            return
        self._folder = Folder(folder)
        if self._subscription is None:
            self._subscription = self._connection.observers.add((None, None), self._hear)
        for arrival in self._arrivals():
            if not self._write_soon(arrival):
                self._write(arrival)

    def store(self, blob: Blob, device: str) -> None:
        """Have a BLOB written, unless that has been asked already or is off; return at once.

        Parameters
        ----------
        blob : Blob
            What arrived.
        device : str
            Whose it is.
        """
        if self.folder is None or not self._is_new(blob):
            return
        arrival = _Arrival(blob, device, dt.datetime.now(dt.UTC))
        if self._keep(arrival):
            self._write_soon(arrival)  # or at the end, which has come if there is no worker
        else:
            logger.error(
                "%s is neither written nor kept: %d bytes of others wait already. Is the disk full "
                "or slow? See client.unsaved, and set client.save_to to another folder",
                arrival,
                self._cost,
            )

    def stored(self, blob: Blob, device: str) -> "Future[Path | None]":
        """Have a BLOB written, as by `store`, and tell where it is.

        Returns
        -------
        concurrent.futures.Future
            Its result is the file, or None if it was not written.
        """
        self.store(blob, device)
        try:
            return self._connection.worker.submit(self._path_of, blob)
        except RuntimeError:  # the client has been closed, and all has been written that can be
            future: Future[Path | None] = Future()
            future.set_result(self._path_of(blob))
            return future

    def close(self) -> None:
        """Write all that has arrived, on the calling thread, and then no more."""
        self._stop()
        for arrival in self._arrivals():
            self._write(arrival)

    def _stop(self) -> None:
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None

    def _hear(self, change: Change) -> None:
        if change.type != "updated" or change.new.definition.kind is not Kind.BLOB:
            return
        for name, blob in change.new.items():
            # Reports of a state alone, and definitions, leave the old one.
            if blob is not None and blob is not change.old[name] and not _is_video(blob):
                self.store(blob, change.new.definition.device)

    def _is_new(self, blob: Blob) -> bool:
        """Whether a BLOB has not been seen before; then note it for as long as it lives."""
        with self._lock:
            if id(blob) in self._paths:
                return False
            self._paths[id(blob)] = None
        weakref.finalize(blob, self._paths.pop, id(blob), None).atexit = False
        return True

    def _keep(self, arrival: _Arrival) -> bool:
        """Take an arrival into those that are unsaved, if there is room."""
        with self._lock:
            if self._unsaved and self._cost + arrival.cost > MOST_UNSAVED:
                return False
            self._unsaved[id(arrival.blob)] = arrival
            self._cost += arrival.cost
            return True

    def _done(self, arrival: _Arrival, path: Path) -> None:
        with self._lock:
            del self._unsaved[id(arrival.blob)]
            self._cost -= arrival.cost
            self._paths[id(arrival.blob)] = path

    def _arrivals(self) -> list[_Arrival]:
        with self._lock:
            return list(self._unsaved.values())

    def _path_of(self, blob: Blob) -> Path | None:
        return self._paths.get(id(blob))

    def _write_soon(self, arrival: _Arrival) -> bool:
        """Leave it to the worker, if there is one: not when the client or the program ends."""
        try:
            self._connection.worker.submit(self._write, arrival)
        except RuntimeError:
            return False
        return True

    def _write(self, arrival: _Arrival) -> None:
        with self._writing:
            if self._unsaved.get(id(arrival.blob)) is not arrival:  # another thread was faster
                return
            try:
                path = self._put(arrival)
            except Exception as error:  # whatever it is, the frame must not be lost
                self._report(arrival, error)
            else:
                self._done(arrival, path)

    def _put(self, arrival: _Arrival) -> Path:
        stem, time, suffix, data = self._label(*arrival)
        return self._folder.put(stem, f"{time}{suffix}", data)

    def _report(self, arrival: _Arrival, error: Exception) -> None:
        folder = self._folder.path
        reason = error if folder.is_dir() else "the folder is gone, perhaps with its disk"
        logger.error(
            "%s was not written to %s: %s; it stays in memory, in client.unsaved: set "
            "client.save_to again, to this folder or another, to write it",
            arrival,
            folder,
            reason,
        )


def _is_video(blob: Blob) -> bool:
    return "stream" in blob.format.casefold()
