import gzip
import io

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from indinb.errors import ImageError
from indinb.images import fitsfile
from indinb.images.fitsfile import parse_header, read_fits
from tests.images.samples import (
    at_most,
    cards,
    fits_bytes,
    header_block,
    pixels,
    real_header,
    with_cards,
)

PIXELS = pixels()
FILE = fits_bytes(PIXELS, real_header())
PACKED = fits_bytes(pixels((64, 64)), real_header(), compressed=True)


def by_astropy(file):
    """What astropy makes of an image, and its header as text."""
    hdu = fits.PrimaryHDU.fromstring(file)
    return hdu.data, hdu.header.tostring()


@pytest.fixture
def in_one_pass(monkeypatch):
    """Let astropy's own way of opening files fail."""
    monkeypatch.setattr(fits, "open", lambda *_, **__: pytest.fail("astropy opens the file"))


# ---- unsigned numbers, in one pass


@pytest.mark.usefixtures("in_one_pass")
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(4, 6), (3, 4, 6), (1, 1), (5, 7, 1)])
def test_unsigned_numbers_take_one_pass(dtype, shape):
    expected = pixels(shape).astype(dtype)
    data, header = read_fits(fits_bytes(expected, real_header()))
    assert data.dtype == dtype
    assert data.dtype.isnative
    assert data.flags.writeable == (dtype is np.uint16)  # which had to be made
    np.testing.assert_array_equal(data, expected)
    assert header["INSTRUME"] == "CCD Simulator"


@given(
    arrays.arrays(
        st.sampled_from([np.uint8, np.uint16]),
        arrays.array_shapes(min_dims=2, max_dims=3, max_side=50),
    ),
    st.integers(0, 80),
)
def test_it_makes_the_same_as_astropy(expected, comments):
    header = fits.Header()
    for number in range(comments):  # which end anywhere in a block
        header.add_comment(f"line {number}")
    file = fits_bytes(expected, header)
    data, header = read_fits(file)
    pixels, text = by_astropy(file)
    assert data.dtype == pixels.dtype == expected.dtype
    np.testing.assert_array_equal(data, pixels)
    assert header.tostring() == text


def test_the_header_is_as_astropy_has_it():
    header = read_fits(FILE).header
    _, text = by_astropy(FILE)
    assert header.tostring() == text
    assert repr(header) == repr(fits.Header.fromstring(text))


@pytest.mark.usefixtures("in_one_pass")
@pytest.mark.filterwarnings("ignore:Invalid 'BLANK'")  # of astropy, which is compared with
@pytest.mark.parametrize(
    "scaling",
    [
        cards(BZERO=32768),
        cards(BZERO=32768, BSCALE=1),
        cards(BZERO="32768.0", BSCALE="1.0"),
        cards(BSCALE="1.0E0", BZERO="3.2768E4"),
        cards(BZERO=32768, BLANK=-32768),  # means nothing in unsigned numbers
    ],
)
def test_ways_to_write_that_numbers_are_unsigned(scaling):
    file = with_cards(*scaling, bitpix=16)
    data, _ = read_fits(file)
    expected, _ = by_astropy(file)
    assert data.dtype == expected.dtype == np.uint16
    np.testing.assert_array_equal(data, expected)


@pytest.mark.parametrize(
    ("bitpix", "scaling", "expected", "dtype"),
    [
        (16, cards(BZERO=32768, BSCALE=2), 32768, np.float32),
        (16, cards(BZERO=10, BSCALE=1), 10, np.float32),
        (16, cards(), 0, np.int16),
        (8, cards(BZERO=-128), -128, np.int8),
        (8, cards(BSCALE=3), 0, np.float32),
        (8, cards(BLANK=7), 0, np.float32),
        (32, cards(BZERO=2147483648), 2147483648, np.uint32),
        (-32, cards(), 0, np.float32),
    ],
)
def test_other_numbers_go_through_astropy(monkeypatch, bitpix, scaling, expected, dtype):
    opened = []
    original = fits.open
    monkeypatch.setattr(
        fits, "open", lambda *args, **options: opened.append(1) or original(*args, **options)
    )
    data, _ = read_fits(with_cards(*scaling, bitpix=bitpix))
    assert opened
    assert data.dtype == dtype
    assert data.dtype.isnative
    assert data.flags.writeable
    assert (data == expected).all()


def test_pixels_are_those_of_now_if_the_file_may_change():
    for expected in (PIXELS, PIXELS.astype(np.uint8), PIXELS.astype(np.float32)):
        received = bytearray(fits_bytes(expected))
        image = read_fits(received)
        received[:] = bytes(len(received))
        np.testing.assert_array_equal(image.data, expected)


@pytest.mark.usefixtures("in_one_pass")
def test_a_file_that_nobody_changes_is_not_copied():
    file = memoryview(fits_bytes(pixels((1024, 1024)), real_header()))
    read_fits(FILE)
    with at_most(200_000):
        image = read_fits(file)
    assert image.pixels.shape == (1024, 1024)
    bytewise = np.zeros((1024, 1024), np.uint8)
    file = memoryview(fits_bytes(bytewise, real_header()))
    with at_most(200_000):
        data = read_fits(file).data
    assert np.shares_memory(data, np.frombuffer(file, np.uint8))


@pytest.mark.parametrize("shape", [(1024, 1024)])
def test_nothing_but_the_pixels_takes_memory(shape):
    file = memoryview(fits_bytes(pixels(shape), real_header()))
    read_fits(FILE)
    with at_most(2 * 1024 * 1024 + 200_000):
        assert read_fits(file).data.flags.writeable


# ---- all other kinds


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "float32", "float64"]
)
@pytest.mark.parametrize("shape", [(4, 6), (3, 4, 6), (1, 1)])
def test_every_kind_of_number_stays_what_it_is(dtype, shape):
    expected = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    data, header = read_fits(fits_bytes(expected))
    assert data.dtype == expected.dtype
    assert data.dtype.isnative
    np.testing.assert_array_equal(data, expected)
    np.testing.assert_array_equal(read_fits(fits_bytes(data, header)).data, expected)


def test_scaled_integers_become_floats_and_the_header_follows():
    lines = cards(SIMPLE="T", BITPIX=16, NAXIS=2, NAXIS1=3, NAXIS2=2, BSCALE=2.0, BZERO=10.0)
    raw = np.arange(6, dtype=">i2").tobytes()
    data, header = read_fits(header_block(*lines, *cards(BLANK=3)) + raw)
    np.testing.assert_array_equal(data, [[10, 12, 14], [np.nan, 18, 20]])
    assert header["BITPIX"] == -32
    assert not {"BSCALE", "BZERO", "BLANK"} & set(header)


def test_four_axes_are_astropys():
    expected = np.zeros((2, 3, 4, 5), np.uint16)
    assert read_fits(fits_bytes(expected)).data.shape == expected.shape


def test_an_image_in_an_extension_is_found():
    file = io.BytesIO()
    table = fits.BinTableHDU.from_columns([fits.Column("n", "J", array=[1, 2])])
    hdus = [fits.PrimaryHDU(), table, fits.ImageHDU(PIXELS), fits.ImageHDU(PIXELS[:2])]
    fits.HDUList(hdus).writeto(file)
    data, _ = read_fits(file.getvalue())
    np.testing.assert_array_equal(data, PIXELS)


# ---- headers


def test_cards_against_the_rules_can_be_read_all_the_same():
    lines = ["GAIN    =                  nan", "OBJECT  = 'unterminated", "FILTER  = Red",
             "EXPTIME =                  2,5", "object2 = 'x'", "OBSERVER= 'Jos\xe9'",
             "SITE    = 'a\0b\nc'", "HIERARCH ESO TEL = 5",
             "NOVALUE =", "COMMENT caf\xe9"]  # fmt: skip
    for bitpix, scaling in ((8, []), (16, cards(BZERO=32768))):
        header = read_fits(with_cards(*scaling, *lines, bitpix=bitpix)).header
        assert header["GAIN"] == "nan"
        assert "unterminated" in header["OBJECT"]
        assert header["FILTER"] == "Red"
        assert header["EXPTIME"] == "2,5"
        assert header["OBJECT2"] == "x"
        assert header["OBSERVER"] == "Jos?"
        assert header["SITE"] == "a?b?c"
        assert header["ESO TEL"] == 5
        assert header["NOVALUE"] in (None, "")
        assert list(header["COMMENT"]) == ["caf?"]


def test_no_cards_are_a_header_too():
    assert len(parse_header(b"")) == 0


LINES = st.lists(
    st.one_of(
        st.binary(max_size=80),
        st.builds(
            lambda key, value: f"{key:8}= {value}".encode("latin-1"),
            st.text("ABCXYZ_-019 ", max_size=8),
            st.text(st.characters(max_codepoint=255), max_size=70),
        ),
        st.builds(
            lambda key, value: f"{key} {value}".encode(),
            st.sampled_from(["COMMENT", "HISTORY", "CONTINUE", "HIERARCH", "END"]),
            st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=70),
        ),
        st.sampled_from(
            [b"A       = 'x&'", b"CONTINUE  'y'", b"A       = ''''", b"A       = '' '"]
        ),
        st.floats().map(lambda value: f"A       = {value!r} / comment".encode()),
    ),
    max_size=5,
)


@pytest.mark.filterwarnings("ignore")
@given(LINES)
def test_any_card_can_be_read(lines):
    header = parse_header(b"".join(line[:80].ljust(80) for line in lines))
    for card in header.cards:
        _ = card.keyword, card.value, card.comment


@given(LINES)
def test_what_is_plain_needs_no_mending(lines):
    """What our pattern lets pass, astropy takes without a word."""
    for line in lines:
        card = line[:80].ljust(80)
        if fitsfile._PLAIN_CARD.fullmatch(card) and len(card) == 80:
            header = fits.Header.fromstring(card)
            header.cards[0].verify("exception")
            _ = header.cards[0].value


def test_every_card_of_real_headers_is_plain():
    for name in ("exposure", "exposure_wcs"):
        text = real_header(name).tostring(endcard=False, padding=False).encode()
        lines = [text[start : start + 80] for start in range(0, len(text), 80)]
        assert all(map(fitsfile._PLAIN_CARD.fullmatch, lines))


@pytest.mark.parametrize(
    "card",
    ["A       = 2,5", "A       = nan", "A       = 'x", "A       = 'x' y", "a       = 1",
     "A B     = 1", "A=1", "A       = 1e5", "A       = - 1", "A       = \x7f", "HIERARCH A = 1",
     "CONTINUE  'x'", "A       =1", "A       = TRUE", "A       = 1 'x'", "COMMENT\tx"],
)  # fmt: skip
def test_cards_that_are_not_plain(card):
    assert not fitsfile._PLAIN_CARD.fullmatch(card.ljust(80).encode())


def test_long_texts_are_put_together():
    text = "x" * 150
    header = real_header()
    header["LONG"] = text
    assert read_fits(fits_bytes(PIXELS, header)).header["LONG"] == text


@pytest.mark.parametrize("end", ["END x", "END=", "END\0"])
@pytest.mark.filterwarnings("ignore")
def test_an_end_that_is_badly_written(end):
    file = with_cards("GAIN    =                    9").replace(
        b"END".ljust(80), end.ljust(80).encode()
    )
    header = read_fits(file).header
    assert header["GAIN"] == 9
    assert "END" not in header


def test_keywords_that_begin_like_the_end():
    header = read_fits(with_cards("ENDING  =                    9", "END-X   = 5")).header
    assert header["ENDING"] == 9
    assert header["END-X"] == 5


# ---- compressed by fpack


def test_fpack_is_unpacked():
    data, header = read_fits(PACKED, 64 * 64 * 2)
    assert data.dtype == np.uint16
    np.testing.assert_array_equal(data, pixels((64, 64)))
    assert header["INSTRUME"] == "CCD Simulator"
    assert "ZIMAGE" not in header


@pytest.mark.parametrize("compression", ["RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"])
def test_ways_to_compress(compression):
    file = fits_bytes(pixels((64, 64)), compressed=True, compression_type=compression)
    np.testing.assert_array_equal(read_fits(file, 64 * 64 * 2).data, pixels((64, 64)))


def test_floats_that_cannot_be_quantized_are_zipped():
    expected = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    expected[3, :9] = 1e30
    file = fits_bytes(expected, compressed=True, quantize_level=100)
    data, _ = read_fits(file, 64 * 64 * 4)
    assert np.abs(data - expected).max() < 0.1
    np.testing.assert_array_equal(data[3], expected[3])


def test_fpack_may_not_unpack_to_more_than_announced():
    with pytest.raises(ImageError, match="8192 bytes, but 8191 were announced"):
        read_fits(PACKED, 8191)


def test_a_file_of_ones_own_may_unpack_to_any_size():
    assert read_fits(PACKED).data.shape == (64, 64)


def test_a_plain_file_may_be_larger_than_announced():
    """Drivers announce wrong sizes; nothing is unpacked here."""
    assert read_fits(FILE, 0).data.shape == (4, 6)


def bomb(members=1):
    """A file that claims 128 bytes, and whose only tile holds twenty megabytes."""
    small = fits_bytes(
        np.zeros((1, 64), np.int16), compressed=True, compression_type="GZIP_1", tile_shape=(1, 64)
    )
    tile = gzip.compress(bytes(128)) * (members - 1) + gzip.compress(bytes(20_000_000))
    with fits.open(io.BytesIO(small), disable_image_compression=True) as hdus:
        old = hdus[1].data["COMPRESSED_DATA"][0].tobytes()
    start = small.rindex(old)
    table = small.rindex(b"END" + b" " * 77)
    table += -table % 2880
    descriptor = np.array([len(tile), 0], ">i4").tobytes()
    file = small[:table] + descriptor + small[table + 8 : start] + tile
    size = f"PCOUNT  = {len(old):20}".encode()
    assert size in small
    return file.replace(size, f"PCOUNT  = {len(tile):20}".encode())


@pytest.mark.parametrize("members", [1, 2])
def test_a_tile_may_not_be_a_gzip_bomb(members):
    file = bomb(members)
    with at_most(1_000_000), pytest.raises(ImageError, match="more than the 5760 bytes announced"):
        read_fits(file, 5760)


# ---- damaged and hostile files


def test_the_last_block_may_be_short():
    np.testing.assert_array_equal(read_fits(FILE[: -2880 + 48]).data, PIXELS)
    floats = fits_bytes(PIXELS.astype(np.float32))
    np.testing.assert_array_equal(read_fits(floats[: -2880 + 96]).data, PIXELS)
