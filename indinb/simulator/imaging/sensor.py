"""The sensor: from light to numbers, with all that makes a raw frame raw."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indinb.simulator.imaging.inputs import Image, Region

PEDESTAL = 500
"""ADU of a pixel without light or charge, so that noise is not cut off at zero."""

UNIT_GAIN = 90.0
"""The gain setting at which an electron is one ADU."""


@dataclass(frozen=True)
class Sensor:
    """A CCD or CMOS chip.

    Parameters
    ----------
    width, height : int
        Pixels.
    pixel_x, pixel_y : float
        Their size in microns.
    full_well : float
        Electrons that a pixel holds.
    read_noise : float
        Electrons.
    quantum_efficiency : float
        Electrons for each photon.
    dark_current : float
        Electrons per second of a pixel at 0 °C.
    doubling : float
        Kelvins in which the dark current doubles.
    hot_pixels : float
        The part of the pixels that have a hundred times the dark current, or far more.
    unevenness : float
        Standard deviation of the pixels' sensitivities.
    dust : int
        Grains on the window, whose shadows are rings or discs.
    max_adu : int
        The highest number it delivers.
    seed : int
        What tells this chip from others of its type.

    Examples
    --------
    >>> sensor = Sensor(width=4, height=3)
    >>> bias = sensor.read_out(np.zeros((3, 4), np.float32), generator(0, 0, 1))
    >>> bias.shape, bias.dtype, bool(abs(bias - 500.0).max() < 30)
    ((3, 4), dtype('uint16'), True)
    """

    width: int = 1280
    height: int = 1024
    pixel_x: float = 5.2
    pixel_y: float = 5.2
    full_well: float = 60_000.0
    read_noise: float = 5.0
    quantum_efficiency: float = 0.75
    dark_current: float = 0.05
    doubling: float = 6.0
    hot_pixels: float = 0.0005
    unevenness: float = 0.005
    dust: int = 7
    max_adu: int = 65_000
    seed: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def region(self) -> Region:
        """All of it."""
        return Region(0, 0, self.width, self.height)

    def warmth(self, temperature: float) -> float:
        """Give the dark current at a temperature in °C, in units of that at 0 °C.

        Examples
        --------
        >>> Sensor().warmth(-12.0)
        0.25
        """
        return float(2 ** (temperature / self.doubling))

    def dark(self, exposure: float, temperature: float, region: Region) -> Image:
        """Give the electrons that heat sets free in each pixel of a part of the sensor."""
        seconds = exposure * self.warmth(temperature)
        charge = np.full(region.shape, self.dark_current * seconds, np.float32)
        rows, columns, rates = _hot_pixels(self)
        rows, columns = rows - region.y, columns - region.x
        inside = (rows >= 0) & (rows < region.height) & (columns >= 0) & (columns < region.width)
        charge[rows[inside], columns[inside]] += rates[inside] * np.float32(seconds)
        return charge

    def sensitivity(self) -> Image:
        """Give the response of each pixel to even light, dust included: 1 on the average."""
        response = _generator(self.seed, "pixels").standard_normal(self.shape, dtype=np.float32)
        response *= np.float32(self.unevenness)
        response += 1
        for grain in _generator(self.seed, "dust").random((self.dust, 5)):
            _shadow(response, grain)
        return response

    def read_out(
        self,
        electrons: Image,
        rng: np.random.Generator,
        gain: float = UNIT_GAIN,
        offset: float = 0.0,
        binning: tuple[int, int] = (1, 1),
    ) -> NDArray[np.uint16]:
        """Turn charge into numbers.

        Parameters
        ----------
        electrons : numpy.ndarray
            Expected in each pixel, by light and heat: float32, not changed.
        rng : numpy.random.Generator
            Where the noise comes from: see `generator`.
        gain : float
            The setting: see `egain`.
        offset : float
            ADU above the pedestal.
        binning : tuple of int
            Columns and rows whose charge is added before it is read; those left over are lost.

        Returns
        -------
        numpy.ndarray
            ADU, uint16, rows as those of the charge.

        Notes
        -----
        The noise is normal, of the variance of photons, heat and amplifier together. Where
        there are few electrons that is not Poisson's law, but nothing can tell below the read
        noise; and each pixel takes one draw, whatever its light, so that a slight change of the
        light is a slight change of the picture.
        """
        charge = self._gather(electrons, binning)
        noise = rng.standard_normal(charge.shape, dtype=np.float32)
        noise *= np.sqrt(charge + np.float32(self.read_noise**2))
        charge += noise
        np.minimum(charge, np.float32(self.full_well * binning[0] * binning[1]), out=charge)
        return self._digitize(charge, gain, offset)

    def saturation(
        self, gain: float = UNIT_GAIN, offset: float = 0.0, binning: tuple[int, int] = (1, 1)
    ) -> int:
        """Give the number of a pixel that is full: no more light makes it higher.

        Examples
        --------
        >>> Sensor().saturation(), Sensor().saturation(gain=0), Sensor().saturation(binning=(2, 2))
        (60500, 21789, 65000)
        """
        full = np.full(1, self.full_well * binning[0] * binning[1], np.float32)
        return int(self._digitize(full, gain, offset)[0])

    def _digitize(self, charge: Image, gain: float, offset: float) -> NDArray[np.uint16]:
        charge *= np.float32(1 / egain(gain))
        charge += np.float32(PEDESTAL + offset + 0.5)
        return np.clip(charge, 0, self.max_adu, out=charge).astype(np.uint16)

    def _gather(self, electrons: Image, binning: tuple[int, int]) -> Image:
        """Copy the charge, or add it up by bins, to which each pixel gives what it can hold."""
        if binning == (1, 1):
            return electrons.copy()
        across, down = binning
        height, width = electrons.shape[0] // down, electrons.shape[1] // across
        held = np.minimum(electrons[: height * down, : width * across], np.float32(self.full_well))
        binned: Image = held.reshape(height, down, width, across).sum(axis=(1, 3))
        return binned


def egain(gain: float) -> float:
    """Give the electrons of an ADU at a gain setting in steps of 0.1 dB, as CMOS cameras have.

    Examples
    --------
    >>> egain(90), round(egain(0), 2)
    (1.0, 2.82)
    """
    return float(10 ** ((UNIT_GAIN - gain) / 200))


def generator(seed: int, chip: int, frame_number: int) -> np.random.Generator:
    """Make the source of the noise of one frame.

    Examples
    --------
    >>> draws = [generator(0, 1, number).standard_normal() for number in (5, 5, 6)]
    >>> draws[0] == draws[1], draws[0] == draws[2]
    (True, False)
    """
    return np.random.default_rng([seed, chip, frame_number])


def _generator(seed: int, what: str) -> np.random.Generator:
    return np.random.default_rng([seed, *what.encode()])


@lru_cache(maxsize=8)
def _hot_pixels(sensor: Sensor) -> tuple[NDArray[np.intp], NDArray[np.intp], Image]:
    """Give rows, columns and rates in electrons per second at 0 °C."""
    rng = _generator(sensor.seed, "hot")
    count = round(sensor.hot_pixels * sensor.width * sensor.height)
    rows, columns = rng.integers(sensor.height, size=count), rng.integers(sensor.width, size=count)
    rates = 100 * sensor.dark_current * rng.lognormal(0.0, 1.2, count)
    return rows, columns, rates.astype(np.float32)


def _shadow(response: Image, grain: NDArray[Any]) -> None:
    """Darken what lies under a grain: a ring, as the light comes from an aperture out of focus."""
    height, width = response.shape
    y, x = grain[0] * height, grain[1] * width
    radius, depth, hole = 8 + 14 * grain[2], 0.01 + 0.03 * grain[3], 0.3 + 0.4 * grain[4]
    rows = np.arange(max(int(y - radius) - 1, 0), min(int(y + radius) + 3, height))
    columns = np.arange(max(int(x - radius) - 1, 0), min(int(x + radius) + 3, width))
    distance = np.hypot.outer(rows - y, columns - x)
    ring = (radius - distance + 0.5).clip(0, 1) * ((distance - hole * radius) / 3).clip(0.3, 1)
    response[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] *= 1 - depth * ring
