"""Connecting a device again whenever its driver or its server comes back."""

import logging
import weakref
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from indinb.client.clock import Timer, call_later
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.quiet import is_definition
from indinb.errors import Aborted, ConnectionLost, OperationError
from indinb.printable import printable
from indinb.protocol.vocabulary import State

if TYPE_CHECKING:
    from indinb.client.device import Device

logger = logging.getLogger(__name__)

RETRY = 10.0
"""Seconds until a device that could not be connected is tried again."""


class AutoConnect:
    """Connects a device whenever it is defined and not connected, if that is what is wanted.

    Parameters
    ----------
    device : Device
        Which one.

    Raises
    ------
    NotWritable
        If the client is read-only.
    """

    def __init__(self, device: "Device") -> None:
        self._device = device
        self._wanted = True
        self._work: Operation[None] | None = None
        self._timer: Timer | None = None
        self._begin()
        observers = device.connection.observers
        self._subscription = observers.add((device.name, "CONNECTION"), self._hear)

    def close(self) -> None:
        """Leave the device alone."""
        self._wanted = False
        self._subscription.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._work is not None:
            self._work.abort()

    def _hear(self, change: Change) -> None:
        if is_definition(change):
            self._begin()
        elif change.type == "updated":
            self._learn(change)

    def _learn(self, change: Change) -> None:
        """Learn what is wanted from what is reported: somebody may have disconnected it."""
        connected = self._device.connected
        if connected:
            self._wanted = True
        elif change.old.get("CONNECT") is True and change.new.state is not State.ALERT:
            self._wanted = False

    def _begin(self) -> None:
        device = self._device
        if not self._wanted or device.connected or "CONNECTION" not in device or self._is_busy():
            return
        try:
            self._work = device.start_connect()
        except ConnectionLost:  # its definition will come again
            return
        self._work.add_done_callback(self._look)

    def _is_busy(self) -> bool:
        return self._work is not None and not self._work.done()

    def _look(self, work: "Future[Any]") -> None:
        match work.exception():
            case None:
                logger.warning("%s is connected", printable(self._device.name))
            case Aborted() | ConnectionLost():
                pass
            case OperationError() as error:
                logger.warning("%s; it is tried again in %g s", str(error), RETRY)
                self._try_later()

    def _try_later(self) -> None:
        # The clock must not keep alive a client that nobody knows any more.
        begin = weakref.WeakMethod(self._begin)

        def again() -> None:
            found = begin()
            if found is not None:
                found()

        if self._timer is not None:
            self._timer.cancel()
        self._timer = call_later(RETRY, again)
