import io
import zlib

import numpy as np
import PIL.Image
import pytest
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ImageError
from indinb.images import blobs
from indinb.images.blobs import decode, decoder
from indinb.images.image import Geometry, Image
from tests.images.samples import at_most, blob, fits_bytes, pixels, real_header

PIXELS = pixels()
FILE = fits_bytes(PIXELS, real_header())
PACKED = fits_bytes(pixels((64, 64)), real_header(), compressed=True)
GEOMETRY = Geometry(6, 4, 16)
MEBIBYTE = 1 << 20


def png(data):
    file = io.BytesIO()
    PIL.Image.fromarray(data).save(file, "PNG")
    return file.getvalue()


def jpeg(data):
    file = io.BytesIO()
    PIL.Image.fromarray(data).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(blobs, "_decoders", dict(blobs._decoders))


# ---- formats

SAMPLES = {
    ".fits": FILE,
    ".fit": FILE,
    ".fts": FILE,
    ".png": png(PIXELS),
    ".bin": PIXELS.astype("<u2").tobytes(),
    ".stream": PIXELS.astype("<u2").tobytes(),
}
"""Files of the same pixels."""


@pytest.mark.parametrize("write", [str, str.upper, str.title, "  {}\n".format, lambda s: s[1:]])
@pytest.mark.parametrize("format", SAMPLES)
def test_formats_are_known_however_written(format, write):
    data, _ = decode(blob(SAMPLES[format], write(format)), GEOMETRY)
    assert data.dtype == np.uint16
    np.testing.assert_array_equal(data, PIXELS)


@pytest.mark.parametrize("suffix", [".z", ".Z", ".z "])
@pytest.mark.parametrize("format", SAMPLES)
def test_zlib_is_inflated(format, suffix):
    file = SAMPLES[format]
    data, _ = decode(blob(zlib.compress(file), format + suffix, len(file)), GEOMETRY)
    np.testing.assert_array_equal(data, PIXELS)


def test_fpack_is_unpacked():
    data, header = decode(blob(PACKED, ".fits.fz", 64 * 64 * 2 + 2880))
    np.testing.assert_array_equal(data, pixels((64, 64)))
    assert header["INSTRUME"] == "CCD Simulator"
    packed_twice = blob(zlib.compress(PACKED), ".FITS.FZ.z", len(PACKED))
    np.testing.assert_array_equal(decode(packed_twice).data, data)


@pytest.mark.parametrize("format", [".fits.fz", ".fits"])
@pytest.mark.parametrize("size", [0, 1, len(PACKED), 8191])
def test_a_wrong_size_of_packed_fits_does_not_matter(format, size):
    assert decode(blob(PACKED, format, size)).data.nbytes == 8192


def test_fpack_may_not_unpack_to_more_than_can_be_meant():
    zeros = np.zeros((4000, 4000), np.uint8)
    blank = fits_bytes(zeros, compressed=True, compression_type="GZIP_1", tile_shape=(4000, 4000))
    assert len(blank) < 16_000_000 / 100
    with pytest.raises(ImageError, match="16000000 bytes, but"):
        decode(blob(blank, ".fits.fz", len(blank)))
    assert decode(blob(blank, ".fits.fz", 16_000_000)).data.shape == (4000, 4000)


def test_a_size_beyond_all_bounds_is_the_fault_of_the_bytes():
    with pytest.raises(ImageError, match="does not inflate"):
        decode(blob(zlib.compress(b"short"), ".fits.z", 10**30))


@pytest.mark.parametrize("format", [".jpg", ".JPEG", ".stream_jpg", "stream_jpg", ".Stream_JPG"])
def test_jpeg_tells_its_size_itself(format):
    smooth = np.full((10, 16), 100, np.uint8)
    for geometry in (None, GEOMETRY):  # video is sent smaller than the sensor
        data, _ = decode(blob(jpeg(smooth), format), geometry)
        assert data.shape == (10, 16)


@pytest.mark.parametrize("format", [".tif", ".tiff", "TIF"])
def test_tiff(format):
    file = io.BytesIO()
    PIL.Image.fromarray(PIXELS).save(file, "TIFF")
    np.testing.assert_array_equal(decode(blob(file.getvalue(), format)).data, PIXELS)


# ---- raw pixels


def test_memory_is_planar_and_video_is_not():
    colours = np.arange(72, dtype=np.uint8).reshape(3, 4, 6)
    planar, by_pixel = colours.tobytes(), np.moveaxis(colours, 0, -1).tobytes()
    geometry = GEOMETRY._replace(bits=8)
    np.testing.assert_array_equal(decode(blob(planar, ".bin"), geometry).data, colours)
    np.testing.assert_array_equal(decode(blob(by_pixel, ".stream"), geometry).data, colours)


def test_video_of_8_bits_from_a_sensor_of_16():
    video = bytes(range(24))
    assert decode(blob(video, ".stream"), GEOMETRY).data.dtype == np.uint8
    with pytest.raises(ImageError, match="24 bytes are no raw image of 6 x 4 pixels of 16 bits"):
        decode(blob(video, ".bin"), GEOMETRY)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("shape", [(4, 6), (3, 4, 6)], ids=["grey", "colours"])
@pytest.mark.parametrize("dtype", ["u1", "<u2"])
def test_all_kinds_of_raw_video(dtype, shape, packed):
    expected = pixels(shape).astype(dtype)
    video = (np.moveaxis(expected, 0, -1) if len(shape) == 3 else expected).tobytes()
    sent = blob(zlib.compress(video), ".stream.z", len(video)) if packed else blob(video, ".stream")
    for bits in (None, 8, 12, 16):
        data, header = decode(sent, GEOMETRY._replace(bits=bits))
        np.testing.assert_array_equal(data, expected)
        assert data.dtype == expected.dtype
        assert header["ROWORDER"] == "TOP-DOWN"


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_video_may_be_coloured(mode):
    file = io.BytesIO()
    PIL.Image.new(mode, (8, 6), "white").save(file, "JPEG")
    data, _ = decode(blob(file.getvalue(), ".stream_jpg"), GEOMETRY)
    assert data.shape == {"L": (6, 8), "RGB": (3, 6, 8)}[mode]
    assert (data == 255).all()


def test_video_of_a_size_four_times_as_large_is_none_of_32_bits():
    with pytest.raises(ImageError, match="96 bytes are no raw image of 6 x 4 pixels"):
        decode(blob(bytes(4 * 24), ".stream"), GEOMETRY)


def test_the_geometry_may_have_changed_in_mid_stream():
    with pytest.raises(ImageError, match=r"12 bytes .* 6 x 4 pixels$"):
        decode(blob(bytes(12), ".stream"), GEOMETRY)


@pytest.mark.parametrize("format", [".bin", ".stream", ".bin.z"])
def test_raw_pixels_need_a_geometry(format):
    sent = zlib.compress(bytes(24)) if format.endswith(".z") else bytes(24)
    with pytest.raises(ImageError, match="give its Geometry"):
        decode(blob(sent, format, 24))


# ---- padding


@pytest.mark.parametrize("format", [".fits", ".png", ".bin", ".stream"])
def test_zeros_after_the_end_do_no_harm(format):
    file = SAMPLES[format]
    padded = blob(file.ljust(MEBIBYTE, b"\0"), format, len(file))
    np.testing.assert_array_equal(decode(padded, GEOMETRY).data, PIXELS)


def test_padding_to_a_mebibyte_does_no_harm():
    # What indiserver appends to compressed BLOBs; a warning would fail the test.
    padded = PACKED.ljust(MEBIBYTE, b"\0")
    assert decode(blob(padded, ".fits.fz", 64 * 64 * 2)).data.shape == (64, 64)
    for tail in (b"\0", b"old"):  # of the image before it in the same memory
        padded = zlib.compress(FILE) + (tail * MEBIBYTE)[:MEBIBYTE]
        np.testing.assert_array_equal(decode(blob(padded, ".fits.z", len(FILE))).data, PIXELS)


# ---- bounded inflation


@pytest.mark.parametrize("size", [0, 1, len(FILE) - 1, len(FILE) + 1, 10 * len(FILE)])
def test_zlib_must_inflate_to_the_size_announced(size):
    with pytest.raises(ImageError, match=f"does not inflate to the {size} bytes"):
        decode(blob(zlib.compress(FILE), ".fits.z", size))


@pytest.mark.parametrize("size", [5760, 4 << 30, 1 << 70])
def test_a_zlib_bomb_is_never_inflated(size):
    bomb = zlib.compress(bytes(50_000_000))[:1000]
    assert len(bomb) == 1000
    with at_most(3_000_000), pytest.raises(ImageError):
        decode(blob(bomb, ".fits.z", size))
    whole = zlib.compress(bytes(50_000_000))
    with at_most(1_000_000), pytest.raises(ImageError):
        decode(blob(whole, ".fits.z", 5760))


def test_damaged_zlib():
    with pytest.raises(ImageError, match="these 7 bytes are not zlib data: "):
        decode(blob(b"no zlib", ".fits.z", 5760))
    with pytest.raises(ImageError, match="does not inflate"):
        decode(blob(zlib.compress(FILE)[:-40], ".fits.z", len(FILE)))
    with pytest.raises(ImageError, match="not zlib data"):  # only the checksum is wrong
        decode(blob(zlib.compress(FILE)[:-4] + b"oops", ".fits.z", len(FILE)))


@given(st.binary(max_size=2000), st.integers(0, 3000))
def test_any_zlib_gives_the_size_announced_or_an_image_error(data, size):
    packed = blob(zlib.compress(data), ".bin.z", size)
    if size == len(data) and size:
        assert decode(packed, Geometry(size, 1, 8)).data.tobytes() == data
    else:
        with pytest.raises(ImageError):
            decode(packed, Geometry(size, 1, 8))


# ---- what cannot be read


@pytest.mark.parametrize("format", [".ser", ".fits.fz.bz2", "", ".", ".z", ".txt.z", "\n<b>"])
def test_unknown_formats_are_named_with_a_way_out(format):
    with pytest.raises(ImageError) as error:
        decode(blob(b"...", format))
    message = str(error.value)
    assert repr(format) in message
    for known in (".bin", ".fit, .fits, .fits.fz, .fts", ".png, .stream, .stream_jpg, .tif"):
        assert known in message
    assert "or of these with .z" in message
    assert "blob.save(path) keeps the bytes" in message
    assert "\n" not in message


@pytest.mark.parametrize("format", [".cr2", ".CR3", "nef", ".ARW", ".raf", ".dng"])
def test_the_raw_formats_of_makers_are_kept_as_bytes(format, tmp_path):
    sent = blob(b"II*\0 and what only the maker knows", format)
    suffix = "." + format.lower().removeprefix(".")
    with pytest.raises(
        ImageError, match=rf"{suffix} is a raw format of the camera's maker"
    ) as error:
        decode(sent, GEOMETRY)
    assert f"blob.save('image{suffix}') keeps the bytes" in str(error.value)
    assert sent.save(tmp_path / "image.cr2").read_bytes() == bytes(sent)


def test_what_cannot_be_read_stays_usable(tmp_path):
    sent = blob(b"SER file", ".ser")
    with pytest.raises(ImageError):
        decode(sent)
    assert bytes(sent) == b"SER file"
    assert sent.save(tmp_path / "video.ser").read_bytes() == b"SER file"


# ---- decoders of one's own


@pytest.mark.usefixtures("registry")
def test_a_decoder_gets_blob_and_geometry():
    @decoder("raw8", ".RAW9")
    def raw(blob, geometry=None):
        data = np.frombuffer(blob.data, np.uint8).reshape(geometry.height, geometry.width)
        return Image(data, fits.Header({"FORMAT": blob.format}))

    image = decode(blob(bytes(6), "RAW8"), Geometry(3, 2))
    assert image.data.shape == (2, 3)
    packed = blob(zlib.compress(bytes(12)), "raw9.z", 12)
    image = decode(packed, Geometry(3, 4))
    assert image.data.shape == (4, 3)
    assert image.header["FORMAT"] == "raw9"
    assert raw(blob(b"1"), Geometry(1, 1)).data == [[49]]


@pytest.mark.usefixtures("registry")
def test_a_decoder_may_be_replaced():
    @decoder(".cr2", ".fits")
    def ours(blob, geometry=None):
        return Image(np.zeros((1, 1)), fits.Header())

    assert decode(blob(b"", ".CR2")).data.shape == (1, 1)
    assert decode(blob(FILE)).data.shape == (1, 1)


FORMATS = st.sampled_from([*SAMPLES, ".fits.fz", ".jpg", ".stream_jpg", ".xisf", ".tif", ".cr2"])


@pytest.mark.filterwarnings("ignore")
@given(FORMATS, st.sampled_from(["", ".z"]), st.binary(max_size=200), st.integers(0, 300))
def test_any_bytes_give_an_image_or_an_image_error(format, suffix, data, size):
    try:
        image = decode(blob(data, format + suffix, size), GEOMETRY)
    except ImageError as error:
        assert "\n" not in str(error)  # noqa: PT017  any other error fails, too
    else:
        assert image.data.shape[-2:] == (4, 6)
