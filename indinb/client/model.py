"""The live model: what the server has said about its devices, as frozen values.

One thread applies messages; any thread may read. What is published is never changed, only
replaced by one assignment, so reading needs no lock.
"""

import datetime as dt
import logging
import math
import time
from collections import deque
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from indinb.client.observers import ChangeType
from indinb.printable import printable
from indinb.protocol.messages import (
    Define,
    Delete,
    Limits,
    Member,
    Message,
    Notice,
    Update,
    Value,
    parse_timestamp,
)
from indinb.protocol.numbers import format_number
from indinb.protocol.vocabulary import Kind, Permission, State, SwitchRule

logger = logging.getLogger(__name__)

MESSAGES_KEPT = 500
"""Lines of text that are kept of each device, and of the server."""

LINE_KEPT = 2000
"""Characters that are kept of a line of text; of a longer one the last of them is an ellipsis."""

LOGS_KEPT = 100
"""Devices of which the lines are kept when they are gone; those gone first are forgotten first."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a driver announced a property to be; shared by all its vectors until it changes."""

    kind: Kind
    device: str
    name: str
    label: str
    group: str
    permission: Permission
    rule: SwitchRule | None
    timeout: float
    members: Mapping[str, Member]

    @classmethod
    def of(cls, define: Define) -> "Definition":
        """Take it from the driver's message."""
        members = MappingProxyType({member.name: member for member in define.members})
        return cls(
            define.kind,
            define.device,
            define.name,
            define.label,
            define.group,
            define.permission,
            define.rule,
            define.timeout,
            members,
        )

    def unfilled(self) -> "Definition":
        """Return the same without the values that its members had then."""
        members = {name: member._replace(value=None) for name, member in self.members.items()}
        return replace(self, members=members)

    def limited(self, limits: Mapping[str, Limits]) -> "Definition":
        """Return the same with other limits of some members."""
        members = dict(self.members)
        for name in limits.keys() & members.keys():
            changed = {key: to for key, to in limits[name]._asdict().items() if to is not None}
            members[name] = members[name]._replace(**changed)
        return replace(self, members=MappingProxyType(members))


class Element(Member):
    """One member of a property, as it is now."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The value as the driver would show it.

        Examples
        --------
        >>> Element("RA", "RA (hh:mm:ss)", 5.5, "%10.6m", 0, 24, 0).text
        '5:30:00'
        """
        match self.value:
            case bool():
                return "On" if self.value else "Off"
            case float() | int():
                return format_number(self.value, self.format).strip()
            case None:
                return ""
            case _:
                return str(self.value)


class Vector(Mapping[str, Value]):
    """A property at one moment: a frozen mapping from member names to values.

    Attributes
    ----------
    definition : Definition
        Labels, limits, permission and rule.
    state : State
        How it is doing.
    message : str or None
        What the driver said along with it.
    epoch : int
        The link over which it came, counted from 1.
    received : float
        When it came, in seconds since 1970; for a definition that tells state and values as they
        were, when these came first.
    told_at : str or None
        When it was so, as the driver wrote it, if it did.
    """

    __slots__ = ("_values", "definition", "epoch", "message", "received", "state", "told_at")

    def __init__(
        self,
        definition: Definition,
        state: State,
        values: dict[str, Value],
        timestamp: str | None = None,
        message: str | None = None,
        epoch: int = 0,
    ) -> None:
        self.definition = definition
        self.state = state
        self.message = message and _line(message)
        self.epoch = epoch
        self._values = values
        self.told_at = timestamp
        self.received = time.time()

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vector):
            return NotImplemented
        return (self.definition, self.state, self._values) == (
            other.definition,
            other.state,
            other._values,
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        names = f"{self.definition.device}.{self.definition.name}"
        return printable(f"<Vector {names} {self.state} {self._values}>")

    def with_values(self, values: dict[str, Value]) -> "Vector":
        """Return the same with other values of its members."""
        other = copy(self)
        other._values = values
        return other

    @property
    def elements(self) -> Mapping[str, Element]:
        """The members with label, format and limits."""
        return {
            name: Element(*member._replace(value=self._values[name]))
            for name, member in self.definition.members.items()
        }

    @property
    def timestamp(self) -> dt.datetime:
        """When the driver says it was so, in UTC; else when it arrived."""
        told = parse_timestamp(self.told_at)
        return told or dt.datetime.fromtimestamp(self.received, dt.UTC)


class Delta(NamedTuple):
    """A change of the model, by names; see `observers.Change`."""

    type: ChangeType
    device: str | None
    name: str | None
    old: Any
    new: Any


class Model:
    """Devices and their vectors, as one connection tells them.

    Examples
    --------
    >>> from indinb.protocol.messages import Define, Member
    >>> model = Model()
    >>> member = Member("RA", "RA", 5.5, "%10.6m", 0, 24)
    >>> model.apply(Define(Kind.NUMBER, "Mount", "EQUATORIAL_EOD_COORD", (member,)))[-1].type
    'defined'
    >>> model.vector("Mount", "EQUATORIAL_EOD_COORD")["RA"]
    5.5
    """

    def __init__(self) -> None:
        self.epoch = 0
        self.messages: deque[Notice] = deque(maxlen=MESSAGES_KEPT)
        self._devices: dict[str, dict[str, Vector]] = {}
        self._messages: dict[str, deque[Notice]] = {}  # of devices that are gone, too
        self._gone: dict[str, None] = {}  # the devices that are gone but have lines, by time
        self._announced: dict[str, int] = {}  # the epochs of the devices' last definitions

    def devices(self) -> tuple[str, ...]:
        """Return the names of the devices, in the order of their first definition."""
        return tuple(self._devices)

    def vectors(self, device: str) -> Mapping[str, Vector]:
        """Return all vectors of a device by name, in the order of their definition."""
        return MappingProxyType(self._devices.get(device, {}))

    def vector(self, device: str, name: str) -> Vector | None:
        """Return the newest vector of a property, or None."""
        return self._devices.get(device, {}).get(name)

    def messages_of(self, device: str) -> tuple[Notice, ...]:
        """Return what a device has said, oldest first; its last words stay when it is gone.

        They stay until many others have gone after it: see `LOGS_KEPT`.
        """
        return tuple(self._messages.get(device, ()))

    def apply(self, message: Message) -> list[Delta]:
        """Fold one message into the model and return what changed, text first.

        Requests of other clients, which servers echo, change nothing.
        """
        match message:
            case Update():
                return self._noted(message, self._update(message))
            case Define():
                return self._noted(message, self._define(message))
            case Notice():
                return self._note(message)
            case Delete():
                return self._noted(message, self._delete(message))
        return []

    def sweep(self) -> list[Delta]:
        """Delete what has not come again over the present link, and return what changed.

        Those are the vectors of an epoch before, and the devices of which nothing is left then;
        also those that had no properties and were not announced again.
        """
        return [delta for device in self.devices() for delta in self._sweep(device)]

    def _sweep(self, device: str) -> list[Delta]:
        known = self._devices[device]
        gone = [name for name, vector in known.items() if vector.epoch != self.epoch]
        lost = len(gone) == len(known) and self._announced[device] != self.epoch
        return self._drop(device, gone, whole=lost)

    def _noted(self, message: Update | Define | Delete, deltas: list[Delta]) -> list[Delta]:
        if not message.message:
            return deltas
        notice = Notice(message.device, message.message, message.timestamp)
        return self._note(notice) + deltas

    def _note(self, notice: Notice) -> list[Delta]:
        timestamp = notice.timestamp and _line(notice.timestamp)
        notice = Notice(notice.device, _line(notice.message), timestamp)
        log = self._messages.get(notice.device or "")
        device = None if log is None else notice.device
        (self.messages if log is None else log).append(notice)
        return [Delta("message", device, None, None, notice)]

    def _update(self, update: Update) -> list[Delta]:
        old = self.vector(update.device, update.name)
        if old is None or old.definition.kind is not update.kind:
            logger.debug("ignored an update of %r.%r", update.device, update.name)
            return []
        definition = old.definition
        if update.limits:
            definition = definition.limited(update.limits)
        if update.timeout is not None and update.timeout != definition.timeout:
            definition = replace(definition, timeout=update.timeout)
        values = {**_cleared(old, update), **update.values}
        if len(values) > len(old._values):  # members that the definition does not know
            values = {name: values[name] for name in old._values}
        new = Vector(
            definition,
            update.state or old.state,
            values,
            update.timestamp,
            update.message,
            self.epoch,
        )
        self._devices[update.device][update.name] = new
        return [Delta("updated", update.device, update.name, old, new)]

    def _define(self, define: Define) -> list[Delta]:
        old = self.vector(define.device, define.name)
        new = self._defined(define, old)
        self._announced[define.device] = self.epoch
        if old is not None and _alike(old.definition, new.definition):
            if _repeats(old, new):
                new = old
            self._devices[define.device][define.name] = new
            return [Delta("updated", define.device, define.name, old, new)]
        deltas = [] if old is None else [Delta("deleted", define.device, define.name, old, None)]
        if define.device not in self._devices:
            self._messages.setdefault(define.device, deque(maxlen=MESSAGES_KEPT))
            self._gone.pop(define.device, None)
            self._devices = {**self._devices, define.device: {}}
            deltas.append(Delta("defined", define.device, None, None, None))
        self._devices[define.device] = {**self._devices[define.device], define.name: new}
        deltas.append(Delta("defined", define.device, define.name, None, new))
        return deltas

    def _defined(self, define: Define, old: Vector | None) -> Vector:
        values: dict[str, Value] = {member.name: member.value for member in define.members}
        # Definitions never carry BLOBs, so the last one stays.
        if old is not None and old.definition.kind is define.kind is Kind.BLOB:
            values |= {name: old[name] for name in values.keys() & old.keys()}
        definition = Definition.of(define)
        new = Vector(definition, define.state, values, define.timestamp, define.message, self.epoch)
        if old is not None and _is_as_before(old, new):
            new.received = old.received
        return new

    def _delete(self, delete: Delete) -> list[Delta]:
        known = self._devices.get(delete.device)
        if known is None:
            return []
        asked = known if delete.name is None else [delete.name]
        gone = [name for name in asked if name in known]
        return self._drop(delete.device, gone, whole=delete.name is None)

    def _drop(self, device: str, gone: list[str], whole: bool) -> list[Delta]:
        """Forget some properties of a device, and the device too if it goes as a whole."""
        rest = dict(self._devices[device])
        deltas = [Delta("deleted", device, name, rest.pop(name), None) for name in gone]
        self._devices[device] = rest
        if whole:
            devices = dict(self._devices)
            del devices[device]
            self._devices = devices
            del self._announced[device]
            self._bury(device)
            deltas.append(Delta("deleted", device, None, None, None))
        return deltas

    def _bury(self, device: str) -> None:
        """Note that a device is gone, and forget the lines of the one that is gone longest."""
        self._gone[device] = None
        if len(self._gone) > LOGS_KEPT:
            oldest = next(iter(self._gone))
            del self._gone[oldest], self._messages[oldest]


def _cleared(old: Vector, update: Update) -> dict[str, Value]:
    """Return the values before an update; where one switch at most is on, the new one clears it."""
    rule = old.definition.rule
    if rule is None or rule is SwitchRule.ANY_OF_MANY or True not in update.values.values():
        return old._values
    return dict.fromkeys(old._values, False)


def _line(text: str) -> str:
    return text if len(text) <= LINE_KEPT else text[: LINE_KEPT - 1] + "…"


def _repeats(old: Vector, new: Vector) -> bool:
    """Whether a definition tells nothing new, as whenever another client asks for it."""
    is_as_before = list(old) == list(new) and _is_as_before(old, new)
    return is_as_before and old.definition.unfilled() == new.definition.unfilled()


def _is_as_before(old: Vector, new: Vector) -> bool:
    """Whether something tells over the same link the state and the values that were told."""
    is_as_before = (old.epoch, old.state, old.keys()) == (new.epoch, new.state, new.keys())
    return is_as_before and all(_same(old[name], new[name]) for name in new)


def _same(one: Value, other: Value) -> bool:
    return one is other or one == other or (_is_nan(one) and _is_nan(other))


def _is_nan(value: Value) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _alike(old: Definition, new: Definition) -> bool:
    """Whether a repeated definition is of the same property: drivers repeat themselves."""
    return old.kind is new.kind and old.members.keys() == new.members.keys()
