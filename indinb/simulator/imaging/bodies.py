"""The Moon and planets: discs that the Sun lights from aside."""

import math
from functools import lru_cache
from typing import Any

import numpy as np

from indinb.simulator.imaging.extended import cloud_noise
from indinb.simulator.imaging.inputs import Body, Image
from indinb.simulator.imaging.patches import Patch

_MOON = (600.0, -20.0)  # no other body is larger than that, and only the Sun is brighter
_GRID = 200  # points across the disc, for its sum


def is_point(body: Body, blur: float) -> bool:
    """Tell whether a body looks like a star in a picture whose stars have this FWHM.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> is_point(SimpleNamespace(radius=22.0), blur=15.0)  # Jupiter
    False
    """
    return body.radius < blur


def disc(body: Body, blur: float) -> Patch:
    """Give the disc of a body.

    Light is scattered by the law of Lommel and Seeliger, as by dust: the full Moon is as bright
    at its limb as in the middle. Small discs are blurred by the mean of some places nearby.

    Parameters
    ----------
    body : Body
        What is seen.
    blur : float
        FWHM in arcseconds of a star in the same picture: the limb is as soft.
    """
    edge = min(blur / body.radius, 1.0)
    nearby = np.array([-edge, 0, edge], np.float32) / 3 if edge > 0.1 else np.zeros(1, np.float32)
    mottled = body.radius > _MOON[0] and body.magnitude > _MOON[1]
    axis = (np.arange(_GRID) + 0.5) / _GRID * 4 - 2
    across, along = np.meshgrid(axis.astype(np.float32), axis.astype(np.float32))

    def shine(east: Image, north: Image) -> Image:
        places = [(x, y) for x in nearby for y in nearby]
        light: Image = np.sum(
            [_shine(body, edge, mottled, east + x, north + y) for x, y in places], axis=0
        )
        return light

    total = max(float(shine(across, along).sum()) * (4 / _GRID) ** 2, 1e-9)

    def density(east: Image, north: Image) -> Image:
        radius = np.float32(body.radius)
        light = shine(east / radius, north / radius)
        light /= np.float32(total) * radius**2
        return light

    return Patch(density, 2 * body.radius, detail=0.0)


def _shine(body: Body, edge: float, mottled: bool, east: Image, north: Image) -> Image:
    """Give the brightness of places of the disc, in units of its radius."""
    distance = np.hypot(east, north)
    inside = np.minimum(distance, 0.999) / np.maximum(distance, 1e-6)
    x, y = east * inside, north * inside
    facing = np.sqrt(1 - x**2 - y**2)
    sunny = _sunlight(body, x, y, facing)
    soft = max(edge / 2, 1e-3)
    light: Image = np.maximum(sunny, 0) / (np.maximum(sunny, 0) + facing + soft / 4)
    light *= ((1 - distance) / np.float32(edge) + 0.5).clip(0, 1)
    if mottled:
        light *= _seas(x, y)
    return light


def _sunlight(body: Body, x: Image, y: Image, facing: Image) -> Any:
    """Give the cosine of the Sun's distance from the zenith, at places of the disc."""
    phase = math.acos(2 * min(max(body.illuminated, 0.0), 1.0) - 1)
    limb = math.radians(body.limb_angle)
    aside = math.sin(phase) * (math.sin(limb) * x + math.cos(limb) * y)
    return aside + math.cos(phase) * facing


def _seas(x: Image, y: Image) -> Any:
    """Give the albedo of the Moon's face: bright land and dark seas."""
    albedo = _albedo()
    scale = np.float32(0.49 * len(albedo))
    middle = len(albedo) // 2
    return albedo[(y * scale).astype(np.int32) + middle, (x * scale).astype(np.int32) + middle]


@lru_cache(maxsize=1)
def _albedo() -> Image:
    rng = np.random.default_rng(1969)
    seas, craters = cloud_noise(rng, 512, 2.2), cloud_noise(rng, 512, 1.0)
    dark = 1 / (1 + np.exp(-6 * (seas - 0.3)))
    albedo: Image = ((1 - 0.45 * dark) * (1 + 0.06 * craters)).astype(np.float32)
    return albedo
