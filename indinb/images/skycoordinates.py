"""Where pixels are on the sky, as headers tell it."""

import re

from astropy.io import fits
from astropy.wcs import WCS

_WCS_KEYWORD = re.compile(
    r"(CTYPE|CUNIT|CRVAL|CRPIX|CDELT|CROTA)\d|(CD|PC|PV)\d+_\d+"
    r"|(A|B|AP|BP)_(ORDER|DMAX|\d+_\d+)|WCSAXES|LONPOLE|LATPOLE|MJDREF"
)
_SIP_ORDERS = 10  # of distortion are defined, from 0; astropy would count up to any number


def take_wcs(header: fits.Header) -> WCS | None:
    """Move a celestial WCS out of a header: like this there is one truth, as in CCDData.

    Parameters
    ----------
    header : astropy.io.fits.Header
        The keywords of the WCS leave it; RADECSYS, as INDI writes it, becomes RADESYS.

    Returns
    -------
    astropy.wcs.WCS or None
        None, and the header stays as it is, unless astropy makes sense of it.

    Examples
    --------
    >>> header = fits.Header({"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CRVAL1": 10.0})
    >>> take_wcs(header).has_celestial, "CTYPE1" in header
    (True, False)
    """
    orders = [header.get(f"{which}_ORDER", 0) for which in ("A", "B", "AP", "BP")]
    if "CTYPE1" not in header or not all(order in range(_SIP_ORDERS) for order in orders):
        return None
    if "RADECSYS" in header:  # INDI writes it, and astropy warns of its old name
        header.setdefault("RADESYS", header.pop("RADECSYS"))
    try:
        wcs = WCS(header, fix=False)
        wcs = wcs.sub(2) if wcs.naxis > 2 else wcs  # planes are colours
        wcs.wcs.fix()  # which warns of nothing, while WCS.fix does
        wcs.wcs.set()
    except Exception:  # with a WCS that astropy cannot make sense of, it is still an image
        return None
    if not wcs.has_celestial:
        return None
    for keyword in filter(_WCS_KEYWORD.fullmatch, set(header)):
        header.remove(keyword, remove_all=True)
    return wcs
