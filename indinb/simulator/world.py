"""What all devices of the observatory share: its clock, its place, and the way of the light."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from indinb.simulator.astrometry import Site
from indinb.simulator.clock import Clock

CALAR_ALTO = Site(37.2236, -2.5463, 2168.0)
"""The default place, of which the winter evening below sees both M31 and M42 well up."""

WINTER_EVENING = dt.datetime(2026, 1, 15, 20, 30, tzinfo=dt.UTC)
"""The default time: a dark night, three days before the new Moon."""

BEST_FOCUS = 36_700.0
"""Position of the focuser, in steps, in which stars are smallest."""


class Pointing(NamedTuple):
    """Where a telescope really looks, whatever its mount believes.

    Right ascension and declination are ICRS, all angles are degrees; `rotation` is the position
    angle of what is up in the tube. `reported` is where the mount believes to look, in ICRS too
    (None: where it does), and `pier` is the side that the tube is on, "EAST" or "WEST".
    """

    ra: float
    dec: float
    altitude: float
    azimuth: float
    rotation: float = 0.0
    reported: tuple[float, float] | None = None
    pier: str = ""


@dataclass
class Light:
    """The way of the light from the sky to the sensors, as the devices beside it have set it.

    Attributes
    ----------
    pointing : callable, optional
        Tells where the mount points now; None without a mount.
    guide : callable, optional
        Moves the mount by a guiding pulse, of a direction (N, S, W or E) and seconds; None without
        a mount.
    focal_length, aperture : float
        Of the telescope, in mm.
    guide_focal_length, guide_aperture : float
        Of the guide scope, in mm.
    focus : float, optional
        Position of the focuser in steps; None without one, which is in focus.
    best_focus : float
        Position in which stars are smallest.
    filters : dict
        Name of the filter in the light, by name of the wheel.
    rotation : float, optional
        Angle of the rotator, in degrees; None without one.
    slit : float, optional
        Azimuth of the dome's open slit in degrees; None without a dome.
    shut : bool
        Whether the dome is shut.
    clouds : float
        What they take, in magnitudes.
    temperature : float
        Of the air, in °C.
    panel : float
        Brightness of the flat panel before the aperture, from 0 to 1.
    capped : bool
        Whether a cap, or the panel, covers the aperture.
    """

    pointing: Callable[[], Pointing] | None = None
    guide: Callable[[str, float], None] | None = None
    focal_length: float = 127.0
    aperture: float = 50.0
    guide_focal_length: float = 120.0
    guide_aperture: float = 30.0
    focus: float | None = None
    best_focus: float = BEST_FOCUS
    filters: dict[str, str] = field(default_factory=dict)
    rotation: float | None = None
    slit: float | None = None
    shut: bool = False
    clouds: float = 0.0
    temperature: float = 0.0
    panel: float = 0.0
    capped: bool = False


class World:
    """What all devices of one observatory share.

    Parameters
    ----------
    clock : Clock
        Its time.
    site : Site
        Its place.
    seed : int
        What is drawn by lot follows from it.
    """

    def __init__(self, clock: Clock, site: Site = CALAR_ALTO, seed: int = 0) -> None:
        self.clock = clock
        self.site = site
        self.seed = seed
        self.light = Light()
