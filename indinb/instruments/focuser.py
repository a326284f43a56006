"""Focusers."""

import math
from collections.abc import Sequence
from functools import partial
from numbers import Integral, Real
from typing import Any, cast

from astropy import units as u

from indinb.client.observers import Change
from indinb.client.operation import Operation, Progress
from indinb.client.pace import at_pace
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property
from indinb.client.request import build
from indinb.client.rules import Done, Verdict, settled
from indinb.errors import Aborted, Failed, OutOfRange, Refused, UnknownProperty
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.readings import grouped
from indinb.instruments.running import Running
from indinb.protocol.vocabulary import Interface, State

NEAR = 1.0
"""Steps from its target at which a focuser with gears may end."""

_ABSOLUTE = "ABS_FOCUS_POSITION"
_POSITION = "FOCUS_ABSOLUTE_POSITION"
_RELATIVE = "REL_FOCUS_POSITION"
_STEPS = "FOCUS_RELATIVE_POSITION"
_MOTION = "FOCUS_MOTION"
_TIMEOUT = 120.0  # seconds without a word: some drivers say nothing while they move

_running: Running[Any] = Running()


@instrument(Interface.FOCUSER)
class Focuser(Instrument):
    """A focuser: moves in and out, by steps.

    Examples
    --------
    ::

        client.focuser.move_to(30_000)
        client.focuser.move_by(-500)
        client.focuser.position
    """

    @property
    def position(self) -> int:
        """Where it is, in steps.

        Raises
        ------
        UnknownProperty
            If it knows no positions, as focusers that only move by some steps.
        OutOfRange
            If what its driver tells is no number.
        """
        position = cast(float, self._absolute[_POSITION])
        if not math.isfinite(position):
            raise OutOfRange(f"{self.name} does not know its position: it tells {position}")
        return round(position)

    @property
    def limits(self) -> tuple[int, int]:
        """The lowest and the highest position that its driver allows; equal if it tells none."""
        member = self._absolute.elements[_POSITION]
        told = math.isfinite(member.max - member.min)
        return (math.ceil(member.min), math.floor(member.max)) if told else (0, 0)

    @property
    def temperature(self) -> u.Quantity | None:
        """What its thermometer shows, in °C; None if there is none."""
        told = self._find("FOCUS_TEMPERATURE")
        celsius = cast(float, told["TEMPERATURE"]) if told is not None else math.nan
        return celsius * u.deg_C if math.isfinite(celsius) else None

    @property
    def moving(self) -> bool:
        """Whether it moves, as far as is known: not when the link is gone."""
        motion = self._find(_ABSOLUTE) or self._find(_RELATIVE) or self._absolute
        return self.device.connection.status == "connected" and motion.state is State.BUSY

    def start_move_to(self, position: int) -> Operation[int]:
        """Start to move to a position; see `move_to`.

        Returns
        -------
        Operation
            At once; its result is the position reached. ``abort()`` stops the focuser.
        """
        low, high = self.limits
        target = whole(position)
        if target is None or (low < high and not low <= target <= high):
            raise OutOfRange(
                f"{self.name} goes from {low} to {high}, in whole steps: "
                f"it cannot go to {position!r}"
            )
        self._check_idle()
        begin = cast(float, self._absolute[_POSITION])
        operation = self._absolute.ask(
            {_POSITION: target},
            partial(moved, target),
            label=f"move {self.name} to {target}",
            timeout=_TIMEOUT,
            patient=True,
            abort=self.start_abort,
            progress=partial(travel, begin, target),
        )
        return _running.keep(self.device, operation)

    def move_to(self, position: int) -> int:
        """Move to a position; waits with a progress bar, and Ctrl-C stops the focuser.

        Parameters
        ----------
        position : int
            Steps, within `limits`.

        Returns
        -------
        int
            The position reached, which may be a step off.

        Raises
        ------
        OutOfRange
            If it is no whole number of steps, or the focuser does not go there.
        UnknownProperty
            If the focuser knows no positions, and only moves by some steps: see `move_by`.
        Refused
            If the focuser is moving already.
        OperationError
            If it fails, or is stopped.
        """
        return self.start_move_to(position).wait()

    def start_move_by(self, steps: int) -> Operation[int | None]:
        """Start to move by some steps; see `move_by`.

        Returns
        -------
        Operation
            At once; its result is the position reached, or None if the focuser knows none.
            ``abort()`` stops the focuser.
        """
        count = whole(steps)
        if count is None:
            raise OutOfRange(f"{self.name} moves by whole steps: it cannot move by {steps!r}")
        if _ABSOLUTE in self.device:
            return cast(Operation[int | None], self.start_move_to(self.position + count))
        self._check_idle()
        label = f"move {self.name} by {count:+d}"
        return _running.keep(self.device, Procedure(label, self._moving(label, count)))

    def move_by(self, steps: int) -> int | None:
        """Move by some steps; waits with a progress bar, and Ctrl-C stops the focuser.

        Parameters
        ----------
        steps : int
            Negative is inwards, to lower positions.

        Returns
        -------
        int or None
            The position reached, or None if the focuser knows none.

        Raises
        ------
        OutOfRange
            If it is no whole number, or leads out of `limits`.
        Refused
            If the focuser is moving already.
        OperationError
            If it fails, or is stopped.
        """
        return self.start_move_by(steps).wait()

    def start_abort(self) -> Operation[None]:
        """Stop the focuser; see `abort`."""
        return self.device["FOCUS_ABORT_MOTION"].set()

    def abort(self) -> None:
        """Stop the focuser where it is, and wait until it says so.

        Raises
        ------
        UnknownProperty
            If it cannot be stopped, as INDI's own simulator.
        """
        self.start_abort().wait()

    @property
    def _absolute(self) -> Property:
        if _ABSOLUTE not in self.device and _RELATIVE in self.device:
            raise UnknownProperty(
                f"{self.name} knows no positions: it only moves by steps, focuser.move_by(…)"
            )
        return self.device[_ABSOLUTE]

    def _check_idle(self) -> None:
        if _running.has(self.device) or self.moving:
            raise Refused(f"{self.name} is moving already: focuser.abort() stops it")

    def _moving(self, label: str, steps: int) -> Steps[None]:
        """Move a focuser that knows no positions: a direction, then how many steps."""
        if steps == 0:  # which drivers refuse
            return
        relative = self.device[_RELATIVE]
        asked: dict[str, float] = {_STEPS: float(abs(steps))}
        build(relative.vector, asked)  # refuse it before the direction is set
        direction = "FOCUS_INWARD" if steps < 0 else "FOCUS_OUTWARD"
        if not self.device[_MOTION][direction]:
            yield self.device[_MOTION].set(direction)
        yield relative.ask(
            asked,
            partial(settled, relative.definition, asked),
            label=label,
            timeout=_TIMEOUT,
            patient=True,
            abort=self.start_abort,
        )


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
        return Done(round(last[_POSITION]))
    if last.state is State.IDLE:
        return _idle(was_busy)
    return Failed(f"it ended at {grouped(last[_POSITION])}") if was_busy else None


def _is_there(target: int, changes: Sequence[Change], was_busy: bool) -> bool:
    """Whether the last report is of the target, and not of a step beside it from before."""
    here = cast(float, changes[-1].new[_POSITION])
    begin = (changes[0].old or changes[0].new)[_POSITION]
    return abs(here - target) <= (NEAR if was_busy or here != begin else 0.0)


def _idle(was_busy: bool) -> Verdict:
    if was_busy:
        return Aborted("the focuser was stopped on its way")
    return Refused("the focuser did not begin to move")


def travel(begin: float, target: int, changes: Sequence[Change]) -> Progress:
    """Tell how far a focuser is, from the position that its driver reports.

    Examples
    --------
    >>> travel(31_200, 30_000, []).detail
    '31 200 → 30 000'
    """
    here = changes[-1].new[_POSITION] if changes else begin
    whole_way = abs(target - begin)
    fraction = 1 - abs(target - here) / whole_way if whole_way else 1.0
    remaining = at_pace(lambda vector: abs(target - cast(float, vector[_POSITION])), changes)
    return Progress(max(0.0, fraction), f"{grouped(here)} → {grouped(target)}", remaining)
