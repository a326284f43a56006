"""Where pictures are made: in a thread beside all else, as it takes a while."""

import asyncio
import datetime as dt
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from indinb.simulator import astrometry
from indinb.simulator.imaging.inputs import Sky
from indinb.simulator.imaging.optics import Optics
from indinb.simulator.imaging.picture import Camera
from indinb.simulator.imaging.projection import Projection
from indinb.simulator.imaging.scene import Scene
from indinb.simulator.imaging.sensor import Sensor

if TYPE_CHECKING:
    from indinb.simulator.sky import Sky as WholeSky

P = ParamSpec("P")
T = TypeVar("T")

Picture = NDArray[np.uint16]

BAYER = "RGGB"
"""Filters of the first two pixels of the first two rows of a colour camera."""

_COLORS = {"R": "Red", "G": "Green", "B": "Blue"}
_MOVING = 10  # seconds after which Moon, planets and variables are looked at again

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="darkroom")


@dataclass(frozen=True)
class Shot:
    """All that decides a picture.

    Parameters
    ----------
    scene : Scene
        What the camera sees. Its glow is that of a dark sky at the zenith: what Sun and Moon add
        is found when the picture is made.
    optics : Optics
        The telescope.
    sensor : Sensor
        The chip.
    when : datetime
        When the exposure began.
    site : Site
        Where.
    limit : float
        Magnitude of the faintest stars.
    frame_number : int
        Each has a noise of its own.
    gain, offset : float
        Settings of the camera.
    binning : tuple of int
        Columns and rows that are read as one.
    bayer : bool
        Whether each pixel has a filter of its own.
    """

    scene: Scene
    optics: Optics
    sensor: Sensor
    when: dt.datetime
    site: astrometry.Site
    limit: float
    frame_number: int
    gain: float
    offset: float
    binning: tuple[int, int]
    bayer: bool = False

    @property
    def projection(self) -> Projection:
        """Where the sky falls on the chip."""
        return self.scene.projection(self.optics, self.sensor)

    @property
    def radius(self) -> float:
        """Degrees from the middle of the field to what may still be seen."""
        scale = self.optics.scale(1) / 3600  # of a micron
        width = self.sensor.width * self.sensor.pixel_x * scale
        height = self.sensor.height * self.sensor.pixel_y * scale
        way = max((math.hypot(*place[1:]) for place in self.scene.trail), default=0.0) / 3600
        return min(math.hypot(width, height) / 2 + way + 0.2, 60.0)

    @property
    def middle(self) -> dt.datetime:
        """The middle of the exposure: to 5 s, as pictures that are taken soon after are alike."""
        begin = dt.datetime.fromtimestamp((self.tick + 0.5) * _MOVING, dt.UTC)
        return begin + dt.timedelta(seconds=self.scene.exposure / 2)

    @property
    def tick(self) -> int:
        """Number of the look at what moves or changes."""
        return int(self.when.timestamp() // _MOVING)

    def steadied(self, last: Self, pixels: float) -> Self:
        """Look where the last one did, if that is within so many pixels."""
        x, y = last.projection.to_pixels(astrometry.unit_vectors(self.scene.ra, self.scene.dec))
        middle = last.projection.middle
        if math.hypot(x - middle[0], y - middle[1]) > pixels:
            return self
        scene = replace(
            self.scene, ra=last.scene.ra, dec=last.scene.dec, altitude=last.scene.altitude
        )
        return replace(self, scene=scene)


async def work(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in the thread of the darkroom."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_worker, partial(function, *args, **kwargs))


def warm_up(seed: int) -> None:
    """Load what the first picture needs."""
    from astropy.io import fits  # noqa: F401

    whole_sky(seed).stars(astrometry.unit_vectors(0.0, 0.0), 0.1, 12.0)


@lru_cache(maxsize=1)
def whole_sky(seed: int) -> "WholeSky":
    """Return the sky that all cameras look at."""
    from indinb.simulator.sky import Sky as WholeSky

    return WholeSky(seed)


class Darkroom:
    """Makes the pictures of one chip, and knows the last one.

    Parameters
    ----------
    seed : int
        Of the observatory.
    chip : int
        Number of the chip.
    """

    def __init__(self, seed: int, chip: int) -> None:
        self._seed, self._chip = seed, chip
        self._cameras: dict[Any, Camera] = {}

    def picture(self, shot: Shot) -> Picture:
        """Make a picture."""
        scene = replace(shot.scene, glow=_glow(self._seed, shot))
        filters = tuple(_COLORS.values()) if shot.bayer else (scene.filter,)
        self._keep_only(shot, len(filters))
        pictures = [
            self._camera(shot, n).take(
                replace(scene, filter=name),
                partial(_look, self._seed, shot),
                shot.frame_number,
                shot.gain,
                shot.offset,
                shot.binning,
            )
            for n, name in enumerate(filters)
        ]
        return _mosaic(*pictures) if shot.bayer else pictures[0]

    def _keep_only(self, shot: Shot, cameras: int) -> None:
        """Forget what cannot be taken for the next picture."""
        keys = [self._key(shot, n) for n in range(cameras)]
        self._cameras = {key: each for key, each in self._cameras.items() if key in keys}

    def _key(self, shot: Shot, n: int) -> Any:
        return shot.optics, shot.sensor, shot.limit, shot.tick, n

    def _camera(self, shot: Shot, n: int) -> Camera:
        key = self._key(shot, n)
        if key not in self._cameras:
            self._cameras[key] = Camera(shot.optics, shot.sensor, self._seed, self._chip)
        return self._cameras[key]


def _look(seed: int, shot: Shot) -> Sky:
    """Find what is in the field."""
    sky, center = whole_sky(seed), _center(shot)
    return Sky(
        sky.stars(center, shot.radius, shot.limit, shot.middle),
        sky.extended(center, shot.radius),
        [
            body
            for body in sky.bodies(shot.when, shot.site)
            if astrometry.cone(body.direction, center, shot.radius + body.radius / 3600)
        ],
    )


def _glow(seed: int, shot: Shot) -> float:
    if shot.scene.light != "sky":
        return shot.scene.glow
    sky = whole_sky(seed)
    return sky.brightness(_center(shot), shot.when, shot.site, dark=shot.scene.glow)


def _center(shot: Shot) -> astrometry.Vectors:
    return astrometry.unit_vectors(shot.scene.ra, shot.scene.dec)


def _mosaic(red: Picture, green: Picture, blue: Picture) -> Picture:
    """Take each pixel from the picture of its filter."""
    mosaic = green.copy()
    mosaic[0::2, 0::2] = red[0::2, 0::2]
    mosaic[1::2, 1::2] = blue[1::2, 1::2]
    return mosaic
