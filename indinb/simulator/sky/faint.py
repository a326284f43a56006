"""The faint stars, which no catalogue here has: invented, but always the same ones.

The sky is cut into cells of about a square degree, and each draws its own stars, the brightest
first. A deeper limit draws on: it adds stars and leaves those before untouched. There are more of
them where the catalogue has more: along the arms of the Milky Way, not behind its dark clouds.
"""

from functools import lru_cache

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from indinb.simulator.astrometry import Vectors, cone, spherical, unit_vectors
from indinb.simulator.sky.catalog import LIMIT as BRIGHTEST
from indinb.simulator.sky.catalog import Catalog
from indinb.simulator.sky.colors import color
from indinb.simulator.sky.stars import Stars

FAINTEST = 18.0
"""No fainter G is drawn, whatever the limit."""

_CELLS_KEPT = 128  # up to 25 MB of them at G = 17
_BANDS = 180  # of declination
_LAST = 0.5  # magnitudes of the catalogue that are compared with the rule
_AROUND = 5.0  # degrees over which the catalogue's stars are counted: some 100 to 1000


def density(latitude: ArrayLike) -> NDArray[np.float64]:
    """Stars per square degree and magnitude at G = 10.

    A fit to the counts of the catalogue itself between G = 9.5 and 10, in belts of galactic
    latitude (degrees): good to 10 %, where the belts of one latitude are taken together.

    Examples
    --------
    >>> density([0, 90]).round(1)
    array([27. ,  3.9])
    """
    return 3.6 + 23.4 * _belt(latitude)


def growth(latitude: ArrayLike) -> NDArray[np.float64]:
    """Growth of the counts, as the slope of their decimal logarithm per magnitude.

    Chosen so that some 5500 stars per square degree are brighter than G = 17 in the plane of the
    Galaxy (where Gaia finds yet more), and some 1300 at its poles. They fall short of the 0.6 of
    space evenly filled since the Galaxy has an end, and dust.

    Examples
    --------
    >>> growth([0, 90]).round(2)
    array([0.31, 0.35])
    """
    return 0.35 - 0.04 * _belt(latitude)


def _belt(latitude: ArrayLike) -> NDArray[np.float64]:
    """How much of the Milky Way there is, 0 to 1."""
    return np.asarray(np.exp(-np.abs(np.asarray(latitude, float)) / 20))


class FaintField:
    """Invented stars from G = 10 down, by direction.

    Parameters
    ----------
    catalog : Catalog
        Whose counts it continues, place by place.
    seed : int
        Another seed is another sky.

    Examples
    --------
    >>> pole = unit_vectors(0, 90)
    >>> stars = FaintField(Catalog()).stars(pole, radius=1, limit=14)
    >>> len(stars) > 100, bool(stars.magnitudes.min() >= 10), bool(stars.invented.all())
    (True, True, True)
    """

    def __init__(self, catalog: Catalog, seed: int = 0) -> None:
        self._seed = seed
        self._cells = cells = _Cells()
        bright = catalog.stars(cells.centers[0], 180, BRIGHTEST)
        last = bright.magnitudes > BRIGHTEST - _LAST
        self._counted = cells.counts(bright.directions[last])
        slopes = growth(cells.latitudes) * np.log(10)
        per_magnitude = density(cells.latitudes) * cells.areas
        self._expected = per_magnitude / slopes * -np.expm1(-slopes * _LAST)
        self._drawn = lru_cache(_CELLS_KEPT)(self._draw)

    def stars(self, center: Vectors, radius: float, limit: float) -> Stars:
        """Stars in a cone: `center` is an ICRS unit vector, radius in degrees, limit in G."""
        depth = int(np.ceil(min(limit, FAINTEST)))  # whole, so that close limits share cells
        if depth <= BRIGHTEST:
            return Stars.none()
        cells = self._cells.near(center, radius).tolist()
        parts = [self._drawn(cell, depth).within(center, radius, limit) for cell in cells]
        return Stars.joined(parts)

    def _richness(self, cell: int) -> np.float64:
        """Stars of the catalogue around a cell, over those expected by the rule."""
        near = cone(self._cells.centers, self._cells.centers[cell], _AROUND)
        return np.float64(self._counted[near].sum() / self._expected[near].sum())

    def _draw(self, cell: int, depth: int) -> Stars:
        cells = self._cells
        generator = np.random.default_rng([self._seed, *cells.names[cell].tolist()])
        latitude = cells.latitudes[cell]
        per_magnitude = self._richness(cell) * density(latitude) * cells.areas[cell]
        slope = growth(latitude) * np.log(10)
        expected = per_magnitude / slope * np.expm1(slope * (depth - BRIGHTEST))
        # One row of numbers per star, whatever the depth; eight sigma more rows than are needed.
        rows = generator.random((int(expected + 8 * np.sqrt(expected) + 20), 4), np.float32)
        ranks = np.cumsum(-np.log1p(-rows[:, 0], dtype=np.float64))
        rows = rows[: np.searchsorted(ranks, expected)]
        magnitudes = BRIGHTEST + np.log1p(ranks[: len(rows)] * slope / per_magnitude) / slope
        return Stars(
            cells.directions(cell, rows[:, 1], rows[:, 2]),
            magnitudes.astype(np.float32),
            color(rows[:, 3]),
            np.ones(len(rows), bool),
        )


class _Cells:
    """Belts of declination, each cut along right ascension into nearly square cells."""

    def __init__(self) -> None:
        edges = np.linspace(-90, 90, _BANDS + 1)
        middles = (edges[:-1] + edges[1:]) / 2
        counts = np.maximum(1, np.round(360 * np.cos(np.radians(middles)))).astype(int)
        band = np.repeat(np.arange(_BANDS), counts)
        number = np.concatenate([np.arange(count) for count in counts])
        self.names = np.stack([band, number], axis=-1)
        self._width = 360 / counts[band]
        self._west = number * self._width
        corners = unit_vectors(self._west, [edges[band], edges[band + 1]])
        self._south, self._north = np.sin(np.radians([edges[band], edges[band + 1]]))
        self.areas = np.degrees(self._north - self._south) * self._width  # square degrees
        self.centers = unit_vectors(self._west + self._width / 2, middles[band])
        self._radii = np.degrees(erfa.sepp(self.centers, corners).max(axis=0))
        galactic = erfa.icrs2g(*erfa.c2s(self.centers))
        self.latitudes: NDArray[np.float64] = np.degrees(galactic[1])

    def near(self, center: Vectors, radius: float) -> NDArray[np.intp]:
        return np.flatnonzero(cone(self.centers, center, radius + self._radii))

    def counts(self, directions: Vectors) -> NDArray[np.intp]:
        """Count the directions in each cell."""
        ra, dec = spherical(directions)
        band = np.minimum((dec + 90) / 180 * _BANDS, _BANDS - 1).astype(int)
        first = np.searchsorted(self.names[:, 0], band)
        return np.bincount(first + (ra / self._width[first]).astype(int), minlength=len(self.names))

    def directions(
        self, cell: int, across: NDArray[np.float32], along: NDArray[np.float32]
    ) -> Vectors:
        """Spread stars evenly over the cell, from two numbers between 0 and 1 of each."""
        south, north = self._south[cell], self._north[cell]
        ra = np.radians(self._west[cell] + self._width[cell] * across.astype(np.float64))
        z = south + (north - south) * along
        rho = np.sqrt(1 - z**2)
        return np.stack([rho * np.cos(ra), rho * np.sin(ra), z], axis=-1)
