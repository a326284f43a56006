"""When has a focuser done what it was asked for? Pure rules; see `indinb.client.rules`."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import cast

from indinb.client.observers import Change
from indinb.client.operation import Progress
from indinb.client.pace import at_pace
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed, Refused
from indinb.instruments.pulses import pulsed
from indinb.instruments.readings import grouped
from indinb.protocol.vocabulary import State

NEAR = 1.0
"""Steps from its target at which a focuser with gears may end."""

POSITION = "FOCUS_ABSOLUTE_POSITION"


def whole(number: object) -> int | None:
    """Return what counts steps as an int, or None if it is no whole number.

    Examples
    --------
    >>> whole(30e3)
    30000
    >>> whole(0.5), whole(float("nan")), whole("2")
    (None, None, None)
    """
    if isinstance(number, Integral):
        return int(number)
    if isinstance(number, Real) and float(number).is_integer():
        return int(float(number))
    return None


def moved(target: int, changes: Sequence[Change]) -> Verdict:
    """Decide whether a focuser has moved: it is at rest at its target.

    Some are never Busy, as the driver is blocked until they are there. An Ok somewhere else is
    then that of a motion before.
    """
    if not changes:
        return None
    states = {change.new.state for change in changes}
    last = changes[-1].new
    was_busy = State.BUSY in states
    if State.ALERT in states:
        return Failed("the focuser reports an error")
    if last.state is State.BUSY:
        return None
    if _is_there(target, changes, was_busy):
        return Done(round(last[POSITION]))
    if last.state is State.IDLE:
        return _idle(was_busy)
    return Failed(f"it ended at {grouped(last[POSITION])}") if was_busy else None


def _is_there(target: int, changes: Sequence[Change], was_busy: bool) -> bool:
    """Whether the last report is of the target, and not of a step beside it from before."""
    here = cast(float, changes[-1].new[POSITION])
    begin = (changes[0].old or changes[0].new)[POSITION]
    return abs(here - target) <= (NEAR if was_busy or here != begin else 0.0)


def _idle(was_busy: bool) -> Verdict:
    if was_busy:
        return Aborted("the focuser was stopped on its way")
    return Refused("the focuser did not begin to move")


def ran(seconds: float, begun: float, changes: Sequence[Change]) -> Verdict:
    """Decide whether a focuser has moved for as long as it was asked: then it is not Idle.

    Parameters
    ----------
    seconds, begun : float
        How long, and when it was asked for, by `time.monotonic`.
    changes : sequence of Change
        Of its timer, since then.
    """
    states = [change.new.state for change in changes]
    if State.BUSY in states and State.ALERT not in states and states[-1] is State.IDLE:
        return _idle(was_busy=True)
    return pulsed(seconds, begun, changes)


def travel(begin: float, target: int, changes: Sequence[Change]) -> Progress:
    """Tell how far a focuser is, from the position that its driver reports.

    Examples
    --------
    >>> travel(31_200, 30_000, []).detail
    '31 200 → 30 000'
    """
    here = changes[-1].new[POSITION] if changes else begin
    whole_way = abs(target - begin)
    fraction = 1 - abs(target - here) / whole_way if whole_way else 1.0
    remaining = at_pace(lambda vector: abs(target - cast(float, vector[POSITION])), changes)
    return Progress(max(0.0, fraction), f"{grouped(here)} → {grouped(target)}", remaining)
