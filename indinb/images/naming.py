"""Names of files for what cameras send.

They are made of text from the wire, which is never trusted: no name leaves its folder, is hidden,
or is longer than file systems take.
"""

import contextlib
import datetime as dt
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from astropy.io import fits

from indinb.errors import ImageError
from indinb.images.fitsfile import read_header
from indinb.protocol.inflating import inflated
from indinb.protocol.messages import Blob, parse_timestamp

_KEYWORDS = ("OBJECT", "FRAME", "IMAGETYP", "FILTER", "EXPTIME", "DATE-OBS")
_LONGEST = 40  # letters of each part; with four bytes each, all fit into the usual 255
_LONGEST_SUFFIX = 16
_OF_DEVICES = re.compile("CON|PRN|AUX|NUL|(COM|LPT)[0-9]", re.IGNORECASE)
_LARGEST_INFLATED = 1 << 30  # bytes
_MOST_DEFLATED = 100  # times smaller, at most, are pictures that zlib has packed; noise is two


class Label(NamedTuple):
    """How to write a BLOB to a file, whose name is made of these with a number in between.

    Parameters
    ----------
    stem : str
        Object, frame type, filter and exposure, as far as they are known; else the device.
    start : str
        When the exposure began, or else the BLOB arrived, in UTC.
    suffix : str
        From the format.
    data : memoryview
        The bytes to write.
    """

    stem: str
    start: str
    suffix: str
    data: memoryview


def label(
    blob: Blob,
    device: str,
    arrived: dt.datetime,
    complete: Callable[[Blob], Blob] = lambda blob: blob,
) -> Label:
    """Find out how to write a BLOB to a file: as it came, except that ``.z`` is inflated.

    That is not done beyond 1 GiB, or to more than a hundred times of what came.

    Parameters
    ----------
    blob : Blob
        Anything, even if it is damaged.
    device : str
        Whose it is.
    arrived : datetime.datetime
        When it arrived, in UTC.
    complete : callable
        From the BLOB, inflated, to the one that is written.

    Returns
    -------
    Label
        Whose texts are safe in a file name.

    Examples
    --------
    >>> blob = Blob(memoryview(b"no picture"), ".NEF", 10)
    >>> label(blob, "Canon DSLR", dt.datetime(2026, 11, 22, 10, 18, 5))[:3]
    ('Canon-DSLR', '2026-11-22T10-18-05.000', '.nef')
    """
    if blob.size <= min(_LARGEST_INFLATED, _MOST_DEFLATED * len(blob)):
        with contextlib.suppress(ImageError, MemoryError):  # then it is written as it came
            blob = inflated(blob)
    blob = complete(blob)
    header = _header(blob)
    stem = _stem(header) or safe(device) or "frame"
    return Label(stem, _time(_start(header) or arrived), _suffix(blob.format), blob.data)


def file_name(header: Any) -> str:
    """Make the name of a FITS file from its header.

    Examples
    --------
    >>> file_name({"OBJECT": "M 31", "FRAME": "Light", "EXPTIME": 60.0})
    'M-31_Light_60s.fits'
    """
    parts = (_stem(header), safe(header.get("DATE-OBS")))
    return allowed(("_".join(filter(None, parts)) or "frame") + ".fits")


def exposure(header: Any, unit: str) -> str:
    """Return the exposure time that a header tells, or nothing.

    Examples
    --------
    >>> exposure({"EXPTIME": 0.5}, " s")
    '0.5 s'
    """
    seconds = header.get("EXPTIME")
    return f"{seconds:g}{unit}" if isinstance(seconds, int | float) else ""


def frame_type(header: Any) -> str:
    """Return the word of a header for light, dark and so on, or nothing.

    Examples
    --------
    >>> frame_type({"IMAGETYP": "Flat Frame"})
    'Flat-Frame'
    """
    return safe(header.get("FRAME", header.get("IMAGETYP")))


def safe(text: Any) -> str:
    """Make text from the wire into a part of a file name, and never into a path.

    Examples
    --------
    >>> safe("../M 31")
    'M-31'
    """
    known = "" if text in (None, "Unknown") else str(text)
    return re.sub(r"[^\w.+-]+", "-", known)[:_LONGEST].strip(".-")


def allowed(name: str) -> str:
    """Make a name into one that Windows allows: some are those of its devices, with any suffix.

    Examples
    --------
    >>> allowed("aux.fits"), allowed("auxiliary.fits")
    ('_aux.fits', 'auxiliary.fits')
    """
    return f"_{name}" if _OF_DEVICES.fullmatch(name.partition(".")[0]) else name


def _stem(header: Any) -> str:
    subject, color = (safe(header.get(key)) for key in ("OBJECT", "FILTER"))
    return "_".join(filter(None, (subject, frame_type(header), color, exposure(header, "s"))))


def _header(blob: Blob) -> fits.Header:
    """Return the header of a FITS file, and of all else one without cards."""
    try:
        return read_header(blob.data, _KEYWORDS)
    except ImageError:
        return fits.Header()


def _start(header: fits.Header) -> dt.datetime | None:
    told = header.get("DATE-OBS")
    return parse_timestamp(told) if isinstance(told, str) else None


def _time(moment: dt.datetime) -> str:
    """Write a moment as FITS does, but without colons, which Windows forbids in names."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds").replace(":", "-")


def _suffix(format: str) -> str:
    words = re.findall(r"[a-z0-9_-]+", format.lower(), re.ASCII)
    return "".join(f".{word}" for word in words)[:_LONGEST_SUFFIX].rstrip(".") or ".bin"
