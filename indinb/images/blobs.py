"""BLOBs to arrays, by one decoder for each format that cameras send."""

from collections.abc import Callable

from indinb.errors import ImageError
from indinb.images.fitsfile import read_fits
from indinb.images.image import Geometry, Image
from indinb.images.pictures import read_picture
from indinb.images.raw import read_raw
from indinb.images.xisffile import read_xisf
from indinb.protocol.inflating import inflated
from indinb.protocol.messages import Blob

_MAKERS_OWN = frozenset(
    (".arw", ".cr2", ".cr3", ".crw", ".dng", ".nef", ".nrw", ".orf", ".pef", ".raf", ".rw2", ".srw")
)

_LONGEST_NAME = 20  # letters of a format that are repeated
_BEST_PACKED = 100  # times smaller, at most, are pictures that fpack has packed; noise is two

Decoder = Callable[[Blob, Geometry | None], Image]
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
    >>> import numpy as np
    >>> from astropy.io import fits
    >>> @decoder(".blank")
    ... def blank(blob, geometry=None):
    ...     return Image(np.zeros((geometry.height, geometry.width)), fits.Header())
    >>> decode(Blob(memoryview(b""), "BLANK", 0), Geometry(3, 2)).data.shape
    (2, 3)
    >>> del _decoders[".blank"]
    """

    def register(function: Decoder) -> Decoder:
        _decoders.update((_normal(format), function) for format in formats)
        return function

    return register


def decode(blob: Blob, geometry: Geometry | None = None) -> Image:
    """Turn a BLOB into pixels and a header.

    Parameters
    ----------
    blob : Blob
        What the camera sent. Its format may be written in any letter case, and without the dot.
    geometry : Geometry, optional
        The size of the image, for formats that do not tell it: ``.bin`` and ``.stream``.

    Returns
    -------
    Image
        The pixels and their header.

    Raises
    ------
    ImageError
        If no decoder knows the format, or the BLOB is damaged. The BLOB stays as it is:
        `Blob.save` writes it to a file.
    """
    format = _normal(blob.format).removesuffix(".z")
    if format not in _decoders:
        raise ImageError(_advice(blob.format))
    return _decoders[format](inflated(blob), geometry)


def _advice(format: str) -> str:
    if (suffix := _normal(format)) in _MAKERS_OWN:
        return (
            f"{suffix} is a raw format of the camera's maker, which takes another program: "
            f"blob.save('image{suffix}') keeps the bytes for it"
        )
    known = ", ".join(sorted(_decoders))
    return (
        f"the format {format[:_LONGEST_NAME]!r} is none of {known}, or of these with .z; "
        "blob.save(path) keeps the bytes"
    )


@decoder(".fits", ".fit", ".fts", ".fits.fz")
def _decode_fits(blob: Blob, geometry: Geometry | None = None) -> Image:
    return read_fits(blob.data, max(blob.size, _BEST_PACKED * len(blob)))


@decoder(".jpg", ".jpeg", ".png", ".tif", ".tiff", ".stream_jpg")
def _decode_picture(blob: Blob, geometry: Geometry | None = None) -> Image:
    return read_picture(blob.data)


@decoder(".bin")
def _decode_memory(blob: Blob, geometry: Geometry | None = None) -> Image:
    return read_raw(blob.data[: blob.size], geometry)


@decoder(".stream")
def _decode_stream(blob: Blob, geometry: Geometry | None = None) -> Image:
    # Cameras of 16 bits, too, send video of 8; those of 32 bits send no others.
    if geometry is not None:
        geometry = geometry._replace(bits=None)
    return read_raw(blob.data[: blob.size], geometry, interleaved=True, widest=16)


@decoder(".xisf")
def _decode_xisf(blob: Blob, geometry: Geometry | None = None) -> Image:
    return read_xisf(blob.data)
