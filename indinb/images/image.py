"""An image as decoders return it, and what they may have to be told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from astropy.io import fits
from numpy.typing import NDArray

from indinb.errors import ImageError


class Image(NamedTuple):
    """Pixels and what the camera said about them.

    Parameters
    ----------
    data : numpy.ndarray
        Rows by columns, or planes of those, most often red, green and blue; native byte order,
        writable.
    header : astropy.io.fits.Header
        Every card of it can be read.
    """

    data: NDArray[Any]
    header: fits.Header


class Geometry(NamedTuple):
    """The size of an image, for formats that do not tell it.

    Parameters
    ----------
    width, height : int
        Pixels as they are read out: of the subframe, after binning.
    bits : int, optional
        Of each number as the sensor gives it (``CCD_BITSPERPIXEL``); without, what fits the bytes.

    Examples
    --------
    >>> Geometry(1280, 1024, bits=16)
    Geometry(width=1280, height=1024, bits=16)
    """

    width: int
    height: int
    bits: int | None = None


def top_down() -> fits.Header:
    """Make the header of an image that has none, and whose first row is the top one."""
    return fits.Header({"ROWORDER": "TOP-DOWN"})


@contextmanager
def reading(file: bytes | memoryview, kind: str) -> Iterator[None]:
    """Blame the bytes for whatever a library stumbles over, unless memory is short.

    Raises
    ------
    ImageError
        Instead of any other exception.
    """
    try:
        yield
    except (ImageError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ImageError(f"these {len(file)} bytes are not {kind}: {reason}") from error
