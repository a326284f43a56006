"""Moving a mount by hand."""

import math
import re
from collections.abc import Callable

from astropy import units as u

from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property
from indinb.errors import ConnectionLost, IndiError, OutOfRange, Refused
from indinb.instruments.durations import Pause
from indinb.instruments.mounts.errands import begin_errand, by_hand, let_go
from indinb.instruments.mounts.mount import Mount

_NS, _WE = "TELESCOPE_MOTION_NS", "TELESCOPE_MOTION_WE"
_KEYS = {
    "n": (_NS, "MOTION_NORTH"),
    "s": (_NS, "MOTION_SOUTH"),
    "w": (_WE, "MOTION_WEST"),
    "e": (_WE, "MOTION_EAST"),
}
_WORD = "(north|south|east|west|[nsew])"


def keys(direction: object) -> dict[str, str]:
    """Return the switches that move a mount in some direction.

    Examples
    --------
    >>> keys("north")
    {'TELESCOPE_MOTION_NS': 'MOTION_NORTH'}
    >>> keys("SE")
    {'TELESCOPE_MOTION_NS': 'MOTION_SOUTH', 'TELESCOPE_MOTION_WE': 'MOTION_EAST'}
    """
    text = direction.casefold() if isinstance(direction, str) else ""
    words = re.findall(_WORD, text) if re.fullmatch(rf"({_WORD}[\s/-]*)+", text) else []
    found = dict(_KEYS[word[0]] for word in words)
    if not words or len(found) < len(words):
        raise OutOfRange(f'a mount moves "north", "S", "north-east" …, not {direction!r}')
    return found


def seconds_of(duration: object) -> float:
    """Return a time in seconds; nobody has to guess the unit of a bare number."""
    try:
        length = float(u.Quantity(duration).to_value(u.s))
    except (TypeError, ValueError, u.UnitsError):
        length = math.nan
    if not 0 < length < math.inf:
        raise OutOfRange(f"a motion lasts some time, such as 2 * u.s, not {duration!r}")
    return length


def start_move(
    mount: Mount, pressed: dict[str, str], seconds: float, label: str
) -> Operation[None]:
    """Press keys for some seconds; those that are pressed already are let go before."""
    device = mount.device
    if mount.slewing and not mount.moved_by_hand:
        raise Refused(f"{mount.name} is on its way: telescope.abort() stops it")
    steps = _moving(device, pressed, seconds, label)
    let_go(device)
    begin_errand(device)
    return by_hand.keep(device, Procedure(label, steps))


def _moving(device: Device, pressed: dict[str, str], seconds: float, label: str) -> Steps[None]:
    """Press keys, wait, and let them go, whatever happens in the meantime.

    The key of the opposite direction would stop a mount that is moved already, so that one is
    stopped first.
    """
    axes = {device[name]: member for name, member in pressed.items()}
    for axis in axes:
        if any(axis.vector.values()):
            yield _let_go(axis)
    try:
        yield from _pressing(axes, lambda: Pause(label, seconds, device.connection))
    except ConnectionLost:
        for axis in axes:
            _let_go_later(axis)
        raise


def _pressing(axes: dict[Property, str], pause: Callable[[], Pause]) -> Steps[None]:
    try:
        begun = [axis.set(member) for axis, member in axes.items()]
        yield from begun
        yield pause()
    finally:
        yield from _let_all_go(list(axes))


def _let_all_go(axes: list[Property]) -> Steps[None]:
    """Let go of all keys before the first of them is waited for."""
    stopping: list[Operation[None]] = []
    problem: IndiError | None = None
    for axis in axes:
        try:
            stopping.append(_let_go(axis))
        except IndiError as error:
            problem = error
    yield from stopping
    if problem is not None:
        raise problem


def _let_go_later(axis: Property) -> None:
    """Let go of what is still pressed when the link is back: until then the mount moves on."""
    connection = axis.device.connection

    def look(_: object = None) -> None:
        if connection.status == "closed":
            subscription.close()
        elif axis.defined and not axis.stale:
            subscription.close()
            if any(axis.vector.values()):
                _let_go(axis)

    subscription = connection.observe(look)
    look()


def _let_go(axis: Property) -> Operation[None]:
    return axis.set(dict.fromkeys(axis.vector, False))
