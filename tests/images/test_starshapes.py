"""Widths and roundness of stars."""

import numpy as np
import pytest

from indinb.images.starshapes import FWHM, shapes
from tests.images.starfields import star

SHAPE = (61, 61)


def measured(light, hfr, x=30.0, y=30.0, blur=0.0):
    found = shapes(light, np.array([x]), np.array([y]), np.array([hfr]), blur)
    return float(found.fwhm[0]), float(found.eccentricity[0])


@pytest.mark.parametrize("guess", [0.7, 1.0, 1.5])
@pytest.mark.parametrize("fwhm", [2.0, 4.0, 10.0])
def test_the_width_of_the_window_does_not_matter(fwhm, guess):
    found, eccentricity = measured(star(SHAPE, 30, 30, 1000, fwhm), guess * fwhm / 2)
    assert found == pytest.approx(fwhm, rel=0.02)
    assert eccentricity < 0.01


@pytest.mark.parametrize("angle", [0, 1, 2.5])
def test_eccentricity_does_not_depend_on_the_direction(angle):
    light = star(SHAPE, 30.3, 29.6, 1000, 5, 0.7, angle)
    found, eccentricity = measured(light, 2.5, 30.3, 29.6)
    assert found == pytest.approx(5, rel=0.01)
    assert eccentricity == pytest.approx(0.7, abs=0.01)


def test_blur_is_taken_off_again():
    light = star((62, 62), 30.5, 30.5, 1000, 4)
    means = (light[:-1, :-1] + light[1:, :-1] + light[:-1, 1:] + light[1:, 1:]) / 4
    assert measured(means, 2)[0] > 4.1
    assert measured(means, 2, blur=0.25)[0] == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (60, 60), (0, 30), (-0.5, 60.4)])
def test_stars_at_the_edge_of_the_picture(x, y):
    found, _ = measured(star(SHAPE, x, y, 1000, 4), 2, x, y)
    assert 1.5 < found < 4.5


@pytest.mark.parametrize("light", [np.ones(SHAPE), np.zeros(SHAPE), -np.ones(SHAPE)])
def test_what_has_no_bounds_has_no_width(light):
    fwhm, eccentricity = measured(light, 2)
    assert np.isnan(fwhm) or fwhm > 20
    assert np.isnan(eccentricity) or eccentricity < 0.9


def test_a_single_pixel_is_narrow():
    light = np.zeros(SHAPE)
    light[30, 30] = 1
    assert measured(light, 0.4)[0] < 1 / FWHM or np.isnan(measured(light, 0.4)[0])


def test_no_stars():
    found = shapes(np.zeros(SHAPE), *np.zeros((3, 0)))
    assert len(found.fwhm) == len(found.eccentricity) == 0
