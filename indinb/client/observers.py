"""Who wants to hear of which change."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Self

from indinb.client.clock import Timer, call_later
from indinb.printable import printable

PATIENCE = 1.0
"""Seconds after which an observer that has not returned is looked at closely."""

_LOOKS = 10  # in which it is seen again, before it is named in a warning
_BETWEEN = 0.05  # seconds

logger = logging.getLogger(__name__)

ChangeType = Literal["defined", "updated", "deleted", "message", "status", "ping"]


class Change(NamedTuple):
    """Something happened.

    Attributes
    ----------
    type : str
        "defined", "updated", "deleted", "message", "status", or "ping" for the server's answer to a
        ping that was sent.
    owner : Property, Device or Connection
        What it happened to.
    name : str
        The owner's name.
    old, new : Vector, Notice, str or None
        Before and after: vectors of a property, the same one if a definition was only repeated, as
        whenever another client asks; the line of a "message"; the words of a "status";
        the uid of a "ping".
    """

    type: ChangeType
    owner: Any
    name: str
    old: Any
    new: Any


Handler = Callable[[Change], object]
Key = tuple[str | None, str | None]
"""Device and property; without a property all of a device; without both, everything."""


class Subscription:
    """An observer's ticket: `close` it, or use it in a ``with``, to hear no more."""

    __slots__ = ("_observers", "closed", "errors", "handler", "is_slow", "key")

    def __init__(self, observers: "Observers", key: Key, handler: Handler) -> None:
        self._observers = observers
        self.key = key
        self.handler = handler
        self.closed = False
        self.errors: set[type[BaseException]] = set()  # that have been logged
        self.is_slow = False

    def close(self) -> None:
        """Stop observing; safe to call twice, and inside the handler."""
        self._observers.remove(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        device, name = self.key
        of = f"{name or 'everything'} of {device or 'all devices'}"
        return printable(f"<Subscription of {of}>")


class Observers:
    """The observers of one connection, found by what they observe.

    The lock guards the tuples only; no handler is ever called while it is held.

    Parameters
    ----------
    watched : bool
        Name observers that don't return in time, until `clear`.
    """

    def __init__(self, watched: bool = False) -> None:
        self._lock = threading.RLock()  # signals may close a client in the midst of it
        self._by_key: dict[Key, tuple[Subscription, ...]] = {}
        self._watch = _Watch(watched)

    def add(self, key: Key, handler: Handler) -> Subscription:
        """Call `handler` with each Change of what the key names."""
        if not callable(handler):
            raise TypeError(f"an observer is a function of a Change, not {handler!r}")
        subscription = Subscription(self, key, handler)
        with self._lock:
            self._by_key[key] = (*self._by_key.get(key, ()), subscription)
        return subscription

    def remove(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        key = subscription.key
        subscription.closed = True
        with self._lock:
            rest = tuple(s for s in self._by_key.get(key, ()) if s is not subscription)
            if rest:
                self._by_key[key] = rest
            else:
                self._by_key.pop(key, None)

    def clear(self) -> None:
        """Forget all, and watch no more."""
        with self._lock:
            self._by_key.clear()
        self._watch.stop()

    def interested(self, device: str | None, name: str | None) -> tuple[Subscription, ...]:
        """Return who observes this property, its device, or everything, in that order."""
        find = self._by_key.get
        found = find((None, None), ())
        if device is not None:
            found = find((device, None), ()) + found
            if name is not None:
                found = find((device, name), ()) + found
        return found

    def notify(self, interested: tuple[Subscription, ...], change: Change) -> None:
        """Call handlers; what one of them raises keeps it from nobody else.

        It is logged once, as an observer with a mistake may be called a thousand times a second.
        """
        watch = self._watch
        for subscription in interested:
            if subscription.closed:  # by one that was called before it
                continue
            watch.call = (subscription, time.monotonic())
            if watch.rests:
                watch.look_later(PATIENCE)
            try:
                subscription.handler(change)
            except BaseException as error:  # even sys.exit() in an observer must not end the reader
                _log(subscription, change, error)
        watch.call = None


def _log(subscription: Subscription, change: Change, error: BaseException) -> None:
    if type(error) not in subscription.errors:
        subscription.errors.add(type(error))
        logger.exception(
            "an observer of %s failed (the same error will not be told again): %r",
            printable(change.name),
            subscription.handler,
        )


class _Watch:
    """Names the observer that keeps all others waiting, the first time that it does.

    The clock looks once a second, and only while observers are called. A second may pass because
    the machine is busy, or was asleep. So who has taken one is seen again a few times, each of
    which is a chance to return: one that was only kept from running does, and the others wait or
    compute.

    Parameters
    ----------
    awake : bool
        Whether it looks at all.

    Attributes
    ----------
    call : (Subscription, float) or None
        Who is being called, and since when.
    rests : bool
        Whether somebody has to tell it to look.
    """

    def __init__(self, awake: bool) -> None:
        self.call: tuple[Subscription, float] | None = None
        self.rests = awake
        self._awake = awake
        self._suspected = -1.0  # since when the call has lasted that is looked at closely
        self._looks = 0
        self._timer: Timer | None = None

    def look_later(self, seconds: float) -> None:
        self.rests = False
        self._timer = call_later(seconds, self._look)

    def stop(self) -> None:
        self._awake = self.rests = False
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self.rests = self._awake
        call = self.call
        if call is None or not self._awake:
            return
        subscription, begin = call
        left = begin + PATIENCE - time.monotonic()
        if left > 0:
            self.look_later(left)
        elif not subscription.is_slow:
            self._look_closely(subscription, begin)

    def _look_closely(self, subscription: Subscription, begin: float) -> None:
        self._looks = self._looks + 1 if begin == self._suspected else 0
        self._suspected = begin
        if self._looks < _LOOKS:
            self.look_later(_BETWEEN)
            return
        subscription.is_slow = True
        logger.warning(
            "an observer keeps all others waiting (it will not be told again): %r",
            subscription.handler,
        )
