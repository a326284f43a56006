"""What devices are carrying out that can do only one thing at a time."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import TypeVar

from indinb.client.device import Device
from indinb.client.operation import Operation

T = TypeVar("T")


class Running(dict[Device, Operation[T]]):
    """The operations that are under way, by device, until they are over.

    Drivers say only some time later that they are Busy, and when they are asked twice, they may
    silently begin anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()  # of who begins; nothing is called while it is held
        self._beginning: set[Device] = set()

    def begin(self, device: Device, start: Callable[[], Operation[T]]) -> Operation[T] | None:
        """Start something, also if other threads are about to; None if a device is occupied."""
        with self._lock:
            if self.has(device) or device in self._beginning:
                return None
            self._beginning.add(device)
        try:
            return self.keep(device, start())
        finally:
            self._beginning.discard(device)

    def has(self, device: Device) -> bool:
        """Whether a device carries out something that was asked for here."""
        operation = self.get(device)
        return operation is not None and not operation.done()

    def keep(self, device: Device, operation: Operation[T]) -> Operation[T]:
        """Remember an operation until it is over, and return it."""
        self[device] = operation
        operation.add_done_callback(partial(self._forget, device))
        return operation

    def _forget(self, device: Device, operation: Future[T]) -> None:
        """Let go of what is over, and with it of its result."""
        if self.get(device) is operation:
            del self[device]
