"""Which part of a picture is in view, in pixels and on the sky."""

import math
import numbers
from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales

Size = tuple[int, int]
Pixel = tuple[float, float]


def whole_view(size: Size) -> list[float]:
    """Return the view in which all of a picture is: its centre, and its longer side.

    Examples
    --------
    >>> whole_view((150, 100))
    [74.5, 49.5, 150.0]
    """
    width, height = size
    return [(width - 1) / 2, (height - 1) / 2, float(max(size))]


def scale(wcs: WCS, size: Size) -> u.Quantity:
    """Return the angle of a pixel, along the longer side of a picture."""
    width, height = size
    return proj_plane_pixel_scales(wcs)[0 if width >= height else 1] * u.deg


def center_in_pixels(center: Any, wcs: WCS | None) -> Pixel:
    """Return a centre as column and row.

    Raises
    ------
    TypeError
        If it is neither a SkyCoord nor a pair of numbers, or the picture has no WCS.
    ValueError
        If it is behind the picture.
    """
    if isinstance(center, SkyCoord):
        if wcs is None:
            raise TypeError("Center must be a tuple of pixels, as the image has no WCS")
        place = tuple(float(axis) for axis in wcs.world_to_pixel(center))
    elif _is_pair(center):
        place = tuple(map(float, center))
    else:
        raise TypeError(f"Invalid value for center: a SkyCoord or (x, y), not {center!r}")
    if not np.isfinite(place).all():
        raise ValueError(f"the picture cannot be centred on {center!r}")
    x, y = place
    return x, y


def fov_in_pixels(fov: Any, wcs: WCS | None, size: Size) -> float:
    """Return a field of view as a number of pixels.

    Raises
    ------
    TypeError
        If it is neither an angle nor a number, or the picture has no WCS; UnitTypeError for
        quantities that are no angles.
    ValueError
        If it is not above zero.
    """
    if isinstance(fov, u.Quantity) and fov.unit.physical_type == "angle":
        if wcs is None:
            raise TypeError("FOV must be a float in pixels, as the image has no WCS")
        found = float((fov / scale(wcs, size)).to_value(u.one))
    elif isinstance(fov, u.Quantity):
        raise u.UnitTypeError(f"Incorrect unit for fov: it takes an angle, not {fov.unit}")
    elif isinstance(fov, numbers.Real) and not isinstance(fov, bool):
        found = float(fov)
    else:
        raise TypeError(f"Invalid value for fov: an angle or a number of pixels, not {fov!r}")
    if not 0 < found < math.inf:
        raise ValueError(f"a field of view is above zero, not {fov!r}")
    return found


def on_sky(view: list[float], wcs: WCS, size: Size) -> tuple[SkyCoord, u.Quantity]:
    """Return centre and field of a view on the sky."""
    x, y, fov = view
    return wcs.pixel_to_world(x, y), fov * scale(wcs, size)


def _is_pair(value: Any) -> bool:
    try:
        return len(value) == 2 and all(isinstance(axis, numbers.Real) for axis in value)
    except TypeError:
        return False
