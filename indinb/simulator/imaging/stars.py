"""Stars onto the picture, thousands at once."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.imaging.inputs import Floats, Image
from indinb.simulator.imaging.psf import Psf

SMALLEST = 2.0
"""Half of the smallest stamp, in FWHM: it holds 97 % of the light."""

_CHUNK = 1 << 20  # pixels of stamps in memory at once


def add_stars(image: Image, pixels: Floats, fluxes: Floats, psf: Psf, noise: float) -> None:
    """Add stars to an image, in place.

    Parameters
    ----------
    image : numpy.ndarray
        Float32, rows by columns, in one piece.
    pixels : numpy.ndarray
        Coordinates x and y, shape (n, 2); stars outside add what light of theirs falls in.
    fluxes : numpy.ndarray
        Of the stars, in the image's unit; shape (n,).
    psf : Psf
        What a star looks like.
    noise : float
        Of a pixel, in the image's unit: light that is far fainter is not drawn.

    Examples
    --------
    >>> image = np.zeros((41, 41), np.float32)
    >>> add_stars(image, np.array([[20.0, 20.0]]), np.array([1000.0]), Psf(2.0), noise=1.0)
    >>> round(float(image.sum()))
    998
    """
    faintest = noise / 10
    halves = _halves(psf)
    classes = _classify(psf, fluxes, halves, faintest)
    for half, members in zip(halves, classes, strict=True):
        near = members & _nearby(pixels, image.shape, half)
        for chunk in _chunks(np.flatnonzero(near), half):
            _stamp(image, pixels[chunk], fluxes[chunk], psf, half)
    for index in np.flatnonzero(classes[-1]):
        reach = psf.reach(fluxes[index], faintest)
        _add_wing(image, pixels[index], fluxes[index], psf, reach)


def _halves(psf: Psf) -> list[int]:
    smallest = int(np.ceil(SMALLEST * psf.fwhm + psf.disc / 2))
    return [half for half in (smallest, 2 * smallest) if half < psf.half] + [psf.half]


def _classify(
    psf: Psf, fluxes: Floats, halves: list[int], faintest: float
) -> list[NDArray[np.bool_]]:
    """Tell which stars take which stamp: the first that leaves out nothing to be seen."""
    limits = [0.0]
    for half in halves[:-1]:
        edge = psf.wing(np.array(half + 0.5), np.array(0.0))
        limits.append(faintest / float(edge))
    limits.append(np.inf)
    return [(fluxes >= low) & (fluxes < high) & (fluxes > 0) for low, high in pairwise(limits)]


def _nearby(pixels: Floats, shape: tuple[int, ...], half: int) -> NDArray[np.bool_]:
    height, width = shape
    inside: NDArray[np.bool_] = np.all(
        (pixels > -half - 0.5) & (pixels < [width + half - 0.5, height + half - 0.5]), axis=1
    )
    return inside


def _chunks(indices: NDArray[np.intp], half: int) -> Iterator[NDArray[np.intp]]:
    step = max(1, _CHUNK // (2 * half + 1) ** 2)
    for start in range(0, len(indices), step):
        yield indices[start : start + step]


def _stamp(image: Image, pixels: Floats, fluxes: Floats, psf: Psf, half: int) -> None:
    nearest = np.floor(pixels + 0.5).astype(np.intp)
    phases = ((pixels - nearest + 0.5) * psf.phases).astype(np.intp).clip(0, psf.phases - 1)
    values = psf.stamps(half)[phases[:, 1], phases[:, 0]]
    values *= fluxes.astype(np.float32)[:, None, None]
    reach = np.arange(-half, half + 1)
    rows = nearest[:, 1, None, None] + reach[:, None]
    columns = nearest[:, 0, None, None] + reach
    height, width = image.shape
    places = rows * width + columns
    if _sticks_out(nearest, image.shape, half):
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        places, values = places[inside], values[inside]
    np.add.at(image.reshape(-1), places.reshape(-1), values.reshape(-1))


def _sticks_out(nearest: NDArray[np.intp], shape: tuple[int, ...], half: int) -> bool:
    height, width = shape
    return bool((nearest < half).any() or (nearest >= [width - half, height - half]).any())


def _add_wing(image: Image, pixel: Floats, flux: float, psf: Psf, reach: int) -> None:
    """Add the light of one bright star outside of its stamp."""
    x, y = np.floor(pixel + 0.5).astype(int)
    height, width = image.shape
    columns = np.arange(max(x - reach, 0), min(x + reach + 1, width))
    rows = np.arange(max(y - reach, 0), min(y + reach + 1, height))
    if reach <= psf.half or not len(columns) or not len(rows):
        return
    across, down = (columns - pixel[0]).astype(np.float32), (rows - pixel[1]).astype(np.float32)
    light = psf.wing(across[None, :], down[:, None]) * np.float32(flux)
    stamp = np.abs(rows - y)[:, None] <= psf.half
    light[stamp & (np.abs(columns - x) <= psf.half)] = 0
    image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] += light
