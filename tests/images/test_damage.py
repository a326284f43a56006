"""Damaged and odd frames: each is shown, or refused with one clear line."""

import io
import zlib

import numpy as np
import PIL.Image
import pytest

from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from tests.images.samples import blob, cards, fits_bytes, header_block, pixels, with_cards

GEOMETRY = Geometry(6, 4, 16)
LONGEST = 200  # letters of what a refusal says
PLAIN = fits_bytes(pixels((60, 80)))
PACKED = fits_bytes(pixels((64, 64)), compressed=True)
PNG = b"\x89PNG\r\n\x1a\n"


def picture(format: str, mode: str = "L", size=(40, 30)) -> bytes:
    file = io.BytesIO()
    PIL.Image.linear_gradient("L").resize(size).convert(mode).save(file, format)
    return file.getvalue()


def header(data_bytes: int = 2880, **values: object) -> bytes:
    return header_block(*cards(SIMPLE="T", **values)) + bytes(data_bytes)


def flat(**values: object) -> bytes:
    return header(**({"BITPIX": 16, "NAXIS": 2, "NAXIS1": 3, "NAXIS2": 2} | values))


def damaged(file: bytes, place: int, bytes_: bytes = b"\xff" * 16) -> bytes:
    return file[:place] + bytes_ + file[place + len(bytes_) :]


def nothing_but(value: float) -> bytes:
    return fits_bytes(np.full((30, 40), value, np.float32))


def some(value: float) -> bytes:
    data = pixels((30, 40)).astype(np.float32)
    data[10:20, 10:20] = value
    return fits_bytes(data)


SHOWN = {
    "plain": (".fits", PLAIN),
    "constant": (".fits", fits_bytes(np.full((30, 40), 7, np.uint16))),
    "constant 0.0": (".fits", nothing_but(0)),
    "constant and huge": (".fits", nothing_but(3e38)),
    "NaN in places": (".fits", some(np.nan)),
    "infinity in places": (".fits", some(np.inf)),
    "minus infinity in places": (".fits", some(-np.inf)),
    "nearly too large numbers": (".fits", some(3e38)),
    "negative numbers": (".fits", fits_bytes(-pixels((30, 40)).astype(np.int32))),
    "1 x 1": (".fits", fits_bytes(pixels((1, 1)))),
    "1 x 1 of floats": (".fits", fits_bytes(np.ones((1, 1), np.float64))),
    "one row": (".fits", fits_bytes(pixels((1, 500)))),
    "one column": (".fits", fits_bytes(pixels((500, 1)))),
    "one long row": (".fits", fits_bytes(pixels((1, 70_000)))),
    "three planes": (".fits", fits_bytes(pixels((3, 30, 40)))),
    "three planes of 1 x 1": (".fits", fits_bytes(pixels((3, 1, 1)))),
    "one plane of many": (".fits", fits_bytes(pixels((1, 30, 40)))),
    "BITPIX 64": (".fits", fits_bytes(pixels((30, 40)).astype(np.int64) * 10**14)),
    "BITPIX 64, unsigned": (".fits", fits_bytes(np.full((3, 4), 2**64 - 1, np.uint64))),
    "BITPIX 32": (".fits", fits_bytes(pixels((30, 40)).astype(np.int32))),
    "BITPIX -64": (".fits", fits_bytes(pixels((30, 40)).astype(np.float64) * 1e300)),
    "scaled": (".fits", with_cards(*cards(BSCALE=2.5, BZERO=7))),
    "scaled to nothing": (".fits", with_cards(*cards(BSCALE=0))),
    "empty numbers": (".fits", with_cards(*cards(BLANK=0), *cards(BSCALE=2.0))),
    "padded": (".fits", PLAIN + b"\0" * 100_000),
    "with junk behind": (".fits", PLAIN + b"\xff" * 5000),
    "packed": (".fits.fz", PACKED),
    "zlib": (".fits.z", PLAIN),
    "grey JPEG": (".jpg", picture("JPEG")),
    "coloured JPEG": (".stream_jpg", picture("JPEG", "RGB")),
    "JPEG for printers": (".jpg", picture("JPEG", "CMYK")),
    "JPEG of 1 x 1": (".jpg", picture("JPEG", size=(1, 1))),
    "PNG with holes": (".png", picture("PNG", "LA")),
    "TIFF of floats": (".tif", picture("TIFF", "F")),
    "memory": (".bin", bytes(48)),
    "video of 8 bits": (".stream", bytes(24)),
    "video of 16 bits": (".stream", bytes(48)),
    "video in colours": (".stream", bytes(72)),
    "video in colours of 16 bits": (".stream.z", bytes(144)),
}

REFUSED = {
    "no bytes": (".fits", b"", "not a FITS image"),
    "junk": (".fits", b"junk" * 1000, "not a FITS image"),
    "cut in the header": (".fits", PLAIN[:1000], "cut off: 1000 of"),
    "cut after the header": (".fits", PLAIN[:2880], "cut off: 2880 of"),
    "cut in the pixels": (".fits", PLAIN[:-2880], "cut off"),
    "packed and cut": (".fits.fz", PACKED[:-2880], ""),
    "packed and damaged": (".fits.fz", damaged(PACKED, 5760 + 4), ""),
    "no axes": (".fits", header(BITPIX=16, NAXIS=0), "holds no image"),
    "one axis": (".fits", header(BITPIX=16, NAXIS=1, NAXIS1=100), "holds no image"),
    "NAXIS too many": (".fits", flat(NAXIS=1000), "NAXIS = 1000"),
    "NAXIS negative": (".fits", flat(NAXIS=-2), "NAXIS = -2"),
    "NAXIS a text": (".fits", flat(NAXIS="'two'"), "NAXIS = 'two'"),
    "NAXIS more than there are": (".fits", flat(NAXIS=3), "NAXIS"),
    "axis of 0": (".fits", flat(NAXIS2=0), "holds no image"),
    "both of 0": (".fits", flat(NAXIS1=0, NAXIS2=0), "holds no image"),
    "axis negative": (".fits", flat(NAXIS1=-3), "NAXIS1 = -3"),
    "axis a float": (".fits", flat(NAXIS1="3.5"), "NAXIS1 = 3.5"),
    "axis a long text": (".fits", flat(NAXIS1=f"'{'x' * 60}'"), "NAXIS1 = 'xxx"),
    "huge": (".fits", flat(NAXIS1=10**9, NAXIS2=10**9), "cut off"),
    "huge of floats": (".fits", flat(BITPIX=-64, NAXIS1=10**9, NAXIS2=10**9), "cut off"),
    "larger than numbers": (".fits", flat(NAXIS1=10**18, NAXIS2=10**18), ""),
    "BITPIX unknown": (".fits", flat(BITPIX=17), "not a FITS image"),
    "only NaN": (".fits", nothing_but(np.nan), "no pixel is finite"),
    "only infinity": (".fits", nothing_but(np.inf), "no pixel is finite"),
    "four axes": (".fits", fits_bytes(pixels((2, 3, 4, 5))), "no picture of 2x3x4x5 numbers"),
    "two planes": (".fits", fits_bytes(pixels((2, 4, 5))), "no picture of 2x4x5 numbers"),
    "many axes": (".fits", fits_bytes(pixels((2, *(1,) * 20, 2, 2))), "no picture of 2x1x1x"),
    "zlib that is none": (".fits.z", None, "not zlib data"),
    "zlib cut": (".stream.z", zlib.compress(bytes(24))[:-6], "does not inflate"),
    "zlib damaged": (".fits.z", damaged(zlib.compress(PLAIN), 500), ""),
    "zlib of another size": (".stream.z", zlib.compress(bytes(25)), "does not inflate to the 24"),
    "video a byte too short": (".stream", bytes(23), "23 bytes are no raw image of 6 x 4"),
    "video a byte too long": (".stream", bytes(25), "25 bytes are no raw image of 6 x 4"),
    "video of 32 bits": (".stream", bytes(96), "96 bytes are no raw image of 6 x 4"),
    "video of nothing": (".stream", b"", "0 bytes are no raw image"),
    "memory of 8 bits": (".bin", bytes(24), "of 16 bits"),
    "JPEG cut": (".stream_jpg", picture("JPEG")[:300], "not a JPEG, PNG or TIFF picture"),
    "JPEG cut at once": (".jpg", picture("JPEG")[:3], "not a JPEG, PNG or TIFF picture"),
    "JPEG that is FITS": (".jpg", PLAIN, "not a JPEG, PNG or TIFF picture"),
    "FITS that is JPEG": (".fits", picture("JPEG"), "not a FITS image"),
    "PNG cut": (".png", picture("PNG")[:60], "not a JPEG, PNG or TIFF picture"),
    "TIFF cut": (".tif", picture("TIFF")[:100], "not a JPEG, PNG or TIFF picture"),
    "a format nobody knows": (".ser", b"...", "blob.save(path) keeps the bytes"),
    "a long format": ("." + "x" * 5000, b"...", ""),
    "a maker's own": (".cr2", b"...", "raw format of the camera's maker"),
}


def seen(format: str, data: bytes, size: int | None = None) -> bytes:
    return Frame.from_blob(blob(data, format, size), GEOMETRY).to_png()


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_shown(name):
    format, data = SHOWN[name]
    sent = zlib.compress(data) if format.endswith(".z") else data
    assert seen(format, sent, len(data)).startswith(PNG)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.filterwarnings("ignore:Unexpected extra padding")
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_one_line(name):
    format, data, reason = REFUSED[name]
    size = {".stream.z": 24, ".fits.z": len(PLAIN)}.get(format)
    with pytest.raises(ImageError) as error:
        seen(format, b"no zlib" if data is None else data, size)
    message = str(error.value)
    assert reason in message
    assert message == " ".join(message.split())
    assert 10 < len(message) < LONGEST


NO_PICTURES = {
    "complex numbers": np.ones((4, 5), complex),
    "texts": np.full((4, 5), "star"),
    "dates": np.zeros((4, 5), "M8[s]"),
    "records": np.zeros((4, 5), [("x", int)]),
    "one axis": np.ones(7),
    "no axes": np.ones(()),
    "no rows": np.ones((0, 5)),
    "four planes": np.ones((4, 5, 6)),
    "many axes": np.ones((2, *(1,) * 59, 2, 2)),
    "only NaN": np.full((4, 5), np.nan),
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_arrays_that_are_no_pictures(name):
    frame = Frame(NO_PICTURES[name], unit="adu")
    with pytest.raises(ImageError) as error:
        frame.to_png()
    message = str(error.value)
    assert message == " ".join(message.split())
    assert 10 < len(message) < LONGEST
    assert repr(frame)


PICTURES = {
    "truth values": np.eye(5, dtype=bool),
    "halves": np.eye(5, dtype=np.float16),
    "long floats": np.eye(5, dtype=np.longdouble),
    "big endian": np.eye(5, dtype=">i2"),
    "the largest integers": np.full((4, 5), 2**63 - 1),
    "all there is": np.array([[np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324]]),
    "not contiguous": np.eye(20)[::3, ::-2],
}


@pytest.mark.parametrize("name", PICTURES)
def test_odd_arrays_are_shown(name):
    assert Frame(PICTURES[name], unit="adu").to_png().startswith(PNG)


@pytest.mark.parametrize("where", range(80, 2880, 80))
def test_a_card_that_is_cut_makes_no_difference_to_what_is_raised(where):
    """Whatever card is spoilt, it is a picture or an ImageError."""
    file = damaged(PLAIN, where, b"\x00\xff= ''/")
    try:
        assert seen(".fits", file).startswith(PNG)
    except ImageError as error:
        message = str(error)
        assert message == " ".join(message.split())


def test_stars_are_looked_for_in_all_that_is_shown():
    for format, data in SHOWN.values():
        sent = zlib.compress(data) if format.endswith(".z") else data
        frame = Frame.from_blob(blob(sent, format, len(data)), GEOMETRY)
        assert set(frame.stars().colnames) >= {"x", "y", "flux", "hfr"}
