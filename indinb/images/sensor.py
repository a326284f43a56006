"""Which pixels of the sensor an image shows, as headers tell it.

XORGSUBF and YORGSUBF are the first column and row that were read out, in binned pixels, as MaxIm DL
writes them; XBINNING and YBINNING, the pixels read as one. INDI's drivers only write the latter.
"""

import math
from typing import Any

from indinb.images.bayer import is_bottom_up, offset, pattern
from indinb.images.region import Region

_OF_EACH_PIXEL = (
    *("BAYERPAT", "COLORTYP", "XBAYROFF", "YBAYROFF"),
    *("XORGSUBF", "YORGSUBF", "XBINNING", "YBINNING"),
)
_OF_ALL_PIXELS = ("CHECKSUM", "DATASUM", "DATAMIN", "DATAMAX")


def on_sensor(header: Any, rows: int, region: Region) -> Region:
    """Return where a region of an image lies on the sensor.

    Parameters
    ----------
    header : mapping
        Of the image. Without the cards, it begins at the sensor's first pixel, and is not binned.
    rows : int
        Of the image: if ROWORDER says BOTTOM-UP, the sensor's first row is the last one.
    region : Region
        In pixels of the image, within it.

    Returns
    -------
    Region
        In unbinned pixels.

    Examples
    --------
    >>> header = {"XBINNING": 2, "YBINNING": 2, "XORGSUBF": 100, "YORGSUBF": 50}
    >>> on_sensor(header, 200, Region(10, 20, 30, 40))
    Region(x=220, y=140, width=60, height=80)
    """
    y = rows - region.y - region.height if is_bottom_up(header) else region.y
    across, down = (max(1, round(_number(header, key, 1))) for key in ("XBINNING", "YBINNING"))
    left, top = (_number(header, key, 0) for key in ("XORGSUBF", "YORGSUBF"))
    return Region(
        round((left + region.x) * across),
        round((top + y) * down),
        region.width * across,
        region.height * down,
    )


def take_part(header: Any, rows: int, part: Region) -> None:
    """Let the header of an image be that of a part of it: its place, its size, and its colours.

    Parameters
    ----------
    header : mutable mapping
        Of the image; it is changed.
    rows : int
        Of the image.
    part : Region
        In pixels of the image, within it.

    Examples
    --------
    >>> header = {"NAXIS1": 100, "XORGSUBF": 7, "BAYERPAT": "RGGB"}
    >>> take_part(header, 200, Region(11, 0, 30, 40))
    >>> header["NAXIS1"], header["XORGSUBF"], header["XBAYROFF"]
    (30, 18, 1)
    """
    left_out = rows - part.height - part.y if is_bottom_up(header) else part.y
    for keyword, more in (("XORGSUBF", part.x), ("YORGSUBF", left_out)):
        header[keyword] = _whole(_number(header, keyword, 0) + more)
    if pattern(header, rows) is not None:
        for keyword, more in (("XBAYROFF", part.x), ("YBAYROFF", left_out)):
            header[keyword] = (offset(header, keyword) + more) % 2
    for keyword, length in (("NAXIS1", part.width), ("NAXIS2", part.height)):
        if keyword in header:
            header[keyword] = length
    _drop(header, _OF_ALL_PIXELS)


def take_some(header: Any) -> None:
    """Let the header of an image be that of every other pixel of it, or of it turned round.

    There are no cards for such a place on the sensor, nor for the order of the colours.

    Examples
    --------
    >>> header = {"OBJECT": "M31", "BAYERPAT": "RGGB", "XORGSUBF": 7}
    >>> take_some(header)
    >>> header
    {'OBJECT': 'M31'}
    """
    _drop(header, _OF_EACH_PIXEL + _OF_ALL_PIXELS)


def _drop(header: Any, keywords: tuple[str, ...]) -> None:
    for keyword in keywords:
        if keyword in header:
            del header[keyword]


def has_steps(item: Any, axes: int) -> bool:
    """Whether an index leaves rows or columns out in between, or turns them round.

    Examples
    --------
    >>> has_steps((slice(None, None, 2), slice(10, 50)), 2)
    True
    """
    spans = _each_axis(item if isinstance(item, tuple) else (item,), axes)[-2:]
    return any(isinstance(each, slice) and each.step not in (None, 1) for each in spans)


def part_of(item: Any, shape: tuple[int, ...]) -> Region | None:
    """Return what an index takes from an image, if that is a rectangle without gaps.

    Examples
    --------
    >>> part_of((slice(10, 50), slice(None, -20)), (100, 200))
    Region(x=0, y=10, width=180, height=40)
    """
    spans = _each_axis(item if isinstance(item, tuple) else (item,), len(shape))[-2:]
    if len(shape) < 2 or not all(isinstance(each, slice) for each in spans):
        return None
    (y, bottom, down), (x, right, across) = (
        each.indices(length) for each, length in zip(spans, shape[-2:], strict=True)
    )
    if (down, across) != (1, 1) or bottom <= y or right <= x:
        return None
    return Region(x, y, right - x, bottom - y)


def _each_axis(places: tuple[Any, ...], axes: int) -> tuple[Any, ...]:
    """Write out what an index leaves to the ellipsis, which is at its end if it has none."""
    dots = next((at for at, each in enumerate(places) if each is Ellipsis), len(places))
    after = places[dots + 1 :]
    return (*places[:dots], *[slice(None)] * (axes - dots - len(after)), *after)


def _number(header: Any, keyword: str, default: float) -> float:
    told = header.get(keyword)
    sound = isinstance(told, int | float) and math.isfinite(told) and abs(told) < 1 << 30
    return told if sound else default


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number
