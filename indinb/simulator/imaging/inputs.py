"""What a picture is made of: the sky in view, in the words of catalogues."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Image = NDArray[Any]
"""Rows by columns, float32, to save time and room."""


class Stars(Protocol):
    """Many stars: arrays of one length."""

    @property
    def directions(self) -> Floats:
        """Unit vectors, ICRS, one a row."""

    @property
    def magnitudes(self) -> NDArray[Any]:
        """Gaia G."""

    @property
    def colors(self) -> NDArray[Any]:
        """BP - RP, in magnitudes."""


class Extended(Protocol):
    """A galaxy, a cluster or a nebula."""

    @property
    def direction(self) -> Floats:
        """Unit vector, ICRS."""

    @property
    def major(self) -> float:
        """Full major axis in arcminutes, at the isophote of 25 mag/arcsec² or so."""

    @property
    def minor(self) -> float:
        """Full minor axis in arcminutes."""

    @property
    def angle(self) -> float | None:
        """Position angle of the major axis in degrees, east of north, if it is known."""

    @property
    def magnitude(self) -> float:
        """Of all its light."""

    @property
    def profile(self) -> str:
        """``"disc"``, ``"spheroid"`` or ``"nebula"``."""

    @property
    def emission(self) -> str:
        """``"continuum"``, ``"reflection"``, ``"hydrogen"`` or ``"oxygen"``."""


class Body(Protocol):
    """The Sun, the Moon or a planet."""

    @property
    def direction(self) -> Floats:
        """Unit vector, ICRS."""

    @property
    def radius(self) -> float:
        """In arcseconds."""

    @property
    def magnitude(self) -> float:
        """Of all its light."""

    @property
    def illuminated(self) -> float:
        """The part of the disc that is lit, 0 to 1."""

    @property
    def limb_angle(self) -> float:
        """Position angle of the middle of the bright limb in degrees, east of north."""


class Sky(NamedTuple):
    """All that can be in the picture."""

    stars: Stars | None = None
    extended: Sequence[Extended] = ()
    bodies: Sequence[Body] = ()


class Region(NamedTuple):
    """A part of the sensor, in unbinned pixels.

    Examples
    --------
    >>> Region(100, 50, 640, 480).shape
    (480, 640)
    """

    x: int
    y: int
    width: int
    height: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def slices(self) -> tuple[slice, slice]:
        """Where it is in an array of the whole sensor."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def grown(self, margin: int) -> "Region":
        """Make it larger on all sides; it may stick out of the sensor then."""
        return Region(
            self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin
        )
