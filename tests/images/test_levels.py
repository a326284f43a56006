import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from indinb.errors import ImageError
from indinb.images.levels import levels, split
from indinb.images.stretch import Shades, auto_shades, normalization, shrink, to_bytes

SHAPES = npst.array_shapes(min_dims=2, max_dims=2, max_side=8)


@given(npst.arrays(st.sampled_from([np.uint8, np.uint16, np.int8, np.int16]), SHAPES))
def test_small_integers_are_exact(data):
    np.testing.assert_array_equal(levels(data, Shades(0, 1)).values(), data)


@given(npst.arrays(np.float32, SHAPES, elements=st.floats(-1e4, 1e4, width=32)))
def test_numbers_keep_their_order_and_nearly_their_values(data):
    told = levels(data, Shades(float(data.min()), float(data.max())))
    values = told.values()
    width = float(np.ptp(data)) or 1.0
    np.testing.assert_allclose(values, data, atol=width / 255)
    order = np.argsort(data, axis=None)
    assert (np.diff(told.pixels.reshape(-1)[order].astype(int)) >= 0).all()


@pytest.fixture
def sky() -> np.ndarray:
    random = np.random.default_rng(1)
    data = random.normal(1000, 12, (400, 600))
    data[random.integers(0, 400, 300), random.integers(0, 600, 300)] += random.pareto(1, 300) * 500
    return data.clip(0, 65535).astype(np.uint16)


@pytest.mark.parametrize("interval", ["auto", "zscale", "percentile", "minmax"])
@pytest.mark.parametrize("stretch", ["linear", "asinh"])  # others are infinitely steep
def test_what_is_shown_of_them_is_right_to_one_count(sky, interval, stretch):
    means = shrink(sky, 300)
    norm = normalization(means, interval, stretch)
    told = levels(means, Shades(norm.vmin, norm.vmax)).values()
    shown, meant = (to_bytes(each, norm).astype(int) for each in (told, means))
    assert abs(shown - meant).max() <= 1


def test_what_is_not_finite_has_no_value():
    data = np.array([[1.0, np.nan], [np.inf, 5.0]])
    np.testing.assert_array_equal(
        np.isnan(levels(data, Shades(1, 5)).values()), [[False, True], [True, False]]
    )
    with pytest.raises(ImageError, match="no pixel is finite"):
        levels(np.full((2, 2), np.nan), Shades(0, 1))


@pytest.mark.parametrize("value", [0.0, -5.5, 1e30])
def test_a_constant_is_itself(value):
    told = levels(np.full((3, 3), value), Shades(value, value))
    np.testing.assert_allclose(told.values(), value)


def test_one_wild_pixel_costs_no_other_its_steps(sky):
    data = sky.astype(np.float32)
    shades = auto_shades(data)
    data[0, 0], data[0, 1] = 1e30, -1e30
    told = levels(data, shades).values()
    assert abs(told - data)[10:].max() < 0.01 * 65535
    assert np.median(abs(told - data)) < 1


def test_noise_travels_in_little_more_than_a_byte(sky):
    means = shrink(np.tile(sky, (2, 2)), 600)
    low, high = split(levels(means, auto_shades(means)).pixels)
    assert len(low) == means.size
    assert len(high) < means.size / 8


@given(npst.arrays(np.uint16, SHAPES))
def test_split_pixels_can_be_joined(pixels):
    low, high = split(pixels)
    low, high = (np.frombuffer(each, np.uint8) for each in (low, zlib.decompress(high)))
    joined = low + 256 * high.astype(np.uint16)
    np.testing.assert_array_equal(joined.reshape(pixels.shape), pixels)
