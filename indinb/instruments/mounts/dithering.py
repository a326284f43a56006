"""Moving a mount aside by a little, between pictures."""

import math
import random
from typing import Any

from astropy import units as u

from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.client.procedure import Steps
from indinb.errors import OutOfRange
from indinb.instruments.earth import offline
from indinb.instruments.mounts.errands import errand_of
from indinb.instruments.mounts.mount import Mount
from indinb.instruments.mounts.slewing import slewing
from indinb.instruments.pulses import start_pulse, takes_pulses
from indinb.instruments.readings import number

SIDEREAL = 15.041
"""Arcsec per second by which the sky turns."""

_NEAR_POLE = 0.1  # the least cosine of a declination: beyond, pulses would last for minutes


def arcsec_of(amount: object) -> float:
    """Return an angle in arcsec; nobody has to guess the unit of a bare number."""
    try:
        radius = float(u.Quantity(amount).to_value(u.arcsec))
    except (TypeError, ValueError, u.UnitsError):
        radius = math.nan
    if not 0 < radius < 3600:
        raise OutOfRange(f"a mount is moved aside by 5 * u.arcsec, or some such: not {amount!r}")
    return radius


def lot(amount: float, seed: int | None) -> tuple[float, float]:
    """Draw a place in a disc of some radius: how far to the east and to the north.

    Examples
    --------
    >>> east, north = lot(5.0, seed=1)
    >>> 0 < math.hypot(east, north) <= 5
    True
    """
    drawn = random.Random(seed)
    distance, angle = amount * math.sqrt(drawn.uniform(0.04, 1)), drawn.uniform(0, math.tau)
    return distance * math.sin(angle), distance * math.cos(angle)


def dithering(mount: Mount, label: str, radius: float, seed: int | None) -> Steps[None]:
    """Go to another place around the one where a mount was sent, so that it does not stray."""
    errand = errand_of(mount.device)
    place = lot(radius, seed)
    east, north = (new - old for new, old in zip(place, errand.dithered, strict=True))
    with offline():
        here = mount.radec
    if takes_pulses(mount.device):
        yield from _pulsing(mount.device, east, north, float(here.dec.deg))
    else:
        there = here.spherical_offsets_by(east * u.arcsec, north * u.arcsec)
        yield from slewing(mount, label, there, errand.object)
        mount.device.belongings[type(errand)] = errand
    errand.dithered = place


def _pulsing(device: Device, east: float, north: float, dec: float) -> Steps[None]:
    """Move by some arcsec on the sky with guiding pulses, on both axes at once."""
    on_axis = east / max(math.cos(math.radians(dec)), _NEAR_POLE)
    pulses: list[Operation[Any]] = []
    for arcsec, member, ways in (
        (on_axis, "GUIDE_RATE_WE", ("east", "west")),
        (north, "GUIDE_RATE_NS", ("north", "south")),
    ):
        rate = SIDEREAL * (number(device, "GUIDE_RATE", member) or 0.5)
        length = round(1000 * abs(arcsec) / rate)
        if length:
            pulses.append(start_pulse(device, ways[arcsec < 0], ms=length))
    yield from pulses
