"""A dead man's switch: what the server parks by itself when this program lives no more."""

import contextlib
import logging
import math
from collections.abc import Iterable, Mapping
from typing import Any, Self

from astropy import units as u

from indinb import display
from indinb.client.clock import check_may_wait
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.observers import Change, Subscription
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.quiet import is_definition
from indinb.errors import ConnectionLost, IndiError, NotWritable, OutOfRange
from indinb.instruments.guarding import watchdog
from indinb.instruments.guarding.heart import Heart, now
from indinb.printable import printable
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import State

logger = logging.getLogger(__name__)

SHORTEST = 5.0
"""Seconds: with less, every hiccup of a network would park the telescope."""

_BEATS = 3  # heartbeats in the time after which the driver acts
_SOON = 0.5  # seconds in which a driver that has begun defines all its properties
_LATE = 1.0  # seconds that an answer may be under way


class Guard:
    """A dead man's switch, as ``client.guard(2 * u.min)`` returns it.

    While the client lives, it sends heartbeats to the server's WatchDog. When they stop, because
    the program was killed, the computer sleeps or the network is gone, the server parks the mount
    and the dome. They stop, too, when the client is closed: `disarm` before that if nothing is to
    be parked, or use the guard in a ``with``.

    What keeps it from working, such as a lost link or a driver that is gone, is logged as a
    warning, and mended with the next heartbeat that can do so.

    Parameters
    ----------
    connection : Connection
        The client.
    seconds : Quantity or float
        Without a heartbeat, after which the server acts.
    parked : mapping
        From `watchdog.MOUNT` and `watchdog.DOME` to the devices that are to be parked.
    script : str, optional
        Program that is to run then on the server's machine, after the parking.
    port : int
        Of the server, as seen on its own machine.

    Attributes
    ----------
    device : Device
        The WatchDog.
    seconds : float
        Without a heartbeat, after which the server acts.
    triggered : bool
        Whether the server has acted since the guard was armed.

    Examples
    --------
    ::

        with client.guard(2 * u.min):
            frames = [client.camera.expose(60) for _ in range(100)]
    """

    def __init__(
        self,
        connection: Connection,
        seconds: u.Quantity | float,
        parked: Mapping[watchdog.Parkable, Device],
        script: str | None,
        port: int,
    ) -> None:
        self.seconds = _period(seconds)
        _check_may_write(connection)
        self.device = watchdog.find(connection)
        self.triggered = False
        self._plan = watchdog.Plan(self.device, self.seconds, parked, script, port)
        self._plan.check()
        self._connection = connection
        self._ended = "it has not been armed yet"
        self._told = ""
        self._answered = 0.0
        self._subscriptions: list[Subscription] = []
        self._heart = Heart(self._beat, self.seconds / _BEATS)

    @property
    def armed(self) -> bool:
        """Whether the server would do what is asked if this program died now, as far as is known.

        Nobody knows before the worst case whether the server's own machine reaches it at this
        port, whether the mount and the dome obey, or whether the script can be run. Nor does it
        say that the server has not acted already: see `triggered`.
        """
        return not self._problem()

    def start_arm(self, instead_of: "Guard | None" = None) -> "Operation[Guard]":
        """Begin to arm; see `arm`."""
        return Procedure(f"arm {self.device.name}", self._arming(instead_of))

    def arm(self, instead_of: "Guard | None" = None) -> Self:
        """Set up the driver, and wait until it has taken everything.

        The heart beats from the begin, as the driver may be armed already.

        Parameters
        ----------
        instead_of : Guard, optional
            Ends, unless this one cannot be armed.
        """
        check_may_wait()
        self.start_arm(instead_of).wait()
        return self

    def start_disarm(self) -> Operation[None]:
        """Begin to disarm; see `disarm`."""
        return Procedure(f"disarm {self.device.name}", self._disarming())

    def disarm(self) -> None:
        """Tell the server not to act any more; safe to call twice.

        Raises
        ------
        ConnectionLost
            If there is no link, so that the server will act. Call it again when the link is back.
        """
        check_may_wait()
        self.start_disarm().wait()

    def halt(self) -> None:
        """Let the heart stop, and leave the switch armed: for a client that is closed."""
        if self._heart.beats:
            self._warn(f"hears no heartbeat any more, and {self._plan}")
        self._heart.stop()

    def disown(self) -> None:
        """Be no more in a forked child: the guard is its parent's, which goes on."""
        self._heart.disown()
        self._subscriptions.clear()
        self._ended = "it belongs to another process, of which this is a fork"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.disarm()

    def _arming(self, instead_of: "Guard | None") -> Steps["Guard"]:
        before = instead_of if instead_of is not None and instead_of._heart.beats else None
        try:
            yield from self._setting_up(before)
        except BaseException:
            self._withdraw(before)
            raise
        if instead_of is not None:
            instead_of._finish("a newer guard has taken its place")
        self._begin()
        return self

    def _setting_up(self, before: "Guard | None") -> Steps[None]:
        """Set up the driver; to disconnect it helps it out of an earlier shutdown that hangs."""
        if self.device[watchdog.SHUTDOWN].state is State.BUSY:
            self._warn("was shutting down, and begins anew")
        self._send(self._plan.heartbeat())
        self._heart.start()
        if before is not None:
            yield before._heart.stop()
        yield self.device.start_connect()
        yield self.device.start_disconnect()
        yield self.device.start_connect()
        for name, asked in self._plan.wanted().items():
            yield self.device[name].set(asked)

    def _begin(self) -> None:
        self._finish("")
        observers = self._connection.observers
        keys = [(self.device.name, None), *self._plan.watched()]
        self._subscriptions = [observers.add(key, self._hear) for key in keys]
        self._answered = now()

    def _finish(self, why: str) -> None:
        self._ended = why
        for subscription in self._subscriptions:
            subscription.close()

    def _withdraw(self, before: "Guard | None") -> None:
        """Leave things as they were before `arm`, as well as can be."""
        self._heart.stop()
        self._finish("it could not be armed")
        if before is None:
            with contextlib.suppress(IndiError):
                self._send(self._plan.off())
        elif self._connection.status != "closed":
            before._heart.start()
            before._heart.next(0)  # what the driver has been told last may be a shorter time

    def _disarming(self) -> Steps[None]:
        if self._ended:
            return
        yield self._heart.stop()  # nothing may follow what disarms
        try:
            for name, asked in watchdog.OFF.items():
                if name in self.device:  # otherwise the driver is gone, and knows nothing
                    yield self.device[name].set(asked)
        except ConnectionLost as error:
            raise ConnectionLost(
                f"{error}; so {self.device.name} could not be disarmed, and acts "
                f"{self.seconds:g} s after the last heartbeat"
            ) from None
        self._finish("it was disarmed")

    def _beat(self) -> None:
        """Send a heartbeat, with what else the driver does not know (any more)."""
        try:
            if self._ended:  # it is being armed: what else there is to tell is under way
                self._send(self._plan.heartbeat())
            else:
                self._tell(self._problem())
                self._send(self._plan.messages())
        except IndiError as error:  # it is told with the next beat
            logger.debug("no heartbeat for %r: %s", self.device.name, error)

    def _send(self, messages: Iterable[New]) -> None:
        for message in messages:
            self._connection.send(message)

    def _tell(self, problem: str) -> None:
        """Log what keeps the guard from working, and that nothing does any more, once each."""
        if problem != self._told:
            self._told = problem
            told = f"is not guarding: {problem}" if problem else "is guarding again"
            self._warn(told)

    def _warn(self, words: str) -> None:
        """Log what the WatchDog does; names and words from the wire may hold anything."""
        logger.warning("%s", printable(f"{self.device.name} {words}"))

    def _problem(self) -> str:
        """Return what keeps the guard from working, or nothing."""
        link, missing, unable = self._connection, self._plan.missing(), self._plan.unable()
        if self._ended:
            return self._ended
        if link.status != "connected":
            return f"the link to {link.address} is {link.status}, so the server will act"
        if not self._heart.beats:
            return "its heart was stopped, so the server will act"
        if watchdog.HEART not in self.device:
            return f"the driver indi_watchdog is gone from {link.address}, so nobody will act"
        if self._plan.stale():
            return "the link is back, but not yet all that it offers"
        if missing:
            return f"it does not offer {' and '.join(missing)}, so it may not act"
        if unable:
            return f"{' and '.join(unable)} cannot be parked now (connected?)"
        return self._doubt()

    def _doubt(self) -> str:
        """Return what is wrong with a driver that is there, or nothing."""
        if not self._plan.known():
            return "somebody has restarted it or set it otherwise, and it is set again"
        if now() - self._answered > self.seconds / 2:
            return "it does not answer"
        return ""

    def _hear(self, change: Change) -> None:
        """Listen to the driver, and to what it can park; called on the reader thread."""
        words = watchdog.acting(change)
        if words:
            self._trigger(words)
        if change.type == "deleted" or is_definition(change):
            self._hear_of_driver(change)
        elif change.type == "updated" and change.name == watchdog.HEART:
            self._hear_answer(change.new.get(watchdog.HEART_VALUE))

    def _hear_of_driver(self, change: Change) -> None:
        """See that what the driver offers, or what it can park, comes or goes."""
        if change.name == watchdog.HEART and change.type == "updated":
            self._heart.next(0)  # the link is back, and the driver may be about to act
            return
        if change.name == watchdog.HEART and change.type == "defined":
            self._answered = now()  # a driver that has just begun has waited for nothing
        self._heart.next(_SOON)

    def _hear_answer(self, value: object) -> None:
        silence, self._answered = now() - self._answered, now()
        if not value:  # another client has disarmed it
            self._heart.next(_SOON)
        elif silence > self.seconds + _LATE and self._plan.triggers():
            self._trigger(f"it had no heartbeat for {silence:.0f} s")

    def _trigger(self, why: str) -> None:
        if not self.triggered:
            self.triggered = True
            self._warn(f"acts ({self._plan}): {why}")

    def __repr__(self) -> str:
        return printable(f"<Guard {self.device.name}: {self._condition()}; {self._plan}>")

    def _condition(self) -> str:
        problem = self._problem()
        condition = f"not armed: {problem}" if problem else "armed"
        return f"triggered, {condition}" if self.triggered else condition

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        rows = [[self.device.name, self._condition(), str(self._plan)]]
        return display.Summary("Dead man's switch", ["device", "state", "plan"], rows)

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)


def _check_may_write(connection: Connection) -> None:
    if connection.read_only:
        raise NotWritable(
            "this client is read-only, so it cannot arm a watchdog: connect without read_only=True"
        )


def _period(seconds: u.Quantity | float) -> float:
    try:
        period = float(u.Quantity(seconds, u.s).value)
    except (TypeError, ValueError, u.UnitConversionError) as error:
        raise OutOfRange(f"{seconds!r} is no time: give seconds, or 2 * u.min") from error
    if not math.isfinite(period) or period < SHORTEST:
        raise OutOfRange(
            f"a guard cannot wait {period:g} s for a heartbeat: give {SHORTEST:g} s or more, as "
            "every hiccup of a network would park the telescope"
        )
    return period
