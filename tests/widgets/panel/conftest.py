"""Panels of a camera and of all devices, and the other ends of their lines."""

from collections.abc import Callable

import pytest

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.widgets.panel import Panel
from tests.client.fakes import (
    CCD,
    FakeServer,
    ManualClock,
)
from tests.widgets.comms import Widget
from tests.widgets.panel.browser import Browser, Look


@pytest.fixture
def look(
    server: FakeServer, clock: ManualClock, close_later: Callable[[Widget], Widget]
) -> Callable[[Device | Connection], Browser]:
    """Return a function that opens a panel and returns the other end of its line."""

    def look(thing: Device | Connection) -> Browser:
        panel = Panel(thing)
        close_later(panel)
        return Browser(panel, server, clock)

    return look


@pytest.fixture
def ccd(client: Connection) -> Device:
    return client.devices[CCD]


@pytest.fixture
def browser(look: Look, ccd: Device) -> Browser:
    """The other end of the panel of a camera."""
    return look(ccd)


@pytest.fixture
def window(look: Look, client: Connection) -> Browser:
    """The other end of the window of all devices."""
    return look(client)
