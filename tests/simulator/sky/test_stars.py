import numpy as np
import pytest

from indinb.simulator.astrometry import unit_vectors
from indinb.simulator.sky.stars import Stars


@pytest.fixture
def stars():
    return Stars(
        unit_vectors([0, 1, 359, 90], [0, 0, 0, 89]),
        np.array([5, 9, 12, 7], np.float32),
        np.array([0.1, 0.2, 0.3, 0.4], np.float32),
        np.array([False, False, True, False]),
    )


def test_it_is_as_long_as_its_columns(stars):
    assert len(stars) == 4
    assert len(Stars.none()) == 0


@pytest.mark.parametrize("chosen", [np.array([1, 2]), slice(1, 3), np.array([0, 1, 1, 0], bool)])
def test_choosing_takes_all_columns(stars, chosen):
    some = stars[chosen]
    assert some.magnitudes.tolist() == [9, 12]
    assert some.invented.tolist() == [False, True]
    np.testing.assert_allclose(some.colors, [0.2, 0.3])
    np.testing.assert_array_equal(some.directions, stars.directions[1:3])


def test_joining_keeps_order_and_types(stars):
    both = Stars.joined([stars[2:], Stars.none(), stars[:2]])
    assert both.magnitudes.tolist() == [12, 7, 5, 9]
    assert both.directions.shape == (4, 3)
    types = [getattr(both, column).dtype for column in Stars.__slots__]
    assert types == [np.float64, np.float32, np.float32, np.bool_]


def test_a_cone_and_a_limit(stars):
    center = unit_vectors(0, 0)
    assert stars.within(center, 2, limit=20).magnitudes.tolist() == [5, 9, 12]
    assert stars.within(center, 2, limit=9).magnitudes.tolist() == [5, 9]
    assert stars.within(center, 180, limit=20).magnitudes.tolist() == [5, 9, 12, 7]
    assert len(stars.within(center, 2, limit=-2)) == 0


def test_stars_cannot_be_changed(stars):
    with pytest.raises(AttributeError):
        stars.magnitudes = stars.colors


def test_joining_takes_any_iterable(stars):
    assert len(Stars.joined(part for part in (stars, stars[:1]))) == 5
