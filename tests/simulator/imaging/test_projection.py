"""Directions to pixels, against astropy."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from indinb.simulator.astrometry import unit_vectors
from indinb.simulator.imaging.inputs import Region
from indinb.simulator.imaging.projection import Projection

PLACES = [
    (10.68, 41.27),
    (0.0, 0.0),
    (359.9999, -30.0),
    (123.0, 90.0),
    (200.0, -90.0),
    (45.0, 89.2),
    (271.0, -88.9),
]
TURNS = [(0.0, False), (30.0, False), (180.0, True), (-75.5, True)]


def make(ra=10.0, dec=41.0, rotation=0.0, mirrored=False, scales=(8.4, 8.4)):
    return Projection(ra, dec, *scales, rotation, (1024, 1280), mirrored)


def wcs(projection, *of):
    return WCS(fits.Header(projection.cards(*of)))


def some_pixels(count=60):
    return np.random.default_rng(3).uniform([-20, -20], [1300, 1040], (count, 2))


def degrees(directions):
    ra = np.degrees(np.arctan2(directions[:, 1], directions[:, 0])) % 360
    return np.stack([ra, np.degrees(np.arcsin(directions[:, 2]))], axis=1)


@pytest.mark.parametrize(("ra", "dec"), PLACES)
@pytest.mark.parametrize(("rotation", "mirrored"), TURNS)
def test_agrees_with_astropy(ra, dec, rotation, mirrored):
    projection = make(ra, dec, rotation, mirrored, scales=(8.4, 6.3))
    pixels = some_pixels()
    directions = projection.to_directions(pixels)
    assert wcs(projection).wcs_world2pix(degrees(directions), 0) == pytest.approx(pixels, abs=1e-6)


@pytest.mark.parametrize(("ra", "dec"), PLACES)
def test_comes_back_to_the_same_pixel(ra, dec):
    projection = make(ra, dec, 12.0)
    pixels = some_pixels()
    there_and_back = projection.to_pixels(projection.to_directions(pixels))
    assert there_and_back == pytest.approx(pixels, abs=1e-7)


@pytest.mark.parametrize("binning", [(1, 1), (2, 2), (3, 1), (1, 4)])
def test_keywords_hold_for_a_binned_part(binning):
    projection, region = make(rotation=25.0), Region(101, 57, 640, 480)
    pixels = some_pixels()
    sky = degrees(projection.to_directions(pixels))
    binned = (pixels - region[:2] + 0.5) / binning - 0.5
    found = wcs(projection, region, binning).wcs_world2pix(sky, 0)
    assert found == pytest.approx(binned, abs=1e-6)


def test_north_is_up_and_east_is_left():
    projection = make()
    east, north = projection.to_pixels(unit_vectors([10.1, 10.0], [41.0, 41.1])) - projection.middle
    assert east == pytest.approx([-0.1 * np.cos(np.radians(41)) * 3600 / 8.4, 0], abs=0.1)
    assert north == pytest.approx([0, -0.1 * 3600 / 8.4], abs=0.1)


def test_rotation_is_the_position_angle_of_up():
    projection = make(rotation=90.0)
    east = projection.to_pixels(unit_vectors(10.1, 41.0)) - projection.middle
    assert east[1] < -30
    assert abs(east[0]) < 0.1


def test_mirrored_swaps_left_and_right_only():
    plain, mirrored = make(rotation=20.0), make(rotation=20.0, mirrored=True)
    directions = plain.to_directions(some_pixels())
    flipped = plain.to_pixels(directions) * [-1, 1] + [1279, 0]
    assert mirrored.to_pixels(directions) == pytest.approx(flipped, abs=1e-7)


def test_a_field_across_ra_zero_is_in_one_piece():
    projection = make(0.0, 10.0)
    x = projection.to_pixels(unit_vectors([359.99, 0.0, 0.01], [10.0] * 3))[:, 0]
    assert np.diff(x) == pytest.approx([-4.22, -4.22], abs=0.01)


def test_full_turns_of_ra_are_the_same():
    assert make(-5.0).cards() == pytest.approx(make(355.0).cards())


def test_the_pole_is_in_the_middle_of_its_field():
    for ra in (0.0, 77.0):
        pole = make(ra, 90.0).to_pixels(np.array([0.0, 0.0, 1.0]))
        assert pole == pytest.approx([639.5, 511.5], abs=1e-6)


def test_what_is_behind_has_no_image():
    projection = make(0.0, 0.0)
    directions = unit_vectors([0.0, 89.0, 91.0, 180.0], [0.0] * 4)
    assert projection.in_front(directions).tolist() == [True, True, False, False]


def test_one_direction_gives_one_pixel():
    assert make().to_pixels(unit_vectors(10.0, 41.0)).shape == (2,)
    assert make().to_directions(np.array([1.0, 2.0])).shape == (3,)


def test_keywords_are_plain_values():
    kinds = {type(value) for value in make().cards(Region(1, 2, 30, 40), (2, 2)).values()}
    assert kinds == {int, str, float}
