"""What the numbers of pixels mean, as headers tell it."""

import math
import re
from typing import Any

import numpy as np
from astropy import units as u
from astropy.io import fits

_PER_ADU = re.compile(r"\be(lectrons?|-)?\s*(/|per)\s*(ADU|DN)\b", re.IGNORECASE)


def unit(header: fits.Header) -> u.UnitBase:
    """Return the unit of the pixels: adu, unless the header has another that astropy knows.

    Examples
    --------
    >>> unit(fits.Header({"BUNIT": "electron"})), unit(fits.Header())
    (Unit("electron"), Unit("adu"))
    """
    try:
        return u.Unit(str(header.get("BUNIT", "adu")), parse_strict="raise")
    except (ValueError, TypeError):  # "ADU" is one of those
        return u.adu


def egain(header: Any) -> u.Quantity | None:
    """Return how many electrons one ADU stands for, if a header tells.

    Parameters
    ----------
    header : mapping
        EGAIN is electrons per ADU, as MaxIm DL, N.I.N.A., SharpCap and `indinb` write it. GAIN is
        that only if its comment says so, since most cameras write their setting there.

    Examples
    --------
    >>> egain({"EGAIN": 0.8, "GAIN": 120})
    <Quantity 0.8 electron / adu>
    >>> header = fits.Header()
    >>> header["GAIN"] = (1.5, "[e-/ADU] Gain")
    >>> egain(header)
    <Quantity 1.5 electron / adu>
    """
    in_header = isinstance(header, fits.Header) and "GAIN" in header
    is_told = in_header and _PER_ADU.search(header.comments["GAIN"])
    for keyword in ("EGAIN", "GAIN") if is_told else ("EGAIN",):
        told = header.get(keyword)
        if isinstance(told, int | float) and 0 < told < math.inf:
            return float(told) * u.electron / u.adu
    return None


def full_at(header: Any, dtype: np.dtype[Any]) -> float | None:
    """Return the number from which on a pixel is saturated, if that is known.

    Examples
    --------
    >>> full_at({}, np.dtype("uint16")), full_at({"SATURATE": 4000}, np.dtype("uint16"))
    (65535.0, 4000.0)
    """
    told = header.get("SATURATE")
    if isinstance(told, int | float) and 0 < told < math.inf:
        return float(told)
    return float(np.iinfo(dtype).max) if dtype.kind == "u" and dtype.itemsize <= 2 else None
