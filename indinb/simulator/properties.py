"""A driver's properties: declared in its class, kept and told by each of its instances."""

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, Protocol, Self, TypeVar

from indinb.protocol.messages import Blob, Define, Delete, Limits, Member, Message, Update, Value
from indinb.protocol.vocabulary import Kind, Permission, State, SwitchRule

Since = Literal["start", "connect", "later"]
"""When a property is defined: from the start, while connected, or when its driver says so."""

Handler = TypeVar("Handler", bound=Callable[..., Any])

READ_ONLY, WRITE_ONLY = Permission.READ_ONLY, Permission.WRITE_ONLY
ONE_OF_MANY, AT_MOST_ONE = SwitchRule.ONE_OF_MANY, SwitchRule.AT_MOST_ONE
ANY_OF_MANY = SwitchRule.ANY_OF_MANY

_LONGEST_TEXT = 10_000


class Refused(Exception):
    """What was asked of a driver is not done.

    Parameters
    ----------
    why : str
        Told to all clients.
    state : State
        In which the property is left.
    """

    def __init__(self, why: str, state: State = State.ALERT) -> None:
        super().__init__(why)
        self.state = state


class Owner(Protocol):
    """What a property knows of its driver."""

    name: str

    def emit(self, message: Message) -> None:
        """Send a message to whoever listens."""


def text(name: str, label: str, value: str = "") -> Member:
    """Declare a text of a `Texts`."""
    return Member(name, label, value)


def number(
    name: str,
    label: str,
    value: float = 0.0,
    limits: tuple[float, float] = (0.0, 0.0),
    step: float = 0.0,
    format: str = "%.f",
) -> Member:
    """Declare a number of a `Numbers`; limits of (0, 0) are none."""
    return Member(
        name, label, float(value), format, float(limits[0]), float(limits[1]), float(step)
    )


def switch(name: str, label: str, on: bool = False) -> Member:
    """Declare a switch of a `Switches`."""
    return Member(name, label, on)


def light(name: str, label: str, state: State = State.IDLE) -> Member:
    """Declare a light of a `Lights`."""
    return Member(name, label, state)


class Property:
    """A property of a driver.

    As an attribute of a driver's class it is a declaration; each driver has copies of its own,
    which keep values and tell them.

    Parameters
    ----------
    name, label, group : str
        As INDI announces them.
    *members : Member
        See `text`, `number`, `switch` and `light`.
    state : State
        At the begin.
    permission : Permission
        Whether clients may read and write it.
    timeout : float
        Seconds that the driver may take, as it is announced.
    since : {"connect", "start", "later"}
        When it is defined.
    """

    kind: ClassVar[Kind]
    takes: ClassVar[type]
    rule: SwitchRule | None = None

    def __init__(
        self,
        name: str,
        label: str,
        group: str,
        *members: Member,
        state: State = State.IDLE,
        permission: Permission = Permission.READ_WRITE,
        timeout: float = 60.0,
        since: Since = "connect",
    ) -> None:
        self.name, self.label, self.group = name, label, group
        self.state, self.permission, self.timeout, self.since = state, permission, timeout, since
        self.members = {member.name: member for member in members}
        self.defined = False
        self.handler: Callable[..., Any] | None = None
        self._owner: Owner | None = None

    def asked(self, handler: Handler) -> Handler:
        """Decorate the driver's method that does what clients ask of this property.

        It is called with what was asked: the value, if there is one member; the name of the switch
        that is to be on, or None, where only one can be; all values by name otherwise. A coroutine
        runs beside all else; what is asked anew cancels it first. To refuse, it raises `Refused`.

        Without such a method a property takes whatever is within its limits, and is Ok.
        """
        self.handler = handler
        return handler

    def bound(self, owner: Owner) -> Self:
        """Return a copy that belongs to one driver."""
        own = copy.copy(self)
        own.members = dict(self.members)
        own._owner = owner
        return own

    def __getitem__(self, member: str) -> Any:
        return self.members[member].value

    @property
    def value(self) -> Any:
        """The value of the only member."""
        (member,) = self.members.values()
        return member.value

    @property
    def values(self) -> dict[str, Value]:
        """All values by name."""
        return {name: member.value for name, member in self.members.items()}

    def keep(self, values: Mapping[str, Value]) -> None:
        """Take values without telling them."""
        for name, value in values.items():
            self.members[name] = self.members[name]._replace(value=value)

    def tell(
        self,
        state: State | None = None,
        values: Mapping[str, Value] | None = None,
        message: str | None = None,
        limits: Mapping[str, Limits] | None = None,
    ) -> None:
        """Take a state and values, and tell them to all clients."""
        self.state = self.state if state is None else state
        self.keep(values or {})
        if self.defined:
            self._emit(self._update(self.values, message, limits))

    def show(self, state: State, value: Value) -> None:
        """Tell the state and value of a property with one member."""
        (name,) = self.members
        self.tell(state, {name: value})

    def limit(self, member: str, low: float, high: float, step: float | None = None) -> None:
        """Set the limits of a number, and tell them."""
        new = self.members[member]._replace(min=low, max=high)
        self.members[member] = new if step is None else new._replace(step=step)
        self.tell(limits={member: Limits(low, high, step)})

    def define(self) -> None:
        """Announce the property, or announce it again."""
        self.defined = True
        self._emit(self.definition())

    def delete(self) -> None:
        """Take the property back."""
        if self.defined:
            self.defined = False
            self._emit(Delete(self.device, self.name))

    def definition(self) -> Define:
        """Return the property as INDI announces it."""
        return Define(
            self.kind,
            self.device,
            self.name,
            tuple(self.members.values()),
            self.label,
            self.group,
            self.state,
            self.permission,
            self.rule,
            self.timeout,
        )

    @property
    def device(self) -> str:
        """Name of the device that it belongs to."""
        return self._owner.name if self._owner else ""

    def fits(self, asked: Mapping[str, Value]) -> bool:
        """Tell whether values are of the kind of this property, and there are some."""
        return bool(asked) and all(isinstance(value, self.takes) for value in asked.values())

    def accept(self, asked: Mapping[str, Value]) -> dict[str, Value]:
        """Check what a client asks.

        Parameters
        ----------
        asked : mapping
            Values by name, some or all.

        Returns
        -------
        dict
            Values of all members as they would be.

        Raises
        ------
        Refused
            If there is no such member, or a value cannot be.
        """
        for name in asked:
            if name not in self.members:
                why = f"{name} is not a member of {self.label} ({self.name}) property."
                raise Refused(f"Error: {why}", State.IDLE)
        return self.values | dict(asked)

    def simplified(self, values: Mapping[str, Value]) -> Any:
        """Return what a handler gets (see `asked`)."""
        return next(iter(values.values())) if len(values) == 1 else dict(values)

    def _update(
        self,
        values: Mapping[str, Value],
        message: str | None = None,
        limits: Mapping[str, Limits] | None = None,
    ) -> Update:
        return Update(
            self.kind, self.device, self.name, values, self.state, limits, message=message
        )

    def _emit(self, message: Message) -> None:
        if self._owner is not None:
            self._owner.emit(message)


class Texts(Property):
    """Texts."""

    kind = Kind.TEXT
    takes = str

    def accept(self, asked: Mapping[str, Value]) -> dict[str, Value]:
        """Check that no text is longer than any text needs to be; see `Property.accept`."""
        values = super().accept(asked)
        if any(len(str(value)) > _LONGEST_TEXT for value in asked.values()):
            raise Refused(f"{self.label} ({self.name}) takes {_LONGEST_TEXT} characters at most")
        return values


class Lights(Property):
    """Lights, which clients cannot write."""

    kind = Kind.LIGHT
    takes = State

    def __init__(self, *names: Any, **options: Any) -> None:
        super().__init__(*names, permission=READ_ONLY, **options)


class Numbers(Property):
    """Numbers, each within its limits.

    Parameters
    ----------
    checked : bool
        False if the driver itself refuses what is beyond them, in its own words.
    """

    kind = Kind.NUMBER
    takes = float

    def __init__(self, *names: Any, checked: bool = True, **options: Any) -> None:
        super().__init__(*names, **options)
        self._checked = checked

    def accept(self, asked: Mapping[str, Value]) -> dict[str, Value]:
        """Check that each number is within its limits; see `Property.accept`."""
        values = super().accept(asked)
        for name in asked:
            self._check(self.members[name], values[name])
        return values

    def _check(self, member: Member, value: Value) -> None:
        low, high = (-math.inf, math.inf)
        if self._checked and member.min < member.max:
            low, high = member.min, member.max
        if not (isinstance(value, float) and low <= value <= high and math.isfinite(value)):
            raise Refused(
                f"Error: Invalid range for {member.label} ({member.name}). Valid range is from "
                f"{low:g} to {high:g}. Requested value is {value}"
            )


class Switches(Property):
    """Switches under a rule.

    Parameters
    ----------
    rule : SwitchRule
        How many may be on.
    """

    kind = Kind.SWITCH
    takes = bool

    def __init__(self, *names: Any, rule: SwitchRule = ONE_OF_MANY, **options: Any) -> None:
        super().__init__(*names, **options)
        self.rule = rule

    @property
    def on(self) -> str | None:
        """Name of the first switch that is on."""
        return next((name for name, member in self.members.items() if member.value), None)

    def only(self, name: str | None) -> dict[str, Value]:
        """Return values with this switch on, and no other."""
        return {member: member == name for member in self.members}

    def select(self, name: str | None, state: State = State.OK, message: str | None = None) -> None:
        """Turn on this switch and no other (None: none), and tell it."""
        self.tell(state, self.only(name), message)

    def accept(self, asked: Mapping[str, Value]) -> dict[str, Value]:
        """Check that as many switches are on as the rule wants; see `Property.accept`."""
        values = super().accept(asked)
        if self.rule is not ANY_OF_MANY:
            values = dict.fromkeys(self.members, False) | dict(asked)
        on = sum(map(bool, values.values()))
        if on > 1 and self.rule is not ANY_OF_MANY:
            raise Refused(self._complaint("Too many switches are on"), State.IDLE)
        if on == 0 and self.rule is ONE_OF_MANY:
            raise Refused(self._complaint("No switch is on"), State.IDLE)
        return values

    def simplified(self, values: Mapping[str, Value]) -> Any:
        """Return the switch that is to be on, or all where more than one may be."""
        if self.rule is ANY_OF_MANY:
            return dict(values)
        return next((name for name, on in values.items() if on), None)

    def _complaint(self, what: str) -> str:
        return f"Error: invalid state switch for property {self.label} ({self.name}). {what}."


class Blobs(Property):
    """Binary data that a driver sends; definitions have none."""

    kind = Kind.BLOB
    takes = Blob

    def send(
        self, data: bytes, format: str, size: int | None = None, state: State = State.OK
    ) -> None:
        """Send data to whoever wants BLOBs, with its size before compression; nothing is kept."""
        (name,) = self.members
        self.state = state
        blob = Blob(memoryview(data), format, len(data) if size is None else size)
        self._emit(self._update({name: blob}))
