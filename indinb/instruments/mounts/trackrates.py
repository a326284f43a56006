"""How fast a mount follows what it points at."""

from typing import Any

from astropy import units as u

from indinb.client.device import Device
from indinb.client.procedure import Steps
from indinb.errors import OutOfRange

Mode = str | tuple[u.Quantity, u.Quantity] | None
"""A word, the rates of right ascension and declination, or None for what it was."""

_MODE, _RATE, _STATE = "TELESCOPE_TRACK_MODE", "TELESCOPE_TRACK_RATE", "TELESCOPE_TRACK_STATE"


def tracking(device: Device, mode: Mode) -> Steps[None]:
    """Follow the sky; rates come first, so that none before counts even for a moment."""
    if mode is not None and not isinstance(mode, str):
        ra, dec = rates(mode)
        yield device[_RATE].set(TRACK_RATE_RA=ra, TRACK_RATE_DE=dec)
        mode = "custom"
    if mode is not None:
        yield device[_MODE].set(_member(device, mode))
    yield device[_STATE].set("TRACK_ON")


def _member(device: Device, mode: str) -> str:
    """Return the switch of a way to track."""
    member = f"TRACK_{mode.strip().upper()}"
    if member not in device[_MODE]:
        words = ", ".join(name.removeprefix("TRACK_").lower() for name in device[_MODE])
        raise OutOfRange(f"{device.name} does not track {mode!r}: it has {words}")
    return member


def rates(pair: Any) -> tuple[float, float]:
    """Return two rates in arcsec per second.

    Examples
    --------
    >>> rates((15 * u.arcsec / u.s, 1 * u.arcmin / u.min))
    (15.0, 1.0)
    """
    unit = u.arcsec / u.s
    try:
        ra, dec = (float(u.Quantity(each).to_value(unit)) for each in pair)
    except (TypeError, ValueError, u.UnitsError):
        wanted = '"sidereal", "solar", "lunar", "custom", or two rates with units'
        raise OutOfRange(
            f"a mount tracks at {wanted}, as (15 * u.arcsec / u.s, 0 * u.arcsec / u.s), "
            f"not {pair!r}"
        ) from None
    return ra, dec
