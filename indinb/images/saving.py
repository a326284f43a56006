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
from typing import BinaryIO

import numpy as np
from astropy.io import fits
from astropy.io.fits.hdu.image import DTYPE2BITPIX

from indinb.errors import ImageError
from indinb.images.drawing import Drawable
from indinb.images.encoding import encode_jpeg, upright
from indinb.images.stretch import normalization, shrink, to_bytes

_VERIFY = "silentfix+ignore"  # drivers write cards that FITS forbids; no reason to lose the frame
_GZIP_LEVEL = 4
_JPEG_QUALITY = 92
_OF_ALL_BYTES = ("CHECKSUM", "DATASUM")  # which are others once a frame has been made of them

_naming = threading.Lock()  # of who gives a file its name; nothing is written while it is held


def save(frame: Drawable, path: Path, overwrite: bool) -> None:
    """Write a frame to a file, in the format of its suffix.

    Raises
    ------
    ValueError
        If there is no such format.
    FileExistsError
        If the file is there and `overwrite` is not set.
    FileNotFoundError
        If its folder is not there.
    OSError
        If it cannot be written. Nothing is left of it then, and what was there before stays.
    ImageError
        If the format cannot hold the frame.
    """
    write = _writer(path)
    _check_free(path, overwrite)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}")
    with _whole(path, overwrite) as file:
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


def _check_free(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} is there already; overwrite=True replaces it")


@contextmanager
def _whole(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """Open a file that becomes `path` at the end, or nothing if anything goes wrong."""
    part = path.with_name(f".{path.name[:40]}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _naming:
            _check_free(path, overwrite)  # still
            part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def _hdus(frame: Drawable) -> fits.HDUList:
    if not frame.shape or frame.dtype.name not in DTYPE2BITPIX:
        raise _not_written("FITS", frame)
    hdus = frame.to_hdu()
    for keyword in _OF_ALL_BYTES:
        hdus[0].header.remove(keyword, ignore_missing=True)
    return hdus


def _not_written(kind: str, frame: Drawable, advice: str = "") -> ImageError:
    size = "x".join(map(str, frame.shape[::-1])) or "single"
    return ImageError(f"no {kind} is written of {size} {frame.dtype}{advice}")


def _write_fits(frame: Drawable, file: BinaryIO) -> None:
    _hdus(frame).writeto(file, output_verify=_VERIFY)


def _write_zipped(frame: Drawable, file: BinaryIO) -> None:
    with gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0) as zipped:
        _hdus(frame).writeto(zipped, output_verify=_VERIFY)


def _write_packed(frame: Drawable, file: BinaryIO) -> None:
    """Write what fpack makes of it, without loss."""
    image, *others = _hdus(frame)
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
    file.write(encode_jpeg(shades, frame.is_top_down, _JPEG_QUALITY))


def _write_tiff(frame: Drawable, file: BinaryIO) -> None:
    data = frame.data[0] if frame.shape[:-2] == (1,) else frame.data
    if data.dtype.kind in "biuf" and data.dtype not in (np.uint8, np.uint16):
        data = data.astype(np.float32)
    colors = data.shape[:-2] == (3,) and data.dtype == np.uint8
    if data.dtype.kind == "c" or not (data.ndim == 2 or colors):
        raise _not_written("TIFF", frame, ": save it as .fits")
    upright(data, frame.is_top_down).save(file, "TIFF")


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
