"""Light in numbers: from magnitudes to electrons per second, through air, filter and glass."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.astrometry import airmass

GAIA_ZERO_POINT = 25.6874
"""G of a star that gives 1 electron per second (Gaia DR3, Riello et al. 2021, A&A 649, A3)."""

GAIA_APERTURE = 0.7278
"""Square metres of Gaia's mirror, 1.45 m by 0.5 m, as its documentation counts them."""

GAIA_EFFICIENCY = 0.7
"""Electrons for each photon of G's band in Gaia itself.

Vega gives some 3.7e10 photons/s/m² from 400 to 900 nm, and by the zero point 2.6e10 electrons.
"""

SOLAR_COLOR = 0.82
"""BP - RP of the Sun (Casagrande and VandenBerg 2018, MNRAS 479, L102)."""

HOT_COLOR = -0.1
"""BP - RP of a star of type B5 or so, as lights the nebulae that reflect."""


@dataclass(frozen=True)
class Filter:
    """What a filter lets through, as a part of the light in Gaia's G band.

    Parameters
    ----------
    stars : float
        Part of the light of a star of the Sun's colour.
    slope : float
        Magnitudes that a star loses more for each magnitude of BP - RP above the Sun's.
    hydrogen, oxygen : float
        Part of the light of a nebula that shines in lines of hydrogen, or of oxygen.
    glow : float
        Part of the light of the night sky.
    extinction : float
        Magnitudes lost in one airmass.
    """

    stars: float
    slope: float
    hydrogen: float
    oxygen: float
    glow: float
    extinction: float

    def throughput(self, emission: str) -> float:
        """Give the part of the light of an extended object that passes, by its emission.

        Dust that reflects the light of hot stars is as blue as they are.

        Examples
        --------
        >>> round(FILTERS["H_Alpha"].throughput("hydrogen and oxygen"), 2)
        0.36
        """
        lines = {
            "hydrogen": self.hydrogen,
            "oxygen": self.oxygen,
            "hydrogen and oxygen": (self.hydrogen + self.oxygen) / 2,
            "reflection": float(dimming(HOT_COLOR, self)),
        }
        return lines.get(emission, self.stars)


# Widths of 100 nm for the colours, 7 nm for the lines and 300 nm for all visible light, against
# the 430 nm of G; extinction is that of a good site at sea level.
FILTERS = {
    "Luminance": Filter(0.70, 0.0, 0.80, 0.80, 0.70, 0.20),
    "Red": Filter(0.24, -0.20, 0.70, 0.15, 0.24, 0.13),
    "Green": Filter(0.23, 0.25, 0.08, 0.55, 0.26, 0.18),
    "Blue": Filter(0.19, 0.60, 0.15, 0.30, 0.17, 0.27),
    "H_Alpha": Filter(0.016, -0.25, 0.60, 0.12, 0.012, 0.12),
    "SII": Filter(0.016, -0.28, 0.10, 0.02, 0.012, 0.11),
    "OIII": Filter(0.014, 0.30, 0.12, 0.60, 0.012, 0.19),
    "LPR": Filter(0.38, 0.10, 0.72, 0.72, 0.20, 0.20),
}
"""The filters that INDI's simulators know, by name."""


def find_filter(name: str) -> Filter:
    """Find a filter by name; one that is not known lets all visible light through.

    Examples
    --------
    >>> find_filter("Clear") is FILTERS["Luminance"]
    True
    """
    return FILTERS.get(name.strip(), FILTERS["Luminance"])


def electrons(magnitude: Any, area: float, efficiency: float) -> Any:
    """Turn magnitudes into electrons per second, for a camera that takes in all of G's band.

    Parameters
    ----------
    magnitude : float or numpy.ndarray
        Gaia G; other magnitudes of white light are taken for it.
    area : float
        Of the aperture, in square metres.
    efficiency : float
        Electrons for each photon that enters the aperture.

    Examples
    --------
    >>> float(electrons(25.6874, GAIA_APERTURE, GAIA_EFFICIENCY))
    1.0
    """
    share = area / GAIA_APERTURE * efficiency / GAIA_EFFICIENCY
    return share * 10 ** (0.4 * (GAIA_ZERO_POINT - np.asarray(magnitude, float)))


def dimming(colors: Any, band: Filter) -> NDArray[np.float64]:
    """Give the part of their light that stars keep in a filter, by their colours.

    A colour that is not known counts as the Sun's.

    Examples
    --------
    >>> dimming([0.82, np.nan], FILTERS["Red"])
    array([0.24, 0.24])
    """
    redder = np.nan_to_num(np.asarray(colors, float) - SOLAR_COLOR).clip(-2, 4)
    kept: NDArray[np.float64] = band.stars * 10 ** (-0.4 * band.slope * redder)
    return kept


def transparency(altitude: float, clouds: float, band: Filter) -> float:
    """Give the part of the light that comes through air and clouds.

    Examples
    --------
    >>> round(transparency(90.0, 2.3, FILTERS["Luminance"]), 3)
    0.1
    """
    return float(10 ** (-0.4 * (band.extinction * airmass(altitude) + clouds)))
