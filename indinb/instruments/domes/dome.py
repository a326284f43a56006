"""Domes, and roofs that roll off."""

from functools import partial
from typing import Any, cast

from astropy import units as u
from astropy.coordinates import Angle

from indinb.client.model import Vector
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.rules import settled
from indinb.errors import Failed, Refused
from indinb.instruments.angles import around, degrees, turned, way
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.domes.rules import (
    CIRCLE,
    CLOSE,
    MOTION,
    OPEN,
    PARK,
    SHUTTER,
    shutter_moved,
    shutter_word,
)
from indinb.instruments.domes.rules import parked as has_parked
from indinb.instruments.domes.slaving import SLAVING, is_aligned, is_slaved, name_telescope
from indinb.instruments.readings import is_on, state
from indinb.instruments.running import Running
from indinb.protocol.vocabulary import Interface, State

_RELATIVE = "REL_DOME_POSITION"
_TIMEOUT = 300.0  # seconds without a word: large domes need minutes for a turn
_PARKING_TIMEOUT = 600.0  # seconds, with the shutter

_turning: Running[Any] = Running()


@instrument(Interface.DOME)
class Dome(Instrument):
    """A dome with a slit, or a roof that rolls off.

    A roof has neither an azimuth nor a shutter: it is open when it is unparked, so
    `open_shutter` and `close_shutter` roll it.

    Examples
    --------
    ::

        client.dome.unpark()
        client.dome.open_shutter()
        client.dome.slave()
        client.dome.move_to(120 * u.deg)
    """

    marks = (CIRCLE.name, SHUTTER, PARK)

    @property
    def azimuth(self) -> Angle:
        """Where its slit is: 0° is north and 90° east."""
        return Angle(cast(float, self.device[CIRCLE.name][CIRCLE.member]) * u.deg)

    @property
    def moving(self) -> bool:
        """Whether it turns, parks or rolls, as far as is known: not when the link is gone."""
        states = [state(self.device, name) for name in (CIRCLE.name, _RELATIVE, MOTION, PARK)]
        return self._linked and State.BUSY in states

    @property
    def shutter(self) -> str | None:
        """Its shutter, or roof: "open", "closed", "opening" or "closing".

        It is None when that is not known, or there is none: as after it was stopped on its way,
        after an error, and when the link is gone. Take that for open when it rains, and for
        closed when you expose.
        """
        if not self._linked:
            return None
        if not self._is_roof:
            return shutter_word(self._vector(SHUTTER))
        if state(self.device, MOTION) is State.BUSY:
            return shutter_word(self._vector(MOTION), "DOME_CW", "DOME_CCW")
        return shutter_word(self._vector(PARK), "UNPARK", "PARK")

    @property
    def parked(self) -> bool:
        """Whether it is parked."""
        return is_on(self.device, PARK, "PARK") and state(self.device, PARK) is not State.BUSY

    @property
    def slaved(self) -> bool:
        """Whether it follows the telescope."""
        return is_slaved(self.device)

    @property
    def ready(self) -> bool:
        """Whether the sky can be seen: it is open, unparked and at rest.

        If it is slaved, and knows no measurements of itself by which its slit is elsewhere, its
        azimuth is also that of the telescope, within the threshold from which it follows.
        """
        closed = self.shutter != "open" and (self._is_roof or SHUTTER in self.device)
        if closed or self.parked or self.moving or not self._linked:
            return False
        if state(self.device, CIRCLE.name) is State.ALERT:
            return False
        return not self.slaved or is_aligned(self.device)

    def start_move_to(self, azimuth: u.Quantity) -> Operation[Angle]:
        """Start to turn to an azimuth; see `move_to`.

        Returns
        -------
        Operation
            At once; its result is the azimuth reached. ``abort()`` stops the dome.
        """
        return self._start_move_to(degrees(azimuth, "dome.move_to(120 * u.deg)"))

    def move_to(self, azimuth: u.Quantity) -> Angle:
        """Turn to an azimuth; waits with a progress bar, and Ctrl-C stops the dome.

        Parameters
        ----------
        azimuth : Quantity
            0° is north and 90° east; -10° is 350°.

        Returns
        -------
        Angle
            The azimuth reached, which may be a degree or two off.

        Raises
        ------
        OutOfRange
            If it is no angle.
        Refused
            If the dome is parked, moves already, or follows the telescope.
        UnknownProperty
            If it knows no azimuth, as roofs.
        OperationError
            If it fails, or is stopped.
        """
        return self.start_move_to(azimuth).wait()

    def start_move_by(self, angle: u.Quantity) -> Operation[Angle | None]:
        """Start to turn by an angle; see `move_by`."""
        turn = degrees(angle, "dome.move_by(-30 * u.deg)")
        if CIRCLE.name in self.device or _RELATIVE not in self.device:
            return cast(Operation[Angle | None], self._start_move_to(self.azimuth.deg + turn))
        self._check_may_turn()
        relative = self.device[_RELATIVE]
        asked = {"DOME_RELATIVE_POSITION": turn}
        operation = relative.ask(
            asked,
            partial(settled, relative.definition, asked),
            label=f"turn {self.name} by {turn:+.1f}°",
            timeout=_TIMEOUT,
            patient=True,
            abort=self.start_abort,
        )
        return _turning.keep(self.device, operation)

    def move_by(self, angle: u.Quantity) -> Angle | None:
        """Turn by an angle, as `move_to` does: most domes take the shorter way around.

        Parameters
        ----------
        angle : Quantity
            Positive is clockwise as seen from above: from north to east.

        Returns
        -------
        Angle or None
            The azimuth reached, or None if the dome knows none.
        """
        return self.start_move_by(angle).wait()

    def start_open_shutter(self) -> Operation[None]:
        """Start to open the shutter, or roof; see `open_shutter`."""
        return self.start_unpark() if self._is_roof else self._start_shutter(OPEN)

    def open_shutter(self) -> None:
        """Open the shutter, or roof, and wait until it is open; Ctrl-C stops it.

        One that is just closing is opened again.

        Raises
        ------
        UnknownProperty
            If there is none.
        OperationError
            If it fails, or is stopped: then `shutter` is None.
        """
        self.start_open_shutter().wait()

    def start_close_shutter(self) -> Operation[None]:
        """Start to close the shutter, or roof; see `close_shutter`."""
        return self.start_park() if self._is_roof else self._start_shutter(CLOSE)

    def close_shutter(self) -> None:
        """Close the shutter, or roof, and wait until it is closed; see `open_shutter`.

        One that is just opening is closed again: rain does not wait.
        """
        self.start_close_shutter().wait()

    def start_park(self) -> Operation[None]:
        """Start to park; see `park`."""
        if state(self.device, PARK) is State.BUSY and is_on(self.device, PARK, "PARK"):
            raise Refused(f"{self.name} is parking already: wait until it has parked")
        return _turning.keep(self.device, Procedure(f"park {self.name}", self._parking()))

    def park(self) -> None:
        """Go to the parking place, and close the shutter where the driver does so; waits for both.

        Where drivers have a policy to close the shutter with it, and it is on, but the shutter is
        still open then, it is closed.

        Raises
        ------
        UnknownProperty
            If it cannot park.
        Refused
            If it is parking already.
        OperationError
            If it fails, as when the mount has to be parked before, or is stopped.
        """
        self.start_park().wait()

    def start_unpark(self) -> Operation[None]:
        """Start to leave the parking place; see `unpark`."""
        return _turning.keep(self.device, self._ask_park("UNPARK", f"unpark {self.name}"))

    def unpark(self) -> None:
        """Allow motion again after `park`; waits also for the shutter, if that opens with it."""
        self.start_unpark().wait()

    def start_slave(self) -> Operation[None]:
        """Start to follow the telescope; see `slave`."""
        return Procedure(f"slave {self.name}", self._slaving())

    def slave(self) -> None:
        """Follow the telescope from now on, whose name the driver is told if need be.

        The driver turns the dome, by the mount's site and direction, and the measurements of the
        dome in ``DOME_MEASUREMENTS``; while these are all 0, it follows the mount's azimuth.

        Raises
        ------
        UnknownProperty
            If it cannot follow.
        Refused
            If it is parked, or there is no telescope, or nobody should guess which of several.
        """
        self.start_slave().wait()

    def start_unslave(self) -> Operation[None]:
        """Follow the telescope no longer; see `unslave`."""
        return self.device[SLAVING].set("DOME_AUTOSYNC_DISABLE")

    def unslave(self) -> None:
        """Follow the telescope no longer."""
        self.start_unslave().wait()

    def start_abort(self) -> Operation[None]:
        """Stop all motion; see `abort`."""
        return Procedure(f"stop {self.name}", self._stopping())

    def abort(self) -> None:
        """Stop the dome and its shutter, and wait until the driver says so.

        Where a shutter is that was stopped, nobody knows: `shutter` is None then.
        """
        self.start_abort().wait()

    @property
    def _linked(self) -> bool:
        return self.device.connection.status == "connected"

    @property
    def _is_roof(self) -> bool:
        turns = any(name in self.device for name in (CIRCLE.name, _RELATIVE))
        return PARK in self.device and SHUTTER not in self.device and not turns

    def _vector(self, name: str) -> Vector | None:
        return self.device.connection.model.vector(self.device.name, name)

    def _check_may_turn(self) -> None:
        if self.parked:
            raise Refused(f"{self.name} is parked: dome.unpark() first")
        if self.slaved:
            raise Refused(f"{self.name} follows the telescope: dome.unslave() first")
        if _turning.has(self.device) or self.moving:
            raise Refused(f"{self.name} is moving already: dome.abort() stops it")

    def _start_move_to(self, azimuth: float) -> Operation[Angle]:
        begin = self.azimuth.deg
        self._check_may_turn()
        target = around(azimuth)
        operation: Operation[Angle] = self.device[CIRCLE.name].ask(
            {CIRCLE.member: target},
            partial(turned, CIRCLE, target),
            label=f"turn {self.name} to {target:.1f}°",
            watch=[CIRCLE.stop],
            timeout=_TIMEOUT,
            patient=True,
            abort=self.start_abort,
            progress=partial(way, CIRCLE, begin, target),
        )
        return _turning.keep(self.device, operation)

    def _start_shutter(self, member: str) -> Operation[None]:
        verb = "open" if member == OPEN else "close"
        return self.device[SHUTTER].ask(
            {member: True},
            partial(shutter_moved, member),
            label=f"{verb} the shutter of {self.name}",
            timeout=_TIMEOUT,
            patient=True,
            abort=self.start_abort,
        )

    def _parking(self) -> Steps[None]:
        yield self._ask_park("PARK", f"park {self.name}")
        closes = is_on(self.device, "DOME_SHUTTER_PARK_POLICY", "SHUTTER_CLOSE_ON_PARK")
        if closes and self.shutter == "open":
            yield self._start_shutter(CLOSE)

    def _ask_park(self, member: str, label: str) -> Operation[None]:
        return self.device[PARK].ask(
            {member: True},
            partial(has_parked, member, state(self.device, SHUTTER)),
            label=label,
            watch=[SHUTTER],
            timeout=_PARKING_TIMEOUT,
            patient=True,
            abort=self.start_abort,
        )

    def _slaving(self) -> Steps[None]:
        if self.parked:
            raise Refused(f"{self.name} is parked: dome.unpark() first")
        slaving = self.device[SLAVING]
        yield from name_telescope(self.device)
        yield slaving.set("DOME_AUTOSYNC_ENABLE")

    def _stopping(self) -> Steps[None]:
        stop = self.device[CIRCLE.stop]
        try:
            yield stop.set()
        except Failed:  # while a shutter moves, some stop only that, and call it an error
            if self.moving:
                yield stop.set()
