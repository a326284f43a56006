"""Statistics of frames, against numpy's and astropy's."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.stats import mad_std, sigma_clipped_stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.images.statistics import stats

SKY = np.random.default_rng(0).normal(1000, 30, (200, 300))
SKY[10:20, 10:15] = 60_000


def assert_exact(found, good):
    assert found.count == good.size
    assert (found.min, found.max) == (good.min(), good.max())
    wide = good.astype(float)
    assert found.mean == pytest.approx(wide.mean(), rel=1e-9, abs=1e-9)
    assert found.median == pytest.approx(np.median(wide), rel=1e-9, abs=1e-9)
    assert found.std == pytest.approx(wide.std(), rel=1e-6, abs=1e-9)
    assert found.mad_std == pytest.approx(mad_std(wide), rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
def test_all_numbers_are_exact(dtype):
    data = np.clip(SKY, 0, 200 if dtype == "uint8" else 30_000).astype(dtype)
    found = stats(data)
    assert_exact(found, data)
    _, sky, sky_std = sigma_clipped_stats(data.astype(float))
    assert found.sky == pytest.approx(sky)
    assert found.sky_std == pytest.approx(sky_std, rel=1e-6)


@given(arrays.arrays(st.sampled_from([np.uint8, np.uint16, np.float64]), st.integers(1, 40),
                     elements={"min_value": 0, "max_value": 255}))  # fmt: skip
def test_any_numbers_are_exact(data):
    assert_exact(stats(data), data)


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_what_is_masked_or_not_finite_does_not_count(dtype):
    data = SKY.astype(dtype)
    mask = data > 50_000
    assert_exact(stats(data, mask), data[~mask])
    if dtype == "float32":
        data[5, :] = np.nan
        data[6, 0] = np.inf
        assert_exact(stats(data, mask), data[~mask & np.isfinite(data)])


@pytest.mark.parametrize("value", [0, 7, 65_535])
def test_a_picture_that_is_the_same_all_over(value):
    found = stats(np.full((3, 4), value, np.uint16))
    assert found.min == found.max == found.mean == found.median == found.sky == value
    assert found.std == found.mad_std == found.sky_std == 0


@pytest.mark.parametrize("data", [np.full((2, 2), np.nan), np.zeros((0, 3))])
def test_nothing_to_count(data):
    with pytest.raises(ImageError, match="all pixels are masked, or not finite"):
        stats(data)
    with pytest.raises(ImageError, match="numbers of the kind complex128"):
        stats(np.ones(3, complex))


def test_a_frame_describes_itself():
    data = np.clip(SKY, 0, 65_535).astype(np.uint16)
    data[0, :30] = 65_535
    found = Frame(data, unit="adu").stats()
    assert found.saturated == 30 / data.size
    assert found.unit == "adu"
    assert repr(found).startswith("<60000 pixels from ")
    assert "to 65535 adu, mean " in repr(found)
    assert repr(found).endswith("; 0.05% saturated>")


@pytest.mark.parametrize(
    ("header", "dtype", "saturated"),
    [({}, "uint16", 0), ({"SATURATE": 4000}, "uint16", 0.25), ({}, "float32", None),
     ({"SATURATE": "much"}, "float32", None)],
)  # fmt: skip
def test_what_is_saturated(header, dtype, saturated):
    frame = Frame(np.array([[1, 2], [3, 4095]], dtype), unit="adu", header=fits.Header(header))
    assert frame.stats().saturated == saturated
