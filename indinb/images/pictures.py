"""JPEG, PNG and TIFF pictures to arrays, through Pillow."""

import io

import numpy as np
import PIL.Image
from PIL.TiffImagePlugin import BITSPERSAMPLE, TiffImageFile

from indinb.errors import ImageError
from indinb.images.image import Image, reading, top_down

_FORMATS = ("JPEG", "PNG", "TIFF")
_COLOUR = dict.fromkeys(("P", "RGB", "RGBA", "CMYK"), "RGB")
_MODES = {"1": "L", "L": "L", "LA": "L", **_COLOUR}  # without transparency and palettes
_DEEP_MODES = ("I;16", "I;16B", "F")
_PNG_BITS = 24  # the place in the file


def read_picture(file: bytes | memoryview) -> Image:
    """Read a JPEG, PNG or TIFF picture.

    Parameters
    ----------
    file : bytes-like
        The whole file.

    Returns
    -------
    Image
        Grey pictures have 8 or 16 bits, or are floats; coloured ones have three planes of 8 bits.
        The header says that the first row is the top one.

    Raises
    ------
    ImageError
        If it is damaged, has more pixels than ``PIL.Image.MAX_IMAGE_PIXELS``, or numbers that
        Pillow does not keep whole, such as 16 bits of each colour.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> PIL.Image.new("RGB", (3, 2), "red").save(file, "PNG")
    >>> read_picture(file.getvalue()).data.shape
    (3, 2, 3)
    """
    with (
        reading(file, "a JPEG, PNG or TIFF picture"),
        PIL.Image.open(io.BytesIO(file), formats=_FORMATS) as picture,
    ):
        _check_size(*picture.size)
        pixels = np.array(picture.convert(_mode(picture, file)))
    planes = np.moveaxis(pixels, -1, 0) if pixels.ndim == 3 else pixels
    return Image(np.ascontiguousarray(planes, planes.dtype.newbyteorder("=")), top_down())


def _check_size(width: int, height: int) -> None:
    """Refuse what Pillow would only warn of."""
    most = PIL.Image.MAX_IMAGE_PIXELS
    if most is not None and width * height > most:
        raise ImageError(
            f"the picture has {width} x {height} pixels, and PIL.Image.MAX_IMAGE_PIXELS is {most}"
        )


def _mode(picture: PIL.Image.Image, file: bytes | memoryview) -> str:
    """Choose how to unpack a picture, unless Pillow would silently cut its numbers."""
    bits = _bits(picture, file)
    if bits > 8 and picture.mode in _DEEP_MODES:
        return picture.mode
    if bits > 8 or picture.mode not in _MODES:
        raise ImageError(
            f"{picture.format} pictures of mode {picture.mode} with {bits} bits cannot be read, "
            "only 8 and 16 bits of grey, 8 of each colour, and floats; blob.save(path) keeps it"
        )
    return _MODES[picture.mode]


def _bits(picture: PIL.Image.Image, file: bytes | memoryview) -> int:
    """Find the bits of each number in the file, which Pillow's modes do not tell."""
    if isinstance(picture, TiffImageFile):
        return int(max(picture.tag_v2.get(BITSPERSAMPLE, (1,))))
    return file[_PNG_BITS] if picture.format == "PNG" else 8
