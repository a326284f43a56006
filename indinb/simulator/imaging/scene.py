"""All that determines a picture, in one value."""

from dataclasses import dataclass, replace

from indinb.simulator.imaging.inputs import Region
from indinb.simulator.imaging.optics import Optics
from indinb.simulator.imaging.projection import Projection
from indinb.simulator.imaging.sensor import Sensor

Trail = tuple[tuple[float, float, float], ...]

LIGHTS = ("sky", "dark", "panel")
"""Where light comes from: nowhere, if a cap or a dome is shut."""


@dataclass(frozen=True)
class Scene:
    """What a camera is about to see, and how.

    Parameters
    ----------
    ra, dec : float
        Of the middle of the sensor: ICRS, degrees.
    rotation : float
        Position angle of the picture's upward direction in degrees, east of north.
    mirrored : bool
        Whether left and right are swapped.
    exposure : float
        Seconds.
    temperature : float
        Of the sensor, °C.
    altitude : float
        Of the field, degrees.
    seeing : float
        FWHM of a star at the zenith, arcseconds.
    focus : float
        Focuser steps from the best focus.
    filter : str
        Its name, as in `photometry.FILTERS`.
    glow : float
        Brightness of the sky in magnitudes per square arcsecond.
    clouds : float
        Magnitudes that they take.
    trail : tuple
        Where the field was during the exposure, in order: weights, and arcseconds to the east
        and to the north of ``ra`` and ``dec``. The weights are the parts of the time.
    light : str
        ``"sky"``, ``"dark"`` or ``"panel"``.
    panel : float
        Electrons per second that a panel gives in a pixel on the axis, without a filter.
    region : Region, optional
        The part of the sensor that is read out, instead of all.

    Examples
    --------
    >>> Scene(10.00000001, 41.0).rounded() == Scene(10.0, 41.0).rounded()
    True
    """

    ra: float
    dec: float
    rotation: float = 0.0
    mirrored: bool = False
    exposure: float = 1.0
    temperature: float = 0.0
    altitude: float = 60.0
    seeing: float = 2.5
    focus: float = 0.0
    filter: str = "Luminance"
    glow: float = 20.5
    clouds: float = 0.0
    trail: Trail = ()
    light: str = "sky"
    panel: float = 0.0
    region: Region | None = None

    def __post_init__(self) -> None:
        if self.light not in LIGHTS:
            raise ValueError(f"{self.light!r} is none of {', '.join(LIGHTS)}")

    def rounded(self) -> "Scene":
        """Make scenes equal whose pictures nobody could tell apart.

        Directions are rounded to 0.01″ and what else changes with time to less than its noise,
        so that some milliseconds of jitter leave the picture what it was.
        """
        return replace(
            self,
            ra=round(self.ra * 360_000) % 129_600_000 / 360_000,
            dec=round(self.dec * 360_000) / 360_000,
            rotation=round(self.rotation, 3),
            exposure=round(self.exposure, 6),
            temperature=round(self.temperature, 1),
            altitude=round(self.altitude, 2),
            seeing=round(self.seeing, 2),
            focus=round(self.focus),
            glow=round(self.glow, 2),
            clouds=round(self.clouds, 2),
            trail=tuple(
                (round(weight, 4), round(east, 2), round(north, 2))
                for weight, east, north in self.trail
            ),
            panel=round(self.panel, 2),
        )

    def projection(self, optics: Optics, sensor: Sensor) -> Projection:
        """Tell where the sky falls on the sensor.

        Examples
        --------
        >>> round(Scene(10.0, 41.0).projection(Optics(), Sensor()).scale_x, 3)
        8.445
        """
        return Projection(
            self.ra,
            self.dec,
            optics.scale(sensor.pixel_x),
            optics.scale(sensor.pixel_y),
            self.rotation,
            sensor.shape,
            self.mirrored,
        )
