"""Light that is spread over an area, added to the picture at the price of its detail."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.imaging.inputs import Floats, Image

Density = Callable[[Image, Image], Image]
"""Light of a square arcsecond, some arcseconds to the east and to the north of the middle."""


class Patch(NamedTuple):
    """Light around one direction, of unit sum.

    Parameters
    ----------
    density : callable
        The share of the light that a square arcsecond has: ``density(east, north)``.
    reach : float
        Arcseconds from the middle to where it ends.
    detail : float
        Arcseconds over which it hardly changes.
    """

    density: Density
    reach: float
    detail: float


def add_patch(image: Image, pixel: Floats, matrix: Floats, patch: Patch, flux: float) -> None:
    """Add a patch of light to an image, in place.

    Parameters
    ----------
    image : numpy.ndarray
        Float32, rows by columns.
    pixel : numpy.ndarray
        Coordinates x and y of the patch's middle.
    matrix : numpy.ndarray
        Pixels, x and y, of an arcsecond to the east and to the north.
    patch : Patch
        What it looks like.
    flux : float
        All its light, in the image's unit.

    Notes
    -----
    Where it has less detail than the picture has pixels, it is computed for some pixels and
    interpolated between. Which ones depends on the patch alone, so that a part of the sensor
    gets the same light as in the picture of the whole.
    """
    inverse = np.linalg.inv(matrix)
    area = abs(float(np.linalg.det(inverse)))
    step = max(1, int(patch.detail / np.sqrt(area)))
    reach = patch.reach * float(np.abs(matrix).sum(axis=1).max())
    middle = np.floor(pixel + 0.5).astype(int)
    nodes = [
        _nodes(start, size, step, reach)
        for start, size in zip(middle, image.shape[::-1], strict=True)
    ]
    if min(map(len, nodes)) < 2:
        return
    across, down = nodes[0] - pixel[0], nodes[1] - pixel[1]
    values = patch.density(*_to_sky(inverse, across, down)) * np.float32(area * flux)
    _add_between(image, nodes[0], nodes[1], values, step)


def _nodes(middle: int, size: int, step: int, reach: float) -> NDArray[np.intp]:
    """Give the pixels of one axis that are computed, around all that are needed."""
    first = max(-int(np.ceil(reach / step)), (-middle) // step)
    last = min(int(np.ceil(reach / step)), -((middle - size) // step))
    return middle + step * np.arange(first, last + 1)


def _to_sky(inverse: Image, across: Image, down: Image) -> tuple[Image, Image]:
    x, y = across.astype(np.float32)[None, :], down.astype(np.float32)[:, None]
    (east_x, east_y), (north_x, north_y) = inverse.astype(np.float32)
    return east_x * x + east_y * y, north_x * x + north_y * y


def _add_between(
    image: Image, columns: NDArray[np.intp], rows: NDArray[np.intp], values: Image, step: int
) -> None:
    """Add values at the nodes, and what is between them on straight lines."""
    height, width = image.shape
    low, high = max(columns[0], 0), min(columns[-1], width)
    place = (np.arange(low, high) - columns[0]) / step
    left, part = place.astype(int), (place % 1).astype(np.float32)
    stretched = (
        values[:, left] * (1 - part) + values[:, left + 1] * part if step > 1 else (values[:, left])
    )
    for index, top, bottom in _bands(rows, height):
        part = ((np.arange(top, bottom) - rows[index]) / np.float32(step))[:, None]
        upper, lower = stretched[index], stretched[index + 1]
        image[top:bottom, low:high] += upper + (lower - upper) * part


def _bands(rows: NDArray[np.intp], height: int) -> Iterator[tuple[int, int, int]]:
    """Yield the rows of the image from one node to the next."""
    for index, (start, end) in enumerate(pairwise(rows)):
        top, bottom = max(int(start), 0), min(int(end), height)
        if top < bottom:
            yield index, top, bottom
