"""An image as decoders return it, and what they may have to be told."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from astropy.io import fits
from numpy.typing import DTypeLike, NDArray

from indinb.errors import ImageError


class Pixels:
    """Pixels that are made when somebody first looks at them: by `array`, or through numpy.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns, perhaps after planes.
    dtype : numpy.dtype
        Kind of the numbers.
    make : callable
        Returns the array; it is called once, whichever thread comes first, and then let go with
        all that it holds.

    Examples
    --------
    >>> pixels = Pixels((2, 2), np.float64, lambda: np.eye(2))
    >>> pixels.shape, pixels.size
    ((2, 2), 4)
    >>> pixels.array() is pixels.array()
    True
    """

    def __init__(
        self, shape: tuple[int, ...], dtype: DTypeLike, make: Callable[[], NDArray[Any]]
    ) -> None:
        self.shape = shape
        self.dtype = np.dtype(dtype)
        self.size = math.prod(shape)
        self._made: NDArray[Any] | None = None
        self._make: Callable[[], NDArray[Any]] | None = make
        self._lock = threading.Lock()

    def array(self) -> NDArray[Any]:
        """Return the array, always the same one."""
        with self._lock:
            if self._make is not None:
                self._made, self._make = self._make(), None
        assert self._made is not None
        return self._made

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.array(), dtype, copy=copy)

    def __getitem__(self, place: Any) -> Any:
        return self.array()[place]

    def __reduce__(self) -> Any:
        return np.asarray, (self.array(),)  # a copy, or what is pickled, is an array


class Image:
    """Pixels and what the camera said about them; ``data, header = image`` works as well.

    Parameters
    ----------
    pixels : numpy.ndarray or Pixels
        Rows by columns, or planes of those, most often red, green and blue; native byte order. An
        array may be a read-only view of what the camera sent.
    header : astropy.io.fits.Header
        Every card of it can be read.
    """

    def __init__(self, pixels: NDArray[Any] | Pixels, header: fits.Header) -> None:
        self.pixels = pixels
        self.header = header

    @property
    def data(self) -> NDArray[Any]:
        """The pixels, made now if they have not been before."""
        return self.pixels.array() if isinstance(self.pixels, Pixels) else self.pixels

    def __iter__(self) -> Iterator[Any]:
        return iter((self.data, self.header))


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


def unchanging(file: bytes | memoryview) -> memoryview:
    """Return bytes as they are now: the same ones, or a copy if somebody may write to them.

    Examples
    --------
    >>> unchanging(bytearray(b"pixels")).readonly
    True
    """
    view = memoryview(file)
    return view if view.readonly else memoryview(bytes(view))


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
