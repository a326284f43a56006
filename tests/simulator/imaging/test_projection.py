import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from indinb.simulator.imaging.projection import Projection, Window

CENTERS = [(0.0, 0.0), (10.68, 41.27), (359.99, -30.0), (123.0, 90.0), (77.0, -90.0), (5.0, 89.9)]


def directions(ra, dec):
    ra, dec = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(ra) * np.cos(dec), np.sin(ra) * np.cos(dec), np.sin(dec)], axis=-1)


def grid(shape):
    y, x = np.mgrid[0 : shape[0] : 100, 0 : shape[1] : 100].astype(float)
    return x.ravel(), y.ravel()


def wcs(cards):
    header = fits.Header()
    header.update(cards)
    return WCS(header)


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("rotation", [0.0, 33.0, -170.0])
@pytest.mark.parametrize("mirrored", [False, True])
def test_pixels_are_where_the_keywords_say(center, rotation, mirrored):
    projection = Projection(*center, 8.4, 7.1, (1024, 1280), rotation, mirrored)
    x, y = grid(projection.shape)
    sky = directions(*wcs(projection.cards()).all_pix2world(x, y, 0))

    np.testing.assert_allclose(projection.directions(x, y), sky, atol=1e-12)
    np.testing.assert_allclose(projection.pixels(sky), (x, y), atol=1e-6)


@pytest.mark.parametrize("window", [Window(100, 60, 640, 480), Window(7, 9, 600, 300, 2, 3)])
def test_keywords_of_a_window_name_the_same_sky(window):
    projection = Projection(10.68, 41.27, 8.4, 7.1, (1024, 1280), 25.0)
    x, y = grid(window.shape)
    sky = directions(*wcs(projection.cards(window)).all_pix2world(x, y, 0))

    middle = (window.binx - 1) / 2, (window.biny - 1) / 2
    on_sensor = x * window.binx + window.x + middle[0], y * window.biny + window.y + middle[1]
    np.testing.assert_allclose(projection.pixels(sky), on_sensor, atol=1e-6)


def test_north_is_up_and_east_is_left():
    projection = Projection(0.0, 20.0, 10.0, 10.0, (101, 101))
    x, y = projection.pixels(directions(np.array([0.01, 0.0]), np.array([20.0, 20.01])))

    assert x[0] < 49
    assert abs(y[0] - 50) < 0.01
    assert y[1] < 49
    assert abs(x[1] - 50) < 0.01


def test_mirrored_has_east_at_the_right():
    projection = Projection(0.0, 20.0, 10.0, 10.0, (101, 101), mirrored=True)

    assert projection.pixels(directions(np.array([0.01]), np.array([20.0])))[0] > 51


def test_rotated_by_a_right_angle_east_is_up():
    projection = Projection(0.0, 0.0, 10.0, 10.0, (101, 101), rotation=90.0)
    x, y = projection.pixels(directions(np.array([0.01]), np.array([0.0])))

    assert y[0] == pytest.approx(50 - 3.6, abs=0.01)
    assert x[0] == pytest.approx(50, abs=0.01)


def test_what_is_behind_has_no_pixel():
    projection = Projection(0.0, 0.0, 10.0, 10.0, (101, 101))
    behind = directions(np.array([180.0, 90.5, 1.0]), np.array([0.0, 0.0, 0.0]))

    assert projection.in_front(behind).tolist() == [False, False, True]
    assert np.isnan(projection.pixels(behind)[0]).tolist() == [True, True, False]


@pytest.mark.parametrize("rotation", [0.0, 40.0])
def test_up_follows_the_meridians(rotation):
    projection = Projection(0.0, 80.0, 10.0, 10.0, (101, 101), rotation)

    assert projection.up(directions(0.0, 80.0)) == pytest.approx(rotation, abs=1e-3)
    assert projection.up(directions(2.0, 80.0)) == pytest.approx(rotation - 1.97, abs=0.02)
