"""What every simulated device is made of."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from indinb.protocol.messages import Define, Message, Notice, Value
from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.properties import (
    READ_ONLY,
    Property,
    Refused,
    Switches,
    Texts,
    switch,
    text,
)
from indinb.simulator.world import World

MAIN, OPTIONS, CONNECTION = "Main Control", "Options", "Connection"

Own = TypeVar("Own", bound=Property)

SHORTEST_PERIOD = 0.05
"""Seconds of ours between two reports of the same, lest clients drown in them."""

_log = logging.getLogger(__name__)


class Driver:
    """A simulated device.

    A subclass declares its properties as attributes (see `properties`), decorates the methods that
    do what is asked of them, and overrides `begin`, `run` and `end` as it needs.

    Parameters
    ----------
    world : World
        Where it stands.
    publish : callable
        Called with each message that the driver sends.
    """

    name: str
    executable: ClassVar[str]
    version: ClassVar[str] = "1.0"
    interface: ClassVar[Interface] = Interface.GENERAL
    group: ClassVar[str] = "General Info"
    """Where `info` is shown."""

    connection = Switches(
        "CONNECTION",
        "Connection",
        MAIN,
        switch("CONNECT", "Connect"),
        switch("DISCONNECT", "Disconnect", True),
        since="start",
    )
    info = Texts(
        "DRIVER_INFO",
        "Driver Info",
        group,
        text("DRIVER_NAME", "Name"),
        text("DRIVER_EXEC", "Exec"),
        text("DRIVER_VERSION", "Version"),
        text("DRIVER_INTERFACE", "Interface"),
        permission=READ_ONLY,
        since="start",
    )

    def __init__(self, world: World, publish: Callable[[Message], None]) -> None:
        self.world, self.clock, self.light = world, world.clock, world.light
        self._publish = publish
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.properties: dict[str, Property] = {}
        for attribute, declared in _declared(type(self)):
            setattr(self, attribute, self.adopt(declared))
        values = (self.name, self.executable, self.version, str(int(self.interface)))
        self.info.group = self.group
        self.info.keep(dict(zip(self.info.members, values, strict=True)))
        for each in self._since("start"):
            each.defined = True

    def adopt(self, declared: Own) -> Own:
        """Take in a property that is declared elsewhere, as the parts of a device do."""
        own = declared.bound(self)
        self.properties[own.name] = own
        return own

    @property
    def connected(self) -> bool:
        """Whether the device is connected."""
        return bool(self.connection["CONNECT"])

    def begin(self) -> None:
        """Be connected: called before the properties are defined; may raise `Refused`."""

    async def run(self) -> None:
        """Do what the device does by itself while it is connected."""

    def end(self) -> None:
        """Be disconnected."""

    def definitions(self, name: str | None = None) -> Iterator[Define]:
        """Return the definitions that answer a client, of all properties or one."""
        for each in self.properties.values():
            if each.defined and name in (None, each.name):
                yield each.definition()

    def emit(self, message: Message) -> None:
        """Send a message to whoever listens."""
        self._publish(message)

    def notice(self, text: str, level: str = "INFO") -> None:
        """Send a line of text, as INDI's drivers write it."""
        self.emit(Notice(self.name, f"[{level}] {text}"))

    def ask(self, name: str, asked: Mapping[str, Value]) -> None:
        """Do what a client asks of a property.

        What is not there, or cannot be written, is passed over in silence, as INDI's drivers do.
        """
        target = self.properties.get(name)
        if target is None or not target.defined or not target.permission.writable:
            _log.info("%s has no property %s to write to", self.name, name)
            return
        if not target.fits(asked):
            _log.info("%s has no such values: %s", self.name, name)
            return
        with _Told(self, target):
            values = target.accept(asked)
            if target.handler is None:
                target.tell(State.OK, values)
            else:
                self._handle(target, target.handler(self, target.simplified(values)))

    def start(
        self, key: str, work: Coroutine[Any, Any, None], target: Property | None = None
    ) -> None:
        """Let a coroutine run beside all else; one that runs under the same key is cancelled.

        What goes wrong in it is told, and leaves `target` in Alert.
        """
        self.stop(key)
        task = asyncio.ensure_future(self._guarded(work, target))
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))
        task.add_done_callback(lambda done: work.close())  # it may have been cancelled unbegun

    def stop(self, key: str) -> bool:
        """Cancel what runs under a key, and tell whether it did."""
        task = self._tasks.pop(key, None)
        return task is not None and task.cancel()

    def running(self, key: str) -> bool:
        """Tell whether something runs under a key."""
        return key in self._tasks

    async def poll(self) -> None:
        """Wait for the time between two reports, which is one of ours whatever the speed."""
        await asyncio.sleep(self.period)

    async def countdown(self, seconds: float) -> AsyncIterator[float]:
        """Count the seconds that are left, at each report, until they are over."""
        end = self.clock.elapsed + seconds
        while (left := end - self.clock.elapsed) > 0:
            yield left
            await self.clock.until(end, at_most=self.period)

    @property
    def period(self) -> float:
        """Seconds between two reports."""
        return 1.0

    def close(self) -> None:
        """Stop whatever runs."""
        for key in tuple(self._tasks):
            self.stop(key)

    @connection.asked
    def connect(self, wanted: str) -> None:
        """Connect or disconnect."""
        if (wanted == "CONNECT") == self.connected:
            self.connection.tell(State.OK if self.connected else State.IDLE)
        elif wanted == "CONNECT":
            self._begin()
        else:
            self._end()

    def _begin(self) -> None:
        self.begin()
        self.connection.select("CONNECT")
        for each in self._since("connect"):
            each.define()
        self.start("run", self.run())

    def _end(self) -> None:
        self.close()
        self.end()
        self.connection.select("DISCONNECT", State.IDLE)
        for each in self.properties.values():
            if each.since != "start":
                each.delete()
            if each.state is State.BUSY:  # nobody is left who would end it
                each.state = State.IDLE

    def _since(self, when: str) -> Iterator[Property]:
        return (each for each in tuple(self.properties.values()) if each.since == when)

    def _handle(self, target: Property, work: Any) -> None:
        if inspect.iscoroutine(work):
            self.start(target.name, work, target)

    async def _guarded(self, work: Coroutine[Any, Any, None], target: Property | None) -> None:
        with _Told(self, target):
            await work

    def _forget(self, key: str, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]


class _Told:
    """Tells clients what ends an action; a mistake of ours ends nothing else."""

    def __init__(self, driver: Driver, target: Property | None) -> None:
        self._driver, self._target = driver, target

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        if isinstance(error, Refused):
            self._tell(error.state, str(error))
        elif isinstance(error, Exception):
            _log.error("%s failed", self._driver.name, exc_info=error)
            self._tell(State.ALERT, f"{type(error).__name__}: {error}")
        return isinstance(error, Exception)

    def _tell(self, state: State, why: str) -> None:
        self._driver.notice(why, "WARNING" if state is State.IDLE else "ERROR")
        if self._target is not None:
            self._target.tell(state)


def _declared(kind: type) -> Iterator[tuple[str, Property]]:
    """Find the declarations of a class, those of its bases first; a later one replaces others."""
    found: dict[str, Property] = {}
    for each in reversed(kind.__mro__):
        found |= {name: value for name, value in vars(each).items() if isinstance(value, Property)}
    return iter(found.items())
