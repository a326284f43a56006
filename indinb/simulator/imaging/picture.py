"""From a scene to the picture that the sensor delivers."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.imaging import bodies as shapes_of_bodies
from indinb.simulator.imaging import extended as shapes_of_things
from indinb.simulator.imaging.inputs import Body, Extended, Floats, Image, Sky, Stars
from indinb.simulator.imaging.optics import Optics
from indinb.simulator.imaging.patches import add_patch
from indinb.simulator.imaging.photometry import (
    FILTERS,
    dimming,
    electrons,
    find_filter,
    transparency,
)
from indinb.simulator.imaging.psf import Psf
from indinb.simulator.imaging.scene import Scene
from indinb.simulator.imaging.sensor import UNIT_GAIN, Sensor, generator
from indinb.simulator.imaging.stars import add_stars
from indinb.simulator.imaging.trails import Path, spread

_Thing = TypeVar("_Thing", Extended, Body)
_Placed = Iterator[tuple[_Thing, Floats, float]]

_LARGEST_DISC = 8.0  # columns; discs that are larger are cheaper for all stars at once


class Camera:
    """A sensor behind a lens.

    It keeps the last picture as it was before the noise: the next one of the same scene takes
    fresh noise only.

    Parameters
    ----------
    optics : Optics
        The lens.
    sensor : Sensor
        The chip.
    seed, chip : int
        What the noise begins with.

    Examples
    --------
    >>> camera = Camera(Optics(), Sensor(width=64, height=48))
    >>> picture = camera.take(Scene(10.0, 41.0, exposure=10.0), Sky, frame_number=1)
    >>> picture.shape, 550 < np.median(picture) < 750
    ((48, 64), np.True_)
    """

    def __init__(self, optics: Optics, sensor: Sensor, seed: int = 0, chip: int = 0) -> None:
        self.optics = optics
        self.sensor = sensor
        self._source = seed, chip
        self._scene: Scene | None = None
        self._electrons: Image | None = None

    def take(
        self,
        scene: Scene,
        look: Callable[[], Sky],
        frame_number: int,
        gain: float = UNIT_GAIN,
        offset: float = 0.0,
        binning: tuple[int, int] = (1, 1),
    ) -> NDArray[np.uint16]:
        """Take a picture.

        Parameters
        ----------
        scene : Scene
            What to see.
        look : callable
            Gives what is on the sky there; it is called if the scene is another than before.
        frame_number : int
            Each number has a noise of its own.
        gain, offset, binning
            See `Sensor.read_out`.

        Returns
        -------
        numpy.ndarray
            ADU, uint16, top-down.
        """
        rounded = scene.rounded()
        if self._electrons is None or rounded != self._scene:
            self._electrons = None  # two of them need not be in memory
            self._electrons = expected(rounded, self.optics, self.sensor, *look())
            self._scene = rounded
        rng = generator(*self._source, frame_number)
        return self.sensor.read_out(self._electrons, rng, gain, offset, binning)


def expected(
    scene: Scene,
    optics: Optics,
    sensor: Sensor,
    stars: Stars | None = None,
    extended: Sequence[Extended] = (),
    bodies: Sequence[Body] = (),
) -> Image:
    """Give the electrons that a picture has on the average, before noise.

    Parameters
    ----------
    scene : Scene
        What determines the picture.
    optics : Optics
        The lens.
    sensor : Sensor
        The chip.
    stars, extended, bodies
        What is in view; what is not is left out, but costs time.

    Returns
    -------
    numpy.ndarray
        Float32, for the unbinned pixels of the scene's region, top-down.

    Examples
    --------
    >>> sensor = Sensor(width=64, height=48)
    >>> flat = expected(Scene(0, 0, light="panel", panel=20_000.0), Optics(), sensor)
    >>> bool(flat[24, 32] > flat[0, 0])
    True
    """
    region = scene.region or sensor.region
    charge = _light(scene, optics, sensor, Sky(stars, extended, bodies))
    charge *= flat_field(optics, sensor)[region.slices]
    charge += sensor.dark(scene.exposure, scene.temperature, region)
    return charge


def _light(scene: Scene, optics: Optics, sensor: Sensor, sky: Sky) -> Image:
    """Give the electrons of all light, on a sensor that is perfect and evenly lit."""
    if scene.light == "sky" and scene.exposure:
        return _Exposure(scene, optics, sensor).paint(*sky)
    share = find_filter(scene.filter).stars / FILTERS["Luminance"].stars
    level = scene.panel * share * scene.exposure if scene.light == "panel" else 0.0
    return np.full((scene.region or sensor.region).shape, level, np.float32)


@lru_cache(maxsize=2)
def flat_field(optics: Optics, sensor: Sensor) -> Image:
    """Give the response of each pixel to an evenly lit sky.

    Examples
    --------
    >>> flat_field(Optics(), Sensor(width=40, height=30)).shape
    (30, 40)
    """
    flat = sensor.sensitivity()
    flat *= optics.illumination(sensor.shape)
    flat.flags.writeable = False
    return flat


class _Exposure:
    """One exposure to the sky: its numbers, then its light."""

    def __init__(self, scene: Scene, optics: Optics, sensor: Sensor) -> None:
        self.scene, self.optics, self.sensor = scene, optics, sensor
        self.band = find_filter(scene.filter)
        self.projection = scene.projection(optics, sensor)
        self.path = Path.of(scene.trail, self.projection.matrix)
        self.region = scene.region or sensor.region
        disc = optics.blur(scene.focus) / sensor.pixel_x
        self.wide_disc = min(disc, max(sensor.shape)) if disc > _LARGEST_DISC else 0.0
        self.aspect = sensor.pixel_y / sensor.pixel_x
        width = optics.sharpness(scene.seeing, scene.altitude) / sensor.pixel_x
        self.psf = Psf(width, 0.0 if self.wide_disc else disc, self.aspect)

    @property
    def blur(self) -> float:
        """FWHM of a star in arcseconds, about."""
        width = np.sqrt(self.psf.fwhm**2 + self.psf.disc**2 + 1)  # a pixel is a blur as well
        return float(width) * self.projection.scale_x

    @property
    def efficiency(self) -> float:
        """Electrons for each photon above the air, in a band that takes in all of Gaia's G."""
        clear = transparency(self.scene.altitude, self.scene.clouds, self.band)
        return clear * self.optics.transmission * self.sensor.quantum_efficiency

    @property
    def glow(self) -> float:
        """Electrons of the sky in a pixel. It is given as seen from below the air."""
        efficiency = self.optics.transmission * self.sensor.quantum_efficiency * self.band.glow
        area = self.projection.scale_x * self.projection.scale_y
        rate = electrons(self.scene.glow, self.optics.area, efficiency) * area
        return float(rate * self.scene.exposure)

    def paint(
        self, stars: Stars | None, extended: Sequence[Extended], bodies: Sequence[Body]
    ) -> Image:
        """Give the electrons of all that is on the sky, and of the sky itself."""
        margin = self._margin()
        canvas = self.region.grown(margin)
        image = np.zeros(canvas.shape, np.float32)
        origin = np.array(canvas[:2]) - self.path.mean
        self._add_stars(image, origin, stars)
        self._add_extended(image, origin, extended)
        self._add_bodies(image, origin, bodies)
        if margin:
            image = spread(image, self.path, self.wide_disc, self.aspect)
            image = image[margin:-margin, margin:-margin]
        image += np.float32(self.glow)
        # Around a bright star's trail, rounding in the transform may leave less than nothing.
        light: Image = np.maximum(image, 0, out=image)
        return light

    def _margin(self) -> int:
        way = min(self.path.extent, max(self.sensor.shape) / 2) if self.path.moves else 0.0
        return int(np.ceil(way + self.wide_disc / 2))

    def _counts(self, magnitude: float | Floats) -> Floats:
        rate: Floats = electrons(magnitude, self.optics.area, self.efficiency)
        return rate * self.scene.exposure

    def _add_stars(self, image: Image, origin: Floats, stars: Stars | None) -> None:
        if stars is None or not len(stars.magnitudes):
            return
        ahead = self.projection.in_front(stars.directions)
        pixels = self.projection.to_pixels(stars.directions[ahead]) - origin
        fluxes = self._counts(stars.magnitudes[ahead])
        fluxes *= dimming(stars.colors[ahead], self.band)
        add_stars(image, pixels, fluxes, self.psf, self._noise())

    def _add_extended(self, image: Image, origin: Floats, things: Sequence[Extended]) -> None:
        for thing, pixel, counts in self._in_front(things, origin):
            for share, patch, emission in shapes_of_things.patches(thing, self.blur):
                flux = share * counts * self.band.throughput(emission)
                add_patch(image, pixel, self.projection.matrix, patch, flux)

    def _add_bodies(self, image: Image, origin: Floats, bodies: Sequence[Body]) -> None:
        for body, pixel, counts in self._in_front(bodies, origin):
            flux = counts * self.band.stars
            if shapes_of_bodies.is_point(body, self.blur):
                add_stars(image, pixel[None, :], np.array([flux]), self.psf, self._noise())
            else:
                patch = shapes_of_bodies.disc(body, self.blur)
                add_patch(image, pixel, self.projection.matrix, patch, flux)

    def _in_front(self, things: Sequence[_Thing], origin: Floats) -> _Placed[_Thing]:
        """Yield what has a magnitude and an image, its pixel and its electrons without a filter."""
        for thing in things:
            if np.isfinite(thing.magnitude) and self.projection.in_front(thing.direction):
                pixel = self.projection.to_pixels(thing.direction) - origin
                yield thing, pixel, float(self._counts(thing.magnitude))

    def _noise(self) -> float:
        """Give the noise of a pixel of the empty sky, in electrons."""
        warmth = self.sensor.warmth(self.scene.temperature)
        dark = self.sensor.dark_current * self.scene.exposure * warmth
        return float(np.sqrt(self.glow + dark + self.sensor.read_noise**2))
