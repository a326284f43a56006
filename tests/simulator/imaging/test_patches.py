"""Light that is spread over an area."""

import numpy as np
import pytest

from indinb.simulator.imaging.patches import Patch, add_patch

from .skies import centroid

SCALE = 2.0
MATRIX = np.array([[-1 / SCALE, 0.0], [0.0, -1 / SCALE]])
TURNED = np.array([[-0.4, 0.3], [-0.3, -0.4]])


def bell(sigma, detail=0.0):
    def density(east, north):
        return np.exp(-(east**2 + north**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)

    return Patch(density, 5 * sigma, detail)


def draw(patch, pixel=(60.3, 50.6), matrix=MATRIX, shape=(100, 120), flux=1000.0):
    image = np.zeros(shape, np.float32)
    add_patch(image, np.array(pixel), matrix, patch, flux)
    return image.astype(float)


@pytest.mark.parametrize("matrix", [MATRIX, TURNED])
@pytest.mark.parametrize("detail", [0.0, 4.0, 7.0])
def test_light_and_place_are_kept(matrix, detail):
    image = draw(bell(14.0, detail), matrix=matrix)
    assert image.sum() == pytest.approx(1000, rel=0.01)
    assert centroid(image) == pytest.approx([60.3, 50.6], abs=0.05)


@pytest.mark.parametrize("pixel", [(60.0, 50.0), (3.0, 97.0), (-20.0, 50.0), (130.0, -4.0)])
def test_between_the_nodes_it_is_nearly_the_same(pixel):
    fine, coarse = draw(bell(40.0), pixel), draw(bell(40.0, 9.0), pixel)
    assert fine.max() > 0
    assert coarse == pytest.approx(fine, abs=0.02 * fine.max())


@pytest.mark.parametrize("detail", [0.0, 3.0, 5.0, 14.0])
def test_every_pixel_to_the_edges_gets_light(detail):
    for size in range(90, 97):
        image = draw(bell(200.0, detail), (40.0, 45.0), shape=(size, size))
        assert image.min() > 0.5 * image.max()


@pytest.mark.parametrize("detail", [0.0, 5.0, 13.0])
def test_a_part_of_the_picture_gets_the_same_light(detail):
    whole = draw(bell(30.0, detail))
    part = draw(bell(30.0, detail), (60.3 - 37, 50.6 - 21), shape=(40, 50))
    assert part == pytest.approx(whole[21:61, 37:87], rel=1e-5)


def test_what_is_far_away_gives_nothing():
    for pixel in ((1e4, 50.0), (-1e4, 50.0), (60.0, 1e8), (60.0, -1e4)):
        assert not draw(bell(14.0), pixel).any()


def test_directions_are_those_of_the_sky():
    def eastern(east, north):
        return np.where((east > 0) & (north > 0), np.float32(1e-3), np.float32(0))

    image = draw(Patch(eastern, 40.0, 0.0), (60.0, 50.0))
    assert image[45, 55] > 0  # up and left: north and east
    assert not image[55, 55] or not image[45, 65]
