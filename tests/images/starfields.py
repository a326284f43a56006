"""Star fields whose every star is known."""

import numpy as np
from astropy.wcs import WCS
from numpy.typing import NDArray

from indinb.images.starshapes import FWHM

SKY, NOISE = 500.0, 5.0


def star(shape, x, y, flux, fwhm, eccentricity=0.0, angle=0.0) -> NDArray[np.float64]:
    """Return a Gaussian with this flux; its FWHM is that of its mean variance."""
    rows, columns = np.indices(shape)
    flatness = np.sqrt(1 - eccentricity**2)
    major = fwhm / FWHM * np.sqrt(2 / (1 + flatness**2))
    minor = major * flatness
    along = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
    across = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
    height = flux / (2 * np.pi * major * minor)
    return height * np.exp(-((along / major) ** 2 + (across / minor) ** 2) / 2)


def noise(shape, seed=1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(SKY, NOISE, shape)


def grid(columns=5, rows=4, pitch=50, seed=3) -> NDArray[np.float64]:
    """Return places, of x and y, far enough from each other, anywhere between pixels."""
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    regular = np.column_stack([x.ravel(), y.ravel()]) * pitch + pitch / 2
    return regular + np.random.default_rng(seed).random(regular.shape)


def field(places, flux=20_000.0, fwhm=3.0, shape=(200, 250), **form) -> NDArray[np.float64]:
    """Return the picture of a sky with equal stars at some places."""
    return noise(shape) + sum(star(shape, x, y, flux, fwhm, **form) for x, y in places)


def nearest(places, table):
    """Return the row of a table that is nearest to each place, and how far it is."""
    distances = np.hypot(*(np.subtract.outer(places[:, i], table["xy"[i]]) for i in (0, 1)))
    rows = distances.argmin(1)
    assert len(set(rows)) == len(places)
    return table[rows], distances.min(1)


def wcs_at(ra, dec, scale=5.0, shape=(200, 250)) -> WCS:
    """Return a WCS with this centre, in degrees, and this scale, in arcsec."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [ra, dec]
    wcs.wcs.crpix = [shape[1] / 2, shape[0] / 2]
    wcs.wcs.cdelt = [-scale / 3600, scale / 3600]
    return wcs
