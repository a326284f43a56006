"""Filter wheels."""

from collections.abc import Sequence
from functools import partial
from numbers import Integral
from typing import cast

from indinb.client.observers import Change
from indinb.client.operation import Operation, Progress
from indinb.client.rules import Done, Verdict
from indinb.errors import Failed, OutOfRange, Refused
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.running import Running
from indinb.protocol.vocabulary import Interface, State

_SLOT = "FILTER_SLOT"
_VALUE = "FILTER_SLOT_VALUE"
_NAMES = "FILTER_NAME"
_TIMEOUT = 60.0  # seconds: large wheels find their zero first
_MOST_SLOTS = 100  # more than any wheel has, whatever its driver tells

_running: Running[str] = Running()


@instrument(Interface.FILTER)
class FilterWheel(Instrument):
    """A filter wheel, be it a device of its own or in a camera.

    Examples
    --------
    ::

        client.filter_wheel.filters
        client.filter_wheel.select("Red")
        client.filter_wheel.current
        client.filter_wheel.rename(4, "H_alpha 3nm")
    """

    marks = (_SLOT,)

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of the filters, slot by slot; "Slot 3" where the driver has none.

        Assign as many others to it, or see `rename`.
        """
        told = self._find(_NAMES)
        names = [str(name) for name in told.values()] if told is not None else []
        count = self._count() or len(names)
        names += [""] * (count - len(names))
        return tuple(name or f"Slot {slot}" for slot, name in enumerate(names[:count], 1))

    @filters.setter
    def filters(self, names: Sequence[str]) -> None:
        self.set_filters(names)

    @property
    def slot(self) -> int | None:
        """The slot in the light, counted from 1; None while the driver does not know.

        While the wheel turns, most drivers tell the slot that it comes from.
        """
        slot = self.device[_SLOT][_VALUE]
        return next((n for n in range(1, len(self.filters) + 1) if n == slot), None)

    @property
    def current(self) -> str | None:
        """Name of the filter in the light; None while the driver does not know; see `slot`."""
        slot = self.slot
        return None if slot is None else self.filters[slot - 1]

    def start_select(self, filter: str | int) -> Operation[str]:
        """Start to bring a filter into the light; see `select`.

        Returns
        -------
        Operation
            At once; its result is the filter's name. INDI has no word to stop a wheel, so
            ``abort()`` only ends the waiting.
        """
        filters = self.filters
        slot = slot_of(filter, filters, self.name)
        if _running.has(self.device):
            raise Refused(f"{self.name} is turning already: wait until it stands")
        name = filters[slot - 1]
        progress = Progress(None, f"{self.current or '?'} → {name}")  # no driver tells how far
        operation = self.device[_SLOT].ask(
            {_VALUE: slot},
            partial(turned, slot, name),
            label=f"turn {self.name} to {name}",
            timeout=_TIMEOUT,
            progress=lambda _: progress,
        )
        return _running.keep(self.device, operation)

    def select(self, filter: str | int) -> str:
        """Bring a filter into the light, and wait until it is there.

        Parameters
        ----------
        filter : str or int
            Its whole name, in upper or lower case, or its slot, counted from 1.

        Returns
        -------
        str
            The filter's name.

        Raises
        ------
        OutOfRange
            If there is no such filter, or several have this name.
        Refused
            If the wheel is turning already for this client.
        OperationError
            If it fails.
        """
        return self.start_select(filter).wait()

    def start_rename(self, filter: str | int, name: str) -> Operation[None]:
        """Start to give a filter another name; see `rename`."""
        slot = slot_of(filter, self.filters, self.name)
        return self._start_naming({slot: name})

    def rename(self, filter: str | int, name: str) -> None:
        """Give a filter another name, which the driver keeps.

        Parameters
        ----------
        filter : str or int
            Its name until now, or its slot, counted from 1.
        name : str
            Its name from now on; "" takes it away.

        Raises
        ------
        OutOfRange
            If there is no such filter, or it is no name.
        UnknownProperty, NotWritable
            If the driver has no names, or lets nobody change them.
        """
        self.start_rename(filter, name).wait()

    def start_set_filters(self, names: Sequence[str]) -> Operation[None]:
        """Start to name all filters; see `set_filters`."""
        count = len(self.filters)
        if isinstance(names, str) or len(names) != count:
            raise OutOfRange(
                f"{self.name} has {count} filters: give a name for each, not {names!r}"
            )
        return self._start_naming(dict(enumerate(names, 1)))

    def set_filters(self, names: Sequence[str]) -> None:
        """Name all filters, slot by slot; see `rename`."""
        self.start_set_filters(names).wait()

    def _start_naming(self, names: dict[int, str]) -> Operation[None]:
        """Name some slots; drivers have a member for each, in their order."""
        told = self.device[_NAMES]
        members = dict(enumerate(told, 1))
        for slot, name in names.items():
            if not isinstance(name, str):
                raise OutOfRange(f"a filter's name is text, not {name!r}")
            if slot not in members:
                raise OutOfRange(f"{self.name} keeps no name for slot {slot}, only for {len(told)}")
        return told.set({members[slot]: name.strip() for slot, name in names.items()})

    def _count(self) -> int:
        """Count the slots, as far as the driver tells."""
        most = self.device[_SLOT].elements[_VALUE].max
        return int(min(most, _MOST_SLOTS)) if most >= 1 else 0


def slot_of(filter: object, filters: Sequence[str], wheel: str = "the wheel") -> int:
    """Find the slot of a filter, by its number or its whole name.

    Parameters
    ----------
    filter : str or int
        Name, or slot counted from 1.
    filters : sequence of str
        The names, slot by slot. Those that differ only in upper and lower case are told apart.
    wheel : str
        Name of the wheel, for the error.

    Raises
    ------
    OutOfRange
        If there is no such filter, or several have this name.

    Examples
    --------
    >>> slot_of("red", ["Luminance", "Red"])
    2
    >>> slot_of("Lum", ["Luminance", "Red"])
    Traceback (most recent call last):
    ...
    indinb.errors.OutOfRange: the wheel has no filter 'Lum': it has 1 Luminance, 2 Red
    """
    if isinstance(filter, Integral):
        found = [int(filter)] if int(filter) in range(1, len(filters) + 1) else []
    else:
        found = _named(str(filter).strip(), filters) if isinstance(filter, str) else []
    if len(found) == 1:
        return found[0]
    if found:
        slots = " or ".join(f"select({slot})" for slot in found)
        raise OutOfRange(f"{wheel} has several filters {filter!r}: {slots}")
    names = ", ".join(f"{slot} {name}" for slot, name in enumerate(filters, 1))
    raise OutOfRange(f"{wheel} has no filter {filter!r}: it has {names or 'none'}")


def _named(wanted: str, filters: Sequence[str]) -> list[int]:
    """Find the slots of a name: as it is written, or else in whatever case."""
    folded = wanted.casefold()
    alike = [(slot, name) for slot, name in enumerate(filters, 1) if name.casefold() == folded]
    exact = [slot for slot, name in alike if name == wanted]
    return exact or [slot for slot, _ in alike]


def turned(slot: int, name: str, changes: Sequence[Change]) -> Verdict:
    """Decide whether a wheel has turned: it is at rest at its slot.

    After an Alert, the Ok of an earlier turn may follow. An Ok elsewhere of a wheel that has not
    been Busy is from before.
    """
    if not changes:
        return None
    states = {change.new.state for change in changes}
    last = changes[-1].new
    if State.ALERT in states:
        return Failed("the wheel reports an error")
    if last.state is State.BUSY:
        return None
    if last[_VALUE] == slot:
        return Done(name)
    if State.BUSY in states:
        return Failed(f"it ended at slot {cast(float, last[_VALUE]):g}")
    return Refused("the wheel did not begin to turn") if last.state is State.IDLE else None
