"""The lens."""

import numpy as np
import pytest

from indinb.simulator.imaging.optics import MICRONS_PER_STEP, Optics


def test_the_default_field_is_three_degrees_wide():
    assert 1280 * Optics().scale(5.2) / 3600 == pytest.approx(3.0, abs=0.01)


def test_a_secondary_mirror_takes_light():
    assert Optics(obstruction=0.5).area == pytest.approx(0.75 * Optics().area)


def test_seeing_grows_as_the_star_sets():
    long = Optics(focal_length=3000, aperture=300, spot=0.0)
    zenith, low = long.sharpness(3.0, 90.0), long.sharpness(3.0, 30.0)
    assert low / zenith == pytest.approx(2**0.6, rel=0.02)


def test_a_short_lens_is_limited_by_itself():
    assert Optics().sharpness(0.0, 90.0) == pytest.approx(np.hypot(9.0, 1.44), abs=0.01)


def test_blur_is_the_cone_of_light():
    optics = Optics(focal_length=500, aperture=100)
    assert optics.blur(-400) == optics.blur(400) == 400 * MICRONS_PER_STEP / 5


def test_corners_are_darker_by_the_vignetting():
    light = Optics(axis=(0.0, 0.0)).illumination((1024, 1280))
    assert light[0, 0] == pytest.approx(0.8, abs=0.001)
    assert light[511, 640] == pytest.approx(1.0, abs=0.001)
    assert light.dtype == np.float32


def test_the_middle_of_the_light_is_off_the_middle():
    light = Optics().illumination((1024, 1280))
    row, column = np.unravel_index(light.argmax(), light.shape)
    assert column - 639.5 == pytest.approx(0.06 * np.hypot(640, 512), abs=2)
    assert row - 511.5 == pytest.approx(-0.04 * np.hypot(640, 512), abs=2)
    corners = light[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert ((corners > 0.72) & (corners < 0.88)).all()
    assert len(set(corners.tolist())) == 4
