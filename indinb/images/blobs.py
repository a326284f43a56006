"""BLOBs to arrays, by one decoder for each format that cameras send."""

import io
import math
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.protocol.messages import Blob

_BLOCK = 2880  # bytes; FITS files come in multiples of this


class Image(NamedTuple):
    """Pixels and what the camera said about them.

    Parameters
    ----------
    data : numpy.ndarray
        Rows by columns, or three planes of those (red, green, blue); native byte order, writable.
    header : astropy.io.fits.Header
        Every card of it can be read.
    """

    data: NDArray[Any]
    header: fits.Header


Decoder = Callable[[Blob, Any], Image]
_decoders: dict[str, Decoder] = {}


def _normal(format: str) -> str:
    return "." + format.strip().lower().removeprefix(".")


def decoder(*formats: str) -> Callable[[Decoder], Decoder]:
    """Enter a function of a BLOB and a geometry as the decoder of some formats.

    Parameters
    ----------
    *formats : str
        Such as ``".fits"``; letter case and the first dot do not matter. A ``.z`` at the end of a
        BLOB's format (zlib) is undone before its decoder is called.

    Returns
    -------
    callable
        The decorator.

    Examples
    --------
    >>> @decoder(".blank")
    ... def blank(blob, geometry=None):
    ...     return Image(np.zeros(geometry, np.uint8), fits.Header())
    >>> decode(Blob(memoryview(b""), "BLANK", 0), geometry=(2, 3)).data.shape
    (2, 3)
    >>> del _decoders[".blank"]
    """

    def register(function: Decoder) -> Decoder:
        _decoders.update((_normal(format), function) for format in formats)
        return function

    return register


def decode(blob: Blob, geometry: Any = None) -> Image:
    """Turn a BLOB into pixels and a header.

    Parameters
    ----------
    blob : Blob
        What the camera sent.
    geometry : object, optional
        The camera's settings at the exposure, for formats that do not tell the size of the image.

    Returns
    -------
    Image
        The pixels and their header.

    Raises
    ------
    ImageError
        If no decoder knows the format, or the BLOB is damaged.
    """
    format = _normal(blob.format).removesuffix(".z")
    if format not in _decoders:
        known = ", ".join(sorted(_decoders))
        raise ImageError(
            f"the format {blob.format!r} is none of {known}; blob.save(path) keeps the bytes"
        )
    if format != _normal(blob.format):
        blob = Blob(_inflated(blob), format, blob.size)
    return _decoders[format](blob, geometry)


def _inflated(blob: Blob) -> memoryview:
    inflater = zlib.decompressobj()  # stops at the end of the data: servers pad them
    try:
        # A limit of 0 would mean none. The second call looks for more than was announced.
        data = inflater.decompress(blob.data, max(blob.size, 1))
        complete = len(data) == blob.size and not inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error as error:
        raise ImageError(f"{blob!r} is not zlib data: {error}") from error
    if not complete:
        raise ImageError(f"{blob!r} does not inflate to the {blob.size} bytes announced")
    return memoryview(data)


@decoder(".fits", ".fit", ".fts", ".fits.fz")
def _decode_fits(blob: Blob, geometry: Any = None) -> Image:
    return read_fits(blob.data, blob.size)


def read_fits(file: bytes | memoryview, limit: int | None = None) -> Image:
    """Read the first image of a FITS file, fpack's compression included.

    Parameters
    ----------
    file : bytes-like
        The whole file.
    limit : int, optional
        Bytes that the image may have once unpacked.

    Returns
    -------
    Image
        Unsigned integers are such: ``BITPIX`` 16 with ``BZERO`` 32768 is uint16.

    Raises
    ------
    ImageError
        If there is no image in it, or it is damaged.
    """
    try:
        return _read_fits(file, limit)
    except ImageError:
        raise
    except Exception as error:  # whatever astropy stumbles over, the bytes are to blame
        reason = " ".join(str(error).split())
        raise ImageError(f"these {len(file)} bytes are not a FITS image: {reason}") from error


def _read_fits(file: bytes | memoryview, limit: int | None) -> Image:
    padded = b"".join((file, bytes(-len(file) % _BLOCK)))  # some writers leave the last block short
    with fits.open(io.BytesIO(padded)) as hdus:
        hdu = _first_image(hdus)
        _check_size(hdu, len(padded), limit)
        hdu.verify("silentfix+ignore")  # makes every card readable, at worst as text
        return Image(_pixels(hdu, padded), hdu.header)


def _first_image(hdus: fits.HDUList) -> Any:
    for hdu in hdus:
        if hdu.is_image and len(hdu.shape) >= 2 and 0 not in hdu.shape:
            return hdu
    raise ImageError("the FITS file holds no image")


def _check_size(hdu: Any, available: int, limit: int | None) -> None:
    place = hdu.fileinfo()
    end = place["datLoc"] + place["datSpan"]
    if end > available:
        raise ImageError(f"the FITS file is cut off: {available} of {end} bytes are there")
    unpacked = math.prod(hdu.shape) * abs(hdu.header["BITPIX"]) // 8
    if limit is not None and unpacked > limit:
        raise ImageError(f"the image has {unpacked} bytes, but {limit} were announced")


def _pixels(hdu: Any, file: bytes) -> NDArray[Any]:
    header = hdu.header
    scaling = (header["BITPIX"], header.get("BZERO"), header.get("BSCALE", 1))
    if scaling == (16, 32768, 1) and not isinstance(hdu, fits.CompImageHDU):
        start = hdu.fileinfo()["datLoc"]
        stored = np.frombuffer(file, ">u2", math.prod(hdu.shape), start).reshape(hdu.shape)
        return stored ^ np.uint16(32768)  # adds it and swaps the bytes in one pass
    return np.require(hdu.data, hdu.data.dtype.newbyteorder("="), "W")
