"""Shades to pictures that screens and other programs show: turn them upright, and encode them."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

JPEG_QUALITY = 85
"""At which the eye sees no difference on a screen."""

_Z_RLE = 3  # this strategy of zlib takes a third less time on noise, and no more room


def encode_png(shades: NDArray[np.uint8], top_down: bool = False) -> bytes:
    r"""Encode a picture.

    Parameters
    ----------
    shades : numpy.ndarray
        Rows by columns, or three planes of those.
    top_down : bool
        Whether the first row is the top one. In FITS it is at the bottom.

    Returns
    -------
    bytes
        A PNG file.

    Examples
    --------
    >>> encode_png(np.zeros((2, 3), np.uint8))[:4]
    b'\x89PNG'
    """
    return _encode(shades, top_down, "PNG", compress_level=1, compress_type=_Z_RLE)


def encode_jpeg(
    shades: NDArray[np.uint8], top_down: bool = False, quality: int = JPEG_QUALITY
) -> bytes:
    r"""Encode a picture that soon gives way to the next, in a sixth of the bytes of a PNG.

    Parameters
    ----------
    shades : numpy.ndarray
        Rows by columns, or three planes of those.
    top_down : bool
        Whether the first row is the top one. In FITS it is at the bottom.
    quality : int
        From 1 to 95, as of Pillow.

    Returns
    -------
    bytes
        A JPEG file.

    Examples
    --------
    >>> encode_jpeg(np.zeros((2, 3), np.uint8))[:2]
    b'\xff\xd8'
    """
    return _encode(shades, top_down, "JPEG", quality=quality)


def upright(pixels: NDArray[Any], top_down: bool) -> Image.Image:
    """Make a picture as one sees it.

    Parameters
    ----------
    pixels : numpy.ndarray
        Rows by columns, or three planes of those.
    top_down : bool
        Whether the first row is the top one.

    Examples
    --------
    >>> upright(np.array([[1, 2], [3, 4]], np.uint8), top_down=False).getpixel((0, 0))
    3
    """
    rows = pixels if top_down else pixels[..., ::-1, :]
    ordered = rows if rows.ndim == 2 else np.moveaxis(rows, 0, -1)
    return Image.fromarray(np.ascontiguousarray(ordered))


def _encode(shades: NDArray[np.uint8], top_down: bool, format: str, **options: int) -> bytes:
    file = io.BytesIO()
    upright(shades, top_down).save(file, format, **options)
    return file.getvalue()
