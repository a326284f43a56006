"""FITS files of a camera, with the header that INDI's drivers write."""

import datetime as dt
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.astrometry import Site, airmass
from indinb.simulator.world import Pointing

HISTORY = (
    "Simulated by indinb.",
    "Stars down to G = 10 are those of Gaia DR3 and Hipparcos (ESA),",
    "deep-sky objects those of OpenNGC (CC BY-SA 4.0).",
    "The brightness of some known variables is computed.",
    "Stars fainter than that, and the members of clusters, are invented.",
)


class Card(NamedTuple):
    """A line of a header."""

    keyword: str
    value: Any
    comment: str = ""


@dataclass(frozen=True)
class Notes:
    """What is known of an exposure, for its header; what is None is not written.

    Parameters
    ----------
    instrument, telescope : str
        Names of camera and mount.
    observer, object : str
        As somebody has written them.
    when : datetime
        When it began.
    exposure, temperature : float
        Seconds; °C of the chip.
    pixel, binning : tuple
        Microns and number, across and down.
    frame_type : str
        Light, Bias, Dark or Flat.
    focal_length, aperture : float
        In millimetres.
    gain, egain, offset : float
        Settings, and electrons of an ADU.
    saturation : float
        ADU of a pixel that is full.
    filter : str
        Its name.
    rotator, focus, air : float
        Angle, steps, °C.
    site : Site
        Of the observatory.
    pointing : Pointing
        Of the mount.
    bayer : str
        Order of the filters on the pixels.
    wcs : mapping
        Keywords that tell where each pixel is on the sky.
    """

    instrument: str
    when: dt.datetime
    exposure: float
    temperature: float
    pixel: tuple[float, float]
    binning: tuple[int, int]
    frame_type: str
    focal_length: float
    aperture: float
    gain: float
    egain: float
    observer: str = "Unknown"
    object: str = "Unknown"
    offset: float | None = None
    saturation: float | None = None
    telescope: str | None = None
    filter: str | None = None
    rotator: float | None = None
    focus: float | None = None
    air: float | None = None
    site: Site | None = None
    pointing: Pointing | None = None
    bayer: str | None = None
    wcs: Mapping[str, Any] = field(default_factory=dict)


def header(notes: Notes) -> list[Card]:
    """Return the lines of a header, in the order in which INDI's drivers write them.

    Examples
    --------
    >>> notes = Notes(
    ...     "CCD Simulator", dt.datetime(2026, 1, 15, 20, 30), 2.0, -10.0, (5.2, 5.2), (2, 2),
    ...     "Light", 127.0, 50.0, gain=90.0, egain=1.0,
    ... )
    >>> {card.keyword: card.value for card in header(notes)}["XPIXSZ"]
    10.4
    """
    return [
        card
        for part in (_exposure, _settings, _optics, _place, _position, _time, _camera, _history)
        for card in part(notes)
        if card.value is not None
    ]


def encode(picture: NDArray[np.uint16], cards: list[Card], compress: bool) -> tuple[bytes, int]:
    """Write a FITS file.

    Parameters
    ----------
    picture : numpy.ndarray
        Rows top-down, uint16.
    cards : list of Card
        Lines of its header.
    compress : bool
        Whether to compress it by Rice's method.

    Returns
    -------
    tuple
        The file, and the size that it has uncompressed.
    """
    from astropy.io import fits

    lines = fits.Header([(card.keyword, *card[1:]) for card in cards])
    plain = fits.PrimaryHDU(picture, lines)
    size = len(plain.header.tostring()) + _blocks(picture.nbytes)
    hdus = fits.HDUList([plain])
    if compress:
        packed = fits.CompImageHDU(picture, lines, compression_type="RICE_1")
        hdus = fits.HDUList([fits.PrimaryHDU(), packed])
    file = io.BytesIO()
    hdus.writeto(file)
    return file.getvalue(), size


def native(picture: NDArray[np.uint16], compress: bool) -> tuple[bytes, int]:
    """Write the bare pixels, little-endian; see `encode`."""
    data = picture.astype("<u2", copy=False).tobytes()
    return (zlib.compress(data, 1) if compress else data), len(data)


def _blocks(size: int) -> int:
    return -(-size // 2880) * 2880


def _exposure(notes: Notes) -> Iterator[Card]:
    yield Card("ROWORDER", "TOP-DOWN", "Row Order")
    yield Card("INSTRUME", notes.instrument, "CCD Name")
    yield Card("TELESCOP", notes.telescope, "Telescope name")
    yield Card("OBSERVER", _printable(notes.observer), "Observer name")
    yield Card("OBJECT", _printable(notes.object), "Object name")
    yield Card("EXPTIME", notes.exposure, "Total Exposure Time (s)")
    yield Card("CCD-TEMP", round(notes.temperature, 3), "CCD Temperature (Celsius)")


def _settings(notes: Notes) -> Iterator[Card]:
    (width, height), (across, down) = notes.pixel, notes.binning
    yield Card("PIXSIZE1", width, "Pixel Size 1 (microns)")
    yield Card("PIXSIZE2", height, "Pixel Size 2 (microns)")
    yield Card("XBINNING", across, "Binning factor in width")
    yield Card("YBINNING", down, "Binning factor in height")
    yield Card("XPIXSZ", round(width * across, 6), "X binned pixel size in microns")
    yield Card("YPIXSZ", round(height * down, 6), "Y binned pixel size in microns")
    yield Card("FRAME", notes.frame_type, "Frame Type")
    yield Card("IMAGETYP", f"{notes.frame_type} Frame", "Frame Type")
    yield Card("FILTER", notes.filter, "Filter")
    yield Card("BAYERPAT", notes.bayer, "Bayer color pattern")
    yield Card("XBAYROFF", 0 if notes.bayer else None, "X offset of Bayer array")
    yield Card("YBAYROFF", 0 if notes.bayer else None, "Y offset of Bayer array")


def _optics(notes: Notes) -> Iterator[Card]:
    scale = notes.pixel[0] * notes.binning[0] / notes.focal_length * 206.264806
    yield Card("FOCALLEN", notes.focal_length, "Focal Length (mm)")
    yield Card("APTDIA", notes.aperture, "Telescope diameter (mm)")
    yield Card("ROTATANG", notes.rotator, "Rotator angle in degrees")
    yield Card("FOCUSPOS", None if notes.focus is None else round(notes.focus), "Focus position")
    yield Card("FOCUSTEM", notes.air, "Focuser temperature in degrees C")
    yield Card("SCALE", round(scale, 6), "arcsecs per pixel")


def _place(notes: Notes) -> Iterator[Card]:
    if notes.site is not None:
        east = (notes.site.longitude + 180) % 360 - 180
        yield Card("SITELAT", notes.site.latitude, "Latitude of the imaging site in degrees")
        yield Card("SITELONG", round(east, 6), "Longitude of the imaging site in degrees")


def _position(notes: Notes) -> Iterator[Card]:
    at = notes.pointing
    if at is not None:
        ra, dec = at.reported or (at.ra, at.dec)
        yield Card("AIRMASS", round(float(airmass(at.altitude)), 4), "Airmass")
        yield Card("OBJCTAZ", round(at.azimuth, 4), "Azimuth of center of image in Degrees")
        yield Card("OBJCTALT", round(at.altitude, 4), "Altitude of center of image in Degrees")
        yield Card("OBJCTRA", sexagesimal(round(ra / 15, 6) % 24), "Object J2000 RA in Hours")
        yield Card("OBJCTDEC", sexagesimal(dec), "Object J2000 DEC in Degrees")
        yield Card("RA", round(ra, 6), "Object J2000 RA in Degrees")
        yield Card("DEC", round(dec, 6), "Object J2000 DEC in Degrees")
        yield Card("PIERSIDE", at.pier or None, _looking(at.pier))
        yield Card("EQUINOX", None if notes.wcs else 2000.0, "Equinox")
    for keyword, value in notes.wcs.items():
        yield Card(keyword, value)


def _time(notes: Notes) -> Iterator[Card]:
    when = notes.when.replace(tzinfo=None)
    yield Card("DATE-OBS", when.isoformat(timespec="milliseconds"), "UTC start date of observation")


def _camera(notes: Notes) -> Iterator[Card]:
    yield Card("COMMENT", "Generated by INDI")
    yield Card("GAIN", notes.gain, "Gain")
    yield Card("OFFSET", notes.offset, "Offset")
    yield Card("EGAIN", round(notes.egain, 6), "Electrons per ADU")
    yield Card("SATURATE", notes.saturation, "Saturation level in ADU")  # SExtractor's keyword


def _history(notes: Notes) -> Iterator[Card]:
    return (Card("HISTORY", line) for line in HISTORY)


def _looking(pier: str) -> str:
    return "West, looking East" if pier == "WEST" else "East, looking West"


def _printable(text: str) -> str:
    """Keep what a header can hold: 68 characters of ASCII."""
    return "".join(letter for letter in text if " " <= letter <= "~")[:68]


def sexagesimal(value: float) -> str:
    """Return hours or degrees as FITS headers have them.

    Examples
    --------
    >>> sexagesimal(23.98586), sexagesimal(-0.51)
    ('23 59 09.10', '-00 30 36.00')
    """
    hundredths = round(abs(value) * 360_000)
    minutes, rest = divmod(hundredths, 6000)
    whole, minutes = divmod(minutes, 60)
    return f"{'-' if value < 0 else ''}{whole:02} {minutes:02} {rest / 100:05.2f}"
