# ruff: noqa: RUF001, RUF002  the sign between width and height
"""The newest picture of a camera, as a file that a browser shows, and what is to be read of it.

Whoever asked for the picture: it is taken from what arrives. Of many that arrive while one is
developed, only the newest is developed then.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from indinb.client.arrivals import arrived
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.errors import ConnectionLost, ImageError
from indinb.images.encoding import encode_jpeg
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from indinb.images.naming import exposure, frame_type, safe
from indinb.images.stretch import normalization, shrink, to_bytes
from indinb.instruments.cameras.chips import frame_geometry
from indinb.protocol.messages import Blob, parse_timestamp
from indinb.protocol.vocabulary import BlobMode
from indinb.widgets.snapshot import Json

if TYPE_CHECKING:
    from indinb.client.connection import Connection

IMAGE = "CCD1"
"""The BLOB of a camera's main sensor."""

_LONGEST = 1280  # pixels on the longer side: as wide as it is shown


class Picture(NamedTuple):
    """A picture, as it is shown."""

    file: bytes  # JPEG
    facts: Json


class _Negative(NamedTuple):
    blob: Blob
    geometry: Geometry | None
    device: str


class Darkroom:
    """Develops what a camera sends, on its client's worker thread.

    Parameters
    ----------
    connection : Connection
        Through which pictures come.
    changed : callable
        Called, from any thread, when there is another picture or something to say of it.

    Attributes
    ----------
    newest : Picture or None
        What to show; without a file if it cannot be read.
    """

    def __init__(self, connection: "Connection", changed: Callable[[], None]) -> None:
        self._connection = connection
        self._changed = changed
        self._lock = threading.Lock()  # of the negative; the reader thread takes it
        self._negative: _Negative | None = None
        self._serial = 0
        self.newest: Picture | None = None

    def hear(self, change: Change, camera: Device) -> None:
        """Take what a camera sends; on the reader thread."""
        blob = arrived(change).get(IMAGE)
        if blob is None:
            return
        with self._lock:
            idle = self._negative is None
            self._negative = _Negative(blob, frame_geometry(camera), camera.name)
        if idle:
            with suppress(RuntimeError):  # the client is closed
                self._connection.worker.submit(self._develop)

    def receive(self, camera: Device) -> None:
        """Have the server send the pictures of a camera, whoever asks for them."""
        connection = self._connection
        if IMAGE in camera and connection.blob_mode(camera.name, IMAGE) is BlobMode.NEVER:
            with suppress(ConnectionLost):  # the link is lost
                connection.enable_blobs(camera.name, IMAGE)

    def _develop(self) -> None:
        with self._lock:
            negative, self._negative = self._negative, None
        if negative is None:
            return
        self._serial += 1
        self.newest = _developed(negative, self._serial)
        self._follow_to_disk(negative, self._serial)
        self._changed()

    def _follow_to_disk(self, negative: _Negative, serial: int) -> None:
        """Tell the name of the file, once it is written."""
        archive = self._connection.archive
        if archive is None or archive.folder is None:
            return

        def name(written: "Future[Path | None]") -> None:
            newest = self.newest
            if newest is None or newest.facts["serial"] != serial or written.exception():
                return
            path = written.result()
            self.newest = newest._replace(facts={**newest.facts, "file": path and path.name})
            self._changed()

        archive.stored(negative.blob, negative.device).add_done_callback(name)


def _developed(negative: _Negative, serial: int) -> Picture:
    try:
        frame = Frame.from_blob(negative.blob, negative.geometry)
        return Picture(_drawn(frame), {"serial": serial, "file": None, **facts(frame)})
    except ImageError as error:
        return Picture(b"", {"serial": serial, "error": str(error)})


def _drawn(frame: Frame) -> bytes:
    values = shrink(frame.data, _LONGEST)
    return encode_jpeg(to_bytes(values, normalization(values)), frame.is_top_down)


def facts(frame: Frame) -> Json:
    """Describe a frame in the words that stand under it.

    Examples
    --------
    >>> header = {"EXPTIME": 0.5, "FILTER": "Red", "DATE-OBS": "2026-01-15T20:31:05.250"}
    >>> described = facts(Frame(np.array([[1, 2, 9]]), unit="adu", header=header))
    >>> described["size"], described["exposure"], described["filter"], described["time"]
    ('3 × 1', '0.5 s', 'Red', '20:31:05')
    >>> [described[word] for word in ("min", "median", "max")]
    ['1', '2', '9']
    """
    header = frame.header
    started = parse_timestamp(str(header.get("DATE-OBS")))
    return {
        "size": " × ".join(map(str, frame.shape[:-3:-1])),
        "exposure": exposure(header, " s"),
        "type": frame_type(header),
        "filter": safe(header.get("FILTER")),
        "time": f"{started:%H:%M:%S}" if started else "",
        **dict(zip(("min", "median", "max"), map(_count, _levels(frame.data)), strict=True)),
    }


def _levels(data: Any) -> tuple[float, float, float]:
    finite = data if data.dtype.kind in "ui" else data[np.isfinite(data)]
    return float(finite.min()), float(np.median(finite)), float(finite.max())


def _count(value: float) -> str:
    return f"{value:.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.4g}"
