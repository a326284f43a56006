"""Live handle on a property that a driver has defined.

Handles hold no state. They look up the newest vector in the model, so they always tell what is
now, and they stay the same objects for as long as the connection lives.
"""

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from indinb import display
from indinb.client import request, rules
from indinb.client.asking import Request
from indinb.client.model import Definition, Element, Vector
from indinb.client.observers import Handler, Subscription
from indinb.client.operation import Operation
from indinb.errors import ConnectionLost, PropertyError, UnknownElement, UnknownProperty
from indinb.printable import printable
from indinb.protocol.messages import New, Value
from indinb.protocol.vocabulary import Kind, Permission, State, SwitchRule

if TYPE_CHECKING:
    from indinb.client.device import Device

_ANSWER_TIMEOUT = 60.0  # seconds for a driver to react: some are blocked while they work


def did_you_mean(word: object, known: Sequence[str]) -> str:
    """Return a hint at the nearest known words, or nothing."""
    near = difflib.get_close_matches(str(word), known, n=3)
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
        vector = self._vector()
        if vector is None:
            raise self.device.unknown(self.name)
        return vector

    @property
    def defined(self) -> bool:
        """Whether the driver offers the property now."""
        return self._vector() is not None

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
            If there is no link to the server, or the property has not come back yet with it.
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
        timeout = max(vector.definition.timeout, _ANSWER_TIMEOUT)
        return self._send(message, rule, timeout=timeout, patient=True)

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
            ``watch``, ``timeout``, ``patient``, ``recheck``, ``abort`` and ``progress`` of
            `indinb.client.asking.Request`.
        """
        return self._send(request.build(self.vector, asked), rule, label, **options)

    def _send(
        self, message: New, rule: rules.Rule, label: str | None = None, **options: Any
    ) -> Operation[Any]:
        if self.vector.epoch != self.device.connection.model.epoch:
            raise ConnectionLost(
                f"{self.name} of {self.device.name} was not set: it has not come back yet since "
                "the link was lost, and what is known of it is old"
            )
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

    def _vector(self) -> Vector | None:
        return self.device.connection.model.vector(self.device.name, self.name)

    def __getitem__(self, name: str) -> Value:
        try:
            return self.vector[name]
        except KeyError as error:
            if isinstance(error, UnknownProperty):
                raise
            hint = did_you_mean(name, list(self.vector)) or f"; it has {', '.join(self.vector)}"
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
        vector = self._vector()
        names = f"{self.device.name}.{self.name}"
        if vector is None:
            return printable(f"<Property {names}: not defined>")
        values = ", ".join(f"{e.name}={e.text}" for e in vector.elements.values())
        stale = ", stale" if self.stale else ""
        return printable(f"<Property {names} {vector.state}{stale}: {values}>")

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._vector() or ())

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        vector = self._vector()
        rows = [[e.label, e.text] for e in vector.elements.values()] if vector else []
        return display.Summary(f"{self.device.name} · {self.name}", ["member", "value"], rows)

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)
