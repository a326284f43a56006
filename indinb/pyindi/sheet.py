"""What a script has written on a property; what is so stays in the client's model."""

import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

from indinb.client.model import Element, Model, Vector
from indinb.protocol.vocabulary import Kind, State


class Book(Protocol):
    """Where properties are looked up."""

    @property
    def model(self) -> Model:
        """What is known now, of the present server or the last one."""

    @property
    def linked(self) -> bool:
        """Whether there is a server."""

    def device(self, name: str) -> Any:
        """Return the handle of a device."""


class Sheet:
    """One property as all scripts of one client see it.

    It is looked up by name, so it outlives a deletion and a lost server. Of its own it has what was
    written on it: values until the driver answers the request that sends them, labels and limits
    for good. Values that were not sent yet are kept from the driver's updates, as a mount reports
    its place while a script writes a target.

    Parameters
    ----------
    book : Book
        Where it is looked up.
    device, name : str
        Whose it is, and which.

    Attributes
    ----------
    lock : RLock
        Held while values are written, and while they are taken to be sent, as several threads may.
    asked_at : float
        When it was last asked for something, in seconds since 1970; 0 before.
    is_leaving : bool
        Whether it is found although it was just deleted: those who hear of that may still ask.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from indinb.protocol.messages import Define, Member, Update
    >>> model = Model()
    >>> member = Member("GAIN", "Gain", 90.0)
    >>> changes = model.apply(Define(Kind.NUMBER, "CCD", "CCD_GAIN", (member,)))
    >>> sheet = Sheet(SimpleNamespace(model=model, linked=True), "CCD", "CCD_GAIN")
    >>> sheet.write({"GAIN": 500.0})
    >>> sheet.ask()
    >>> sheet.value("GAIN"), sheet.state
    (500.0, <State.BUSY: 'Busy'>)

    The driver refuses, and says no more:

    >>> changes = model.apply(Update(Kind.NUMBER, "CCD", "CCD_GAIN", {}, State.ALERT))
    >>> sheet.value("GAIN"), sheet.state
    (90.0, <State.ALERT: 'Alert'>)
    """

    __slots__ = (
        *("_asked", "_edits", "_facts", "_kind", "_last", "_marked", "_sent"),
        *("asked_at", "book", "device", "is_leaving", "lock", "name"),
    )

    def __init__(self, book: Book, device: str, name: str) -> None:
        self.book = book
        self.device = device
        self.name = name
        self.lock = threading.RLock()
        self.asked_at = 0.0
        self.is_leaving = False
        self._last: Vector | None = None
        self._edits: Mapping[str, Any] = {}
        self._kind: Kind | None = None  # of what was edited
        self._sent: Mapping[str, Any] = {}
        self._asked: Vector | None = None  # the newest when it was sent; another is the answer
        self._marked: tuple[Vector | None, State] = (None, State.IDLE)
        self._facts: Mapping[tuple[str | None, str], Any] = {}

    @property
    def vector(self) -> Vector | None:
        """The newest snapshot, or the last one if there is none any more."""
        vector = self.book.model.vector(self.device, self.name)
        if vector is not None:
            self._last = vector
        return self._last

    @property
    def exists(self) -> bool:
        """Whether the driver offers it."""
        return self.is_leaving or self.book.model.vector(self.device, self.name) is not None

    def keep(self, last: Vector | None) -> None:
        """Remember the last snapshot, for the time when there is none."""
        self._last = last

    @property
    def state(self) -> State:
        """How it is doing; nobody knows of what was Busy when it, or the server, was gone."""
        vector = self.vector
        if vector is None:
            return State.ALERT
        marked, state = self._marked
        shown = state if marked is vector else vector.state
        return State.ALERT if shown is State.BUSY and not self._is_live else shown

    @property
    def _is_live(self) -> bool:
        return self.book.linked and self.exists

    def mark(self, state: State) -> None:
        """Show another state until the driver tells one."""
        self._marked = (self.vector, state)

    def value(self, member: str) -> Any:
        """Return what was written, or else what the driver told."""
        vector, edits, sent = self.vector, self._edits, self._sent  # another thread may send them
        if vector is None:
            return None
        if member in edits and vector.definition.kind is self._kind:
            return edits[member]
        if member in sent and vector is self._asked:
            return sent[member]
        return vector.get(member)

    def text(self, member: str) -> str:
        """Return it as the driver would show it; nothing if there is no such member."""
        known = None if self.vector is None else self.vector.definition.members.get(member)
        return "" if known is None else Element(*known._replace(value=self.value(member))).text

    def write(self, values: Mapping[str, Any]) -> None:
        """Note values that are to be sent, the newest last."""
        with self.lock:
            before = {of: value for of, value in self.edited.items() if of not in values}
            vector = self.vector
            self._kind = None if vector is None else vector.definition.kind
            self._edits = {**before, **values}

    @property
    def edited(self) -> Mapping[str, Any]:
        """The values that wait to be sent; such as were written on another kind never will."""
        vector = self.vector
        is_of_kind = vector is not None and vector.definition.kind is self._kind
        return self._edits if is_of_kind else {}

    def fact(self, member: str | None, field: str) -> Any:
        """Return a label, a limit or the like; without a member, of the property itself."""
        key = (member, field)
        if key in self._facts:
            return self._facts[key]
        vector = self.vector
        if vector is None:
            return None
        definition = vector.definition
        return getattr(
            definition if member is None else definition.members.get(member), field, None
        )

    def set_fact(self, member: str | None, field: str, value: object) -> None:
        """Show something else instead, from now on."""
        self._facts = {**self._facts, (member, field): value}

    def ask(self) -> None:
        """Note that what was written is about to be sent, which makes it Busy."""
        with self.lock:
            vector = self.vector
            self.asked_at = time.time()
            before = self._sent if vector is self._asked else {}
            self._sent, self._edits, self._asked = {**before, **self.edited}, {}, vector
            self.mark(State.BUSY)

    def was_not_asked(self) -> None:
        """Note that it could not be sent."""
        with self.lock:
            self._edits, self._sent, self._asked = {**self._sent, **self._edits}, {}, None
            self._marked = (None, State.IDLE)
