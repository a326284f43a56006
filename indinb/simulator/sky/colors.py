"""Colours for stars of which none is known.

They are invented: a star keeps its colour, but where it is a real star, the real one has another.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Shares of the stars below a BP-RP, drawn by hand after the solar neighbourhood as Gaia sees it:
# few hot stars, most like the Sun (0.8), a shoulder of giants (1.2), a tail of cool ones.
_SHARES = (0.0, 0.05, 0.15, 0.35, 0.55, 0.72, 0.87, 0.96, 1.0)
_COLORS = (0.0, 0.15, 0.40, 0.65, 0.85, 1.10, 1.40, 1.80, 2.5)


def color(share: ArrayLike) -> NDArray[np.float32]:
    """BP-RP that a share of the stars, 0 to 1, does not exceed.

    Examples
    --------
    >>> color([0, 0.35, 1])
    array([0.  , 0.65, 2.5 ], dtype=float32)
    """
    return np.asarray(np.interp(np.asarray(share, float), _SHARES, _COLORS), np.float32)


def color_of(sources: NDArray[np.int64]) -> NDArray[np.float32]:
    """BP-RP by the number of a star in its catalogue.

    Examples
    --------
    >>> bool(color_of(np.array([-32349])) == color_of(np.array([-32349])))
    True
    """
    return color(_mixed(sources.astype(np.uint64)) / 2.0**64)


def _mixed(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread neighbouring numbers over all 64 bits (the finalizer of splitmix64, Steele 2014)."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))
