"""Where a direction falls on the sensor: the gnomonic projection, as a lens makes it.

The formulas and keywords are those of TAN in Calabretta and Greisen 2002 (A&A 395, 1077).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.astrometry import unit_vectors
from indinb.simulator.imaging.inputs import Floats, Region

ARCSECONDS = 648_000 / np.pi
"""In a radian."""


@dataclass(frozen=True)
class Projection:
    """Map directions to pixels and back.

    With rotation 0, north is up and east is left, rows counted from the top.

    Parameters
    ----------
    center_ra, center_dec : float
        Of the middle of the sensor: ICRS, degrees.
    scale_x, scale_y : float
        Arcseconds of a pixel at the middle.
    rotation : float
        Position angle of the picture's upward direction in degrees, east of north.
    shape : tuple of int
        Rows and columns of the whole sensor, unbinned.
    mirrored : bool
        Whether left and right are swapped, as by a star diagonal.

    Examples
    --------
    >>> projection = Projection(10.0, 41.0, 8.4, 8.4, 0.0, (1024, 1280))
    >>> (projection.to_pixels(unit_vectors(10.0, 41.0)) + 0.0).round(6)
    array([639.5, 511.5])
    >>> east, north = unit_vectors(np.array([10.1, 10.0]), np.array([41.0, 41.1]))
    >>> bool(projection.to_pixels(east)[0] < 639.5), bool(projection.to_pixels(north)[1] < 511.5)
    (True, True)
    """

    center_ra: float
    center_dec: float
    scale_x: float
    scale_y: float
    rotation: float
    shape: tuple[int, int]
    mirrored: bool = False

    @cached_property
    def middle(self) -> Floats:
        """The pixel coordinates x and y of the middle of the sensor."""
        height, width = self.shape
        return np.array([(width - 1) / 2, (height - 1) / 2])

    @cached_property
    def basis(self) -> Floats:
        """Unit vectors to the east, the north and the middle of the picture, one a row."""
        ra, dec = np.radians([self.center_ra, self.center_dec])
        east = [-np.sin(ra), np.cos(ra), 0.0]
        north = [-np.sin(dec) * np.cos(ra), -np.sin(dec) * np.sin(ra), np.cos(dec)]
        return np.array([east, north, unit_vectors(self.center_ra, self.center_dec)])

    @cached_property
    def matrix(self) -> Floats:
        """Pixels, x and y, of an arcsecond to the east and to the north."""
        sine, cosine = np.sin(np.radians(self.rotation)), np.cos(np.radians(self.rotation))
        right = np.array([-cosine, sine]) / (-self.scale_x if self.mirrored else self.scale_x)
        down = np.array([-sine, -cosine]) / self.scale_y
        return np.array([right, down])

    def in_front(self, directions: Floats) -> NDArray[np.bool_]:
        """Tell which directions are on the half of the sky that has an image at all."""
        ahead: NDArray[np.bool_] = directions @ self.basis[2] > 1e-6
        return ahead

    def to_pixels(self, directions: Floats) -> Floats:
        """Project directions.

        Parameters
        ----------
        directions : numpy.ndarray
            Unit vectors, ICRS: shape (3,) or (n, 3). Those behind the telescope fall on the
            images of their opposites: see `in_front`.

        Returns
        -------
        numpy.ndarray
            Pixel coordinates x and y, shape (2,) or (n, 2).
        """
        east, north, ahead = self.basis @ directions.T
        tangents = np.stack([east, north]) * (ARCSECONDS / ahead)
        pixels: Floats = (self.matrix @ tangents).T + self.middle
        return pixels

    def to_directions(self, pixels: Floats) -> Floats:
        """Find the directions of pixel coordinates x and y, shape (2,) or (n, 2)."""
        tangents = np.linalg.solve(self.matrix, (pixels - self.middle).T) / ARCSECONDS
        vectors = self.basis.T @ np.concatenate([tangents, np.ones_like(tangents[:1])])
        directions: Floats = (vectors / np.linalg.norm(vectors, axis=0)).T
        return directions

    def cards(
        self, region: Region | None = None, binning: tuple[int, int] = (1, 1)
    ) -> dict[str, Any]:
        """Give the FITS keywords that tell where the pixels of a picture are on the sky.

        Parameters
        ----------
        region : Region, optional
            The part of the sensor that was read out, instead of all.
        binning : tuple of int
            Columns and rows that were made into one.

        Returns
        -------
        dict
            Keywords and values, for rows stored as they are: top-down.

        Examples
        --------
        >>> projection = Projection(10.0, 41.0, 8.4, 8.4, 0.0, (1024, 1280))
        >>> projection.cards(Region(0, 0, 1280, 1024), (2, 2))["CRPIX1"]
        320.5
        """
        start = np.array(region[:2] if region else (0, 0))
        bins = np.array(binning)
        reference = (self.middle - start + 0.5) / bins + 0.5  # FITS counts from 1
        matrix = np.linalg.inv(self.matrix) * bins / 3600
        return {
            "WCSAXES": 2,
            "CTYPE1": "RA---TAN",
            "CTYPE2": "DEC--TAN",
            "CUNIT1": "deg",
            "CUNIT2": "deg",
            "CRVAL1": float(self.center_ra) % 360,
            "CRVAL2": float(self.center_dec),
            "CRPIX1": float(reference[0]),
            "CRPIX2": float(reference[1]),
            "CD1_1": float(matrix[0, 0]),
            "CD1_2": float(matrix[0, 1]),
            "CD2_1": float(matrix[1, 0]),
            "CD2_2": float(matrix[1, 1]),
            "LONPOLE": 180.0,  # the default has a jump at the pole itself
            "RADESYS": "ICRS",
            "EQUINOX": 2000.0,
        }
