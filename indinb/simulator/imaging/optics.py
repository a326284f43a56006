"""The lens: how much light it takes in, how sharp it draws, how even it lights the sensor."""

from dataclasses import dataclass

import numpy as np

from indinb.simulator.astrometry import airmass
from indinb.simulator.imaging.inputs import Image
from indinb.simulator.imaging.projection import ARCSECONDS

MICRONS_PER_STEP = 0.05
"""Travel of the house's focuser in a step."""

WAVELENGTH = 0.55
"""Microns, of the middle of the visible light."""


@dataclass(frozen=True)
class Optics:
    """A telescope, up to its focus.

    Parameters
    ----------
    focal_length, aperture : float
        In millimetres.
    obstruction : float
        Diameter of a secondary mirror, as a part of the aperture.
    spot : float
        FWHM of the image that the lens itself makes of a star, in microns.
    transmission : float
        Part of the light that passes all glass: some ten surfaces lose 1.5 % each.
    vignetting : float
        Part of the light that is missing in the corners.
    axis : tuple of float
        Where the lens is aimed at, from the middle of the sensor, as a part of its half diagonal.

    Examples
    --------
    >>> Optics().focal_ratio
    2.54
    >>> round(Optics().blur(1000), 1)  # microns
    19.7
    """

    focal_length: float = 127.0
    aperture: float = 50.0
    obstruction: float = 0.0
    spot: float = 9.0
    transmission: float = 0.85
    vignetting: float = 0.2
    axis: tuple[float, float] = (0.06, -0.04)

    @property
    def focal_ratio(self) -> float:
        """Focal length in apertures."""
        return self.focal_length / self.aperture

    @property
    def area(self) -> float:
        """Of the aperture, in square metres."""
        return float(np.pi / 4 * (self.aperture / 1000) ** 2 * (1 - self.obstruction**2))

    def scale(self, pixel: float) -> float:
        """Arcseconds of a pixel of so many microns."""
        return float(ARCSECONDS * pixel / (1000 * self.focal_length))

    def sharpness(self, seeing: float, altitude: float) -> float:
        """FWHM in microns of a star in focus.

        Parameters
        ----------
        seeing : float
            FWHM of a star at the zenith, in arcseconds. It grows with the 0.6th power of the
            airmass (Fried 1966).
        altitude : float
            In degrees.
        """
        air = seeing * airmass(altitude) ** 0.6 / ARCSECONDS * 1000 * self.focal_length
        diffraction = 1.03 * WAVELENGTH * self.focal_ratio
        return float(np.sqrt(air**2 + self.spot**2 + diffraction**2))

    def blur(self, focus: float) -> float:
        """Diameter in microns of the disc that a star is, so many focuser steps out of focus."""
        return abs(focus) * MICRONS_PER_STEP / self.focal_ratio

    def illumination(self, shape: tuple[int, int]) -> Image:
        """Give the light that arrives at each pixel of a sensor, as a part of that on the axis.

        It falls with the square of the distance at first, then with the fourth power, as the
        edge of the tube cuts in.
        """
        height, width = shape
        half = np.hypot(height, width) / 2
        columns = (np.arange(width) - (width - 1) / 2) / half - self.axis[0]
        rows = (np.arange(height) - (height - 1) / 2) / half - self.axis[1]
        light: Image = np.add.outer((rows**2).astype(np.float32), (columns**2).astype(np.float32))
        light += light**2
        light *= np.float32(-self.vignetting / 2)
        light += 1
        return light
