"""How a picture is to be taken: what may be asked for, and what is set before it."""

import math
from numbers import Integral

from astropy import units as u

from indinb.errors import OutOfRange

FRAME_TYPES = ("light", "bias", "dark", "flat")
"""Kinds of exposure that INDI knows."""


def seconds_of(exposure: float | u.Quantity) -> float:
    """Return an exposure time in seconds."""
    try:
        seconds = float(u.Quantity(exposure, u.s).value)
    except (TypeError, ValueError, u.UnitConversionError) as error:
        raise OutOfRange(f"{exposure!r} is no exposure time: give seconds, or 2 * u.s") from error
    if not math.isfinite(seconds) or seconds < 0:
        raise OutOfRange(f"an exposure cannot last {seconds} s")
    return seconds


def frame_member(frame_type: str) -> str:
    """Return the switch of a kind of exposure."""
    if str(frame_type).casefold() not in FRAME_TYPES:
        raise OutOfRange(f"{frame_type!r} is no frame type: use one of {', '.join(FRAME_TYPES)}")
    return f"FRAME_{frame_type.upper()}"


def pair_of(binning: int | tuple[int, int]) -> tuple[int, int]:
    """Return how many pixels are read as one, horizontally and vertically."""
    match binning:
        case Integral():
            return binning, binning
        case Integral(), Integral():
            return binning[0], binning[1]
    raise OutOfRange(f"{binning!r} is no binning: give a whole number, or (horizontal, vertical)")
