"""What a browser asks for: finer pixels of a part, and the value of one pixel."""

import math
from typing import Any

from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.images.levels import levels, split
from indinb.images.region import Region
from indinb.widgets.imaging import drawing
from indinb.widgets.imaging.checks import whole
from indinb.widgets.imaging.images import LoadedImage
from indinb.widgets.snapshot import Json

Tile = tuple[Json, list[bytes]]


def tile(image: LoadedImage | None, wish: Json) -> Tile:
    """Return a finer part of an image and its bytes; nothing if there is none.

    Parameters
    ----------
    image : LoadedImage or None
        What is shown.
    wish : dict
        From a browser: ``x``, ``y``, ``width``, ``height`` and ``factor``.
    """
    frame = None if image is None else image.frame
    if image is None or frame is None:
        return {}, []
    try:
        return _tile(image, frame, wish)
    except (ImageError, KeyError, TypeError, ValueError):  # it lies outside, or is no wish
        return {}, []


def _tile(image: LoadedImage, frame: Frame, wish: Json) -> Tile:
    numbers = (whole(wish[name]) for name in ("x", "y", "width", "height"))
    region = Region(*numbers).within(image.size[::-1])
    found = drawing.part(frame, region, max(1, whole(wish["factor"])), image.settings.debayer)
    shown = levels(found.values, image.settings.shades)
    described = drawing.layer(shown, found.factor)
    return {"x": found.x, "y": found.y, **described}, list(split(shown.pixels))


def values_at(frame: Frame | None, wish: Json) -> Json:
    """Return the very values of a pixel, one of each plane; none outside the image."""
    try:
        x, y = whole(wish["x"]), whole(wish["y"])
        found = _values(frame, x, y) if frame is not None else []
    except (KeyError, TypeError, ValueError):
        return {"values": []}
    return {"x": x, "y": y, "values": found}


def _values(frame: Frame, x: int, y: int) -> list[Any]:
    data = drawing.pixels(frame)
    rows, columns = data.shape[-2:]
    if not (0 <= x < columns and 0 <= y < rows):
        return []
    return [_number(value) for value in data[..., y, x].reshape(-1)]


def _number(value: Any) -> int | float | None:
    plain: int | float = value.item()
    return plain if math.isfinite(plain) else None
