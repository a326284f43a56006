"""Colours of a mosaic."""

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ImageError
from indinb.images.bayer import PATTERNS, binned_colors, debayer, pattern, shifted
from indinb.images.frame import Frame

COLOR = {"R": 900, "G": 500, "B": 65_535}
SIZES = st.integers(2, 13)


def mosaic(order, shape, values=COLOR):
    """What a sensor sees of one colour all over."""
    rows, columns = np.indices(shape)
    numbers = np.array([values[letter] for letter in order], np.uint16)
    return numbers[rows % 2 * 2 + columns % 2]


@given(st.sampled_from(PATTERNS), SIZES, SIZES)
def test_one_colour_all_over_stays_what_it_is(order, height, width):
    planes = debayer(mosaic(order, (height, width)), order)
    assert planes.shape == (3, height, width)
    assert planes.dtype == np.float32
    for plane, letter in zip(planes, "RGB", strict=True):
        assert (plane == COLOR[letter]).all()


@given(st.sampled_from(PATTERNS), SIZES, SIZES)
def test_pixels_keep_their_own_numbers(order, height, width):
    data = np.random.default_rng(0).integers(0, 65_536, (height, width), np.uint16)
    planes = debayer(data, order)
    for y in range(height):
        for x in range(width):
            own = "RGB".index(order[y % 2 * 2 + x % 2])
            assert planes[own, y, x] == data[y, x]


def test_in_between_are_the_means_of_the_neighbours():
    data = np.arange(25, dtype=np.uint16).reshape(5, 5) ** 2
    planes = debayer(data, "RGGB")
    red, green, blue = planes[:, 2, 2]
    assert red == data[2, 2]
    assert green == (data[1, 2] + data[3, 2] + data[2, 1] + data[2, 3]) / 4
    assert blue == (data[1, 1] + data[1, 3] + data[3, 1] + data[3, 3]) / 4
    assert planes[0, 2, 1] == (data[2, 0] + data[2, 2]) / 2
    assert planes[2, 2, 1] == (data[1, 1] + data[3, 1]) / 2


@given(st.sampled_from(PATTERNS), st.integers(2, 7), st.integers(2, 7), SIZES, SIZES)
def test_bins_are_means_of_each_colour(order, down, across, height, width):
    data = np.random.default_rng(1).integers(0, 65_536, (height, width), np.uint16)
    planes = binned_colors(data, order, (down, across))
    assert planes.shape == (3, height // down, width // across)
    letters = np.array(list(order))[
        mosaic("0123", data.shape, {digit: int(digit) for digit in "0123"})
    ]
    for color, y, x in np.ndindex(planes.shape):
        part = np.s_[y * down : (y + 1) * down, x * across : (x + 1) * across]
        expected = data[part][letters[part] == "RGB"[color]].mean()
        assert planes[color, y, x] == pytest.approx(expected, rel=1e-6)


def test_bins_of_one_pixel_are_debayered():
    data = mosaic("GBRG", (6, 8))
    np.testing.assert_array_equal(binned_colors(data, "GBRG", 1), debayer(data, "GBRG"))
    assert binned_colors(data, "GBRG", (1, 4)).shape == (3, 6, 2)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (3, 4, 4), (0, 4)])
def test_what_has_no_colours(shape):
    for function in (debayer, lambda data, order: binned_colors(data, order, 2)):
        with pytest.raises(ImageError, match="no colours can be made of"):
            function(np.zeros(shape), "RGGB")


# ---- headers


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ({}, None),
        ({"BAYERPAT": "RGGB"}, "RGGB"),
        ({"BAYERPAT": " bggr "}, "BGGR"),
        ({"BAYERPAT": "CYYM"}, None),
        ({"BAYERPAT": 5}, None),
        ({"COLORTYP": "GRBG"}, "GRBG"),
        ({"BAYERPAT": "RGGB", "XBAYROFF": 1}, "GRBG"),
        ({"BAYERPAT": "RGGB", "YBAYROFF": 1}, "GBRG"),
        ({"BAYERPAT": "RGGB", "XBAYROFF": 1, "YBAYROFF": -1}, "BGGR"),
        ({"BAYERPAT": "RGGB", "XBAYROFF": "one"}, "RGGB"),
        ({"BAYERPAT": "RGGB", "XBAYROFF": float("nan")}, "RGGB"),
        ({"BAYERPAT": "RGGB", "ROWORDER": "TOP-DOWN", "NAXIS2": 4}, "RGGB"),
        ({"BAYERPAT": "RGGB", "ROWORDER": "BOTTOM-UP", "NAXIS2": 4}, "GBRG"),
        ({"BAYERPAT": "RGGB", "ROWORDER": "BOTTOM-UP", "NAXIS2": 5}, "RGGB"),
    ],
)
def test_patterns_of_headers(header, found):
    assert pattern(header) == found


@pytest.mark.parametrize("rows", [4, 5])
def test_the_same_picture_upside_down(rows):
    seen = mosaic("RGGB", (rows, 6))
    turned = seen[::-1]
    found = pattern({"BAYERPAT": "RGGB", "ROWORDER": "BOTTOM-UP"}, rows)
    np.testing.assert_array_equal(mosaic(found, turned.shape), turned)


def test_a_pattern_shifted_twice_is_itself():
    for order in PATTERNS:
        assert shifted(shifted(order, 1, 1), 1, 1) == shifted(order, 2, -4) == order


# ---- frames


@pytest.mark.parametrize("row_order", ["TOP-DOWN", "BOTTOM-UP", None])
@pytest.mark.parametrize("part", [(0, 0, 8, 9), (1, 0, 6, 4), (0, 1, 5, 5), (3, 3, 4, 6)])
def test_parts_of_a_frame_keep_their_colours(row_order, part):
    header = fits.Header({"BAYERPAT": "GRBG", "XBAYROFF": 1, "ROWORDER": row_order})
    order = pattern(header, 10)
    frame = Frame(mosaic(order, (10, 11)), unit="adu", header=header)
    assert frame.bayer == order
    for each in (frame, frame.cutout(part), frame.cutout(part)[1:, 1:]):
        red, green, blue = each.debayered().data
        assert (red == COLOR["R"]).all()
        assert (green == COLOR["G"]).all()
        assert (blue == COLOR["B"]).all()


def test_a_frame_in_colour():
    frame = Frame(mosaic("RGGB", (4, 6)), unit="adu", header={"BAYERPAT": "RGGB", "EXPTIME": 2.0})
    frame.mask = np.eye(4, 6, dtype=bool)
    colored = frame.debayered()
    assert repr(colored) == "<Frame 6x4x3 float32, 2 s>"
    assert colored.bayer is None
    assert (colored.mask == frame.mask).all()
    assert frame.bayer == "RGGB"
    with pytest.raises(ImageError, match="the frame has no colours"):
        colored.debayered()
