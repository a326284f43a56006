import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from indinb.images.raw import read_raw
from tests.images.samples import blob

KINDS = {8: "<u1", 16: "<u2", 32: "<u4"}
SIDES = st.integers(1, 20)


def numbers(shape, bits):
    """Numbers all over the range, as a camera has them in its memory."""
    return np.linspace(0, 2**bits - 1, np.prod(shape)).astype(KINDS[bits]).reshape(shape)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("bits", KINDS)
@given(SIDES, SIDES)
def test_grey_images(told, bits, width, height):
    expected = numbers((height, width), bits)
    for interleaved in (False, True):
        geometry = Geometry(width, height, bits if told else None)
        data, header = read_raw(expected.tobytes(), geometry, interleaved)
        assert data.dtype == np.dtype(f"u{bits // 8}")
        assert data.dtype.isnative
        np.testing.assert_array_equal(data, expected)
        assert header["ROWORDER"] == "TOP-DOWN"


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("bits", KINDS)
@given(SIDES, SIDES)
def test_coloured_images(told, bits, width, height):
    expected = numbers((3, height, width), bits)
    geometry = Geometry(width, height, bits if told else None)
    planar = read_raw(expected.tobytes(), geometry).data
    np.testing.assert_array_equal(planar, expected)
    by_pixel = np.moveaxis(expected, 0, -1).tobytes()
    interleaved = read_raw(by_pixel, geometry, interleaved=True).data
    np.testing.assert_array_equal(interleaved, expected)
    assert interleaved.flags.c_contiguous


def test_numbers_are_little_endian():
    assert read_raw(b"\x01\x02", Geometry(1, 1, 16)).data == [[0x0201]]
    assert read_raw(b"\x01\x02\x03\x04", Geometry(1, 1)).data == [[0x04030201]]


def test_pixels_are_those_of_now_if_the_bytes_may_change():
    received = bytearray(range(6))
    image = read_raw(received, Geometry(3, 2))
    received[:] = bytes(6)
    np.testing.assert_array_equal(image.data, [[0, 1, 2], [3, 4, 5]])


@pytest.mark.skipif(sys.byteorder == "big", reason="there the bytes have to be swapped")
@pytest.mark.parametrize("bits", KINDS)
def test_bytes_that_nobody_changes_are_the_pixels(bits):
    for shape in ((20, 30), (3, 20, 30)):
        sent = memoryview(numbers(shape, bits).tobytes())
        data = read_raw(sent, Geometry(30, 20)).data
        assert np.shares_memory(data, np.frombuffer(sent, np.uint8))
        assert not data.flags.writeable


@pytest.mark.parametrize(
    ("bits", "dtype"),
    [(7, "u1"), (8, "u1"), (10, "u2"), (12, "u2"), (16, "u2"), (18, "u4"), (32, "u4")],
)
def test_sensors_fill_whole_bytes(bits, dtype):
    size = 6 * np.dtype(dtype).itemsize
    assert read_raw(bytes(size), Geometry(3, 2, bits)).data.dtype == dtype
    for other in {6, 12, 24} - {size}:
        with pytest.raises(ImageError, match=f"no raw image of 3 x 2 pixels of {bits} bits"):
            read_raw(bytes(other), Geometry(3, 2, bits))


@given(SIDES, SIDES, st.sampled_from([None, 8, 16, 32]), st.integers(0, 5000))
def test_the_size_fits_or_is_an_error(width, height, bits, size):
    geometry = Geometry(width, height, bits)
    fitting = {planes * kind // 8 for planes in (1, 3) for kind in ([bits] if bits else KINDS)}
    if size in {width * height * each for each in fitting}:
        data = read_raw(bytes(size), geometry).data
        assert data.nbytes == size
        assert data.shape[-2:] == (height, width)
    else:
        with pytest.raises(ImageError, match=f"^{size} bytes .* of {width} x {height} pixels"):
            read_raw(bytes(size), geometry)


@pytest.mark.parametrize(
    "geometry",
    [(0, 0), (0, 5), (-2, -3), (6, -1), (10**9, 10**9), (3, 2, 64), (6, 2), (6, 1, 16)],
)
@pytest.mark.parametrize("size", [0, 6])
def test_sizes_that_do_not_fit(geometry, size):
    with pytest.raises(ImageError, match=f"{size} bytes are no raw image of"):
        read_raw(bytes(size), Geometry(*geometry))


@given(SIDES, SIDES)
def test_wide_numbers_may_be_ruled_out(width, height):
    """Else a picture of another size would be one of 32 bits, all wrong."""
    geometry = Geometry(width, height)
    for bytes_of_pixel in (1, 2, 3, 6):
        assert read_raw(bytes(bytes_of_pixel * width * height), geometry, widest=16)
    for bytes_of_pixel in (4, 12):
        with pytest.raises(ImageError, match="are no raw image"):
            read_raw(bytes(bytes_of_pixel * width * height), geometry, widest=16)
    assert read_raw(bytes(4), Geometry(1, 1, 32), widest=16).data.dtype == np.uint32


def test_no_size_is_guessed():
    with pytest.raises(ImageError, match="do not tell the size of their image: give its Geometry"):
        read_raw(bytes(100), None)


def test_a_raw_frame_shows_its_first_row_on_top():
    """Raw memory and FITS files of INDI have the same rows."""
    frame = Frame.from_blob(blob(bytes([9] * 6 + [0] * 30), ".bin"), Geometry(6, 6, 8))
    assert frame.shape == (6, 6)
    assert frame.unit == "adu"
    assert frame.plot(Figure().subplots(), "minmax").yaxis.get_inverted()
