"""The Moon and planets."""

import numpy as np
import pytest

from indinb.simulator.imaging.bodies import disc, is_point
from indinb.simulator.imaging.patches import add_patch

from .skies import body, centroid

SCALE = 8.4
MATRIX = np.array([[-1 / SCALE, 0.0], [0.0, -1 / SCALE]])


def draw(of, blur=15.0, size=301):
    image = np.zeros((size, size), np.float32)
    add_patch(image, np.full(2, (size - 1) / 2), MATRIX, disc(of, blur), 1e6)
    return image.astype(float)


@pytest.mark.parametrize("radius", [18.0, 25.0, 200.0, 930.0])
@pytest.mark.parametrize("illuminated", [1.0, 0.5, 0.1])
def test_all_its_light_is_there(radius, illuminated):
    image = draw(body(radius, illuminated=illuminated))
    assert image.sum() == pytest.approx(1e6, rel=0.04)


def test_it_is_as_large_as_it_is():
    image = draw(body(900.0))
    lit = image > image.max() / 5
    assert lit.sum() * SCALE**2 == pytest.approx(np.pi * 900**2, rel=0.03)


@pytest.mark.parametrize("illuminated", [0.1, 0.25, 0.5, 0.9])
def test_the_lit_part_is_the_phase(illuminated):
    image = draw(body(900.0, -25.0, illuminated), blur=1.0)
    lit = (image > 0.02 * image.max()).sum() * SCALE**2 / (np.pi * 900**2)
    assert lit == pytest.approx(illuminated, abs=0.06)


@pytest.mark.parametrize(
    ("limb_angle", "x", "y"), [(0.0, 0, -1), (90.0, -1, 0), (180.0, 0, 1), (270.0, 1, 0)]
)
def test_the_bright_limb_is_where_the_sun_is(limb_angle, x, y):
    away = centroid(draw(body(900.0, -26.0, 0.4, limb_angle))) - 150
    assert away @ [x, y] > 20
    assert abs(away @ [y, x]) < 1


def test_a_full_planet_is_evenly_bright():
    image = draw(body(500.0))
    assert image[150, 110:190].std() < 0.01 * image[150, 150]


def test_the_moon_has_seas_and_the_sun_has_none():
    moon, sun = (draw(body(950.0, magnitude))[100:200, 100:200] for magnitude in (-12.7, -26.7))
    assert moon.std() > 0.1 * moon.mean()
    assert sun.std() < 0.01 * sun.mean()


def test_blur_softens_the_limb():
    sharp, soft = (draw(body(900.0, -26.0), blur)[150] for blur in (1.0, 120.0))
    steepness = [np.abs(np.diff(row)).max() / row.max() for row in (sharp, soft)]
    assert steepness[0] > 5 * steepness[1]


def test_a_new_moon_is_dark_and_no_trouble():
    image = draw(body(illuminated=0.0))
    assert not image.any()


def test_what_is_smaller_than_a_star_is_a_point():
    assert is_point(body(10.0), 15.0)
    assert not is_point(body(25.0), 15.0)
