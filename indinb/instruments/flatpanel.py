"""Flat panels, and dust caps, which often are one thing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Literal, Self, cast

from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.request import build
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed, IndiError, Refused
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.readings import is_on, state
from indinb.protocol.vocabulary import Interface, State

_LIGHT, _ON, _OFF = "FLAT_LIGHT_CONTROL", "FLAT_LIGHT_ON", "FLAT_LIGHT_OFF"
_BRIGHTNESS, _VALUE = "FLAT_LIGHT_INTENSITY", "FLAT_LIGHT_INTENSITY_VALUE"
_CAP, _CLOSED, _OPEN = "CAP_PARK", "PARK", "UNPARK"
_TIMEOUT = 60.0  # seconds


@instrument(Interface.LIGHT_BOX)
class FlatPanel(Instrument):
    """A panel that shines into the telescope, for flat fields.

    Examples
    --------
    ::

        with client.flat_panel.light(brightness=100):
            flats = list(client.camera.sequence(10, 2, frame_type="flat"))
    """

    marks = (_LIGHT,)

    @property
    def lit(self) -> bool:
        """Whether it shines, as its driver says."""
        return self.device[_LIGHT][_ON] is True

    @property
    def brightness(self) -> float:
        """How bright it shines when it is lit, as its driver counts: see `brightness_range`.

        It can be set; see `set_brightness`.

        Raises
        ------
        UnknownProperty
            If its brightness cannot be chosen.
        """
        return cast(float, self.device[_BRIGHTNESS][_VALUE])

    @brightness.setter
    def brightness(self, brightness: float) -> None:
        self.set_brightness(brightness)

    @property
    def brightness_range(self) -> tuple[float, float]:
        """The lowest and the highest brightness, each driver's own; equal if it tells none."""
        member = self.device[_BRIGHTNESS].elements[_VALUE]
        return member.min, member.max

    def start_set_brightness(self, brightness: float) -> Operation[None]:
        """Start to make it brighter or darker; see `set_brightness`."""
        return self.device[_BRIGHTNESS].set(brightness)

    def set_brightness(self, brightness: float) -> None:
        """Make it brighter or darker; many panels take that only while they are lit.

        Parameters
        ----------
        brightness : float
            Within `brightness_range`.

        Raises
        ------
        OutOfRange
            If it is not.
        OperationError
            If the panel does not do it.
        """
        self.start_set_brightness(brightness).wait()

    def start_turn_on(self, brightness: float | None = None) -> Operation[None]:
        """Start to switch the light on; see `turn_on`."""
        return Procedure(f"light {self.name}", self._lighting(brightness))

    def turn_on(self, brightness: float | None = None) -> None:
        """Switch the light on.

        Parameters
        ----------
        brightness : float, optional
            Within `brightness_range`; without it, as it is.

        Raises
        ------
        OutOfRange
            If the panel cannot be that bright; it is not switched on then.
        OperationError
            If the panel does not do it.
        """
        self.start_turn_on(brightness).wait()

    def start_turn_off(self) -> Operation[None]:
        """Start to switch the light off; see `turn_off`."""
        return self._switch(_OFF, f"switch {self.name} off")

    def turn_off(self) -> None:
        """Switch the light off."""
        self.start_turn_off().wait()

    @contextmanager
    def light(self, brightness: float | None = None) -> Iterator[Self]:
        """Switch the light on for a ``with``, and off at its end, whatever happens in it.

        Parameters
        ----------
        brightness : float, optional
            Within `brightness_range`; without it, as it is.

        Raises
        ------
        IndiError
            If it cannot be switched off, as when the link is lost. When something else ended the
            ``with``, that is raised, with a note.
        """
        try:
            self.turn_on(brightness)
            yield self
        except BaseException as error:  # Ctrl-C, too
            self._darken_after(error)
            raise
        self._darken()

    def _lighting(self, brightness: float | None) -> Steps[None]:
        if brightness is not None:  # refuse it in the dark
            build(self.device[_BRIGHTNESS].vector, {_VALUE: brightness})
        yield self._switch(_ON, f"switch {self.name} on")
        if brightness is not None:
            yield self.start_set_brightness(brightness)

    def _switch(self, member: str, label: str) -> Operation[None]:
        rule = partial(thrown, member)
        return self.device[_LIGHT].ask({member: True}, rule, label=label, timeout=_TIMEOUT)

    def _darken(self) -> None:
        try:
            self.turn_off()
        except IndiError as error:
            raise type(error)(f"the light of {self.name} may still be on: {error}") from error

    def _darken_after(self, error: BaseException) -> None:
        try:
            self._darken()
        except IndiError as failure:
            error.add_note(str(failure))


@instrument(Interface.DUST_CAP)
class DustCap(Instrument):
    """The cap of a telescope.

    Examples
    --------
    ::

        client.dust_cap.open()
        client.dust_cap.status
    """

    marks = (_CAP,)

    @property
    def status(self) -> Literal["closed", "open", "moving", "unknown"]:
        """Where it is: it may be stuck half way, or nobody knows yet."""
        told = state(self.device, _CAP)
        if told is State.BUSY:
            return "moving"
        if told is State.OK and is_on(self.device, _CAP, _CLOSED):
            return "closed"
        if told is State.OK and is_on(self.device, _CAP, _OPEN):
            return "open"
        return "unknown"

    @property
    def closed(self) -> bool:
        """Whether it is known to be closed."""
        return self.status == "closed"

    @property
    def moving(self) -> bool:
        """Whether it moves, as far as is known: not when the link is gone."""
        return self.device.connection.status == "connected" and self.status == "moving"

    def start_open(self) -> Operation[None]:
        """Start to open it; see `open`."""
        return self._move(_OPEN, f"open {self.name}")

    def open(self) -> None:
        """Open it; waits, and Ctrl-C stops it.

        Raises
        ------
        OperationError
            If it does not open, or is stopped.
        """
        self.start_open().wait()

    def start_close(self) -> Operation[None]:
        """Start to close it; see `close`."""
        return self._move(_CLOSED, f"close {self.name}")

    def close(self) -> None:
        """Close it; waits, and Ctrl-C stops it.

        Raises
        ------
        OperationError
            If it does not close, or is stopped.
        """
        self.start_close().wait()

    def start_abort(self) -> Operation[None]:
        """Stop it; see `abort`."""
        return self.device["CAP_ABORT"].set()

    def abort(self) -> None:
        """Stop it where it is; it is neither open nor closed then.

        Raises
        ------
        UnknownProperty
            If it cannot be stopped.
        """
        self.start_abort().wait()

    def _move(self, member: str, label: str) -> Operation[None]:
        return self.device[_CAP].ask(
            {member: True},
            partial(thrown, member),
            label=label,
            timeout=_TIMEOUT,
            patient=True,
            abort=self.start_abort,
        )


def thrown(member: str, changes: Sequence[Change]) -> Verdict:
    """Decide whether one of several switches is on for good: it is, and the state is Ok.

    An Ok with another one, of what has not been Busy, is from before.
    """
    states = {change.new.state for change in changes}
    if State.ALERT in states:
        return Failed("the driver reports an error")
    last = changes[-1].new if changes else None
    if last is None or last.state is State.BUSY:
        return None
    if last.state is State.IDLE and State.BUSY in states:
        return Aborted("it was stopped on its way")
    if last[member]:
        return Done()
    if State.BUSY in states:
        return Failed("the driver switched back")
    return Refused("the driver did not take it") if last.state is State.IDLE else None
