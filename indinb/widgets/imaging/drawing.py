# ruff: noqa: RUF001, RUF002  the sign between width and height
"""What goes to the browser: the whole picture in the size of a screen, and finer parts of it."""

import math
from typing import Any, NamedTuple

import numpy as np
from astropy.wcs import WCS
from astropy.wcs.utils import pixel_to_skycoord
from numpy.typing import NDArray

from indinb.images.bayer import binned_colors
from indinb.images.frame import Frame
from indinb.images.levels import Levels, split
from indinb.images.naming import exposure, frame_type, safe
from indinb.images.region import Region
from indinb.images.stretch import binned, factors, planes
from indinb.widgets.snapshot import Json

MOST = 1_500_000
"""Numbers in a message with a finer part, at most."""

_GRID = 33  # points to a side: between two of them the sky is nearly flat


class Binned(NamedTuple):
    """Pixels of a frame, several made into one.

    Parameters
    ----------
    values : numpy.ndarray
        Rows by columns, or three planes of those.
    factor : tuple of int
        Columns and rows that became one.
    x, y : int
        The first column and row.
    """

    values: NDArray[Any]
    factor: tuple[int, int]
    x: int = 0
    y: int = 0


def pixels(frame: Frame) -> NDArray[Any]:
    """Return the pixels of a frame: one plane or three.

    Raises
    ------
    ImageError
        If they are no numbers that can be shown.
    """
    return planes(np.asarray(frame.data))


def overview(frame: Frame, debayer: bool = False) -> Binned:
    """Shrink a frame to the size of a screen.

    Raises
    ------
    ImageError
        If it is no image.
    """
    data = pixels(frame)
    rows, columns = factors(data)
    if debayer and (pattern := colors(frame)):
        return Binned(binned_colors(data, pattern, (rows, columns)), (columns, rows))
    return _binned(data, Region(0, 0, data.shape[-1], data.shape[-2]), columns, rows)


def part(frame: Frame, region: Region, factor: int, debayer: bool = False) -> Binned:
    """Shrink a region of a frame.

    Parameters
    ----------
    frame : Frame
        The frame.
    region : Region
        Within it.
    factor : int
        Rows and columns to make into one; more if there would be too many numbers.
    debayer : bool
        In colours, if the frame has a Bayer pattern.
    """
    data, pattern = pixels(frame), colors(frame) if debayer else None
    numbers = region.width * region.height * (3 if pattern or data.ndim == 3 else 1)
    factor = max(factor, math.ceil(math.sqrt(numbers / MOST)))
    if pattern:
        return _part_in_colors(data, pattern, region, factor)
    return _binned(data, region, min(factor, region.width), min(factor, region.height))


def _binned(data: NDArray[Any], region: Region, columns: int, rows: int) -> Binned:
    cut = data[(..., *region.slices)]
    values = cut if rows == columns == 1 else binned(cut, rows, columns)  # exact if they can be
    return Binned(values, (columns, rows), region.x, region.y)


def _part_in_colors(data: NDArray[Any], pattern: str, region: Region, factor: int) -> Binned:
    """Cut with a margin, of which the colours at the edge are made, and as the pattern begins."""
    x, y = (max(0, start // 2 * 2 - 2) for start in (region.x, region.y))
    cut = data[y : region.y + region.height + 2, x : region.x + region.width + 2]
    rows, columns = (min(factor, side) for side in cut.shape)
    return Binned(binned_colors(cut, pattern, (rows, columns)), (columns, rows), x, y)


def colors(frame: Frame) -> str | None:
    """Return the Bayer pattern of a frame, if it has one and room for it."""
    return frame.bayer if frame.ndim == 2 and min(frame.shape) >= 2 else None


def picture(frame: Frame, shown: Levels, factor: tuple[int, int]) -> Json:
    """Describe the overview of a frame to the browser."""
    height, width = pixels(frame).shape[-2:]
    low, high = split(shown.pixels)
    return {
        "size": [width, height],
        **layer(shown, factor),
        "low": low,
        "high": high,
        "top_down": frame.is_top_down,
        "words": words(frame),
        "unit": str(frame.unit or ""),
        "bayer": colors(frame) is not None,
        "grid": grid(celestial(frame), width, height),
    }


def layer(shown: Levels, factor: tuple[int, int]) -> Json:
    """Describe what levels stand for."""
    rows, columns = shown.pixels.shape[-2:]
    return {
        "factor": list(factor),
        "shape": [columns, rows],
        "planes": 3 if shown.pixels.ndim == 3 else 1,
        "offset": shown.offset,
        "scale": shown.scale,
        "root": shown.root,
        "exact": factor == (1, 1) and not shown.root,
    }


def words(frame: Frame) -> str:
    """Describe a frame in the words that stand under it.

    Examples
    --------
    >>> header = {"EXPTIME": 2.0, "FRAME": "Light", "FILTER": "Red"}
    >>> words(Frame(np.zeros((3, 4)), unit="adu", header=header))
    '4 × 3 · Light · 2 s · Red'
    """
    header = frame.header
    size = " × ".join(map(str, frame.shape[:-3:-1]))
    told = size, frame_type(header), exposure(header, " s"), safe(header.get("FILTER"))
    return " · ".join(filter(None, told))


def celestial(frame: Frame) -> WCS | None:
    """Return where on the sky the pixels of a frame are, if that is known."""
    wcs = frame.wcs
    return wcs.celestial if isinstance(wcs, WCS) and wcs.has_celestial else None


def grid(wcs: WCS | None, width: int, height: int) -> Json | None:
    """Return the directions (ICRS) of points all over an image, NaN where there is no sky."""
    if wcs is None:
        return None
    columns, rows = (np.linspace(-0.5, side - 0.5, _GRID) for side in (width, height))
    try:
        sky = pixel_to_skycoord(*np.meshgrid(columns, rows), wcs).icrs
    except Exception:  # of a WCS that astropy cannot make sense of: there is still a picture
        return None
    vectors = np.moveaxis(sky.cartesian.xyz.value, 0, -1).astype("<f4")
    return {"shape": [_GRID, _GRID], "vectors": np.ascontiguousarray(vectors).tobytes()}
