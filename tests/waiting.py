"""Waiting for what instruments do, by their changes instead of by the clock."""

import threading
import time
from collections.abc import Callable

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.property import Property

PATIENCE = 20.0
"""Seconds within which an instrument has to do it, however busy the computer is."""


def wait_until(owner: Connection | Device | Property, condition: Callable[[], bool]) -> None:
    """Wait until a change of `owner` makes the condition true, unless it is already."""
    happened = threading.Event()

    def look(_: object = None) -> None:
        if condition():
            happened.set()

    with owner.observe(look):
        look()
        assert happened.wait(PATIENCE), f"in vain: {owner!r}"


def look_until(look: Callable[[], object]) -> None:
    """Look again and again, as nobody tells, until there is something."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "in vain"
