"""The coordinates that a mount speaks, and astropy's frames for them.

INDI has three properties for where a mount points and shall go, and a mount has one of them, or
several of which the first counts:

- ``EQUATORIAL_EOD_COORD``, for the true equator and equinox of date (`TETE`, seen from the centre
  of the Earth, as other clients of INDI do it);
- ``EQUATORIAL_COORD``, for J2000. It is read as ICRS, as plate solvers and catalogues mean it:
  FK5 at J2000 is 0.02 arcsec beside it;
- ``HORIZONTAL_COORD``, altitude, and azimuth from north over east, without refraction.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from astropy import units as u
from astropy.coordinates import ICRS, TETE, AltAz, EarthLocation, SkyCoord
from astropy.time import Time

from indinb.client.device import Device
from indinb.errors import OutOfRange
from indinb.instruments.earth import offline
from indinb.protocol.messages import Value

Site = Callable[[], EarthLocation]
"""Tells where the mount stands, or raises OutOfRange; asked only where that matters."""


@dataclass(frozen=True)
class Coordinates:
    """One of INDI's properties for a direction, and what it means.

    Attributes
    ----------
    name : str
        Of the property.
    members : tuple of str
        Its longitude and its latitude.
    unit : Unit
        Of the longitude; the latitude is in degrees.
    frame : callable
        Makes astropy's frame for a moment and a site.
    """

    name: str
    members: tuple[str, str]
    unit: u.UnitBase
    frame: Callable[[Time, Site], Any]

    def read(self, told: Mapping[str, Value], now: Time, site: Site) -> SkyCoord:
        """Return the direction that a mount tells, in the frame of the property.

        Raises
        ------
        OutOfRange
            If it is none, or the mount does not know where it stands and has to.
        """
        longitude, latitude = (told[name] for name in self.members)
        if not _is_direction(longitude, latitude):
            raise OutOfRange(f"the mount tells no direction: {dict(told)}")
        return SkyCoord(longitude * self.unit, latitude * u.deg, frame=self.frame(now, site))

    def write(self, aim: SkyCoord, now: Time, site: Site) -> dict[str, float]:
        """Write a direction as the mount understands it."""
        with offline():
            there = aim.transform_to(self.frame(now, site)).spherical
        values = there.lon.to_value(self.unit), there.lat.to_value(u.deg)
        return dict(zip(self.members, map(float, values), strict=True))


OF_DATE = Coordinates(
    "EQUATORIAL_EOD_COORD", ("RA", "DEC"), u.hourangle, lambda now, _: TETE(obstime=now)
)
J2000 = Coordinates("EQUATORIAL_COORD", ("RA", "DEC"), u.hourangle, lambda *_: ICRS())
HORIZONTAL = Coordinates(
    "HORIZONTAL_COORD", ("AZ", "ALT"), u.deg, lambda now, site: AltAz(obstime=now, location=site())
)


def coordinates_of(device: Device) -> Coordinates:
    """Return the coordinates that a mount speaks; those of date if it has none at all."""
    spoken = (each for each in (OF_DATE, J2000, HORIZONTAL) if each.name in device)
    return next(spoken, OF_DATE)


def complete(aim: SkyCoord, now: Time, site: Site) -> SkyCoord:
    """Return a direction for now and here, where it does not say when and where.

    A direction over the horizon needs both; what is on the sky needs neither.
    """
    known: dict[str, Callable[[], Any]] = {"obstime": lambda: now, "location": site}
    missing = {
        name: value()
        for name, value in known.items()
        if name in aim.frame.frame_attributes and getattr(aim.frame, name) is None
    }
    if not missing:
        return aim
    replicate: Callable[..., Any] = aim.frame.replicate
    return SkyCoord(replicate(**missing))


def _is_direction(longitude: Value, latitude: Value) -> bool:
    if not (isinstance(longitude, float) and isinstance(latitude, float)):
        return False
    return math.isfinite(longitude) and abs(latitude) <= 90
