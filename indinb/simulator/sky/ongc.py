"""The rows of OpenNGC, as the package pyongc brings them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from indinb.simulator.astrometry import Vectors, unit_vectors

_COLUMNS = "name, type, degrees(ra), degrees(dec), majax, minax, pa, vmag, bmag, hubble"
_B_MINUS_V = 0.8  # of a galaxy between spiral and elliptical


class _Row(NamedTuple):
    name: str
    type: str
    ra: float
    dec: float
    major: float | None
    minor: float | None
    angle: float | None
    v: float | None
    b: float | None
    hubble: str


class Entry(_Row):
    """An object as listed: degrees, arcminutes (whole axes), magnitudes; None where unknown."""

    @property
    def direction(self) -> Vectors:
        """ICRS unit vector."""
        return unit_vectors(self.ra, self.dec)

    @property
    def magnitude(self) -> float | None:
        """V, or else B less the 0.8 of a galaxy's usual colour."""
        if self.v is None and self.b is not None:
            return self.b - _B_MINUS_V
        return self.v


def entries(*types: str) -> list[Entry]:
    """All objects of some of OpenNGC's types, such as ``"G"`` or ``"GCl"``.

    Examples
    --------
    >>> len(entries("SNR"))
    11
    """
    from pyongc import DBPATH

    # The package's listObjects makes an object of each row, which takes ten times as long.
    marks = ", ".join("?" * len(types))
    query = f"SELECT {_COLUMNS} FROM objects WHERE type IN ({marks}) ORDER BY id"
    with closing(sqlite3.connect(f"{Path(DBPATH).as_uri()}?mode=ro", uri=True)) as database:
        return [Entry(*row) for row in database.execute(query, types)]
