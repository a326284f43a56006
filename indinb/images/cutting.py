"""Which pixels are around a place of an image or of the sky."""

import math
import operator
from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales

from indinb.errors import ImageError
from indinb.images.region import Region

_TAKES = "a cutout takes (x, y, width, height), or a centre, (x, y) or a SkyCoord, and a size"


def rectangle(place: Any) -> Region:
    """Return four numbers as the rectangle that they mean.

    Raises
    ------
    TypeError
        If they are not four whole numbers.
    ValueError
        If there is no pixel in it.

    Examples
    --------
    >>> rectangle([10, 20, 30, 40])
    Region(x=10, y=20, width=30, height=40)
    """
    try:
        region = Region(*map(operator.index, place))
    except TypeError:
        raise TypeError(f"{_TAKES}, not {place!r} alone") from None
    if region.width <= 0 or region.height <= 0:
        raise ValueError(f"there is no pixel in {region.width} x {region.height}: {_TAKES}")
    return region


def region_around(center: Any, size: Any, wcs: WCS | None) -> Region:
    """Return the rectangle around a place.

    Parameters
    ----------
    center : (float, float) or astropy.coordinates.SkyCoord
        Column and row of a pixel, or a place on the sky.
    size : float, Quantity, or a pair of those
        Width and height, in pixels or as angles; one is both.
    wcs : astropy.wcs.WCS or None
        Of the image.

    Returns
    -------
    Region
        Perhaps outside the image.

    Raises
    ------
    ImageError
        If the image does not tell where it is on the sky, or the place is not on it.
    TypeError
        If the centre is no place.

    Examples
    --------
    >>> region_around((100, 50), (5, 3), None)
    Region(x=98, y=49, width=5, height=3)
    """
    x, y = _pixel(center, wcs)
    width, height = _pixels(size, wcs)
    left, bottom = (math.floor(at - length / 2 + 1) for at, length in ((x, width), (y, height)))
    return Region(left, bottom, width, height)


def _pixel(center: Any, wcs: WCS | None) -> tuple[float, float]:
    if not isinstance(center, SkyCoord):
        x, y = _pair(center)
    else:
        x, y = _celestial(wcs).world_to_pixel(center)
    if not np.isfinite([x, y]).all():
        raise ImageError(f"the image shows nothing of {center}")
    return float(x), float(y)


def _pair(center: Any) -> tuple[float, float]:
    try:
        x, y = map(float, center)
    except (TypeError, ValueError):
        raise TypeError(f"{_TAKES}, not {center!r} as a centre") from None
    return x, y


def _pixels(size: Any, wcs: WCS | None) -> tuple[int, int]:
    is_pair = isinstance(size, tuple | list) or np.ndim(size) > 0
    pair = [u.Quantity(each) for each in (size if is_pair else (size, size))]
    scales: Any = [1 * (u.pix if each.unit == u.pix else u.one) for each in pair]
    if pair[0].unit.physical_type == "angle":
        scales = proj_plane_pixel_scales(_celestial(wcs)) * u.deg
    lengths = [each / scale for each, scale in zip(pair, scales, strict=True)]
    width, height = (max(1, round(each.to_value(u.one))) for each in lengths)
    return width, height


def _celestial(wcs: WCS | None) -> WCS:
    if wcs is None or not wcs.has_celestial:
        raise ImageError("the image does not tell where on the sky it is: it has no WCS")
    return wcs.celestial
