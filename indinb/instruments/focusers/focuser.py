"""Focusers."""

import math
from functools import partial
from typing import Any, cast

from astropy import units as u

from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property
from indinb.errors import OutOfRange, Refused, UnknownProperty
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.focusers.motion import (
    DIRECTIONS,
    RELATIVE,
    TIMEOUT,
    TIMER,
    by_steps,
    for_some_time,
)
from indinb.instruments.focusers.rules import POSITION, moved, travel, whole
from indinb.instruments.pulses import milliseconds
from indinb.instruments.readings import is_on, number, state
from indinb.instruments.running import Running
from indinb.instruments.syncing import start_sync
from indinb.protocol.vocabulary import Interface, State

_ABSOLUTE = "ABS_FOCUS_POSITION"
_BACKLASH = "FOCUS_BACKLASH_TOGGLE"
_BACKLASH_STEPS = "FOCUS_BACKLASH_STEPS"

_running: Running[Any] = Running()


@instrument(Interface.FOCUSER)
class Focuser(Instrument):
    """A focuser: moves in and out, by steps or for some time.

    Examples
    --------
    ::

        client.focuser.move_to(30_000)
        client.focuser.move_by(-500)
        client.focuser.position
        client.focuser.move_for(0.2 * u.s, "in")  # a motor that counts no steps
    """

    marks = (_ABSOLUTE, RELATIVE, TIMER)

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
        position = cast(float, self._absolute[POSITION])
        if not math.isfinite(position):
            raise OutOfRange(f"{self.name} does not know its position: it tells {position}")
        return round(position)

    @property
    def limits(self) -> tuple[int, int]:
        """The lowest and the highest position that its driver allows; equal if it tells none."""
        member = self._absolute.elements[POSITION]
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
        states = [state(self.device, name) for name in self.marks]
        if not any(states):
            raise self._unknown(_ABSOLUTE)
        return self.device.connection.status == "connected" and State.BUSY in states

    @property
    def backlash(self) -> int | None:
        """Steps by which it goes too far and back, when it turns around; None if it does not.

        Assign to it, or see `set_backlash`.
        """
        if self.device.get(_BACKLASH) is not None and not is_on(
            self.device, _BACKLASH, "INDI_ENABLED"
        ):
            return None
        steps = number(self.device, _BACKLASH_STEPS, "FOCUS_BACKLASH_VALUE")
        return None if steps is None else round(steps)

    @backlash.setter
    def backlash(self, steps: int | None) -> None:
        self.set_backlash(steps)

    @property
    def reversed(self) -> bool:
        """Whether its motor turns the other way; assign to it, or see `reverse`."""
        return is_on(self.device, "FOCUS_REVERSE_MOTION", "INDI_ENABLED")

    @reversed.setter
    def reversed(self, on: bool) -> None:
        self.reverse(on)

    def start_move_to(self, position: int) -> Operation[int]:
        """Start to move to a position; see `move_to`.

        Returns
        -------
        Operation
            At once; its result is the position reached. ``abort()`` stops the focuser.
        """
        target = self._within(position)
        self._check_idle()
        begin = cast(float, self._absolute[POSITION])
        operation = self._absolute.ask(
            {POSITION: target},
            partial(moved, target),
            label=f"move {self.name} to {target}",
            timeout=TIMEOUT,
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
        count = self._count(steps)
        if _ABSOLUTE in self.device:
            return cast(Operation[int | None], self.start_move_to(self.position + count))
        self._check_idle()
        label = f"move {self.name} by {count:+d}"
        return _running.keep(self.device, Procedure(label, self._moving_by(label, count)))

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

    def start_move_for(
        self, duration: u.Quantity, direction: str, speed: float | None = None
    ) -> Operation[int | None]:
        """Start to move for some time; see `move_for`.

        Returns
        -------
        Operation
            At once; its result is the position reached, or None if the focuser knows none.
            ``abort()`` stops the focuser.
        """
        length = milliseconds(duration)
        if direction not in DIRECTIONS:
            raise OutOfRange(f'{self.name} moves "in" or "out", not {direction!r}')
        self._check_idle()
        label = f"move {self.name} {direction} for {length:g} ms"
        steps = self._moving_for(label, length, direction, speed)
        return _running.keep(self.device, Procedure(label, steps))

    def move_for(
        self, duration: u.Quantity, direction: str, speed: float | None = None
    ) -> int | None:
        """Move for some time, as motors do that count no steps; Ctrl-C stops the focuser.

        Parameters
        ----------
        duration : Quantity
            How long, such as ``200 * u.ms``.
        direction : str
            "in" or "out".
        speed : float, optional
            How fast, in the driver's own numbers; as it is by default.

        Returns
        -------
        int or None
            The position reached, or None if the focuser knows none.

        Raises
        ------
        OutOfRange
            If it is no time, no direction, or no speed, or longer than the driver takes.
        UnknownProperty
            If the focuser has no timer, or only one speed.
        Refused
            If the focuser is moving already.
        OperationError
            If it fails, or is stopped.
        """
        return self.start_move_for(duration, direction, speed).wait()

    def start_sync(self, position: int) -> Operation[None]:
        """Start to call the position by another number; see `sync`."""
        target = self._within(position)
        self._check_idle()
        return start_sync(
            self.device, "FOCUS_SYNC", _ABSOLUTE, target, lambda told: told[POSITION] == target
        )

    def sync(self, position: int) -> None:
        """Tell the focuser where it is, in steps; it does not move.

        Raises
        ------
        OutOfRange
            If it is no whole number of steps, within `limits`.
        UnknownProperty
            If it cannot be told.
        Refused
            If it is moving.
        """
        self.start_sync(position).wait()

    def start_set_maximum(self, position: int) -> Operation[None]:
        """Start to set how far out it goes; see `set_maximum`."""
        return self.device["FOCUS_MAX"].set(self._count(position))

    def set_maximum(self, position: int) -> None:
        """Set how far out it goes: the upper one of its `limits`.

        Raises
        ------
        OutOfRange
            If it is no whole number of steps, or more than its driver takes.
        UnknownProperty
            If it cannot be set.
        """
        self.start_set_maximum(position).wait()

    def start_set_backlash(self, steps: int | None) -> Operation[None]:
        """Start to set its backlash; see `set_backlash`."""
        count = None if steps is None else self._count(steps)
        return Procedure(f"set the backlash of {self.name}", self._setting_backlash(count))

    def set_backlash(self, steps: int | None) -> None:
        """Let the driver make up for backlash, by some steps; None lets it not.

        Drivers take the steps only while this is enabled, so it is enabled first.
        """
        self.start_set_backlash(steps).wait()

    def start_reverse(self, on: bool = True) -> Operation[None]:
        """Start to turn the motor the other way; see `reverse`."""
        return self.device["FOCUS_REVERSE_MOTION"].set("INDI_ENABLED" if on else "INDI_DISABLED")

    def reverse(self, on: bool = True) -> None:
        """Turn the motor the other way, or with ``False`` as it does by itself."""
        self.start_reverse(on).wait()

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
        if _ABSOLUTE not in self.device:
            raise self._unknown(_ABSOLUTE)
        return self.device[_ABSOLUTE]

    def _unknown(self, name: str) -> UnknownProperty:
        """Say what a focuser can do that knows less."""
        if RELATIVE in self.device:
            way = "by steps, focuser.move_by(…)"
        elif TIMER in self.device:
            way = 'for some time, focuser.move_for(…, "in")'
        else:
            return self.device.unknown(name)
        return UnknownProperty(f"{self.name} knows no positions: it only moves {way}")

    def _count(self, steps: object) -> int:
        count = whole(steps)
        if count is None:
            raise OutOfRange(f"{self.name} moves by whole steps: it cannot move by {steps!r}")
        return count

    def _within(self, position: object) -> int:
        low, high = self.limits
        target = whole(position)
        if target is None or (low < high and not low <= target <= high):
            raise OutOfRange(
                f"{self.name} goes from {low} to {high}, in whole steps: "
                f"it cannot go to {position!r}"
            )
        return target

    def _check_idle(self) -> None:
        if _running.has(self.device) or self.moving:
            raise Refused(f"{self.name} is moving already: focuser.abort() stops it")

    def _moving_by(self, label: str, steps: int) -> Steps[None]:
        """Move a focuser that knows no positions."""
        if steps == 0:  # which drivers refuse
            return
        if RELATIVE not in self.device:
            raise self._unknown(RELATIVE)
        yield from by_steps(self.device, label, steps, self.start_abort)

    def _moving_for(
        self, label: str, length: float, direction: str, speed: float | None
    ) -> Steps[int | None]:
        yield from for_some_time(self.device, label, length, direction, speed, self.start_abort)
        return self.position if _ABSOLUTE in self.device else None

    def _setting_backlash(self, steps: int | None) -> Steps[None]:
        if steps is None:
            yield from self._ensure(_BACKLASH, "INDI_DISABLED")
            return
        yield from self._ensure(_BACKLASH, "INDI_ENABLED")
        yield self.device[_BACKLASH_STEPS].set(steps)
