"""Who wants to hear of which change."""

import logging
import threading
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Self

logger = logging.getLogger(__name__)

ChangeType = Literal["defined", "updated", "deleted", "message", "status"]


class Change(NamedTuple):
    """Something happened.

    Attributes
    ----------
    type : str
        "defined", "updated", "deleted", "message" or "status".
    owner : Property, Device or Connection
        What it happened to.
    name : str
        The owner's name.
    old, new : Vector, Notice, str or None
        Before and after: vectors of a property; the line of a "message"; the words of a "status".
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

    __slots__ = ("_observers", "handler", "key")

    def __init__(self, observers: "Observers", key: Key, handler: Handler) -> None:
        self._observers = observers
        self.key = key
        self.handler = handler

    def close(self) -> None:
        """Stop observing; safe to call twice, and inside the handler."""
        self._observers.remove(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        device, name = self.key
        return f"<Subscription of {name or 'everything'} of {device or 'all devices'}>"


class Observers:
    """The observers of one connection, found by what they observe.

    The lock guards the tuples only; no handler is ever called while it is held.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_key: dict[Key, tuple[Subscription, ...]] = {}

    def add(self, key: Key, handler: Handler) -> Subscription:
        """Call `handler` with each Change of what the key names."""
        subscription = Subscription(self, key, handler)
        with self._lock:
            self._by_key[key] = (*self._by_key.get(key, ()), subscription)
        return subscription

    def remove(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        key = subscription.key
        with self._lock:
            rest = tuple(s for s in self._by_key.get(key, ()) if s is not subscription)
            if rest:
                self._by_key[key] = rest
            else:
                self._by_key.pop(key, None)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._by_key.clear()

    def interested(self, device: str | None, name: str | None) -> tuple[Subscription, ...]:
        """Return who observes this property, its device, or everything, in that order."""
        find = self._by_key.get
        found = find((None, None), ())
        if device is not None:
            found = find((device, None), ()) + found
            if name is not None:
                found = find((device, name), ()) + found
        return found


def notify(subscriptions: tuple[Subscription, ...], change: Change) -> None:
    """Call the handlers; what one of them raises is logged and keeps it from nobody else."""
    for subscription in subscriptions:
        try:
            subscription.handler(change)
        except BaseException:  # even sys.exit() in an observer must not end the reader
            logger.exception("an observer of %s failed: %r", change.name, subscription.handler)
