"""Many stars on a picture."""

import numpy as np
import pytest

from indinb.simulator.imaging.psf import Psf
from indinb.simulator.imaging.stars import add_stars

from .skies import centroid, disc_sum

PSF = Psf(1.8)


def draw(pixels, fluxes, shape=(80, 100), psf=PSF, noise=1.0):
    image = np.zeros(shape, np.float32)
    add_stars(image, np.array(pixels, float), np.array(fluxes, float), psf, noise)
    return image.astype(float)


@pytest.mark.parametrize("flux", [50.0, 1e3, 1e5, 1e7])
def test_flux_is_kept_at_any_brightness(flux):
    image = draw([[50.3, 40.2]], [flux])
    assert disc_sum(image, 50.3, 40.2, 4) / flux == pytest.approx(0.97, abs=0.01)


@pytest.mark.parametrize("flux", [100.0, 1e5])
def test_places_are_good_to_a_twentieth_of_a_pixel(flux):
    rng = np.random.default_rng(5)
    for x, y in rng.uniform([30, 30], [60, 50], (40, 2)):
        found = centroid(draw([[x, y]], [flux], noise=1e-3))
        assert found == pytest.approx([x, y], abs=0.05)


def test_stars_in_one_place_add_up():
    once, twice = draw([[50, 40]], [1e4]), draw([[50, 40], [50, 40]], [1e4, 1e4])
    assert twice == pytest.approx(2 * once, rel=1e-5)


def test_what_is_left_out_is_far_below_the_noise():
    fluxes = [20.0, 150.0, 1e3, 1e4, 1e5, 1e6]
    for flux in fluxes:
        rough, fine = draw([[50, 40]], [flux]), draw([[50, 40]], [flux], noise=1e-4)
        assert np.abs(rough - fine).max() <= 0.11


@pytest.mark.parametrize("flux", [100.0, 1e4, 1e8])
def test_a_star_beyond_the_edge_lights_the_edge(flux):
    big = np.zeros((120, 140), np.float32)
    pixels = np.array([[18.7, 60.0], [60.2, 121.0 - 20], [121.5, 60], [60, 18.4], [19, 19]])
    add_stars(big, pixels, np.full(5, flux), PSF, 1.0)
    small = draw(pixels - 20, np.full(5, flux))
    assert small == pytest.approx(big[20:100, 20:120], rel=1e-5, abs=1e-5 * flux)


def test_stars_far_away_are_no_trouble():
    image = draw([[1e9, 3.0], [-1e9, 2e9], [50, 40]], [1e6, 1e6, 10.0])
    assert image.max() < 10


def test_stars_without_light_are_no_trouble():
    assert not draw([[50, 40]] * 3, [0.0, np.nan, -5.0]).any()


def test_no_stars_make_no_light():
    assert not draw(np.zeros((0, 2)), []).any()


def test_a_bright_star_is_smooth_where_its_stamp_ends():
    image = draw([[50, 40]], [1e8], psf=Psf(1.8, 3.0))
    ray = np.log(image[40, 62:90])
    assert np.abs(np.diff(ray, 2)).max() < 0.04
