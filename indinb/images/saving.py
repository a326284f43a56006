"""Frames to files: which format a name asks for, and how it is written.

A file has its name only from the moment on in which all of it is written. Before, its name begins
with a dot and ends with ``.part``.
"""

import contextlib
import gzip
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import PIL.Image
from astropy.io import fits
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.drawing import Drawable
from indinb.images.stretch import normalization, shrink, to_bytes

_VERIFY = "silentfix+ignore"  # drivers write cards that FITS forbids; no reason to lose the frame
_GZIP_LEVEL = 4
_JPEG_QUALITY = 92


def save(frame: Drawable, path: Path, overwrite: bool) -> None:
    """Write a frame to a file, in the format of its suffix.

    Raises
    ------
    ValueError
        If there is no such format.
    FileExistsError
        If the file is there and `overwrite` is not set.
    OSError
        If it cannot be written. Nothing is left of it then, and what was there before stays.
    ImageError
        If the format cannot hold the frame.
    """
    write = _writer(path)
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} is there already; overwrite=True replaces it")
    with _whole(path) as file:
        write(frame, file)


def check(path: Path) -> None:
    """Raise ValueError unless the suffix is known.

    Examples
    --------
    >>> check(Path("m31.doc"))
    Traceback (most recent call last):
    ...
    ValueError: 'm31.doc' ends with none of .fits, .fit, .fts, .fits.fz, .fz, .fits.gz, .png, \
.jpg, .jpeg, .tif, .tiff
    """
    _writer(path)


def _writer(path: Path) -> Callable[[Drawable, BinaryIO], None]:
    name = path.name.lower()
    for suffix, writer in _WRITERS.items():
        if name.endswith(suffix) and name != suffix:
            return writer
    raise ValueError(f"{path.name!r} ends with none of {', '.join(_WRITERS)}")


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that becomes `path` at the end, or nothing if anything goes wrong."""
    part = path.with_name(f".{path.name[:100]}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _write_fits(frame: Drawable, file: BinaryIO) -> None:
    frame.to_hdu().writeto(file, output_verify=_VERIFY)


def _write_zipped(frame: Drawable, file: BinaryIO) -> None:
    with gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0) as zipped:
        frame.to_hdu().writeto(zipped, output_verify=_VERIFY)


def _write_packed(frame: Drawable, file: BinaryIO) -> None:
    """Write what fpack makes of it, without loss."""
    image, *others = frame.to_hdu()
    rice = image.data.dtype.kind in "iu" and image.data.dtype.itemsize <= 4
    packed = fits.CompImageHDU(
        image.data,
        image.header,
        compression_type="RICE_1" if rice else "GZIP_2",
        quantize_level=0.0,  # floats stay what they are
    )
    fits.HDUList([fits.PrimaryHDU(), packed, *others]).writeto(file, output_verify=_VERIFY)


def _write_png(frame: Drawable, file: BinaryIO) -> None:
    file.write(frame.to_png(longest=max(frame.shape)))


def _write_jpeg(frame: Drawable, file: BinaryIO) -> None:
    values = shrink(frame.data, max(frame.shape))
    shades = to_bytes(values, normalization(values))
    _picture(shades, frame.is_top_down).save(file, "JPEG", quality=_JPEG_QUALITY)


def _write_tiff(frame: Drawable, file: BinaryIO) -> None:
    data = frame.data[0] if frame.shape[:-2] == (1,) else frame.data
    if data.dtype.kind != "u" or data.dtype.itemsize > 2:
        data = data.astype(np.float32)
    if not (data.ndim == 2 or (data.ndim == 3 and len(data) == 3 and data.dtype == np.uint8)):
        size = "x".join(map(str, frame.shape[::-1]))
        raise ImageError(f"no TIFF is written of {size} {frame.dtype}: save it as .fits")
    _picture(data, frame.is_top_down).save(file, "TIFF")


def _picture(data: NDArray[Any], top_down: bool) -> PIL.Image.Image:
    upright = data if top_down else data[..., ::-1, :]
    pixels = upright if upright.ndim == 2 else np.moveaxis(upright, 0, -1)
    return PIL.Image.fromarray(np.ascontiguousarray(pixels))


_WRITERS: dict[str, Callable[[Drawable, BinaryIO], None]] = {
    ".fits": _write_fits,
    ".fit": _write_fits,
    ".fts": _write_fits,
    ".fits.fz": _write_packed,
    ".fz": _write_packed,
    ".fits.gz": _write_zipped,
    ".png": _write_png,
    ".jpg": _write_jpeg,
    ".jpeg": _write_jpeg,
    ".tif": _write_tiff,
    ".tiff": _write_tiff,
}
