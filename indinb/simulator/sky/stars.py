"""Stars in columns."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.astrometry import Vectors, cone


@dataclass(frozen=True, slots=True, eq=False)
class Stars:
    """What is known of n stars.

    Parameters
    ----------
    directions : numpy.ndarray
        ICRS unit vectors, shape (n, 3), float64.
    magnitudes : numpy.ndarray
        Gaia's G, shape (n,), float32.
    colors : numpy.ndarray
        BP-RP in magnitudes, shape (n,), float32; see `catalog` and `colors`.
    invented : numpy.ndarray
        Which stars are in no catalogue, shape (n,), bool.

    Examples
    --------
    >>> one = Stars(np.eye(3)[:1], np.zeros(1, "f4"), np.ones(1, "f4"), np.zeros(1, bool))
    >>> len(Stars.joined([one, one]))
    2
    """

    directions: Vectors
    magnitudes: NDArray[np.float32]
    colors: NDArray[np.float32]
    invented: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.magnitudes)

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        return type(self)(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """All the stars of at least one part, in the same order."""
        listed = list(parts)
        columns = ([getattr(part, field.name) for part in listed] for field in fields(cls))
        return cls(*map(np.concatenate, columns))

    @classmethod
    def none(cls) -> Self:
        """Not a single star."""
        nothing = np.empty(0, np.float32)
        return cls(np.empty((0, 3)), nothing, nothing, np.empty(0, bool))

    def within(self, center: Vectors, radius: float, limit: float) -> Self:
        """Those in a cone (degrees) around a direction, and not fainter than the limit."""
        return self[cone(self.directions, center, radius) & (self.magnitudes <= limit)]
