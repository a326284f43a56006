"""Live handle on a device: a mapping of the properties that its driver has defined."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from indinb import display
from indinb.client.autoconnect import AutoConnect
from indinb.client.model import Vector
from indinb.client.observers import Handler, Subscription
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property, did_you_mean
from indinb.client.rules import at_rest
from indinb.errors import UnknownProperty
from indinb.printable import printable
from indinb.protocol.messages import Notice
from indinb.protocol.vocabulary import Interface, State

if TYPE_CHECKING:
    from indinb.client.connection import Connection

_LONG = 20  # digits: more than any number that means something has
_CONNECT_TIMEOUT = 60.0  # seconds: a driver may try all serial ports


class Device(Mapping[str, Property]):
    """Live handle on what the server announces under one name: a mapping of its properties.

    Attributes
    ----------
    name : str
        INDI's name of the device.
    connection : Connection
        The connection through which it is seen.
    belongings : dict
        What the rooms above keep with it, each under a key of its own.
    """

    def __init__(self, connection: "Connection", name: str) -> None:
        self.connection = connection
        self.name = name
        self.belongings: dict[Any, Any] = {}
        self._properties: dict[str, Property] = {}
        self._auto_connect: AutoConnect | None = None

    def __dir__(self) -> list[str]:
        plumbing = ("belongings", "handle", "let_go", "unknown")  # for the rooms above
        return [name for name in super().__dir__() if name not in plumbing]

    def handle(self, name: str) -> Property:
        """Return the one handle of a property, defined or not."""
        return self._properties.get(name) or self._properties.setdefault(name, Property(self, name))

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
        told = str(vector.get("DRIVER_INTERFACE")).strip() if vector else ""
        return Interface(int(told) if told.isdecimal() and len(told) < _LONG else 0)

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
            yield switch.ask({how: True}, partial(at_rest, {how: True}), timeout=_CONNECT_TIMEOUT)
            yield self.connection.quiet(self.name)

    @property
    def auto_connect(self) -> bool:
        """Whether to connect it now, and again whenever its driver or server comes back.

        Off by default. What cannot be connected is tried again every 10 s. Who disconnects it on
        purpose, which is to say that the driver reports it without an Alert, is obeyed until it is
        connected again.
        """
        return self._auto_connect is not None

    @auto_connect.setter
    def auto_connect(self, on: bool) -> None:
        self.let_go()
        self._auto_connect = AutoConnect(self) if on else None

    def let_go(self) -> None:
        """Leave it alone from now on."""
        if self._auto_connect is not None:
            self._auto_connect.close()
            self._auto_connect = None

    def observe(self, handler: Handler) -> Subscription:
        """Call `handler` with each `Change` of this device, on the reader thread."""
        return self.connection.observers.add((self.name, None), handler)

    def unknown(self, name: str) -> UnknownProperty:
        """Return the error that says that there is no such property, and what to do."""
        if not self.defined:
            return UnknownProperty(f"{self.name} is gone: the server no longer announces it")
        known = list(self)
        if "CONNECTION" in known and not self.connected:
            return UnknownProperty(
                f"{self.name} is not connected: client.devices[{self.name!r}].connect(); "
                f"it has no property {name!r} before that"
            )
        hint = did_you_mean(name, known)
        return UnknownProperty(f"{self.name} has no property {name!r}{hint}")

    def _vectors(self) -> Mapping[str, Vector]:
        return self.connection.model.vectors(self.name)

    def __getitem__(self, name: str) -> Property:
        if name not in self._vectors():
            raise self.unknown(name)
        return self.handle(name)

    def __contains__(self, name: object) -> bool:
        return name in self._vectors()

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
        stale = ", stale" if self.stale else ""
        return printable(f"<Device {self.name}: {condition}, {len(self)} properties{stale}>")

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
