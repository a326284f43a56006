"""FITS files that are cut off, broken, or mean harm."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ImageError
from indinb.images import fitsfile
from indinb.images.fitsfile import read_fits
from tests.images.samples import (
    at_most,
    cards,
    fits_bytes,
    header_block,
    pixels,
    real_header,
)

PIXELS = pixels()
FILE = fits_bytes(PIXELS, real_header())
PACKED = fits_bytes(pixels((64, 64)), real_header(), compressed=True)
EMPTY = header_block(*cards(SIMPLE="T", BITPIX=8, NAXIS=0))
BILLION = 10**9


@pytest.mark.parametrize("tail", [bytes(5000), b"\xff" * 2880, b"junk"])
@pytest.mark.parametrize("file", [FILE, PACKED, fits_bytes(PIXELS.astype(np.float64))])
def test_what_comes_after_the_image_does_not_matter(file, tail):
    np.testing.assert_array_equal(read_fits(file + tail).data, read_fits(file).data)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16])
def test_a_file_cut_off_says_so(dtype):
    file = fits_bytes(pixels((100, 64)).astype(dtype))
    with pytest.raises(ImageError, match=rf"cut off: {len(file) - 2880} of \d+ bytes are there"):
        read_fits(file[:-2880])


@pytest.mark.parametrize(
    "file", [b"", b"junk", bytes(2880), FILE[:100], FILE[:2880], FILE[2880:], b"\xff" * 9000]
)
def test_what_is_not_fits_is_told_in_one_line(file):
    with pytest.raises(ImageError) as error:
        read_fits(file)
    assert str(len(file)) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_a_file_cut_off_tells_its_true_size(dtype):
    file = fits_bytes(pixels((100, 64)).astype(dtype))
    with pytest.raises(ImageError, match=r"cut off: 5000 of \d+ bytes"):
        read_fits(file[:5000])


def test_junk_comes_without_advice():
    with pytest.raises(ImageError, match=r"not a FITS image: they do not begin with SIMPLE$"):
        read_fits(b"junk" * 1000)


@pytest.mark.parametrize("data", [None, np.arange(5), np.zeros((0, 3)), np.zeros((3, 0, 2))])
def test_files_without_image(data):
    with pytest.raises(ImageError, match=r"holds no image of two axes or more$"):
        read_fits(fits_bytes(data))


def test_headers_without_end_are_read_once():
    """However many there seem to be."""
    blocks = b"XTENSION= 'IMAGE   '".ljust(2880) * 1000
    begin = time.process_time()
    with pytest.raises(ImageError):
        read_fits(EMPTY + blocks)
    assert time.process_time() - begin < 2


def extension(**values):
    lines = cards(BITPIX=8, NAXIS=2, NAXIS1=8, NAXIS2=1, PCOUNT=0, **({"GCOUNT": 1} | values))
    return EMPTY + header_block("XTENSION= 'BINTABLE'", *lines) + bytes(2880)


def huge(bitpix=16, **values):
    lines = {"NAXIS": 2, "NAXIS1": BILLION, "NAXIS2": BILLION, "BZERO": 32768} | values
    return header_block(*cards(SIMPLE="T", BITPIX=bitpix, **lines)) + bytes(2880)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        (huge(), "cut off"),
        (huge(8, BZERO=0), "cut off"),
        (huge(-64), "cut off"),
        (huge(NAXIS=BILLION), "no FITS file has NAXIS = 1000000000"),
        (huge(NAXIS=BILLION).replace(b"NAXIS   ", b"naxis   "), "has NAXIS = 1000000000"),
        (huge(NAXIS=BILLION).replace(b"SIMPLE  = ", b"SIMPLE=T= "), "NAXIS = 1000000000"),
        (huge() + huge(NAXIS=BILLION), "cut off"),
        (EMPTY + huge(NAXIS=BILLION), "has NAXIS = 1000000000"),
        (
            header_block(*cards(SIMPLE="T", BITPIX=8, NAXIS=0), *cards(NAXIS=BILLION)),
            "has NAXIS = 1000000000",
        ),
        (extension(TFIELDS=BILLION, ZIMAGE="T", ZNAXIS=2), "has TFIELDS = 1000000000"),
        (extension(TFIELDS=1, TFORM1="'8A'", ZIMAGE="T", ZNAXIS=BILLION), "has ZNAXIS = 1"),
        (extension(TFIELDS=1, ZIMAGE="T", ZNAXIS=2, ZNAXIS1="'wide'"), "has ZNAXIS1 = 'wide'"),
        (extension(TFIELDS=1, GCOUNT=BILLION), "holds no image"),
        (huge(NAXIS1=-BILLION), "has NAXIS1 = -1000000000"),
        (huge(-32, NAXIS1=-1, NAXIS2=-1), "has NAXIS1 = -1"),
        (huge(NAXIS1="1.5"), "has NAXIS1 = 1.5"),
        (huge(NAXIS1="'wide'"), "has NAXIS1 = 'wide'"),
        (huge(NAXIS="'many'"), "has NAXIS = 'many'"),
        (huge(bitpix=7, NAXIS1=3, NAXIS2=2), "not a FITS image"),
        (huge(bitpix="'x'"), "not a FITS image"),
    ],
)
def test_claims_take_no_memory(file, complaint):
    with at_most(1_000_000), pytest.raises(ImageError, match=complaint):
        read_fits(file, 1 << 20)


@pytest.mark.filterwarnings("ignore")
@given(st.data())
def test_damaged_files_give_an_image_or_an_image_error(data):
    original = data.draw(st.sampled_from([FILE, PACKED, fits_bytes(PIXELS.astype(np.float32))]))
    file = bytearray(original)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(file) - 1) | st.integers(0, 1000))
        file[place] = data.draw(st.integers(0, 255))
    try:
        image = read_fits(memoryview(file), 1 << 20)
    except ImageError:
        return
    assert image.data.ndim >= 2
    assert image.data.dtype.isnative
    assert image.data.nbytes <= 1 << 21
    assert len(list(image.header.values())) == len(image.header)  # each can be read


@given(st.binary(max_size=300))
def test_any_bytes_give_an_image_or_an_image_error(data):
    with pytest.raises(ImageError):
        read_fits(data)
    with pytest.raises(ImageError):
        read_fits(fitsfile._SIGNATURE + data)
