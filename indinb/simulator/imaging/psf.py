"""The image of one star: a Moffat profile, widened by defocus and summed over pixels."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from indinb.simulator.imaging.inputs import Image

_WIDTH = 2 * math.sqrt(2 ** (1 / 3) - 1)  # FWHM of a Moffat profile of exponent 3, in its radius

_FINEST, _COARSEST = 16, 6  # samples in a pixel
_GRID = 640  # samples in a row of the whole stamp, as far as those allow


@dataclass(frozen=True)
class Psf:
    """What a star of unit flux looks like on the pixels.

    The profile is Moffat's with exponent 3, which has wings as those of real stars
    (Trujillo et al. 2001, MNRAS 328, 977, find 2.5 to 5 in turbulent air).

    Parameters
    ----------
    fwhm : float
        Of a star in focus, in columns.
    disc : float
        Diameter of the disc of defocus, in columns.
    aspect : float
        Columns that are as long as a row.

    Examples
    --------
    >>> psf = Psf(2.0)
    >>> psf.stamps(4).shape  # row and column of the phase, row and column of the stamp
    (16, 16, 9, 9)
    >>> [round(float(psf.stamps(half)[8, 8].sum()), 3) for half in (4, psf.half)]
    [0.982, 1.0]
    """

    fwhm: float
    disc: float = 0.0
    aspect: float = 1.0

    @property
    def radius(self) -> float:
        """The radius of Moffat's formula, in columns."""
        return self.fwhm / _WIDTH

    @property
    def half(self) -> int:
        """Pixels from the middle of the largest stamp to its edge; beyond, `wing` goes on."""
        return math.ceil(6 * self.fwhm + 1.5 * self.disc) + 2

    @property
    def _grid(self) -> int:
        """Half of the pixels that are computed: what wraps around at the edges is cut off."""
        return self.half + math.ceil(self.disc / 2) + 1

    @property
    def phases(self) -> int:
        """Places within a pixel, in each direction, for which there are stamps."""
        return int(min(max(_GRID // (2 * self._grid + 1), _COARSEST), _FINEST))

    def density(self, x: Image, y: Image) -> Image:
        """Give Moffat's profile at a distance in columns and rows, per pixel."""
        squared = (x / self.radius) ** 2 + (y * (self.aspect / self.radius)) ** 2
        peak = 2 * self.aspect / (math.pi * self.radius**2)
        profile: Image = peak / (1 + squared) ** 3
        return profile

    def wing(self, x: Image, y: Image) -> Image:
        """Give the profile far out, where defocus adds to it by its curvature alone."""
        widened = 4.5 * (self.disc / 2) ** 2
        squared = x**2 + (self.aspect * y) ** 2
        profile: Image = self.density(x, y) * (1 + widened / (squared + self.radius**2))
        return profile

    def reach(self, flux: float, faintest: float) -> int:
        """Pixels from the middle to where a star of this flux is fainter than that, per pixel."""
        ratio = 2 * self.radius**4 * flux / (math.pi * faintest)
        return math.ceil(float(ratio ** (1 / 6)))

    @cached_property
    def _largest(self) -> Image:
        size, phases = 2 * self._grid + 1, self.phases
        axis = (np.arange(size * phases) + 0.5) / phases - size / 2
        fine: Image = self.density(axis[None, :], axis[:, None]).astype(np.float32)
        spectrum = np.fft.rfft2(fine)
        pixel = np.sinc(np.fft.fftfreq(len(axis), 1 / phases)).astype(np.float32)
        spectrum *= pixel[:, None] * pixel[: spectrum.shape[1]]
        if self.disc > 0.5 / phases:
            spectrum *= np.fft.rfft2(disc_kernel(fine.shape, self.disc * phases, self.aspect))
        fine = np.asarray(np.fft.irfft2(spectrum, fine.shape), np.float32)
        # A star to the right of a pixel's middle has that pixel to its left: hence the flip.
        folded = fine.reshape(size, phases, size, phases)[:, ::-1, :, ::-1]
        return np.ascontiguousarray(folded.transpose(1, 3, 0, 2))

    def stamps(self, half: int) -> Image:
        """Give the star on ``2 * half + 1`` rows and columns, for each of its phases.

        A stamp and what is outside of it are the whole flux of the star.
        """
        cut = slice(self._grid - half, self._grid + half + 1)
        cropped: Image = self._largest[:, :, cut, cut]
        return cropped


def disc_kernel(shape: tuple[int, int], diameter: float, aspect: float = 1.0) -> Image:
    """Draw an even disc of unit sum around the first pixel, wrapping around, for convolutions.

    Examples
    --------
    >>> float(disc_kernel((32, 32), 8.0).sum().round(4))
    1.0
    """
    rows, columns = (np.fft.fftfreq(size, 1 / size).astype(np.float32) for size in shape)
    distance = np.hypot(rows[:, None] * np.float32(aspect), columns[None, :])
    disc: Image = (diameter / 2 - distance + 0.5).clip(0, 1)
    disc /= disc.sum()
    return disc
