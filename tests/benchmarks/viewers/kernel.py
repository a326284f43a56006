"""What a measured notebook has at hand: frames, a clock, and JPEG as one would write it oneself."""

import io
import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint16]

LARGE, LIVE = 4096, 1024  # pixels a side, of a still and of live pictures
BLACK, WHITE = 900.0, 1600.0
LIVE_SECONDS = 3.0

_SKY, _NOISE = 1000.0, 30.0
_STARS_A_MEGAPIXEL = 180
_RADIUS = 8  # pixels to which a star is drawn


class Clock:
    """Tells when something began, and how long the kernel has worked since then."""

    began: float = 0.0
    worked: float = 0.0

    def start(self) -> None:
        """Begin now."""
        self.worked = time.process_time()
        self.began = time.time()

    def times(self) -> tuple[float, float]:
        """When it began, in seconds since 1970, and the seconds of all threads since then."""
        return self.began, time.process_time() - self.worked


clock = Clock()


def star_field(size: int, seed: int = 0) -> Pixels:
    """Draw stars on a noisy sky."""
    random = np.random.default_rng(seed)
    field = random.standard_normal((size, size), np.float32) * _NOISE + _SKY
    y, x = np.mgrid[-_RADIUS : _RADIUS + 1, -_RADIUS : _RADIUS + 1]
    star = np.exp(-(x**2 + y**2) / 9.7)
    count = int(size * size * _STARS_A_MEGAPIXEL / 1e6)
    places = random.integers(_RADIUS, size - _RADIUS, (count, 2))
    for (row, column), bright in zip(places, random.pareto(1.2, count) * 300 + 50, strict=True):
        around = np.s_[row - _RADIUS : row + _RADIUS + 1, column - _RADIUS : column + _RADIUS + 1]
        field[around] += star * min(bright, 60000)
    return field.clip(0, 65535).astype(np.uint16)


def stills() -> Iterator[Pixels]:
    """Yield large frames, each unlike the one before."""
    field = star_field(LARGE)
    for step in range(1, 1000):
        yield np.roll(field, 257 * step, (0, 1))


def series(count: int = 8) -> list[Pixels]:
    """Return smaller frames of one field, whose noise and place change."""
    return [np.roll(star_field(LIVE, seed=1), 5 * step, (0, 1)) for step in range(count)]


def play(frames: list[Pixels], show: Callable[[Pixels], object]) -> None:
    """Show frames for some seconds, one after the other, as fast as it goes."""
    clock.start()
    while time.time() < clock.began + LIVE_SECONDS:
        show(frames[0])
        frames.append(frames.pop(0))


def binned(data: Pixels, side: int = LIVE) -> Pixels:
    """Bin by adding strided views, as fast as numpy can."""
    factor = len(data) // side
    if factor == 1:
        return data
    columns = sum(data[:, each::factor].astype(np.uint32) for each in range(factor))
    total = sum(columns[each::factor] for each in range(factor))
    return (total // factor**2).astype(np.uint16)


def jpeg(data: Pixels, black: float = BLACK) -> bytes:
    """Bin, stretch by a look-up table, turn upright and encode."""
    ramp = np.clip((np.arange(65536, dtype=np.float32) - black) / (WHITE - black), 0, 1)
    shades = (255 * ramp).astype(np.uint8)[binned(data)[::-1]]
    file = io.BytesIO()
    Image.fromarray(shades).save(file, "JPEG", quality=85)
    return file.getvalue()
