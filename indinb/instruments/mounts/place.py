"""When and where a mount is: its own clock and site."""

import datetime as dt
import time
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, cast

from astropy import units as u
from astropy.coordinates import EarthLocation
from astropy.time import Time

from indinb.client.device import Device
from indinb.client.model import Vector
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.rules import Done, Verdict
from indinb.errors import Failed, OutOfRange, Refused
from indinb.instruments.readings import number, state
from indinb.instruments.roles import roles_of
from indinb.protocol.messages import parse_timestamp
from indinb.protocol.vocabulary import State

SITE = "GEOGRAPHIC_COORD"
TIME = "TIME_UTC"

RIGHT = 2.0
"""Seconds within which a mount's clock is right: drivers tell whole seconds."""

_OBSERVATORY = "Observatory Simulator"  # whose clock may be set, and run faster
_ANSWER_TIMEOUT = 30.0  # seconds


class Clock(NamedTuple):
    """A clock, as it was at some moment of ours.

    Attributes
    ----------
    ahead : float
        Seconds that it was ahead of ours then.
    since : float
        That moment, in seconds since 1970.
    speed : float
        How much faster than ours it runs.
    """

    ahead: float = 0.0
    since: float = 0.0
    speed: float = 1.0

    @property
    def now(self) -> Time:
        """What it shows."""
        gained = (time.time() - self.since) * (self.speed - 1)
        return Time.now() + (self.ahead + gained) * u.s


def clock_of(device: Device) -> Clock:
    """Return the clock by which a mount goes.

    In the embedded observatory it is that of all devices. Elsewhere it is the mount's own if it has
    told it since the client is there: what it had announced at first is from when it was set, hours
    ago, and our computer knows better. So does it where both agree but for a second or two.
    """
    own = device.connection.model.vector(device.name, TIME)
    told = own if own is not None and _was_told(own) else None
    observatory = device.connection.devices.get(_OBSERVATORY)
    if observatory is not None and "SIMULATION_SPEED" in observatory:
        speed = cast(float, observatory["SIMULATION_SPEED"]["SPEED"])
        others = observatory[TIME].vector
        newest = told if told is not None and told.received > others.received else others
        return Clock(_ahead(newest) or 0.0, newest.received, speed)
    ahead = None if told is None else _ahead(told)
    return Clock(ahead) if ahead is not None and abs(ahead) > RIGHT else Clock()


def _ahead(vector: Vector) -> float | None:
    """Return how many seconds a clock was ahead of ours when it was told."""
    utc = parse_timestamp(str(vector.get("UTC")))
    return None if utc is None else utc.timestamp() - vector.received


def _was_told(vector: Vector) -> bool:
    """Whether a time is news, and not what the driver announced at first."""
    announced = vector.definition.members.get("UTC")
    return announced is None or announced.value != vector.get("UTC")


def start_set_time(device: Device, moment: Time | None = None) -> Operation[None]:
    """Set a mount's clock, to the computer's time by default; see `Telescope.set_time`."""
    if moment is not None and not (isinstance(moment, Time) and moment.isscalar):
        raise OutOfRange(f"{device.name} takes one moment, as Time('2026-01-15T20:30'): {moment!r}")
    utc = (Time.now() if moment is None else moment).utc.to_datetime(dt.UTC)
    whole = (utc + dt.timedelta(seconds=0.5)).replace(microsecond=0)
    offset = whole.astimezone().utcoffset() or dt.timedelta()  # of this computer, in summer too
    asked = {"UTC": f"{whole:%Y-%m-%dT%H:%M:%S}", "OFFSET": f"{offset / dt.timedelta(hours=1):.2f}"}
    return device[TIME].ask(
        asked,
        partial(shows, whole),
        label=f"set the clock of {device.name}",
        timeout=_ANSWER_TIMEOUT,
    )


def shows(moment: dt.datetime, changes: Sequence[Change]) -> Verdict:
    """Decide whether a clock was set: it shows that time, and may have gone on since."""
    if not changes:
        return None
    last = changes[-1].new
    told = parse_timestamp(str(last.get("UTC")))
    near = told is not None and abs((told - moment).total_seconds()) < _ANSWER_TIMEOUT
    match last.state:
        case State.ALERT:
            return Failed("the mount reports an error")
        case State.OK if near:
            return Done()
        case State.IDLE:
            return Done() if near else Refused("the mount did not take it")
    return None


def place_of(device: Device) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees, or None while the driver was told neither.

    Drivers begin at 0, 0, where no observatory is.
    """
    latitude, longitude = (number(device, SITE, name) for name in ("LAT", "LONG"))
    if latitude is None or longitude is None or (not latitude and not longitude):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 else None


def site_of(device: Device) -> EarthLocation:
    """Return where a mount stands, as its driver knows it; see `Telescope.site`."""
    if SITE not in device:
        raise device.unknown(SITE)
    place = place_of(device)
    if place is None:
        raise OutOfRange(
            f"{device.name} does not know where it stands: telescope.site = "
            "EarthLocation(lat=…, lon=…, height=…), degrees north, degrees east and metres"
        )
    latitude, longitude = place
    height = number(device, SITE, "ELEV") or 0.0
    return EarthLocation.from_geodetic(longitude * u.deg, latitude * u.deg, height * u.m)


def start_set_site(device: Device, site: EarthLocation | None = None) -> Operation[None]:
    """Tell a mount where it stands, by a GPS receiver by default; see `Telescope.set_site`."""
    site = _received(device) if site is None else site
    if not (isinstance(site, EarthLocation) and site.isscalar):
        raise OutOfRange(
            f"{device.name} takes an EarthLocation(lat=… * u.deg, lon=… * u.deg, height=… * u.m), "
            f"not {site!r}"
        )
    latitude, longitude = float(site.lat.deg), float(site.lon.deg) % 360
    if abs(latitude) < 1e-6 and min(longitude, 360 - longitude) < 1e-6:
        raise OutOfRange("0° north, 0° east is what drivers take for no place at all")
    return device[SITE].set(LAT=latitude, LONG=longitude, ELEV=float(site.height.to_value(u.m)))


def _received(device: Device) -> EarthLocation:
    receiver = roles_of(device.connection).find("gps")
    if receiver is None:
        raise OutOfRange(
            "this computer does not know where it is, and there is no GPS receiver: "
            "telescope.set_site(EarthLocation(lat=…, lon=…, height=…))"
        )
    if state(receiver, SITE) is not State.OK:  # as it is before its first fix
        raise OutOfRange(f"{receiver.name} does not know where it is: wait for gps.has_fix")
    return site_of(receiver)
