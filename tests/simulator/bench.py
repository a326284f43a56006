"""A bench for simulated devices: no server, no link, and minutes that pass in no time."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from itertools import groupby
from typing import Any, Self, TypeVar

from indinb.protocol.messages import Blob, Define, Delete, Message, Notice, Update, Value
from indinb.protocol.vocabulary import Kind, State
from indinb.simulator.clock import Clock
from indinb.simulator.driver import Driver
from indinb.simulator.properties import Property
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING, Site, World

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: when nothing is ready, the time is at once when something will be."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("all wait for what never comes")
        if not ready:
            self.now += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes as fast as its work is done, in the same way each time."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(self, executor: Any, work: Callable[..., T], *args: Any) -> Any:
        """Work at once, in no time, instead of in a thread beside."""
        done = self.create_future()
        try:
            done.set_result(work(*args))
        except Exception as error:
            done.set_exception(error)
        return done


class Bench:
    """Devices on a bench, under one sky; use it in a ``with`` statement.

    Parameters
    ----------
    *kinds : type of Driver
        The devices; the first is the one that is spoken of where no other is named.
    connect : bool
        Whether to connect them all, and forget what they said of it.
    time, speed, site, seed
        As of an `Observatory`.

    Attributes
    ----------
    messages : list of Message
        What the devices have said since `clear`.
    drivers : dict
        The devices by name.
    driver, world, light, clock
        The first device, and what it is part of.
    """

    def __init__(
        self,
        *kinds: type[Driver],
        connect: bool = True,
        time: Any = WINTER_EVENING,
        speed: float = 1.0,
        site: Site = CALAR_ALTO,
        seed: int = 0,
    ) -> None:
        self.messages: list[Message] = []
        self._loop = VirtualLoop()
        self._loop.set_exception_handler(self._mistake)
        self._mistakes: list[dict[str, Any]] = []
        self.world = self._within(lambda: World(Clock(time, speed), site, seed))
        self.clock, self.light = self.world.clock, self.world.light
        self.drivers = {kind.name: self._within(lambda k=kind: self._made(k)) for kind in kinds}
        self.driver = self.drivers[kinds[0].name]
        if connect:
            self.connect()
            self.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __getitem__(self, name: str) -> Property:
        """Return a property of the first device."""
        return self.driver.properties[name]

    def connect(self) -> None:
        """Connect all devices."""
        for name in self.drivers:
            self.ask("CONNECTION", "CONNECT", device=name)

    def close(self) -> None:
        """End whatever runs; what went wrong unseen is raised."""
        for driver in self.drivers.values():
            self._within(driver.close)
        self.wait(asyncio.sleep(0))
        self._loop.close()
        assert not self._mistakes, self._mistakes

    def ask(
        self, name: str, wanted: Any = None, /, *, device: str | None = None, **values: Any
    ) -> None:
        """Ask as a client does, then let all do what they can do at once.

        `wanted` is a mapping, or the value of the only member, or the name of the switch that is
        to be on; members may be named as keywords too.
        """
        driver = self.drivers[device] if device else self.driver
        asked = _asked(driver.properties[name], wanted) | values
        typed = {member: _typed(value) for member, value in asked.items()}
        self._within(lambda: driver.ask(name, typed))
        self.wait(asyncio.sleep(0))

    def ask_all(self, **wanted: Any) -> None:
        """Ask for several properties in one breath, as a client does whose messages come along."""

        def ask() -> None:
            for name, value in wanted.items():
                asked = _asked(self.driver.properties[name], value)
                self.driver.ask(name, {member: _typed(one) for member, one in asked.items()})

        self._within(ask)
        self.wait(asyncio.sleep(0))

    def run(self, seconds: float) -> None:
        """Let some seconds of the observatory pass."""
        self.wait(self.clock.sleep(seconds))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end, and return its result."""
        return self._loop.run_until_complete(work)

    def run_until(self, condition: Callable[[], bool], at_most: float = 3600.0) -> None:
        """Let time pass, a tenth of a second at a time, until the condition is true."""
        end = self.clock.elapsed + at_most
        while not condition():
            assert self.clock.elapsed < end, "it never comes"
            self.run(0.1)

    def settle(self, name: str, at_most: float = 3600.0, device: str | None = None) -> State:
        """Let time pass until a property is no longer Busy, and return its state."""
        of = (self.drivers[device] if device else self.driver).properties[name]
        self.run_until(lambda: of.state is not State.BUSY, at_most)
        return of.state

    def clear(self) -> None:
        """Forget what has been said."""
        self.messages.clear()

    def updates(self, name: str, device: str | None = None) -> list[Update]:
        """Return what has been told of a property."""
        owner = device or self.driver.name
        told = (message for message in self.messages if isinstance(message, Update))
        return [update for update in told if (update.device, update.name) == (owner, name)]

    def states(self, name: str, device: str | None = None) -> list[State | None]:
        """Return the states of a property as told, each change once."""
        return [state for state, _ in groupby(each.state for each in self.updates(name, device))]

    def blobs(self, name: str = "CCD1", device: str | None = None) -> list[Blob]:
        """Return the BLOBs that have been sent."""
        values = (value for each in self.updates(name, device) for value in each.values.values())
        return [value for value in values if isinstance(value, Blob)]

    @property
    def notices(self) -> list[str]:
        """The lines of text that have been said."""
        return [each.message for each in self.messages if isinstance(each, Notice)]

    @property
    def defined(self) -> list[str]:
        """Names of the properties that have been defined, in order."""
        return [each.name for each in self.messages if isinstance(each, Define)]

    @property
    def deleted(self) -> list[str | None]:
        """Names of the properties that have been deleted, in order."""
        return [each.name for each in self.messages if isinstance(each, Delete)]

    def _made(self, kind: type[Driver]) -> Driver:
        return kind(self.world, self.messages.append)

    def _within(self, work: Callable[[], T]) -> T:
        async def within() -> T:
            return work()

        return self.wait(within())

    def _mistake(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._mistakes.append(context)


def _asked(target: Property, wanted: Any) -> dict[str, Any]:
    if wanted is None or isinstance(wanted, Mapping):
        return dict(wanted or {})
    if target.kind is Kind.SWITCH:
        return {wanted: True}
    (only,) = target.members
    return {only: wanted}


def _typed(value: Any) -> Value:
    """Return a value as the wire has it: all numbers are floats."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
