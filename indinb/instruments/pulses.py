"""Guiding pulses: short motions by which a mount is corrected while it tracks.

Mounts take them, and so do cameras and boxes with a guide port, whose cable leads to the mount.
"""

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import NamedTuple

from astropy import units as u

from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation, Progress
from indinb.client.property import Property
from indinb.client.rules import Done, Verdict
from indinb.errors import Failed, OutOfRange, Refused
from indinb.instruments.readings import can_set
from indinb.instruments.running import Running
from indinb.protocol.vocabulary import State

MARGIN = 0.1
"""Seconds after the length of a pulse that are given to drivers which never tell its end."""

PATIENCE = 10.0
"""Seconds after the length of a pulse in which a driver may still tell its end."""


class _Axis(NamedTuple):
    """The property of a motion, its two members, and which pulses are under way."""

    name: str
    members: tuple[str, str]
    running: Running[None]


_DECLINATION = _Axis("TELESCOPE_TIMED_GUIDE_NS", ("TIMED_GUIDE_N", "TIMED_GUIDE_S"), Running())
_RIGHT_ASCENSION = _Axis("TELESCOPE_TIMED_GUIDE_WE", ("TIMED_GUIDE_W", "TIMED_GUIDE_E"), Running())

_DIRECTIONS = {
    "north": (_DECLINATION, "TIMED_GUIDE_N"),
    "south": (_DECLINATION, "TIMED_GUIDE_S"),
    "west": (_RIGHT_ASCENSION, "TIMED_GUIDE_W"),
    "east": (_RIGHT_ASCENSION, "TIMED_GUIDE_E"),
}


def takes_pulses(device: Device) -> bool:
    """Tell whether a device takes guiding pulses, on both axes."""
    return can_set(device, _DECLINATION.name) and can_set(device, _RIGHT_ASCENSION.name)


def start_pulse(
    device: Device,
    direction: str,
    duration: u.Quantity | None = None,
    *,
    ms: float | None = None,
) -> Operation[None]:
    """Start a guiding pulse.

    Parameters
    ----------
    device : Device
        That takes pulses.
    direction : str
        "north" (to a larger declination), "south", "east" or "west".
    duration : Quantity
        How long.
    ms : float
        The same in milliseconds, instead of `duration`.

    Returns
    -------
    Operation
        At once; it ends with the pulse. The two axes are independent of each other. ``abort()``
        asks for a pulse of no length, with which some drivers stop.

    Raises
    ------
    OutOfRange
        If there is no such direction, or the driver takes no such length.
    UnknownProperty
        If the device takes no pulses.
    Refused
        If a pulse on the same axis is under way.
    """
    axis, member = _find(direction)
    length = milliseconds(duration, ms)
    pulses = device[axis.name]
    if axis.running.has(device):
        raise Refused(f"{device.name} sends a pulse on this axis already: wait for its end")
    asked = dict.fromkeys(axis.members, 0.0) | {member: length}
    label = f"guide {direction.lower()} with {device.name} for {length:g} ms"
    return axis.running.keep(device, _ask(pulses, asked, length / 1000, label))


def milliseconds(duration: u.Quantity | None = None, ms: float | None = None) -> float:
    """Return the length of a pulse; nobody has to guess the unit of a bare number.

    Raises
    ------
    OutOfRange
        If it is no time, or not above 0.

    Examples
    --------
    >>> milliseconds(0.5 * u.s), milliseconds(ms=250)
    (500.0, 250.0)
    """
    if (duration is None) == (ms is None):
        raise OutOfRange("how long is a pulse? Give either a duration or ms")
    given = duration if ms is None else ms
    try:
        length = float(u.Quantity(given, u.ms if duration is None else None).to_value(u.ms))
    except (TypeError, ValueError) as error:
        raise OutOfRange(
            f"a pulse lasts some time, such as 500 * u.ms or ms=500, not {given!r}"
        ) from error
    if not 0 < length < float("inf"):
        raise OutOfRange(f"a pulse lasts longer than 0 ms: it cannot last {length:g} ms")
    return length


def pulsed(
    seconds: float,
    begun: float,
    changes: Sequence[Change],
    clock: Callable[[], float] = monotonic,
) -> Verdict:
    """Decide whether a pulse is over.

    Mounts are Busy until then. Cameras tell Ok at once and nothing afterwards, so a pulse that
    nobody calls Busy lasts as long as was asked.
    """
    if not changes:
        return None
    states = {change.new.state for change in changes}
    last = changes[-1].new.state
    if State.ALERT in states:
        return Failed("the driver reports an error")
    if last is State.BUSY:
        return None
    if State.BUSY in states:
        return Done()
    if states == {State.IDLE}:
        return Refused("the driver did not begin with it")
    return Done() if clock() - begun >= seconds + MARGIN else None


def _find(direction: object) -> tuple[_Axis, str]:
    """Return the axis and the member of a direction."""
    word = direction.lower() if isinstance(direction, str) else direction
    if word not in _DIRECTIONS:
        raise OutOfRange(f"a pulse goes {', '.join(_DIRECTIONS)}: not {direction!r}")
    return _DIRECTIONS[word]


def _ask(pulses: Property, asked: dict[str, float], seconds: float, label: str) -> Operation[None]:
    """Send both members: else the one of the pulse before would win in some drivers."""
    begun = monotonic()
    return pulses.ask(
        asked,
        partial(pulsed, seconds, begun),
        label=label,
        timeout=seconds + PATIENCE,
        recheck=seconds + MARGIN,
        abort=lambda: pulses.set(dict.fromkeys(asked, 0.0)),
        progress=lambda _: _elapsed(seconds, monotonic() - begun),
    )


def _elapsed(seconds: float, since: float) -> Progress:
    left = max(0.0, seconds - since)
    return Progress(1 - left / seconds, remaining=left)
