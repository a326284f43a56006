"""Members of star clusters: invented, as many and as bright as make up the cluster's light.

Gaia's V and G are taken for one here; they differ by 0.2 for most stars.
"""

from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.astrometry import Vectors, cone, tangents
from indinb.simulator.sky.catalog import LIMIT
from indinb.simulator.sky.colors import color
from indinb.simulator.sky.faint import FAINTEST
from indinb.simulator.sky.ongc import Entry, entries
from indinb.simulator.sky.stars import Stars

_CLUSTERS_KEPT = 64  # 5 MB of them at most


@dataclass(frozen=True, slots=True)
class Population:
    """How the light of a cluster is shared out among its stars.

    Parameters
    ----------
    brightest : float
        Magnitudes by which the brightest star is fainter than the cluster.
    depth : float
        Magnitudes from the brightest to the faintest star.
    slope : float
        Decimal logarithm of the growth of the number of stars per magnitude, below 0.4.
    share : float
        Part of the cluster's light that is in these stars.
    concentration : float
        Half of the cluster's size over the radius of half its light.
    usual : float
        Magnitude of a cluster for which none is listed.
    """

    brightest: float
    depth: float
    slope: float
    share: float
    concentration: float
    usual: float

    def magnitudes(self, total: float, places: NDArray[np.floating]) -> NDArray[np.float64]:
        """Magnitudes of stars by their places in the order of brightness, 0 to 1."""
        growth = self.slope * np.log(10)
        below = np.log1p(places * np.expm1(growth * self.depth)) / growth
        return np.asarray(total + self.brightest + below)

    @property
    def count(self) -> int:
        """Number of stars, the same for each cluster."""
        first = 10 ** (-0.4 * self.brightest)
        mean = first * _integral(self.slope - 0.4, self.depth) / _integral(self.slope, self.depth)
        return round(self.share / mean)

    def glow(self, total: float) -> float:
        """Magnitude of the light that is not in stars brighter than `faint.FAINTEST`."""
        seen = float(np.clip(FAINTEST - total - self.brightest, 0, self.depth))
        part = _integral(self.slope - 0.4, seen) / _integral(self.slope - 0.4, self.depth)
        return float(total - 2.5 * np.log10(1 - self.share * part))


def _integral(slope: float, depth: float) -> float:
    """Integrate ``10 ** (slope * x)`` over x, from 0 to depth."""
    return float(np.expm1(slope * np.log(10) * depth) / (slope * np.log(10)))


GLOBULAR = Population(6.0, 5.0, slope=0.3, share=0.6, concentration=5.0, usual=10.0)
"""Giants of M13 begin 6 magnitudes below the whole; the rest, below the turn-off, is a glow."""

OPEN = Population(2.5, 8.5, slope=0.2, share=1.0, concentration=2.5, usual=9.0)
"""As in M67, whose brightest star has a tenth of the light."""

NEBULOUS = Population(4.0, 7.0, slope=0.2, share=0.25, concentration=2.5, usual=9.0)
"""A cluster with nebula: most of the listed light is given to the nebula."""

POPULATIONS = {"OCl": OPEN, "GCl": GLOBULAR, "Cl+N": NEBULOUS}
"""By OpenNGC's type."""


def members(cluster: Entry, seed: int = 0) -> Stars:
    """Invent the stars of one cluster.

    Around its centre they lie as in the model of Plummer (1911), cut off at the listed size.
    Those brighter than G = 10 are left out, since the catalogue has the real ones, and so are
    those fainter than `faint.FAINTEST`.

    Parameters
    ----------
    cluster : Entry
        Of a type in `POPULATIONS`.
    seed : int
        Another seed is another sky.

    Examples
    --------
    >>> m13 = next(entry for entry in entries("GCl") if entry.name == "NGC6205")
    >>> len(members(m13)) > 1000
    True
    """
    population = POPULATIONS[cluster.type]
    generator = np.random.default_rng([seed, crc32(cluster.name.encode())])
    mass, turn, place, hue = generator.random((4, population.count))
    total = _magnitude(cluster)
    # One star in each of as many equal parts: so the sum is right for every seed.
    places = (np.arange(population.count) + place) / population.count
    magnitudes = population.magnitudes(total, places).astype(np.float32)
    distances = _plummer(mass, np.radians(_radius(cluster)), population.concentration)
    directions = _around(cluster.direction, distances, 2 * np.pi * turn)
    stars = Stars(directions, magnitudes, color(hue), np.ones(len(hue), bool))
    return stars[(magnitudes >= LIMIT) & (magnitudes <= FAINTEST)]


def _radius(cluster: Entry) -> float:
    """Half of the size, in degrees; where none is listed, bright clusters are near and large."""
    usual = 5 * 10 ** (0.1 * (9 - _magnitude(cluster)))  # such as 15 arcmin at magnitude 4
    return (cluster.major or usual) / 2 / 60


def _magnitude(cluster: Entry) -> float:
    usual = POPULATIONS[cluster.type].usual
    return usual if cluster.magnitude is None else cluster.magnitude


def _plummer(
    shares: NDArray[np.float64], radius: float, concentration: float
) -> NDArray[np.float64]:
    """Projected distance from the centre within which a share of the stars is."""
    inside = concentration**2 / (1 + concentration**2) * shares
    return radius / concentration * np.sqrt(inside / (1 - inside))


def _around(
    center: Vectors, distances: NDArray[np.float64], angles: NDArray[np.float64]
) -> Vectors:
    east, north = tangents(center)
    aside = np.outer(np.sin(angles), east) + np.outer(np.cos(angles), north)
    around: Vectors = np.cos(distances)[:, None] * center + np.sin(distances)[:, None] * aside
    return around


class Clusters:
    """Invented members of the clusters of OpenNGC, by direction.

    Examples
    --------
    >>> from indinb.simulator.astrometry import unit_vectors
    >>> m67 = unit_vectors(132.85, 11.81)
    >>> bright, all_of_them = (Clusters().stars(m67, 0.3, limit) for limit in (14, 18))
    >>> 20 < len(bright) < len(all_of_them)
    True
    """

    def __init__(self, seed: int = 0) -> None:
        self._clusters = entries(*POPULATIONS)
        self._directions = np.array([cluster.direction for cluster in self._clusters])
        self._radii = np.array([_radius(cluster) for cluster in self._clusters])

        def drawn(index: int) -> Stars:
            return members(self._clusters[index], seed)

        self._members = lru_cache(_CLUSTERS_KEPT)(drawn)

    def stars(self, center: Vectors, radius: float, limit: float) -> Stars:
        """Stars in a cone: `center` is an ICRS unit vector, radius in degrees, limit in G."""
        near = np.flatnonzero(cone(self._directions, center, radius + self._radii)).tolist()
        parts = [self._members(index).within(center, radius, limit) for index in near]
        return Stars.joined([*parts, Stars.none()])
