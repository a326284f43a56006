import io
import struct
import warnings
import zlib

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.images.pictures import read_picture
from tests.images.samples import at_most, blob, pixels

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
COLOURS = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], -1)


def encoded(picture, format, **options):
    if isinstance(picture, np.ndarray):
        picture = PIL.Image.fromarray(picture)
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def png(width, height, bits, kind, rows=b""):
    """A PNG whose header says whatever it likes."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


def tiff(data, bits, samples=1, planar=1, order="<", signed=1):
    """An uncompressed TIFF of 3 x 2 pixels."""
    tags = {256: [3], 257: [2], 258: [bits] * samples, 259: [1], 262: [2 if samples > 1 else 1],
            273: [8], 277: [samples], 278: [2], 279: [len(data)], 284: [planar],
            339: [signed] * samples}  # fmt: skip
    place = 8 + len(data)
    extra = place + 2 + 12 * len(tags) + 4
    entries, long = b"", b""
    for tag, values in tags.items():
        packed = struct.pack(f"{order}{len(values)}H", *values)
        if len(packed) > 4:
            long += packed
            packed = struct.pack(f"{order}I", extra + len(long) - len(packed))
        entries += struct.pack(f"{order}HHI", tag, 3, len(values)) + packed.ljust(4, b"\0")
    mark = b"II" if order == "<" else b"MM"
    count, end = struct.pack(f"{order}H", len(tags)), bytes(4)
    return mark + struct.pack(f"{order}HI", 42, place) + data + count + entries + end + long


# ---- what can be read


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_grey_of_8_bits(format):
    data, header = read_picture(encoded(GREY, format))
    assert data.dtype == np.uint8
    np.testing.assert_array_equal(data, GREY)
    assert header["ROWORDER"] == "TOP-DOWN"


@pytest.mark.parametrize(
    "file",
    [
        encoded(pixels(), "PNG"),
        encoded(pixels(), "TIFF"),
        encoded(pixels(), "TIFF", compression="tiff_lzw"),
        encoded(pixels(), "TIFF", compression="tiff_adobe_deflate"),
    ],
)
def test_grey_of_16_bits(file):
    data, _ = read_picture(file)
    assert data.dtype == np.uint16
    assert data.dtype.isnative
    np.testing.assert_array_equal(data, pixels())


@pytest.mark.parametrize("order", ["<", ">"])
def test_byte_orders(order):
    expected = pixels((2, 3))
    data, _ = read_picture(tiff(expected.astype(f"{order}u2").tobytes(), 16, order=order))
    assert data.dtype == np.uint16
    assert data.dtype.isnative
    np.testing.assert_array_equal(data, expected)


def test_floats():
    expected = GREY.astype(np.float32) / 7
    data, _ = read_picture(encoded(expected, "TIFF"))
    assert data.dtype == np.float32
    np.testing.assert_array_equal(data, expected)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_colours_become_three_planes(format):
    data, _ = read_picture(encoded(COLOURS, format))
    assert data.dtype == np.uint8
    assert data.shape == (3, 6, 8)
    assert data.flags.c_contiguous
    np.testing.assert_array_equal(data, np.moveaxis(COLOURS, -1, 0))


@pytest.mark.parametrize(("picture", "shape"), [(GREY, (6, 8)), (COLOURS, (3, 6, 8))])
def test_jpeg_is_about_right(picture, shape):
    smooth = np.full_like(picture, 100)
    data, _ = read_picture(encoded(smooth, "JPEG"))
    assert data.shape == shape
    assert np.abs(data.astype(int) - 100).max() <= 2


@pytest.mark.parametrize(
    ("mode", "format", "planes"),
    [("1", "PNG", 1), ("LA", "PNG", 1), ("P", "PNG", 3), ("RGBA", "PNG", 3), ("CMYK", "JPEG", 3),
     ("CMYK", "TIFF", 3), ("RGBA", "TIFF", 3), ("1", "TIFF", 1)],
)  # fmt: skip
def test_other_modes_become_grey_or_three_planes(mode, format, planes):
    white = np.full((6, 8, 3), 255, np.uint8)
    data, _ = read_picture(encoded(PIL.Image.fromarray(white).convert(mode), format))
    assert data.shape == ((6, 8) if planes == 1 else (3, 6, 8))
    assert data.dtype == np.uint8
    assert (data >= 254).all()


@pytest.mark.parametrize("format", ["PNG", "TIFF", "JPEG"])
def test_pixels_may_be_changed_and_padding_does_no_harm(format):
    data, _ = read_picture(memoryview(encoded(COLOURS, format) + bytes(5000)))
    data[0, 0, 0] = 7


@given(st.integers(1, 20), st.integers(1, 20), st.sampled_from(["u1", "u2"]), st.booleans())
def test_round_trips(width, height, dtype, as_png):
    expected = pixels((height, width)).astype(dtype)
    data, _ = read_picture(encoded(expected, "PNG" if as_png else "TIFF"))
    assert data.dtype == dtype
    np.testing.assert_array_equal(data, expected)


def test_a_picture_stays_upright_as_a_frame():
    half = np.zeros((6, 8), np.uint8)
    half[:3] = 200  # the upper half is bright
    frame = Frame.from_blob(blob(encoded(half, "PNG"), ".png"))
    assert frame.unit == "adu"
    shown = np.asarray(PIL.Image.open(io.BytesIO(frame.to_png("minmax"))))
    assert (shown[:3] == 255).all()
    assert (shown[3:] == 0).all()


# ---- what cannot


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (png(2, 1, 16, 2, bytes(13)), "PNG pictures of mode RGB with 16 bits"),
        (png(2, 1, 16, 6, bytes(17)), "PNG pictures of mode RGBA with 16 bits"),
        (png(2, 1, 16, 4, bytes(9)), "with 16 bits"),
        (tiff(bytes(36), 16, 3), "TIFF pictures of mode RGB with 16 bits"),
        (tiff(bytes(36), 16, 3, planar=2), "TIFF pictures of mode RGB with 16 bits"),
        (tiff(bytes(24), 32), "TIFF pictures of mode I with 32 bits"),
        (tiff(bytes(12), 16, signed=2), "TIFF pictures of mode I with 16 bits"),
    ],
)
def test_no_bits_are_lost_silently(file, told):
    with pytest.raises(ImageError, match=rf"{told} cannot be read, only 8 and 16 bits of grey"):
        read_picture(file)


@pytest.mark.parametrize(
    "file",
    [
        b"", b"junk", encoded(GREY, "PNG")[:50], encoded(GREY, "JPEG")[:200],
        encoded(GREY, "TIFF")[:60], tiff(bytes(12), 16)[:60], b"\x89PNG\r\n\x1a\n", b"II*\0",
        encoded(GREY, "PNG").replace(b"IDAT", b"IDAX"), b"\xff\xd8\xff\xe0" + bytes(100),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_damaged_pictures(file):
    with pytest.raises(ImageError, match="not a JPEG, PNG or TIFF picture") as error:
        read_picture(file)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("format", ["BMP", "GIF", "PPM"])
def test_other_formats_are_not_even_tried(format):
    with pytest.raises(ImageError, match="not a JPEG, PNG or TIFF picture"):
        read_picture(encoded(GREY, format))


@pytest.mark.parametrize("warn", ["error", "ignore"])
@pytest.mark.parametrize("side", [10_000, 60_000])
def test_a_picture_may_not_be_a_bomb(side, warn):
    file = png(side, side, 8, 0, bytes(side + 1))
    with at_most(2_000_000), warnings.catch_warnings():
        warnings.simplefilter(warn)
        with pytest.raises(ImageError, match=r"pixels"):
            read_picture(file)


def test_who_wants_larger_pictures_says_so(monkeypatch):
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 47)
    with (
        pytest.warns(PIL.Image.DecompressionBombWarning),
        pytest.raises(ImageError, match=r"8 x 6 pixels, and PIL.Image.MAX_IMAGE_PIXELS is 47"),
    ):
        read_picture(encoded(GREY, "PNG"))
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", None)
    assert read_picture(encoded(GREY, "PNG")).data.shape == (6, 8)


@pytest.mark.filterwarnings("ignore")
@given(st.data())
def test_any_damage_gives_a_picture_or_an_image_error(data):
    format = data.draw(st.sampled_from(["JPEG", "PNG", "TIFF"]))
    file = bytearray(encoded(COLOURS, format))
    for _ in range(data.draw(st.integers(1, 5))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    try:
        image = read_picture(bytes(file))
    except ImageError:
        return
    assert image.data.ndim == 2 or image.data.shape[0] == 3
