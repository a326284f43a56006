"""When has a dome done what it was asked for? Pure rules; see `indinb.client.rules`."""

from collections.abc import Sequence

from indinb.client.model import Vector
from indinb.client.observers import Change
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed, Refused
from indinb.instruments.angles import Circle
from indinb.protocol.vocabulary import State

SHUTTER = "DOME_SHUTTER"
PARK = "DOME_PARK"
MOTION = "DOME_MOTION"
OPEN, CLOSE = "SHUTTER_OPEN", "SHUTTER_CLOSE"

CIRCLE = Circle("dome", "ABS_DOME_POSITION", "DOME_ABSOLUTE_POSITION", 3.0, "DOME_ABORT_MOTION")
"""Domes are heavy: some end a degree or two beside their target."""


def shutter_word(vector: Vector | None, opens: str = OPEN, closes: str = CLOSE) -> str | None:
    """Say in a word where a shutter is; None if that is not known, as after an Alert.

    Parameters
    ----------
    vector : Vector or None
        What moves it.
    opens, closes : str
        Its members: roofs that roll off have others.
    """
    on = [] if vector is None else [name for name in (opens, closes) if vector.get(name)]
    if vector is None or len(on) != 1:
        return None
    match vector.state:
        case State.OK:
            return "open" if on == [opens] else "closed"
        case State.BUSY:
            return "opening" if on == [opens] else "closing"
    return None


def shutter_moved(asked: str, changes: Sequence[Change]) -> Verdict:
    """Decide whether a shutter is where it was asked to be: the switch is on from the first."""
    if not changes:
        return None
    states = {change.new.state for change in changes}
    last = changes[-1].new
    if State.ALERT in states:
        return Failed("the dome reports an error, and where its shutter is, is not known")
    if last.state is State.BUSY:
        return None
    if last.state is State.OK and last.get(asked):
        return Done()
    return _stopped(last, State.BUSY in states, "shutter")


def parked(asked: str, shutter: State | None, changes: Sequence[Change]) -> Verdict:
    """Decide whether a dome has parked, or can move again: its shutter is at rest as well.

    Drivers say that they have parked while the shutter is still closing.

    Parameters
    ----------
    asked : str
        "PARK" or "UNPARK".
    shutter : State or None
        Of the shutter before, if there is one.
    changes : sequence of Change
        Of both, since the request was sent.
    """
    reports = [change.new for change in changes if change.name == PARK]
    shutters = [change.new.state for change in changes if change.name == SHUTTER]
    if State.ALERT in {vector.state for vector in reports}:
        return Failed("the dome reports an error")
    if State.ALERT in shutters:
        return Failed("where the shutter is, is not known")
    if not reports or State.BUSY in (reports[-1].state, [shutter, *shutters][-1]):
        return None
    if reports[-1].get(asked):
        return Done()
    return _stopped(reports[-1], State.BUSY in {vector.state for vector in reports}, "dome")


def _stopped(last: Vector, was_busy: bool, what: str) -> Verdict:
    """Tell why it is at rest, and not as it was asked to be; an Ok may be from before."""
    if was_busy:
        return Aborted(f"the {what} was stopped on its way")
    return Refused(f"the {what} did not begin to move") if last.state is State.IDLE else None
