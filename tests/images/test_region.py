import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ImageError
from indinb.images.region import Region

PLACES = st.integers(-20, 20)
SIZES = st.integers(1, 20)


def test_it_indexes_rows_first():
    data = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(data[Region(1, 0, 2, 3).slices], [[1, 2], [5, 6], [9, 10]])


@given(PLACES, PLACES, SIZES, SIZES)
def test_within_an_image_are_the_pixels_of_both(x, y, width, height):
    mask = np.zeros((60, 60), bool)
    mask[y + 20 : y + 20 + height, x + 20 : x + 20 + width] = True
    inside = mask[20:30, 20:35]
    if not inside.any():
        with pytest.raises(ImageError, match="outside the image, which has 15 x 10"):
            Region(x, y, width, height).within((10, 15))
        return
    found = np.zeros((10, 15), bool)
    found[Region(x, y, width, height).within((10, 15)).slices] = True
    np.testing.assert_array_equal(found, inside)


def test_planes_do_not_matter():
    assert Region(0, 0, 9, 9).within((3, 5, 6)) == (0, 0, 6, 5)
