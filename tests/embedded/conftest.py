"""The embedded observatory, as a process that a client uses."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import indinb
from indinb import Client

collect_ignore_glob = ["clients/*"]
"""Programs for other clients, which are not installed here."""


@pytest.fixture
def observe() -> Iterator[Callable[..., Client]]:
    """Return a function that starts an observatory, connects all it has, and sees rightly."""
    clients: list[Client] = []

    def observe(**options: Any) -> Client:
        client = indinb.simulate(**options)
        clients.append(client)
        for device in client.devices.values():
            device.connect()
        client.devices["Telescope Simulator"]["POINTING_ERROR"].set("INDI_DISABLED").result()
        client.devices["Filter Simulator"]["FILTER_SLOT"].set(8).result()  # Luminance
        client.devices["CCD Simulator"]["WCS_CONTROL"].set("WCS_ENABLE").result()
        return client

    yield observe
    for client in clients:
        client.close()
