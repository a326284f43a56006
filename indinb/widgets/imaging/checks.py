"""What a control may be set to, by a program or by a browser."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from indinb.images.region import Region
from indinb.widgets.imaging.colors import known_colormap

_FARTHEST = 1e9  # pixels: what is beyond is no place


def number(value: Any) -> float:
    """Return a number that is finite.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        finite = not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise ValueError(f"{value!r} is no finite number")
    return float(value)


def midtone(value: Any) -> float:
    """Return a number between 0 and 1."""
    if not 0 < value < 1:
        raise ValueError(f"a midtone is between 0 and 1, not {value!r}")
    return float(value)


def whole(value: Any) -> int:
    """Return the whole number next to a number of pixels."""
    pixels = number(value)
    if abs(pixels) > _FARTHEST:
        raise ValueError(f"{value!r} is no number of pixels")
    return round(pixels)


def view(value: Any) -> list[float]:
    """Return nothing, or a centre and a size in pixels."""
    if not len(value):
        return []
    x, y, size = map(number, value)
    if not 0 < size < _FARTHEST or max(abs(x), abs(y)) > _FARTHEST:
        raise ValueError(f"a view is x, y and how many pixels are shown, not {value!r}")
    return [x, y, size]


def box(value: Any, size: tuple[int, int] | None = None) -> list[int]:
    """Return nothing, or the part of a rectangle that is within an image.

    Raises
    ------
    ImageError
        If no part is.
    """
    if not len(value):
        return []
    region = Region(*map(whole, value))
    if size is not None:
        region = region.within(size[::-1])
    elif region.width <= 0 or region.height <= 0:
        raise ValueError(f"a box is x, y, width and height, not {value!r}")
    return list(region)


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "black": number,
    "white": number,
    "midtone": midtone,
    "parameter": number,
    "view": view,
    "colormap": known_colormap,
}
"""By the names of the controls."""
