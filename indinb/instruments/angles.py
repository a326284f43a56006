"""Angles around a circle, of rotators and domes, and when they have turned to one."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from astropy import units as u
from astropy.coordinates import Angle

from indinb.client.model import Vector
from indinb.client.observers import Change
from indinb.client.operation import Progress
from indinb.client.pace import at_pace
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed, OutOfRange, Refused
from indinb.protocol.vocabulary import State


class Circle(NamedTuple):
    """What turns, the property and member of its angle, and degrees beside it that do not matter.

    Attributes
    ----------
    stop : str
        The push button that stops it.
    """

    what: str
    name: str
    member: str
    near: float
    stop: str


def degrees(angle: object, example: str) -> float:
    """Return an angle in degrees; nobody has to guess the unit of a bare number.

    Raises
    ------
    OutOfRange
        If it is no angle, or not finite.

    Examples
    --------
    >>> round(degrees(2 * u.hourangle, "move_to(90 * u.deg)"), 6)
    30.0
    >>> degrees(90, "move_to(90 * u.deg)")
    Traceback (most recent call last):
    ...
    indinb.errors.OutOfRange: this takes an angle, such as move_to(90 * u.deg), and not 90
    """
    try:
        found = float(Angle(angle).deg)
    except (TypeError, ValueError, u.UnitsError) as error:
        raise OutOfRange(f"this takes an angle, such as {example}, and not {angle!r}") from error
    if abs(found) < float("inf"):
        return found
    raise OutOfRange(f"this takes an angle, such as {example}, and not {angle!r}")


def around(angle: float, begin: float = 0.0) -> float:
    """Return the same direction, in degrees from `begin` on and less than a turn further.

    Examples
    --------
    >>> around(-10.0), around(360.0), around(190.0, -180.0)
    (350.0, 0.0, -170.0)
    """
    turned = begin + (angle - begin) % 360
    return begin if turned >= begin + 360 else turned  # which rounding brings about


def apart(one: float, other: float) -> float:
    """Return how many degrees lie between two directions, the shorter way around.

    Examples
    --------
    >>> apart(350.0, 10.0), apart(0.0, 360.0)
    (20.0, 0.0)
    """
    return abs(around(other - one, -180.0))


def turned(circle: Circle, target: float, changes: Sequence[Change]) -> Verdict:
    """Decide whether a circle has turned: it is at rest at its target, or beside it.

    One that is there already says Ok at once; an Ok elsewhere of one that has not been Busy is
    from before. And rotators that were stopped say Ok wherever they are.
    """
    reports = [change.new for change in changes if change.name == circle.name]
    if not reports:
        return None
    states = {vector.state for vector in reports}
    last = reports[-1]
    if State.ALERT in states:
        return Failed(f"the {circle.what} reports an error")
    if last.state is State.BUSY:
        return None
    if apart(_angle(circle, last), target) <= circle.near:
        return Done(Angle(_angle(circle, last) * u.deg))
    if State.BUSY in states:
        return _ended(circle, last, changes)
    return Refused(f"the {circle.what} did not begin to turn") if last.state is State.IDLE else None


def _ended(circle: Circle, last: Vector, changes: Sequence[Change]) -> Verdict:
    """Tell why it is at rest elsewhere."""
    place = f"at {_angle(circle, last):.1f}°"
    if last.state is State.IDLE or any(change.name == circle.stop for change in changes):
        return Aborted(f"the {circle.what} was stopped on its way, {place}")
    return Failed(f"the {circle.what} ended {place}")


def way(circle: Circle, begin: float, target: float, changes: Sequence[Change]) -> Progress:
    """Tell how far a circle has turned, the shorter way around."""
    reports = [change for change in changes if change.name == circle.name]
    here = _angle(circle, reports[-1].new) if reports else begin
    whole = apart(begin, target)
    fraction = 1 - apart(here, target) / whole if whole else 1.0
    remaining = at_pace(lambda vector: apart(_angle(circle, vector), target), reports)
    return Progress(max(0.0, fraction), f"{here:.1f}° → {target:.1f}°", remaining)


def _angle(circle: Circle, vector: Vector) -> float:
    return cast(float, vector[circle.member])
