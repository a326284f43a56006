"""Rotators, which turn a camera around the line of sight."""

from collections.abc import Sequence
from functools import partial
from typing import cast

from astropy import units as u
from astropy.coordinates import Angle

from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed, Refused
from indinb.instruments.angles import Circle, apart, around, degrees, turned, way
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.readings import is_on, number, state
from indinb.instruments.running import Running
from indinb.instruments.syncing import start_sync
from indinb.protocol.vocabulary import Interface, State

CIRCLE = Circle("rotator", "ABS_ROTATOR_ANGLE", "ANGLE", 0.5, "ROTATOR_ABORT_MOTION")
"""Rotators with gears may end some tenths of a degree beside their target."""

_HOME = "ROTATOR_HOME"
_TIMEOUT = 120.0  # seconds without a word

_running: Running[Angle] = Running()


@instrument(Interface.ROTATOR)
class Rotator(Instrument):
    """A rotator: turns a camera.

    Its angle is that of its mechanics. The position angle on the sky is another, which depends on
    how the camera sits in it, and on which side of its pier the mount is: a picture tells it.

    Examples
    --------
    ::

        client.rotator.move_to(90 * u.deg)
        client.rotator.move_by(-15 * u.deg)
        client.rotator.angle
    """

    marks = (CIRCLE.name,)

    @property
    def angle(self) -> Angle:
        """Its mechanical angle, from 0° to 360°."""
        return Angle(cast(float, self.device[CIRCLE.name][CIRCLE.member]) * u.deg)

    @property
    def moving(self) -> bool:
        """Whether it turns, as far as is known: not when the link is gone."""
        busy = State.BUSY in (state(self.device, CIRCLE.name), state(self.device, _HOME))
        return busy and self.device.connection.status == "connected"

    @property
    def limit(self) -> u.Quantity | None:
        """How far it turns to either side of where it was synced; None if it turns all around."""
        told = number(self.device, "ROTATOR_LIMITS", "ROTATOR_LIMITS_VALUE")
        return told * u.deg if told else None

    @property
    def reversed(self) -> bool:
        """Whether its angles count the other way; assign to it, or see `reverse`."""
        return is_on(self.device, "ROTATOR_REVERSE", "INDI_ENABLED")

    @reversed.setter
    def reversed(self, on: bool) -> None:
        self.reverse(on)

    def start_move_to(self, angle: u.Quantity) -> Operation[Angle]:
        """Start to turn to an angle; see `move_to`.

        Returns
        -------
        Operation
            At once; its result is the angle reached. ``abort()`` stops the rotator.
        """
        return self._start_move_to(degrees(angle, "rotator.move_to(90 * u.deg)"))

    def move_to(self, angle: u.Quantity) -> Angle:
        """Turn to an angle; waits with a progress bar, and Ctrl-C stops the rotator.

        Parameters
        ----------
        angle : Quantity
            Any angle: -10° is 350°.

        Returns
        -------
        Angle
            The angle reached.

        Raises
        ------
        OutOfRange
            If it is no angle, or the driver has no such angle.
        Refused
            If the rotator turns already.
        OperationError
            If it fails, as beyond `limit`, or is stopped.
        """
        return self.start_move_to(angle).wait()

    def start_move_by(self, angle: u.Quantity) -> Operation[Angle]:
        """Start to turn by an angle; see `move_by`."""
        return self._start_move_to(self.angle.deg + degrees(angle, "rotator.move_by(-15 * u.deg)"))

    def move_by(self, angle: u.Quantity) -> Angle:
        """Turn by an angle, as `move_to` does: most rotators take the shorter way around.

        Parameters
        ----------
        angle : Quantity
            Negative is to smaller angles.

        Returns
        -------
        Angle
            The angle reached.
        """
        return self.start_move_by(angle).wait()

    def start_sync(self, angle: u.Quantity) -> Operation[None]:
        """Start to call the angle by another number; see `sync`."""
        value = self._within(degrees(angle, "rotator.sync(90 * u.deg)"))
        return start_sync(
            self.device,
            "SYNC_ROTATOR_ANGLE",
            CIRCLE.name,
            value,
            lambda told: apart(cast(float, told[CIRCLE.member]), value) <= CIRCLE.near,
        )

    def sync(self, angle: u.Quantity) -> None:
        """Tell the rotator that it is at an angle; it does not move.

        Parameters
        ----------
        angle : Quantity
            What its angle is from now on.

        Raises
        ------
        UnknownProperty
            If it cannot be told.
        OperationError
            If it fails.
        """
        self.start_sync(angle).wait()

    def start_reverse(self, on: bool = True) -> Operation[None]:
        """Start to count angles the other way, or not; see `reverse`."""
        return self.device["ROTATOR_REVERSE"].set("INDI_ENABLED" if on else "INDI_DISABLED")

    def reverse(self, on: bool = True) -> None:
        """Count angles the other way, or with ``False`` as the rotator does by itself."""
        self.start_reverse(on).wait()

    def start_home(self) -> Operation[None]:
        """Start to look for its home; see `home`."""
        self._check_idle()
        operation: Operation[None] = self.device[_HOME].ask(
            {"HOME": True},
            homed,
            label=f"home {self.name}",
            watch=[CIRCLE.name],
            timeout=_TIMEOUT,
            patient=True,
            abort=self.start_abort,
        )
        return _running.keep(self.device, operation)

    def home(self) -> None:
        """Look for its home, from which it counts; waits, and Ctrl-C stops the rotator.

        Raises
        ------
        UnknownProperty
            If it has none.
        OperationError
            If it fails, or is stopped.
        """
        self.start_home().wait()

    def start_abort(self) -> Operation[None]:
        """Stop the rotator; see `abort`."""
        return self.device[CIRCLE.stop].set()

    def abort(self) -> None:
        """Stop the rotator where it is, and wait until it says so."""
        self.start_abort().wait()

    def _start_move_to(self, angle: float) -> Operation[Angle]:
        self._check_idle()
        target = self._within(angle)
        operation: Operation[Angle] = self.device[CIRCLE.name].ask(
            {CIRCLE.member: target},
            partial(turned, CIRCLE, target),
            label=f"turn {self.name} to {target:.1f}°",
            watch=[CIRCLE.stop],
            timeout=_TIMEOUT,
            patient=True,
            abort=self.start_abort,
            progress=partial(way, CIRCLE, self.angle.deg, target),
        )
        return _running.keep(self.device, operation)

    def _within(self, angle: float) -> float:
        """Write an angle as its driver does."""
        member = self.device[CIRCLE.name].elements[CIRCLE.member]
        return around(angle, member.min if member.min < member.max else 0.0)

    def _check_idle(self) -> None:
        if _running.has(self.device) or self.moving:
            raise Refused(f"{self.name} is turning already: rotator.abort() stops it")


def homed(changes: Sequence[Change]) -> Verdict:
    """Decide whether a rotator has found its home: neither it nor its angle is Busy any more."""
    answers = [change.new.state for change in changes if change.name == _HOME]
    latest = {change.name: change.new.state for change in changes}
    if State.ALERT in latest.values():
        return Failed("the rotator reports an error")
    if not answers or State.BUSY in latest.values():
        return None
    if answers[-1] is State.OK:
        return Done()
    if State.BUSY in answers:
        return Aborted("the rotator was stopped on its way")
    return Refused("the rotator did not begin to turn")
