"""The pictures that arrive, whoever has asked for them."""

import logging
import threading
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, NamedTuple, Self

from indinb import display
from indinb.client.arrivals import arrived, is_raw_video, is_video
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.errors import ConnectionLost, Failed, ImageError
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from indinb.instruments.cameras.audience import Audience, Changed, Hear, Picture
from indinb.instruments.cameras.chips import MAIN, Chip, counts, frame_geometry
from indinb.instruments.cameras.videosizes import VideoSizes
from indinb.printable import printable
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import BlobMode

logger = logging.getLogger(__name__)


class _Picture(NamedTuple):
    blob: Blob
    geometry: Geometry | None


class Watch:
    """Frames as they arrive: iterate over it, also by ``async for``, and close it at the end.

    Each is decoded on the client's worker thread when its turn comes. What cannot be read is left
    out, counted and logged; of video, the first such picture of each size is logged. When the watch
    or the client is closed, the iteration ends; when the link is lost, or the driver takes the
    property of its pictures back, it raises.

    As the last line of a cell, it shows what arrives; a loop over it misses nothing for that.

    Parameters
    ----------
    device : Device
        The camera.
    chip : Chip
        Which of its chips.
    room : int
        Pictures that may wait; of more, the newest are kept.
    develop : callable
        Makes a frame of a BLOB and its geometry.

    Attributes
    ----------
    device : Device
        The camera.
    chip : Chip
        Which of its chips.
    words : str
        How its pictures are taken, as far as is known: nothing.
    """

    words = ""

    def __init__(
        self,
        device: Device,
        chip: Chip = MAIN,
        room: int = 4,
        develop: Callable[[Blob, Geometry | None], Frame] = Frame.from_blob,
    ) -> None:
        self.device, self.chip = device, chip
        self._develop = develop
        self._inbox = inbox = _Inbox(device, chip, room)
        found = device[chip.image]
        subscription = found.observe(inbox.hear)
        # Whoever breaks out of a loop forgets it.
        weakref.finalize(self, subscription.close).atexit = False
        self._subscription = subscription
        connection = device.connection
        if connection.blob_mode(device.name, chip.image) is BlobMode.NEVER:
            connection.enable_blobs(device.name, chip.image)

    @property
    def left_out(self) -> int:
        """How many pictures could not be read, or were of another size than the camera told."""
        return self._inbox.left_out

    def close(self) -> None:
        """End the iteration, also of who waits for the next picture; safe to call twice."""
        self._subscription.close()
        self._inbox.end(None)

    stop = close

    @property
    def running(self) -> bool:
        """Whether pictures are still to come."""
        return not (self._inbox.ended or self.device.connection.status == "closed")

    @property
    def trouble(self) -> str:
        """Why none comes, if that is known."""
        connection = self.device.connection
        if connection.status == "lost":
            return connection.loss
        return str(self._inbox.error or "")

    def join(self, hear: Hear, changed: Changed) -> Callable[[], None]:
        """Call back with each picture as well; see `Audience.join`."""
        develop = self._develop
        return self._inbox.audience.join(
            lambda picture: hear(Picture(partial(develop, *picture))), changed
        )

    def start_stop(self) -> Operation[None]:
        """End the iteration, as `close` does; what the camera does is another's."""
        self.close()
        stopped: Operation[None] = Operation(f"watch {self.device.name} no more")
        stopped.succeed(None)
        return stopped

    def __repr__(self) -> str:
        return printable(f"<Watch {self.device.name}>")

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        state = "watched" if self.running else "not watched any more"
        return display.Summary(self.device.name, ["pictures"], [[state]])

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Frame:
        frame = self._start_next().result()
        if frame is None:
            raise StopIteration
        return frame

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        frame = await self._start_next()
        if frame is None:
            raise StopAsyncIteration
        return frame

    def _start_next(self) -> Operation[Frame | None]:
        return Procedure(f"watch {self.device.name}", self._next())

    def _next(self) -> Steps[Frame | None]:
        """Wait for the next picture that can be read; None at the end."""
        connection = self.device.connection
        try:
            while picture := (yield self._inbox.take()):
                try:
                    frame: Frame = yield connection.worker.submit(self._develop, *picture)
                    return frame
                except ImageError as error:
                    self._inbox.leave_out(picture.blob, error)
        except (ConnectionLost, RuntimeError):  # the worker takes no more work
            if connection.status != "closed":
                raise
        self.close()
        return None


class _Inbox:
    """What has arrived and was not looked at; the reader thread fills it."""

    def __init__(self, device: Device, chip: Chip, room: int) -> None:
        self._device, self._chip = device, chip
        self._pictures: deque[_Picture] = deque(maxlen=room)
        self._lock = threading.Lock()
        self._waiting: deque[Operation[_Picture | None]] = deque()
        self._sizes = VideoSizes()
        self._size: Geometry | None = None  # that the last picture of video was told to have
        self._complained = False  # of video of this size
        self.left_out = 0
        self.audience: Audience[_Picture] = Audience()
        self.ended = False
        self.error: Exception | None = None

    def hear(self, change: Change) -> None:
        if change.type == "deleted":
            self.end(
                Failed(f"{self._device.name} sends no more: the driver took {change.name} back")
            )
            return
        for blob in arrived(change, video=True).values():
            self._receive(blob)

    def leave_out(self, blob: Blob, reason: Exception | str) -> None:
        """Count a picture that cannot be shown, and log it unless it is one of many."""
        video = is_video(blob)
        with self._lock:
            self.left_out += 1
            silent = video and self._complained
            self._complained |= video
        if not silent:
            more = "; more like it are only counted" if video else ""
            logger.warning("a picture of %s was left out: %s%s", self._device.name, reason, more)

    def take(self) -> "Future[_Picture | None]":
        """Return the next picture, or the promise of it; None is the end."""
        operation: Operation[_Picture | None] = Operation("wait for a picture")
        with self._lock:
            if self._pictures:
                operation.succeed(self._pictures.popleft())
            elif self.ended:
                _end(operation, self.error)
            else:
                self._waiting.append(operation)
        if not operation.done():
            self._device.connection.begin(operation)
        return operation

    def end(self, error: Exception | None) -> None:
        with self._lock:
            self.ended, self.error = True, self.error or error
            waiting, self._waiting = self._waiting, deque()
        for each in waiting:
            _end(each, error)
        self.audience.tell()

    def _put(self, picture: _Picture) -> None:
        self.audience.show(picture)
        with self._lock:
            waiting = self._next_waiting()
            if waiting is None:
                self._pictures.append(picture)
                return
        waiting.succeed(picture)

    def _next_waiting(self) -> Operation[_Picture | None] | None:
        """Return who waits longest; who was aborted takes nothing."""
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                return first
        return None

    def _receive(self, blob: Blob) -> None:
        told = self._geometry(is_video(blob))
        if not is_raw_video(blob) or told is None:
            self._put(_Picture(blob, told))
            return
        if told != self._size:
            self._size, self._complained = told, False
        fitting = self._sizes.fitting(blob.size, told)
        if fitting is None:
            self.leave_out(blob, _doubt(blob, told))
        else:
            self._put(_Picture(blob, fitting))

    def _geometry(self, video: bool) -> Geometry | None:
        """Snapshot the size of a picture; that of video is told by itself, binned already."""
        size = counts(self._device, "CCD_STREAM_FRAME", "WIDTH", "HEIGHT") if video else []
        return Geometry(*size) if size else frame_geometry(self._device, self._chip)


def _doubt(blob: Blob, told: Geometry) -> str:
    size = f"{told.width} x {told.height} pixels"
    return f"the video is of {size} now, but these {blob.size} bytes may be of another size"


def _end(operation: Operation[_Picture | None], error: Exception | None) -> None:
    if error is None:
        operation.succeed(None)
    else:
        operation.fail(error)
