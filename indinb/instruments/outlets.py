"""The single outputs of a power box, each by its label."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from astropy import units as u

from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.request import build
from indinb.errors import OutOfRange, UnknownElement
from indinb.instruments.durations import Pause, seconds_of
from indinb.instruments.readings import members, number
from indinb.printable import printable


@dataclass(frozen=True)
class Outlet:
    """One output of a box.

    It stays the same output when its label changes.

    Parameters
    ----------
    device : Device
        The box.
    name, member : str
        The property and its member that stand for it.
    labels, currents : (str, str) or None
        Property and member of its label, and of the current through it, if the box has them.
    """

    device: Device
    name: str
    member: str
    labels: tuple[str, str] | None = None
    currents: tuple[str, str] | None = None

    @property
    def label(self) -> str:
        """What the box calls it, as its owner named it; or else as its driver does."""
        own = _text(self.device, *self.labels) if self.labels else ""
        return own or self._told_label().strip()

    @property
    def current(self) -> u.Quantity | None:
        """The current through it, in ampere; None if the box does not tell."""
        ampere = number(self.device, *self.currents) if self.currents else None
        return None if ampere is None else ampere * u.A

    def _told_label(self) -> str:
        """Return the driver's own word; what the driver has taken back still has a name."""
        found = self.device.get(self.name)
        element = None if found is None else found.elements.get(self.member)
        return self.member if element is None else element.label

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__} {self.label} of {self.device.name}>")


@dataclass(frozen=True, repr=False)
class Channel(Outlet):
    """An output that is on or off.

    Examples
    --------
    ::

        mount = client.power.channels["Mount"]
        mount.turn_on()
        mount.cycle()
    """

    @property
    def on(self) -> bool:
        """Whether it is on."""
        return self.device[self.name][self.member] is True

    def start_turn_on(self) -> Operation[None]:
        """Start to switch it on; see `turn_on`."""
        return self._switch(True)

    def turn_on(self) -> None:
        """Switch it on, and leave all others as they are.

        Raises
        ------
        OperationError
            If the box does not do it.
        """
        self.start_turn_on().wait()

    def start_turn_off(self) -> Operation[None]:
        """Start to switch it off; see `turn_off`."""
        return self._switch(False)

    def turn_off(self) -> None:
        """Switch it off, and leave all others as they are.

        Raises
        ------
        OperationError
            If the box does not do it.
        """
        self.start_turn_off().wait()

    def start_cycle(self, pause: u.Quantity = 2 * u.s) -> Operation[None]:
        """Start to switch it off and on again; see `cycle`.

        Returns
        -------
        Operation
            At once. ``abort()`` in the pause leaves it off.
        """
        seconds = seconds_of(pause, "pause")
        return Procedure(f"cycle {self.label} of {self.device.name}", self._cycling(seconds))

    def cycle(self, pause: u.Quantity = 2 * u.s) -> None:
        """Switch it off, and on again after a pause. Ctrl-C in the pause leaves it off.

        Parameters
        ----------
        pause : Quantity
            How long it is off.

        Raises
        ------
        OutOfRange
            If the pause is no time.
        OperationError
            If the box does not do it.
        """
        self.start_cycle(pause).wait()

    def _cycling(self, seconds: float) -> Steps[None]:
        yield self.start_turn_off()
        yield Pause(f"{self.label} of {self.device.name} is off", seconds)
        yield self.start_turn_on()

    def _switch(self, on: bool) -> Operation[None]:
        return self.device[self.name].set({self.member: on})


@dataclass(frozen=True, repr=False)
class Relay(Channel):
    """An output with a property of its own, with one switch for On and one for Off."""

    def _told_label(self) -> str:
        found = self.device.get(self.name)
        return self.name if found is None else found.label

    def _switch(self, on: bool) -> Operation[None]:
        return self.device[self.name].set(self.member if on else "OFF")


@dataclass(frozen=True, repr=False)
class DewHeater(Outlet):
    """An output that heats by so many percent of the time.

    Parameters
    ----------
    switches : (str, str) or None
        Property and member of the switch that it has beside, as boxes of INDI 2 do.

    Examples
    --------
    ::

        client.power.dew_heaters["Dew A"].set_duty(40 * u.percent)
    """

    switches: tuple[str, str] | None = None

    @property
    def duty(self) -> u.Quantity | None:
        """For how much of the time it heats, in percent; None while the box does not tell."""
        percent = number(self.device, self.name, self.member)
        return None if percent is None else percent * u.percent

    def start_set_duty(self, duty: u.Quantity) -> Operation[None]:
        """Start to make it warmer or colder; see `set_duty`."""
        percent = _percent(duty)
        build(self.device[self.name].vector, {self.member: percent})
        return Procedure(f"heat {self.label} by {percent:g} %", self._heating(percent))

    def set_duty(self, duty: u.Quantity) -> None:
        """Choose for how much of the time it heats, and switch it on, or off for none.

        Parameters
        ----------
        duty : Quantity
            From 0 to ``100 * u.percent``.

        Raises
        ------
        OutOfRange
            If it is none.
        OperationError
            If the box does not do it.
        """
        self.start_set_duty(duty).wait()

    def _heating(self, percent: float) -> Steps[None]:
        yield self.device[self.name].set({self.member: percent})
        if self.switches is not None:
            name, member = self.switches
            yield self.device[name].set({member: percent > 0})


T = TypeVar("T", bound=Outlet)


class Outlets(Mapping[str, T], Generic[T]):
    """Outputs by their labels, or by their places, counted from 1.

    Labels are their owner's: several may be alike, and then have their place behind, "Camera (2)",
    as what has no label at all, "Output (2)".

    Parameters
    ----------
    outlets : sequence of Outlet
        In their places.
    """

    def __init__(self, outlets: Sequence[T]) -> None:
        self._outlets = list(outlets)
        self._names = _distinct([outlet.label for outlet in outlets])

    def __getitem__(self, name: str | int) -> T:
        for place, (known, outlet) in enumerate(zip(self._names, self._outlets, strict=True), 1):
            if name in (known, place):
                return outlet
        alike = [known for known in self._names if known.startswith(f"{name} (")]
        if alike:
            raise UnknownElement(f"several outputs are called {name!r}: take one of {alike}")
        raise UnknownElement(f"no output is called {name!r}: there is {', '.join(self) or 'none'}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._outlets)

    def __repr__(self) -> str:
        return printable(f"<{len(self)} outputs: {', '.join(self)}>")

    def _ipython_key_completions_(self) -> list[str]:
        return self._names


def _distinct(labels: Sequence[str]) -> list[str]:
    """Make names of labels that may be empty, or alike."""
    return [
        f"{label or 'Output'} ({place})" if not label or labels.count(label) > 1 else label
        for place, label in enumerate(labels, 1)
    ]


def nth(device: Device, name: str, place: int) -> tuple[str, str] | None:
    """Return a property and its member at a place, counted from 0, if there is one."""
    names = members(device, name)
    return (name, names[place]) if place < len(names) else None


def _text(device: Device, name: str, member: str) -> str:
    found = device.get(name)
    return "" if found is None else str(found.vector.get(member) or "").strip()


def _percent(duty: object) -> float:
    unit = getattr(duty, "unit", None)
    if isinstance(duty, u.Quantity) and duty.isscalar and unit == u.percent:
        return float(cast(float, duty.value))
    raise OutOfRange(f"a heater takes a percentage such as 40 * u.percent, not {duty!r}")
