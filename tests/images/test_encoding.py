"""Shades to files: which way up, and how large."""

import numpy as np
import pytest

from indinb.images.encoding import encode_jpeg, encode_png
from tests.images.test_stretch import shades_of


def test_the_first_row_is_at_the_bottom_unless_top_down():
    shades = np.array([[1, 2], [3, 4], [5, 6]], np.uint8)
    np.testing.assert_array_equal(shades_of(encode_png(shades)), shades[::-1])
    np.testing.assert_array_equal(shades_of(encode_png(shades, top_down=True)), shades)


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("planes", [(), (3,)])
def test_jpeg_is_the_right_way_up(planes: tuple[int, ...], top_down: bool):
    shades = np.broadcast_to(np.arange(0, 256, 4, dtype=np.uint8)[:, np.newaxis], (*planes, 64, 64))
    pixels = np.moveaxis(np.atleast_3d(shades_of(encode_jpeg(shades, top_down, 95))), -1, 0)
    expected = shades if top_down else shades[..., ::-1, :]
    np.testing.assert_allclose(np.squeeze(pixels), expected, atol=6)


def test_jpeg_may_be_coarser():
    noise = np.random.default_rng(1).integers(0, 256, (64, 64), dtype=np.uint8)
    assert len(encode_jpeg(noise, quality=50)) < len(encode_jpeg(noise)) < len(encode_png(noise))
