"""Skies made by hand, and ways to measure their pictures."""

from types import SimpleNamespace

import numpy as np

from indinb.simulator.astrometry import unit_vectors
from indinb.simulator.imaging.inputs import Sky
from indinb.simulator.imaging.optics import Optics
from indinb.simulator.imaging.picture import expected
from indinb.simulator.imaging.scene import Scene
from indinb.simulator.imaging.sensor import Sensor

OPTICS = Optics(vignetting=0.0)
SENSOR = Sensor(width=256, height=200, unevenness=0.0, dust=0, hot_pixels=0.0)
"""A sensor without faults: what is measured on it is the light."""

CENTER = 83.0, 20.0


def stars(directions, magnitudes, colors=None):
    directions = np.atleast_2d(np.asarray(directions, float))
    magnitudes = np.broadcast_to(np.asarray(magnitudes, float), len(directions)).copy()
    colors = np.full(len(directions), 0.82) if colors is None else np.asarray(colors, float)
    return SimpleNamespace(directions=directions, magnitudes=magnitudes, colors=colors)


def stars_at(pixels, magnitudes, scene, optics=OPTICS, sensor=SENSOR, colors=None):
    """Give stars whose images are at these pixels."""
    projection = scene.projection(optics, sensor)
    return stars(projection.to_directions(np.array(pixels, float)), magnitudes, colors)


def thing(
    profile, major=20.0, minor=12.0, angle=30.0, magnitude=8.0, emission="continuum", at=None
):
    return SimpleNamespace(
        direction=unit_vectors(*CENTER) if at is None else at,
        major=major,
        minor=minor,
        angle=angle,
        magnitude=magnitude,
        profile=profile,
        emission=emission,
    )


def body(radius=900.0, magnitude=-12.0, illuminated=1.0, limb_angle=90.0):
    return SimpleNamespace(
        direction=unit_vectors(*CENTER),
        radius=radius,
        magnitude=magnitude,
        illuminated=illuminated,
        limb_angle=limb_angle,
    )


def scene(**changes):
    """Give a scene of a dark sky."""
    return Scene(*CENTER, **{"glow": 40.0, "temperature": -100.0, "exposure": 10.0} | changes)


def signal(of, *sky, optics=OPTICS, sensor=SENSOR):
    """Give the expected electrons as doubles."""
    return expected(of, optics, sensor, *sky).astype(float)


def crowd(count=400, seed=0):
    """Give a realistic field: many faint stars, few bright ones."""
    rng = np.random.default_rng(seed)
    ra = CENTER[0] + rng.uniform(-0.5, 0.5, count)
    dec = CENTER[1] + rng.uniform(-0.4, 0.4, count)
    magnitudes = np.maximum(14 + np.log10(rng.random(count)) / 0.35, 3.0)
    return stars(unit_vectors(ra, dec), magnitudes, rng.normal(1.0, 0.4, count))


def full_sky():
    """Give something of each kind."""
    galaxy, nebula = thing("disc"), thing("nebula", 60.0, 40.0, magnitude=5.0)
    return Sky(crowd(), [galaxy, nebula], [body(radius=100.0, magnitude=3.0)])


def disc_sum(image, x, y, radius):
    """Add up the pixels within a radius."""
    return image[distances(image, x, y) <= radius].sum()


def distances(image, x, y):
    rows, columns = np.indices(image.shape)
    return np.hypot(columns - x, rows - y)


def centroid(image):
    rows, columns = np.indices(image.shape)
    return np.array([(columns * image).sum(), (rows * image).sum()]) / image.sum()


def half_flux_radius(image, x, y):
    """Give the mean distance of the light, as focusing programs do."""
    return (distances(image, x, y) * image).sum() / image.sum()
