"""Frames on disk: each BLOB is written as it arrives, and none is lost without a word.

The reader thread only takes note of a BLOB; the worker thread writes it. What waits for the worker
when the client is closed or forgotten, or the program ends, is written then. What cannot be written
stays in memory, and is reported at once.
"""

import datetime as dt
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Protocol

from indinb.client.arrivals import arrived
from indinb.client.backlog import Arrival, Backlog, Labeler
from indinb.client.folder import Folder
from indinb.client.observers import Change, Observers, Subscription
from indinb.protocol.messages import Blob


class Owner(Protocol):
    """What an archive needs of its connection."""

    observers: Observers

    @property
    def worker(self) -> Executor:
        """The thread that writes."""


class Archive:
    """Writes the BLOBs of one connection to files.

    Parameters
    ----------
    connection : Connection
        Whose BLOBs.
    label : callable
        Says how to name the file of a BLOB, and what to write.
    hear : callable, optional
        Called with each change that brings BLOBs, before they are kept, on the reader thread.

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

    def __init__(
        self,
        connection: Owner,
        label: Labeler,
        hear: Callable[[Change], object] | None = None,
    ) -> None:
        self._connection = connection
        self._label = label
        self._hear_first = hear
        self._subscription: Subscription | None = None  # while it is on
        self._backlog = Backlog(label)
        self._left_out: set[str] = set()
        # Nobody knows it any more when nobody knows its connection.
        self._forgotten = weakref.finalize(self, self._backlog.abandon)
        self._forgotten.atexit = False  # when the program ends, the connection is closed

    @property
    def folder(self) -> Path | None:
        """Where BLOBs are written; None while that is off."""
        return None if self._subscription is None else self._backlog.folder.path

    @property
    def unsaved(self) -> tuple[Blob, ...]:
        """What is not on disk yet, oldest first."""
        return tuple(arrival.blob for arrival in self._backlog.arrivals())

    def save_to(self, folder: str | PathLike[str] | None, label: Labeler | None = None) -> None:
        """Write what is unsaved to a folder, and then all that arrives.

        Parameters
        ----------
        folder : path-like or None
            It is made if it is not there. None: write no more than what has arrived already.
        label : callable, optional
            Names the files from now on, instead of the one before.

        Raises
        ------
        OSError
            If nothing can be written there; then all stays as it was.
        """
        if folder is None:
            self._stop()
            return
        self._backlog.folder = Folder(folder)
        if label is not None:
            self._label = self._backlog.label = label
        if self._subscription is None:
            self._subscription = self._connection.observers.add((None, None), self._hear)
        if not all(map(self._write_soon, self._backlog.arrivals())):
            self._backlog.write_all()

    def store(self, blob: Blob, device: str) -> None:
        """Have a BLOB written, unless that has been asked already or is off; return at once.

        Parameters
        ----------
        blob : Blob
            What arrived.
        device : str
            Whose it is.
        """
        if self.folder is None or device in self._left_out or not self._backlog.is_new(blob):
            return
        arrival = Arrival(blob, device, dt.datetime.now(dt.UTC))
        if self._backlog.keep(arrival):
            self._write_soon(arrival)  # or at the end, which has come if there is no worker

    @contextmanager
    def leaving_out(self, device: str) -> Iterator[None]:
        """Write nothing of a device, for as long as the context lasts: trials are not to keep."""
        self._left_out.add(device)
        try:
            yield
        finally:
            self._left_out.discard(device)

    def stored(self, blob: Blob, device: str) -> "Future[Path | None]":
        """Have a BLOB written, as by `store`, and tell where it is.

        Returns
        -------
        concurrent.futures.Future
            Its result is the file, or None if it was not written.
        """
        self.store(blob, device)
        try:
            return self._connection.worker.submit(self._backlog.path_of, blob)
        except RuntimeError:  # the client has been closed, and all has been written that can be
            future: Future[Path | None] = Future()
            future.set_result(self._backlog.path_of(blob))
            return future

    def close(self) -> None:
        """Write all that has arrived, and then no more.

        It waits no longer than `backlog.END_PATIENCE` for a disk that hangs.
        """
        self._stop()
        self._backlog.end()

    def disown(self) -> None:
        """Be off in a forked child, where what has arrived is the parent's to write.

        No lock is touched: another thread of the parent may have held it.
        """
        self._forgotten.detach()
        self._subscription = None
        self._backlog = Backlog(self._label)

    def _stop(self) -> None:
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None

    def _hear(self, change: Change) -> None:
        blobs = arrived(change)
        if blobs and self._hear_first is not None:
            self._hear_first(change)
        for blob in blobs.values():
            self.store(blob, change.new.definition.device)

    def _write_soon(self, arrival: Arrival) -> bool:
        """Leave it to the worker, if there is one: not when the client or the program ends."""
        try:
            self._connection.worker.submit(self._backlog.write, arrival)
        except RuntimeError:
            return False
        return True
