"""Units of the pixels, as headers tell them."""

from astropy import units as u
from astropy.io import fits


def unit(header: fits.Header) -> u.UnitBase:
    """Return the unit of the pixels: adu, unless the header has another that astropy knows.

    Examples
    --------
    >>> unit(fits.Header({"BUNIT": "electron"})), unit(fits.Header())
    (Unit("electron"), Unit("adu"))
    """
    try:
        return u.Unit(header.get("BUNIT", "adu"))
    except (ValueError, TypeError):  # "ADU" is one of those
        return u.adu
