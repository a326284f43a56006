"""The other end of a panel's line, as tests of its half in Python hold it."""

from collections.abc import Callable
from typing import Any

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.property import Property
from indinb.protocol.messages import New
from indinb.widgets.feed import TICK
from indinb.widgets.panel import Panel
from indinb.widgets.snapshot import Json
from tests.client.fakes import (
    SOON,
    FakeServer,
    ManualClock,
)
from tests.widgets.comms import FakeComm


class Browser:
    """The other end of a panel's line, and the time between.

    Parameters
    ----------
    panel : Panel
        Whose.
    server : FakeServer
        What the panel's client is connected to.
    clock : ManualClock
        By which the panel sends.
    """

    def __init__(self, panel: Panel, server: FakeServer, clock: ManualClock) -> None:
        self.panel = panel
        self.line: FakeComm = panel.comm
        self._server = server
        self._clock = clock

    def patches(self) -> list[Json]:
        """Let a tick pass; return the patches since the last call."""
        self._clock.advance(TICK)
        return self.line.take("patch")

    def patch(self) -> Json:
        """Let a tick pass; return the one patch that it brought."""
        (patch,) = self.patches()
        return patch

    def news(self) -> Json:
        """Let a tick pass; return the news of the one device of which there were any."""
        (device,) = self.patch()["devices"]
        return device

    def wish(self, type: str, **content: Any) -> None:
        """Send a wish, and wait until what came of it has been heard of here."""
        self.line.bring({"type": type, **content})
        self.settle()

    def settle(self) -> None:
        client = self.panel._connection
        client.worker.submit(int).result(SOON)
        self._server.tell()  # after this, the server has got it and has answered
        self._server.tell()  # and after this, the client has got the answer

    def failed(self) -> Json:
        """Return the one refusal since the last call."""
        (failed,) = self.line.take("failed")
        return failed

    def asked(self) -> list[New]:
        """Return all that the drivers have been asked."""
        return [message for message in self._server.received if isinstance(message, New)]


Look = Callable[[Device | Connection | Property], Browser]


def values(described: Json) -> dict[str, Any]:
    return {element["name"]: element["value"] for element in described["elements"]}


def names(described: list[Json]) -> list[str]:
    return [one["name"] for one in described]


def names_of_asked(browser: Browser) -> list[str]:
    return [new.name for new in browser.asked()]
