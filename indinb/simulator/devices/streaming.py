"""Video of a camera."""

import asyncio
import io
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indinb.protocol.messages import Limits, Member
from indinb.protocol.vocabulary import State
from indinb.simulator.devices.chip import Chip
from indinb.simulator.devices.darkroom import Darkroom, Picture, Shot, work
from indinb.simulator.devices.exposing import Exposing
from indinb.simulator.devices.view import look
from indinb.simulator.properties import READ_ONLY, Numbers, Refused, Switches, number, switch

STREAMING = "Streaming"

_WIDEST = 640  # columns and rows of a picture in MJPEG
_SMALLEST = 10
_GAMMA = 2.2
_STILL = 0.2  # pixels that the field may move before it is looked at anew
_RATE_LIMIT = "LIMITS_PREVIEW_FPS"
_FRAME = {"X": "Left", "Y": "Top", "WIDTH": "Width", "HEIGHT": "Height"}


def _stream_limits(size: tuple[int, int]) -> dict[str, tuple[float, float]]:
    width, height = size
    return {
        "X": (0, width - 1),
        "Y": (0, height - 1),
        "WIDTH": (_SMALLEST, width),
        "HEIGHT": (_SMALLEST, height),
    }


def _stream_whole(size: tuple[int, int]) -> dict[str, float]:
    return {"X": 0.0, "Y": 0.0, "WIDTH": float(size[0]), "HEIGHT": float(size[1])}


def _stream_members(size: tuple[int, int]) -> Iterator[Member]:
    limits, values = _stream_limits(size), _stream_whole(size)
    for name, label in _FRAME.items():
        yield number(name, label, values[name], limits[name])


class Streaming(Exposing):
    """A camera that sends video: 8 bits a pixel, of what its frame and its binning are."""

    video = Switches(
        "CCD_VIDEO_STREAM",
        "Video Stream",
        STREAMING,
        switch("STREAM_ON", "Stream On"),
        switch("STREAM_OFF", "Stream Off", True),
        timeout=0,
    )
    stream_delay = Numbers(
        "STREAM_DELAY",
        "Video Stream Delay",
        STREAMING,
        number("STREAM_DELAY_TIME", "Delay (s)", 0, (0, 60), 0.001, "%.3f"),
        permission=READ_ONLY,
        timeout=0,
    )
    streaming_exposure = Numbers(
        "STREAMING_EXPOSURE",
        "Expose",
        STREAMING,
        number("STREAMING_EXPOSURE_VALUE", "Duration (s)", 0.1, (1e-6, 60), 0.1, "%.6f"),
        number("STREAMING_DIVISOR_VALUE", "Divisor", 1, (1, 15), 1),
    )
    fps = Numbers(
        "FPS",
        "FPS",
        STREAMING,
        number("EST_FPS", "Instant.", 30, (0, 999), 0, "%.2f"),
        number("AVG_FPS", "Average (1 sec.)", 30, (0, 999), 0, "%.2f"),
        permission=READ_ONLY,
    )
    stream_frame = Numbers(
        "CCD_STREAM_FRAME",
        "Frame",
        STREAMING,
        *_stream_members((1280, 1024)),
        state=State.OK,
    )
    encoder = Switches(
        "CCD_STREAM_ENCODER",
        "Encoder",
        STREAMING,
        switch("RAW", "RAW", True),
        switch("MJPEG", "MJPEG"),
        timeout=0,
    )
    stream_limits = Numbers(
        "LIMITS",
        "Limits",
        STREAMING,
        number("LIMITS_BUFFER_MAX", "Maximum Buffer Size (MB)", 512, (1, 65_536), 1, "%.0f"),
        number(_RATE_LIMIT, "Maximum Preview FPS", 10, (1, 120), 1, "%.0f"),
        timeout=0,
    )

    def equip(self, chip: Chip) -> Darkroom:
        """Let a chip take pictures, and the main one send video."""
        darkroom = super().equip(chip)
        if chip.kind.prefix == "CCD":
            chip.reshaped = self.fit_stream_frame
            self._film = darkroom
        return darkroom

    def refuse_exposure(self, chip: Chip) -> None:
        """Raise `Refused` if the chip sends video."""
        if chip is self.chip and self.running(self.video.name):
            raise Refused("Cannot expose while the video stream is on.")

    @video.asked
    def set_video(self, wanted: str) -> None:
        """Begin or end to send video."""
        on, running = wanted == "STREAM_ON", self.running(self.video.name)
        if on and self.chip.exposure.state is State.BUSY:
            raise Refused("Cannot stream while an exposure lasts.")
        if on:
            self.chip.check_size()
        if on and not running:
            exposure = self.streaming_exposure["STREAMING_EXPOSURE_VALUE"]
            self.notice(
                f"Starting the video stream with target exposure {exposure:.6f} s "
                f"(Max theoritical FPS {1 / exposure:.0f})"
            )
            self.start(self.video.name, self._stream(), self.video)
        elif not on:
            self.stop(self.video.name)
        self.video.select(wanted, State.BUSY if on else State.IDLE)

    @stream_frame.asked
    def set_stream_frame(self, asked: Mapping[str, float]) -> None:
        """Send a part of the frame."""
        width, height = self.chip.binned_size
        if asked["X"] + asked["WIDTH"] > width or asked["Y"] + asked["HEIGHT"] > height:
            raise Refused(f"Error: the frame reaches beyond {width}x{height} pixels")
        self.stream_frame.tell(State.OK, {name: float(int(value)) for name, value in asked.items()})

    def fit_stream_frame(self) -> None:
        """Send all of a frame that is another now."""
        size = self.chip.binned_size
        limits = _stream_limits(size)
        for name, (low, high) in limits.items():
            self.stream_frame.members[name] = self.stream_frame.members[name]._replace(
                min=low, max=high
            )
        told = {name: Limits(low, high, 0) for name, (low, high) in limits.items()}
        self.stream_frame.tell(State.OK, _stream_whole(size), limits=told)

    async def _stream(self) -> None:
        loop = asyncio.get_running_loop()
        ticks: deque[float] = deque([loop.time()], maxlen=1000)
        last: Shot | None = None
        while True:
            begin = loop.time()
            last = self._shot(last)
            data, suffix, size = await work(self._film_frame, last)
            await asyncio.sleep(max(ticks[-1] + self._pause - loop.time(), 0))
            ticks.append(loop.time())
            self._tell_rate(ticks)
            self.chip.blob.send(data, suffix, size)
            delay = max(loop.time() - begin - self._pause, 0)
            self.stream_delay.tell(values={"STREAM_DELAY_TIME": delay})

    @property
    def _pause(self) -> float:
        """Seconds of ours between two pictures that are sent."""
        every = self.streaming_exposure["STREAMING_DIVISOR_VALUE"]
        exposure = self.streaming_exposure["STREAMING_EXPOSURE_VALUE"] * every / self.clock.speed
        return max(float(exposure), 1 / float(self.stream_limits[_RATE_LIMIT]))

    def _shot(self, last: Shot | None) -> Shot:
        """Take the field for what it was before if it has hardly moved."""
        self.chip.frame_number += 1
        exposure = float(self.streaming_exposure["STREAMING_EXPOSURE_VALUE"])
        shot = self.look(self.chip, exposure, look(self.light)).shot
        return shot.steadied(last, _STILL) if last else shot

    def _film_frame(self, shot: Shot) -> tuple[bytes, str, int]:
        x, y, width, height = (int(self.stream_frame[name]) for name in _FRAME)
        picture = to_bytes(self._film.picture(shot))[y : y + height, x : x + width]
        if self.encoder["MJPEG"]:
            data = jpeg(picture)
            return data, ".stream_jpg", len(data)
        data = picture.tobytes()
        if self.chip.compressed:
            return zlib.compress(data, 1), ".stream.z", len(data)
        return data, ".stream", len(data)

    def _tell_rate(self, ticks: deque[float]) -> None:
        lasted = ticks[-1] - ticks[-2]
        within = [tick for tick in ticks if tick > ticks[-1] - 1]
        average = (len(within) - 1) / max(within[-1] - within[0], 1e-3)
        self.fps.tell(values={"EST_FPS": 1 / max(lasted, 1e-3), "AVG_FPS": average})


def to_bytes(picture: Picture) -> NDArray[np.uint8]:
    """Turn 16 bits into 8, by a gamma curve that brings out what is faint.

    Examples
    --------
    >>> to_bytes(np.array([[0, 500, 65535]], np.uint16))
    array([[  0,  27, 255]], dtype=uint8)
    """
    bright: NDArray[np.uint8] = _curve()[picture]
    return bright


@lru_cache(maxsize=1)
def _curve() -> NDArray[np.uint8]:
    return np.asarray(255 * np.linspace(0, 1, 1 << 16) ** (1 / _GAMMA), np.uint8)


def jpeg(picture: NDArray[np.uint8]) -> bytes:
    """Write a JPEG file, of 640 columns and rows at most."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(picture))
    image = image.reduce(-(-max(image.size) // _WIDEST))
    file = io.BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()
