"""Galaxies, clusters and nebulae: how their light is spread."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from indinb.simulator.imaging.inputs import Extended, Image
from indinb.simulator.imaging.patches import Patch

_BULGE = 0.25  # of the light of a spiral such as the Andromeda galaxy
_TEXTURE = 256  # rows and columns
_SPREAD = 1.3  # half of a texture, in halves of the object's axes: its edge is not a line


class Part(NamedTuple):
    """A part of an extended object: its share of the light, its shape, and what shines there."""

    share: float
    patch: Patch
    emission: str


def patches(thing: Extended, blur: float) -> list[Part]:
    """Give the parts of an extended object.

    Parameters
    ----------
    thing : Extended
        From a catalogue.
    blur : float
        FWHM in arcseconds of a star in the same picture: light is spread as far, at least.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> m31 = SimpleNamespace(
    ...     direction=np.array([1.0, 0.0, 0.0]), major=178.0, minor=63.0, angle=35.0,
    ...     magnitude=3.4, profile="disc", emission="continuum",
    ... )
    >>> [(part.share, round(part.patch.detail)) for part in patches(m31, blur=15.0)]
    [(0.75, 204), (0.25, 24)]
    """
    if thing.profile == "nebula" and _axes(thing)[1] > 4 * blur:
        return _nebula(thing)
    if thing.profile == "nebula":  # too small to show anything but that it is no star
        return [Part(1.0, _sersic(thing, blur, index=0.5, radius=0.5), thing.emission)]
    if thing.profile == "spheroid":
        return [Part(1.0, _sersic(thing, blur, index=3.0, radius=0.3), thing.emission)]
    disc = _sersic(thing, blur, index=1.0, radius=0.54)
    bulge = _sersic(thing, blur, index=2.0, radius=0.12, roundness=0.6)
    return [Part(1 - _BULGE, disc, thing.emission), Part(_BULGE, bulge, thing.emission)]


def _axes(thing: Extended) -> tuple[float, float]:
    """Give half of the axes in arcseconds."""
    major, minor = (30 * np.nan_to_num(axis or 0.0) for axis in (thing.major, thing.minor))
    longer = max(major, minor) or 3.0
    return longer, min(major, minor) or longer


def _turned(angle: float | None, east: Image, north: Image) -> tuple[Image, Image]:
    """Give the parts along and across an axis at a position angle."""
    turn = math.radians(angle or 0.0)
    sine, cosine = np.float32(math.sin(turn)), np.float32(math.cos(turn))
    return east * sine + north * cosine, east * cosine - north * sine


def _sersic(
    thing: Extended, blur: float, index: float, radius: float, roundness: float = 0.0
) -> Patch:
    """Spread light by Sérsic's law, in ellipses.

    For a disc, the isophote of 25 mag/arcsec² is at 3.1 scale lengths if its middle has the
    21.65 mag/arcsec² of Freeman 1970 (ApJ 160, 811), which makes half of the light that within
    0.54 of that radius. The core is softened by the width of a star instead of a convolution.
    """
    major, minor = _axes(thing)
    minor += roundness * (major - minor)
    soft = blur / 2.355
    along, across = (math.hypot(radius * axis, soft) for axis in (major, minor))
    law = _softened(index, soft / along)
    end = 3.0 + index
    total = along * across * _disc_integral(law, end)

    def density(east: Image, north: Image) -> Image:
        first, second = _turned(thing.angle, east, north)
        squared = (first / np.float32(along)) ** 2 + (second / np.float32(across)) ** 2
        light: Image = law(squared)
        light /= np.float32(total)
        light[squared > end**2] = 0
        return light

    detail = min(across, along) / (5 if index == 1 else 10 * index)
    return Patch(density, end * along, max(detail, soft))


def _softened(index: float, soft: float) -> Callable[[Any], Any]:
    """Give Sérsic's law as a function of the square of the radius, in half-light radii."""
    steepness = 2 * index - 1 / 3 + 4 / (405 * index)  # Ciotti and Bertin 1999, A&A 352, 447
    power, core = 1 / (2 * index), soft**2

    def law(squared: Any) -> Any:
        return np.exp(-steepness * (squared + core) ** power)

    return law


def _disc_integral(law: Callable[[Any], Any], end: float) -> float:
    """Integrate a law over the plane, in steps that are finer further in."""
    squared = np.linspace(0, 1, 2000) ** 4 * end**2
    return float(np.pi * np.trapezoid(law(squared), squared))


def _nebula(thing: Extended) -> list[Part]:
    """Give a cloud and its heart, where the light of hot stars makes oxygen shine as well.

    So it is in M42, red but for the pale middle around the Trapezium.
    """
    major, minor = _axes(thing)
    cloud, heart = _cloud(_seed(thing), round(minor / major, 2))
    share = float(heart.mean() / (cloud.mean() + heart.mean()))
    inner = "hydrogen and oxygen" if thing.emission == "hydrogen" else thing.emission
    return [
        Part(1 - share, _textured(thing, cloud), thing.emission),
        Part(share, _textured(thing, heart), inner),
    ]


def _textured(thing: Extended, light: Image) -> Patch:
    major, minor = _axes(thing)
    along, across = _SPREAD * major, _SPREAD * minor
    texture: Image = (light / (4 * light.mean())).astype(np.float32)  # 1 over a square of side 2
    scale = np.float32(1 / (along * across))

    def density(east: Image, north: Image) -> Image:
        first, second = _turned(thing.angle, east, north)
        light = _look_up(texture, first / np.float32(along), second / np.float32(across))
        light *= scale
        return light

    return Patch(density, math.hypot(along, across), 2 * across / _TEXTURE)


def _seed(thing: Extended) -> tuple[int, ...]:
    """Make the cloud's shape a matter of its place: the same for ever."""
    return tuple(int(1e4 * (float(part) + 2)) for part in thing.direction)


def _look_up(texture: Image, along: Image, across: Image) -> Image:
    """Interpolate in a texture, from -1 to 1; it is dark outside."""
    size = len(texture)
    rows = (along + 1) * np.float32(0.5 * size) - np.float32(0.5)
    columns = (across + 1) * np.float32(0.5 * size) - np.float32(0.5)
    rows, columns = rows.clip(0, size - 1.001), columns.clip(0, size - 1.001)
    top, left = rows.astype(np.int32), columns.astype(np.int32)
    rows -= top
    columns -= left
    corner = top * size + left
    flat = texture.reshape(-1)
    upper = flat[corner] * (1 - columns) + flat[corner + 1] * columns
    lower = flat[corner + size] * (1 - columns) + flat[corner + size + 1] * columns
    light: Image = upper + (lower - upper) * rows
    return light


@lru_cache(maxsize=32)
def _cloud(seed: tuple[int, ...], ratio: float) -> tuple[Image, Image]:
    """Draw a cloud with wisps, brighter around young stars, and what shines close to them."""
    rng = np.random.default_rng(seed)
    outline, clumps, wisps, dust = (
        cloud_noise(rng, _TEXTURE, slope, ratio) for slope in (2.6, 1.9, 1.7, 1.8)
    )
    axis = np.linspace(-_SPREAD, _SPREAD, _TEXTURE)
    heart = rng.uniform(-0.2, 0.2, 2)
    radius = np.hypot.outer(axis, axis) * (1 + 0.25 * outline)
    narrow = math.sqrt(ratio)
    inner = np.hypot.outer((axis - heart[0]) / narrow, (axis - heart[1]) * narrow)
    inner *= 1 + 0.2 * clumps
    light = _fall(radius / 1.1) * np.exp(0.5 * clumps) * (0.35 + np.exp(-3.0 * np.abs(wisps)))
    light += 4 * np.exp(-((inner / 0.28) ** 2)) * np.exp(0.4 * wisps)
    heart = 16 * np.exp(-((inner / 0.1) ** 2)) * np.exp(0.4 * wisps)
    seen = 1 - 0.75 / (1 + np.exp(-4 * (dust - 0.9)))
    seen *= _fall(np.hypot.outer(axis, axis) / _SPREAD)
    return light * seen, heart * seen


def _fall(radius: Any) -> Any:
    """Go from 1 in the middle smoothly to 0 at 1."""
    return (1 - radius.clip(0, 1) ** 2) ** 2


def cloud_noise(rng: np.random.Generator, size: int, slope: float, ratio: float = 1.0) -> Image:
    """Make noise in which long waves are stronger, as in clouds, of mean 0 and deviation 1.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where it comes from.
    size : int
        Rows and columns.
    slope : float
        The power by which amplitudes fall with frequency.
    ratio : float
        Of a column's width to a row's height, where the noise will be shown.
    """
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    rows, columns = np.fft.fftfreq(size, 1 / size), np.fft.rfftfreq(size, 1 / size)
    frequency = np.hypot.outer(rows * ratio, columns)
    frequency[0, 0] = np.inf
    noise: Image = np.fft.irfft2(spectrum * frequency**-slope, (size, size))
    noise /= noise.std()
    return noise
