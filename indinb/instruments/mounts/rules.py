"""When has a mount done what it was asked for? Pure rules; see `indinb.client.rules`."""

import time
from collections.abc import Callable, Mapping, Sequence

from astropy import units as u
from astropy.coordinates import angular_separation

from indinb.client.model import Vector
from indinb.client.observers import Change
from indinb.client.operation import Progress
from indinb.client.pace import at_pace
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed, Refused
from indinb.protocol.messages import Value
from indinb.protocol.vocabulary import State

NEAR = 15 * u.arcmin
"""How near to the target a slew has to end: mounts correct for refraction and their own errors,
and INDI's simulator lets the sky turn on for as long as it slews."""

HERE = 1 * u.arcmin
"""How near to the target a mount has to be that need not move at all."""

SKY_TURNS = 15 / 3600
"""Degrees per second by which a place on the sky moves over the horizon at most."""

GRACE = 3.0
"""Seconds after a first report without motion in which a mount may still begin."""


def arrived(
    asked: dict[str, float], changes: Sequence[Change], clock: Callable[[], float] = time.time
) -> Verdict:
    """Decide whether a slew is over: it was Busy, is no more, and points at the target.

    Positions that were under way when the slew was asked for come first, so a mount that never
    gets Busy has a few seconds to begin; one that is at its target already needs no Busy.
    """
    was_busy = False
    at_rest: list[Vector] = []
    for change in changes:
        if change.new.state is State.BUSY:
            was_busy = True
            at_rest = []
        else:
            at_rest.append(change.new)
    if not at_rest:
        return None
    if was_busy:
        return _ended(asked, at_rest[0], at_rest[0].received - changes[0].new.received)
    return _stayed(asked, at_rest, clock())


def _ended(asked: dict[str, float], vector: Vector, seconds: float) -> Verdict:
    """Tell from the first report after Busy how a slew ended: an aborted mount is Ok again soon."""
    left = _distance(asked, vector)
    turned = seconds * SKY_TURNS * u.deg if "ALT" in asked else 0 * u.deg
    match vector.state:
        case State.ALERT:
            return Failed("the mount reports an error")
        case _ if left <= NEAR + turned:  # a mount that speaks of its horizon has followed the sky
            return Done()
        case State.IDLE:
            return Aborted("the mount was stopped on its way")
    return Failed(f"it ended {left:.2f} from the target")


def _stayed(asked: dict[str, float], vectors: list[Vector], now: float) -> Verdict:
    """Tell from the reports of a mount that was never Busy whether it has to move at all."""
    last = vectors[-1]
    if last.state is State.ALERT:
        return Failed("the mount reports an error")
    if len(vectors) > 1 and _distance(asked, last) <= HERE:
        return Done()
    if max(now, last.received) - vectors[0].received > GRACE:
        return Refused("the mount did not begin to move")
    return None


def approach(asked: dict[str, float], changes: Sequence[Change]) -> Progress:
    """Tell how far a slew is, from the distances at its beginning and now."""
    if not changes:
        return Progress(0.0, "starting")
    left = _distance(asked, changes[-1].new)
    whole = _distance(asked, changes[0].old or changes[0].new)
    fraction = 1.0 if whole <= HERE else max(0.0, float(1 - left / whole))
    remaining = at_pace(lambda vector: float(_distance(asked, vector).value), changes)
    return Progress(fraction, f"{left.to_value(u.deg):.1f}° to go", remaining)


def flipped(
    asked: dict[str, float], changes: Sequence[Change], clock: Callable[[], float] = time.time
) -> Verdict:
    """Decide whether a mount has gone to the other side of its pier: it was Busy for that."""
    if any(change.new.state is State.BUSY for change in changes):
        return arrived(asked, changes, clock)
    if changes and changes[-1].new.state is State.ALERT:
        return Failed("the mount reports an error")
    if changes and clock() - changes[0].new.received > GRACE:
        return Refused("the mount saw no reason to change sides")
    return None


def synced(
    asked: dict[str, float], changes: Sequence[Change], clock: Callable[[], float] = time.time
) -> Verdict:
    """Decide whether a mount takes it that it points there; the sky may have turned a little."""
    if not changes:
        return None
    last = changes[-1].new
    if last.state is State.ALERT:
        return Failed("the mount reports an error")
    if last.state is not State.BUSY and _distance(asked, last) <= HERE:
        return Done()
    if clock() - changes[0].new.received > GRACE:
        return Refused("the mount did not take it")
    return None


def finished(changes: Sequence[Change]) -> Verdict:
    """Decide whether a mount has done what a button asks, such as to go home."""
    if not changes:
        return None
    was_busy = any(change.new.state is State.BUSY for change in changes)
    match changes[-1].new.state:
        case State.ALERT:
            return Failed("the mount reports an error")
        case State.OK:
            return Done()
        case State.IDLE:
            return Aborted("the mount was stopped") if was_busy else Refused("it did not begin")
    return None


def has_parked(changes: Sequence[Change]) -> Verdict:
    """Decide whether a mount has parked: the switch is on while it is still on its way.

    An Ok without having been Busy is that of the last unparking, which drivers report twice.
    """
    if not changes:
        return None
    last = changes[-1].new
    was_busy = any(change.new.state is State.BUSY for change in changes)
    match last.state:
        case State.ALERT:
            return Failed("the mount reports an error")
        case State.BUSY:
            return None
        case _ if last["PARK"] or _springs_back(last, was_busy):
            return Done()
        case _ if was_busy:
            return Aborted("the mount was stopped on its way")
        case State.IDLE:
            return Refused("the mount did not begin to park")
    return None


def _springs_back(vector: Vector, was_busy: bool) -> bool:
    """Whether a button that only parks is released, as the mount has done so."""
    return len(vector) == 1 and was_busy and vector.state is State.OK


def _distance(asked: dict[str, float], vector: Vector) -> u.Quantity:
    return angular_separation(*_direction(asked), *_direction(vector)).to(u.deg)


def _direction(values: Mapping[str, Value]) -> tuple[u.Quantity, u.Quantity]:
    """Return longitude and latitude: on the sky, or over the horizon."""
    if "RA" in values:
        return values["RA"] * u.hourangle, values["DEC"] * u.deg
    return values["AZ"] * u.deg, values["ALT"] * u.deg
