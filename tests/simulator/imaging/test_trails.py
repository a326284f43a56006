"""Pictures that move while they are taken."""

import numpy as np
import pytest

from indinb.simulator.imaging.trails import Path, fast_length, spread

from .skies import centroid

MATRIX = np.array([[-0.1, 0.0], [0.0, -0.1]])


def dot(shape=(60, 80), row=30, column=40):
    image = np.zeros(shape, np.float32)
    image[row, column] = 1000
    return image


def path(*points, weights=None):
    points = np.array(points, float)
    return Path(np.ones(len(points)) if weights is None else np.array(weights, float), points)


def test_stars_go_where_the_field_does_not():
    east = Path.of(((1.0, 50.0, 0.0),), MATRIX)
    assert east.steps == pytest.approx(np.array([[5.0, 0.0]]))
    assert not east.moves


def test_no_trail_is_no_movement():
    still = Path.of((), MATRIX)
    assert not still.moves
    assert still.mean == pytest.approx([0, 0])


def test_the_mean_counts_the_time():
    assert path([0, 0], [4, 8], weights=[3, 1]).mean == pytest.approx([1, 2])


def test_tiny_movements_are_none():
    assert not path([0, 0], [0.3, 0.1]).moves
    assert path([0, 0], [0.5, 0.0]).moves


@pytest.mark.parametrize("shape", [(60, 80), (61, 83)])
def test_light_is_kept_and_stays_in_the_middle(shape):
    moved = spread(dot(shape), path([-9, 3], [0, 0], [9, -3]), 0.0).astype(float)
    assert moved.shape == shape
    assert moved.sum() == pytest.approx(1000, rel=1e-4)
    assert centroid(moved) == pytest.approx([40, 30], abs=0.05)


def test_an_even_movement_is_an_even_line():
    moved = spread(dot(), path([-10, 0], [10, 0]), 0.0)
    line = moved[30, 32:49]
    assert line == pytest.approx(np.full(17, 50.0), rel=0.03)
    assert np.abs(np.delete(moved, 30, axis=0)).max() < 0.01


def test_few_places_make_a_line_and_not_dots():
    moved = spread(dot(), path(*[[x, 0] for x in (-20, -5, 0, 8, 20)]), 0.0)
    assert moved[30, 21:60].min() > 5


def test_slow_parts_are_bright():
    lazy = path([-10, 0], [0, 0], [10, 0], weights=[8, 1, 1])
    moved = np.roll(spread(dot(), lazy, 0.0), round(lazy.mean[0]), axis=1)
    assert moved[30, 31:39].mean() > 3 * moved[30, 41:49].mean()


def test_far_defocus_is_a_disc():
    moved = spread(dot(), path([0, 0]), 20.0).astype(float)
    assert moved.sum() == pytest.approx(1000, rel=1e-4)
    assert moved[30, 40] == pytest.approx(1000 / (np.pi * 100), rel=0.02)
    assert (moved > 1).sum() == pytest.approx(np.pi * 100, rel=0.1)


def test_what_leaves_the_picture_is_lost():
    kernel = path([0, 0], [500, 0]).kernel((64, 64))
    assert 0 < kernel.sum() < 0.3


@pytest.mark.parametrize("size", [1, 2, 7, 97, 1025, 4099])
def test_fast_lengths_have_small_factors(size):
    length = fast_length(size)
    assert size <= length <= 1.15 * size + 1
    for factor in (2, 3, 5):
        while length % factor == 0:
            length //= factor
    assert length == 1
