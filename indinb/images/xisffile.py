"""XISF files to arrays, if the package ``xisf`` is installed: its licence is the GPL."""

import importlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from indinb.errors import ImageError
from indinb.images.fitsfile import parse_header
from indinb.images.image import Image, reading

_BARE = re.compile(r"[TF]|[+-]?(\d+\.?\d*|\.\d+)([ED][+-]?\d+)?")  # values without quotes


def read_xisf(file: bytes | memoryview) -> Image:
    """Read the first image of an XISF file.

    Parameters
    ----------
    file : bytes-like
        The whole file. It is unpacked to any size: only read what comes from servers you trust.

    Returns
    -------
    Image
        The header is made of the FITS keywords in the file.

    Raises
    ------
    ImageError
        If there is no image in it, it is damaged, or the package ``xisf`` is not installed.
    """
    xisf = _package()
    with reading(file, "an XISF image"), tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image.xisf")  # the package only reads files
        path.write_bytes(file)
        image = xisf.XISF(str(path))
        pixels = image.read_image(0, data_format="channels_first")
        header = _header(image.get_images_metadata()[0]["FITSKeywords"])
    planes = pixels[0] if len(pixels) == 1 else pixels
    return Image(np.array(planes, planes.dtype.newbyteorder("=")), header)


def _package() -> Any:
    try:
        return importlib.import_module("xisf")
    except ImportError as error:
        raise ImageError(
            "reading XISF takes a package of its own: pip install indinb[xisf]; "
            "blob.save('image.xisf') keeps the bytes"
        ) from error


def _header(keywords: Mapping[str, list[Mapping[str, str]]]) -> fits.Header:
    header = parse_header("".join(_cards(keywords)).encode("ascii", "replace"))
    header.setdefault("ROWORDER", "TOP-DOWN")
    return header


def _cards(keywords: Mapping[str, list[Mapping[str, str]]]) -> Iterator[str]:
    for name, entries in keywords.items():
        for entry in entries:
            value = entry["value"]
            if not _BARE.fullmatch(value):
                value = "'" + value.replace("'", "''") + "'"
            yield f"{name:8.8}= {value:>20} / {entry['comment']}".ljust(80)[:80]
