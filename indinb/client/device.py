"""Live handles: a Device, and the properties that its driver has defined.

Handles hold no state. They look up the newest vector in the model, so they always tell what is
now, and they stay the same objects for as long as the connection lives.
"""

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from indinb.client import display, request, rules
from indinb.client.model import Definition, Element, Vector
from indinb.client.observers import Handler, Subscription
from indinb.client.operation import Operation, Procedure, Request, Steps
from indinb.errors import PropertyError, UnknownElement, UnknownProperty
from indinb.protocol.messages import Notice, Value
from indinb.protocol.vocabulary import Interface, Kind, Permission, State, SwitchRule

if TYPE_CHECKING:
    from indinb.client.connection import Connection

_ANSWER_TIMEOUT = 60.0  # seconds for a driver to react: some are blocked while they work
_CONNECT_TIMEOUT = 60.0  # seconds: a driver may try all serial ports


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a hint at the nearest known words, or nothing."""
    near = difflib.get_close_matches(word, known, n=3)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


class Property(Mapping[str, Value]):
    """Live handle on a property: always shows the newest values.

    A mapping from the names of its members to their values: text `str`, numbers `float`,
    switches `bool`, lights `State`, BLOBs `Blob` (None until one has come).

    Attributes
    ----------
    name : str
        INDI's name of the property.
    device : Device
        Whose it is.
    """

    def __init__(self, device: "Device", name: str) -> None:
        self.device = device
        self.name = name

    @property
    def vector(self) -> Vector:
        """The newest snapshot.

        Raises
        ------
        UnknownProperty
            If the driver has not (or no longer) defined the property.
        """
        vector = self.device.connection.model.vector(self.device.name, self.name)
        if vector is None:
            raise self.device.unknown(self.name)
        return vector

    @property
    def defined(self) -> bool:
        """Whether the driver offers the property now."""
        return self.device.connection.model.vector(self.device.name, self.name) is not None

    @property
    def definition(self) -> Definition:
        """What the driver announced it to be."""
        return self.vector.definition

    @property
    def kind(self) -> Kind:
        """What its members hold."""
        return self.definition.kind

    @property
    def label(self) -> str:
        """The driver's name of it for people."""
        return self.definition.label

    @property
    def group(self) -> str:
        """The tab on which the driver wants it shown."""
        return self.definition.group

    @property
    def permission(self) -> Permission:
        """What a client may do with it."""
        return self.definition.permission

    @property
    def rule(self) -> SwitchRule | None:
        """How many switches may be on at once; None for other kinds."""
        return self.definition.rule

    @property
    def timeout(self) -> float:
        """Seconds that a change may take as the driver says; 0 when it does not."""
        return self.definition.timeout

    @property
    def state(self) -> State:
        """Idle, Ok, Busy or Alert."""
        return self.vector.state

    @property
    def timestamp(self) -> dt.datetime:
        """When the driver last reported it, in UTC."""
        return self.vector.timestamp

    @property
    def elements(self) -> Mapping[str, Element]:
        """Its members with label, format and limits."""
        return self.vector.elements

    @property
    def stale(self) -> bool:
        """Whether the value is from before the link was lost."""
        connection = self.device.connection
        return connection.status != "connected" or self.vector.epoch != connection.model.epoch

    @property
    def value(self) -> Value:
        """The value of the only member, or the name of the one switch that is on.

        Raises
        ------
        PropertyError
            If the property has several members.
        """
        vector = self.vector
        if self.rule is SwitchRule.ONE_OF_MANY:
            return next((name for name, on in vector.items() if on), None)
        if len(vector) == 1:
            return next(iter(vector.values()))
        raise PropertyError(
            f"{self.name} of {self.device.name} has {len(vector)} members: "
            f"take one of {', '.join(vector)}"
        )

    def set(self, value: object = None, /, **members: object) -> Operation[None]:
        """Ask the driver for new values.

        Parameters
        ----------
        value : object, optional
            The value of the only member; the name of a switch to turn on; or a mapping from names
            of members to values. A push button needs none.
        **members
            Values by the name of the member. Numbers may be text such as ``"12:30:00"``;
            BLOBs are bytes, a `pathlib.Path` or a `Blob`.

        Returns
        -------
        Operation
            At once; done when the driver has done it. ``.result()`` waits.

        Raises
        ------
        UnknownProperty, UnknownElement, NotWritable, OutOfRange, PropertyError
            If the driver would not take it. Nothing is sent then.
        ConnectionLost
            If there is no link to the server.
        """
        vector = self.vector
        asked = dict(members)
        if value is not None:
            asked |= request.named(vector.definition, value)
        elif not members and self.kind is Kind.SWITCH and len(vector) == 1:
            asked[next(iter(vector))] = True
        message = request.build(vector, asked)
        wanted = {name: new for name, new in message.values.items() if name in asked}
        rule = partial(rules.settled, vector.definition, wanted)
        timeout = max(self.timeout, _ANSWER_TIMEOUT)
        return self.ask(asked, rule, timeout=timeout, patient=True)

    def ask(
        self,
        asked: Mapping[str, object],
        rule: rules.Rule,
        *,
        label: str | None = None,
        **options: Any,
    ) -> Operation[Any]:
        """Ask the driver for new values, with a rule of one's own for when it is done.

        Parameters
        ----------
        asked : mapping
            Values by the name of the member.
        rule : callable
            From the changes since the request to a verdict; see `indinb.client.rules`.
        label : str, optional
            What is being done, for people.
        **options
            ``watch``, ``timeout``, ``patient``, ``abort`` and ``progress`` of
            `indinb.client.operation.Request`.
        """
        message = request.build(self.vector, asked)
        label = label or f"set {self.name} of {self.device.name}"
        return Request(self.device.connection, label, message, rule, **options)

    def observe(self, handler: Handler) -> Subscription:
        """Call `handler` with each `Change` of this property, on the reader thread.

        Parameters
        ----------
        handler : callable
            Returns soon; may send, but not wait.

        Returns
        -------
        Subscription
            To `close`, or to use in a ``with``.
        """
        return self.device.connection.observers.add((self.device.name, self.name), handler)

    def __getitem__(self, name: str) -> Value:
        try:
            return self.vector[name]
        except KeyError as error:
            if isinstance(error, UnknownProperty):
                raise
            hint = did_you_mean(name, list(self.vector))
            raise UnknownElement(
                f"{self.name} of {self.device.name} has no member {name!r}{hint}"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.vector)

    def __len__(self) -> int:
        return len(self.vector)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        if not self.defined:
            return f"<Property {self.device.name}.{self.name}: not defined>"
        values = ", ".join(f"{e.name}={e.text}" for e in self.elements.values())
        return f"<Property {self.device.name}.{self.name} {self.state}: {values}>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self) if self.defined else []

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        rows = [[e.label, e.text] for e in self.elements.values()] if self.defined else []
        return display.Summary(f"{self.device.name} · {self.name}", ["member", "value"], rows)

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)


class Device(Mapping[str, Property]):
    """Live handle on what the server announces under one name: a mapping of its properties.

    Attributes
    ----------
    name : str
        INDI's name of the device.
    connection : Connection
        The connection through which it is seen.
    """

    def __init__(self, connection: "Connection", name: str) -> None:
        self.connection = connection
        self.name = name
        self._properties: dict[str, Property] = {}

    def handle(self, name: str) -> Property:
        """Return the one handle of a property, defined or not."""
        return self._properties.setdefault(name, Property(self, name))

    @property
    def defined(self) -> bool:
        """Whether the server announces the device now."""
        return self.name in self.connection.model.devices()

    @property
    def connected(self) -> bool:
        """Whether the driver is connected to its hardware."""
        vector = self.connection.model.vector(self.name, "CONNECTION")
        return vector is not None and vector.get("CONNECT") is True

    @property
    def interfaces(self) -> Interface:
        """What kinds of instrument the driver says that it can be."""
        vector = self.connection.model.vector(self.name, "DRIVER_INFO")
        told = str(vector.get("DRIVER_INTERFACE")) if vector else ""
        return Interface(int(told) if told.isdecimal() else 0)

    @property
    def messages(self) -> tuple[Notice, ...]:
        """What the driver has said, oldest first; the last few hundred lines are kept."""
        return self.connection.model.messages_of(self.name)

    @property
    def groups(self) -> Mapping[str, tuple[Property, ...]]:
        """Its properties by the tab on which the driver wants them, in the driver's order."""
        groups: dict[str, tuple[Property, ...]] = {}
        for name, vector in self._vectors().items():
            group = vector.definition.group
            groups[group] = (*groups.get(group, ()), self.handle(name))
        return groups

    @property
    def stale(self) -> bool:
        """Whether what is shown is from before the link was lost."""
        return self.connection.status != "connected" or any(
            vector.epoch != self.connection.model.epoch for vector in self._vectors().values()
        )

    def start_connect(self) -> Operation[None]:
        """Ask the driver to connect to its hardware; see `connect`."""
        return Procedure(f"connect {self.name}", self._connecting("CONNECT"))

    def connect(self) -> None:
        """Connect the driver to its hardware, and wait for the properties that it then defines.

        Raises
        ------
        OperationError
            If it could not; the message has the driver's own words.
        """
        self.start_connect().wait()

    def start_disconnect(self) -> Operation[None]:
        """Ask the driver to let go of its hardware; see `disconnect`."""
        return Procedure(f"disconnect {self.name}", self._connecting("DISCONNECT"))

    def disconnect(self) -> None:
        """Disconnect the driver from its hardware."""
        self.start_disconnect().wait()

    def _connecting(self, how: str) -> Steps[None]:
        switch = self["CONNECTION"]
        if switch.value != how or switch.state is State.ALERT:
            yield switch.set(how)
            yield self.connection.quiet(self.name)

    def observe(self, handler: Handler) -> Subscription:
        """Call `handler` with each `Change` of this device, on the reader thread."""
        return self.connection.observers.add((self.name, None), handler)

    def unknown(self, name: str) -> UnknownProperty:
        """Return the error that says that there is no such property, and what to do."""
        if not self.defined:
            return UnknownProperty(f"{self.name} is gone: the server no longer announces it")
        known = list(self)
        if "CONNECTION" in known and not self.connected:
            hint = (
                "; most properties exist only while the device is connected: "
                f"client.devices[{self.name!r}].connect()"
            )
        else:
            hint = did_you_mean(name, known)
        return UnknownProperty(f"{self.name} has no property {name!r}{hint}")

    def _vectors(self) -> Mapping[str, Vector]:
        return self.connection.model.vectors(self.name)

    def __getitem__(self, name: str) -> Property:
        if name not in self._vectors():
            raise self.unknown(name)
        return self.handle(name)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._vectors()))

    def __len__(self) -> int:
        return len(self._vectors())

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        condition = "connected" if self.connected else "not connected"
        return f"<Device {self.name}: {condition}, {len(self)} properties>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        rows = [
            [vector.definition.group, vector.definition.label, vector.state, _values(vector)]
            for vector in self._vectors().values()
        ]
        return display.Summary(self.name, ["group", "property", "state", "values"], rows)

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)


def _values(vector: Vector) -> str:
    return ", ".join(f"{element.label}: {element.text}" for element in vector.elements.values())
