import tracemalloc
import zlib

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st

from indinb.errors import ImageError
from indinb.images import blobs
from indinb.images.blobs import decode, decoder, read_fits
from tests.images.samples import blob, fits_bytes, pixels, real_header, with_cards

PIXELS = pixels()
FILE = fits_bytes(PIXELS, real_header())
PACKED = fits_bytes(pixels((64, 64)), real_header(), compressed=True)


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(blobs, "_decoders", dict(blobs._decoders))


def test_an_exposure_becomes_native_uint16():
    data, header = decode(blob(FILE))
    assert data.dtype == np.uint16
    assert data.dtype.isnative
    np.testing.assert_array_equal(data, PIXELS)
    assert header["INSTRUME"] == "CCD Simulator"
    assert header["EXPTIME"] == 2


def test_pixels_may_be_changed_and_outlive_the_blob():
    received = bytearray(FILE)
    data, _ = decode(blob(received))
    received[:] = bytes(len(received))
    np.testing.assert_array_equal(data, PIXELS)
    data[0, 0] = 7


def test_the_header_is_as_astropy_has_it():
    with fits.open(blobs.io.BytesIO(FILE)) as hdus:
        assert hdus[0].data.dtype == np.uint16
        assert decode(blob(FILE)).header == hdus[0].header


@pytest.mark.parametrize("format", [".fits", ".fit", ".fts", "fits", ".FITS", " .Fit", "FTS"])
def test_formats_are_known_however_written(format):
    assert decode(blob(FILE, format)).data.shape == (4, 6)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "float32", "float64"]
)
@pytest.mark.parametrize("shape", [(4, 6), (3, 4, 6), (1, 1)])
def test_every_kind_of_number_stays_what_it_is(dtype, shape):
    expected = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    data, header = read_fits(fits_bytes(expected))
    assert data.dtype == expected.dtype
    assert data.dtype.isnative
    assert data.flags.writeable
    np.testing.assert_array_equal(data, expected)
    np.testing.assert_array_equal(read_fits(fits_bytes(data, header)).data, expected)


def test_scaled_integers_become_floats_and_the_header_follows():
    header = fits.Header({"BSCALE": 2.0, "BZERO": 10.0, "BLANK": 3})
    raw = np.arange(6, dtype=">i2").reshape(2, 3)
    plain = fits_bytes(raw)
    cards = "".join(str(card) for card in header.cards).encode()
    file = plain.replace(b"END".ljust(80 + len(cards)), cards + b"END".ljust(80), 1)
    data, header = read_fits(file)
    np.testing.assert_array_equal(data, [[10, 12, 14], [np.nan, 18, 20]])
    assert header["BITPIX"] == -32
    assert not {"BSCALE", "BZERO", "BLANK"} & set(header)


def test_fpack_is_unpacked():
    data, header = decode(blob(PACKED, ".fits.fz", 64 * 64 * 2 + 2880))
    assert data.dtype == np.uint16
    np.testing.assert_array_equal(data, pixels((64, 64)))
    assert header["INSTRUME"] == "CCD Simulator"
    assert "ZIMAGE" not in header


def test_padding_to_a_mebibyte_does_no_harm():
    # What indiserver appends to compressed BLOBs; a warning would fail the test.
    padded = PACKED.ljust(1 << 20, b"\0")
    assert decode(blob(padded, ".fits.fz", 64 * 64 * 2)).data.shape == (64, 64)
    padded = zlib.compress(FILE).ljust(1 << 20, b"\0")
    np.testing.assert_array_equal(decode(blob(padded, ".fits.z", len(FILE))).data, PIXELS)


def test_fpack_may_not_unpack_to_more_than_announced():
    with pytest.raises(ImageError, match="8192 bytes, but 8191 were announced"):
        decode(blob(PACKED, ".fits.fz", 8191))


def test_a_file_of_ones_own_may_unpack_to_any_size():
    assert read_fits(PACKED).data.shape == (64, 64)


@pytest.mark.parametrize("format", [".fits.z", "FITS.Z", ".fit.z"])
def test_zlib_is_inflated(format):
    data, _ = decode(blob(zlib.compress(FILE), format, len(FILE)))
    np.testing.assert_array_equal(data, PIXELS)


@pytest.mark.parametrize("size", [0, 1, len(FILE) - 1, len(FILE) + 1, 10 * len(FILE)])
def test_zlib_must_inflate_to_the_size_announced(size):
    with pytest.raises(ImageError, match=f"does not inflate to the {size} bytes"):
        decode(blob(zlib.compress(FILE), ".fits.z", size))


def test_a_zlib_bomb_is_never_inflated():
    bomb = zlib.compress(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(ImageError):
        decode(blob(bomb, ".fits.z", 5760))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_damaged_zlib():
    with pytest.raises(ImageError, match="is not zlib data: "):
        decode(blob(b"no zlib", ".fits.z", 5760))
    with pytest.raises(ImageError, match="does not inflate"):
        decode(blob(zlib.compress(FILE)[:-40], ".fits.z", len(FILE)))
    with pytest.raises(ImageError, match="not zlib data"):  # only the checksum is wrong
        decode(blob(zlib.compress(FILE)[:-4] + b"oops", ".fits.z", len(FILE)))


@pytest.mark.parametrize("format", [".xisf", ".fits.fz.bz2", "", ".", ".z", ".stream.z", "\n<b>"])
def test_unknown_formats_are_named_with_a_way_out(format):
    with pytest.raises(ImageError) as error:
        decode(blob(b"...", format))
    message = str(error.value)
    assert repr(format) in message
    assert ".fit, .fits, .fits.fz, .fts" in message
    assert "blob.save(path)" in message
    assert "\n" not in message


@pytest.mark.usefixtures("registry")
def test_a_decoder_gets_blob_and_geometry():
    @decoder("raw8", ".RAW9")
    def raw(blob, geometry=None):
        data = np.frombuffer(blob.data, np.uint8).reshape(geometry)
        return blobs.Image(data, fits.Header({"FORMAT": blob.format}))

    image = decode(blob(bytes(6), "RAW8"), (2, 3))
    assert image.data.shape == (2, 3)
    packed = blob(zlib.compress(bytes(12)), "raw9.z", 12)
    image = decode(packed, (4, 3))
    assert image.data.shape == (4, 3)
    assert image.header["FORMAT"] == ".raw9"
    assert raw(blob(b"1"), (1, 1)).data == [[49]]


def test_cards_against_the_rules_can_be_read_all_the_same():
    cards = ["GAIN    =                  nan", "OBJECT  = 'unterminated", "FILTER  = Red",
             "EXPTIME =                  2,5", "object2 = 'x'"]  # fmt: skip
    header = read_fits(with_cards(*cards)).header
    assert header["GAIN"] == "nan"
    assert "unterminated" in header["OBJECT"]
    assert header["FILTER"] == "Red"
    assert header["EXPTIME"] == "2,5"
    assert header["OBJECT2"] == "x"


def test_the_last_block_may_be_short():
    np.testing.assert_array_equal(read_fits(FILE[: -2880 + 48]).data, PIXELS)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
def test_a_file_cut_off_says_so():
    file = fits_bytes(pixels((64, 64)))
    with pytest.raises(ImageError, match=f"cut off: {len(file) - 2880} of {len(file)} bytes"):
        read_fits(file[:-2880])


@pytest.mark.parametrize(
    "file", [b"", b"junk", bytes(2880), FILE[:100], FILE[:2880], FILE[2880:], b"\xff" * 9000]
)
def test_what_is_not_fits_is_told_in_one_line(file):
    with pytest.raises(ImageError) as error:
        decode(blob(file))
    assert str(len(file)) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("data", [None, np.arange(5), np.zeros((0, 3)), np.zeros((3, 0, 2))])
def test_files_without_image(data):
    with pytest.raises(ImageError, match="holds no image"):
        read_fits(fits_bytes(data))


def test_an_image_in_an_extension_is_found():
    file = blobs.io.BytesIO()
    table = fits.BinTableHDU.from_columns([fits.Column("n", "J", array=[1, 2])])
    hdus = [fits.PrimaryHDU(), table, fits.ImageHDU(PIXELS), fits.ImageHDU(PIXELS[:2])]
    fits.HDUList(hdus).writeto(file)
    data, _ = read_fits(file.getvalue())
    np.testing.assert_array_equal(data, PIXELS)


@pytest.mark.filterwarnings("ignore")
@settings(deadline=None)
@given(st.data())
def test_damaged_files_give_an_image_or_an_image_error(data):
    original = data.draw(st.sampled_from([FILE, PACKED]))
    file = bytearray(original)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(file) - 1) | st.integers(0, 1000))
        file[place] = data.draw(st.integers(0, 255))
    try:
        image = decode(blob(bytes(file), ".fits.fz", 1 << 20))
    except ImageError:
        return
    assert image.data.ndim >= 2
    assert image.data.nbytes <= 1 << 21
    assert len(list(image.header.values())) == len(image.header)  # each can be read
