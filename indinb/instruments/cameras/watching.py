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
from indinb.client.arrivals import arrived, is_video
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.errors import ConnectionLost, Failed, ImageError
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from indinb.instruments.cameras.audience import Audience, Changed, Hear, Picture
from indinb.instruments.cameras.chips import MAIN, Chip, counts, frame_geometry
from indinb.printable import printable
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import BlobMode

logger = logging.getLogger(__name__)


class _Picture(NamedTuple):
    blob: Blob
    geometry: Geometry | None


class Watch:
    """Frames as they arrive: iterate over it, also by ``async for``, and close it at the end.

    Each is decoded on the client's worker thread when its turn comes. What cannot be read is
    logged, and left out. When the watch or the client is closed, the iteration ends; when the link
    is lost, or the driver takes the property of its pictures back, it raises.

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

    def close(self) -> None:
        """End the iteration, also of who waits for the next picture; safe to call twice."""
        self._subscription.close()
        self._inbox.end(None)

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
                    logger.warning("a picture of %s was left out: %s", self.device.name, error)
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
            self._put(_Picture(blob, self._geometry(blob)))

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

    def _geometry(self, blob: Blob) -> Geometry | None:
        """Snapshot the size of a picture; that of video is told by itself, binned already."""
        video = counts(self._device, "CCD_STREAM_FRAME", "WIDTH", "HEIGHT")
        if is_video(blob) and video:
            return Geometry(*video)
        return frame_geometry(self._device, self._chip)


def _end(operation: Operation[_Picture | None], error: Exception | None) -> None:
    if error is None:
        operation.succeed(None)
    else:
        operation.fail(error)
