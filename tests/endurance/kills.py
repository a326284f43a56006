"""A camera's driver is killed in an exposure that somebody waits for, again and again."""

import os
import signal
import statistics
import time
from concurrent import futures
from typing import NamedTuple

from indinb.client.operation import Operation
from indinb.errors import OperationError
from indinb.images.frame import Frame
from indinb.observatory import Client
from tests.endurance.process import Inventory, family, left_since
from tests.endurance.report import Figure
from tests.endurance.simulators import CCD, DRIVER, observatory
from tests.waiting import wait_until

_EXPOSURE = 30.0  # seconds
_NOTICED = 0.5  # seconds
_PATIENCE = 10.0  # seconds for whatever has to happen


class Kill(NamedTuple):
    """What became of an exposure, and of the driver."""

    noticed: float
    error: BaseException | None
    back: float

    @property
    def told(self) -> bool:
        """Whether the error says what happened."""
        return isinstance(self.error, OperationError) and "died" in str(self.error)


def run(count: int) -> list[Figure]:
    """Kill so often, and return the figures."""
    before = Inventory.now()
    with observatory(CCD) as (server, client):
        kills = [_kill(server._process.pid, client) for _ in range(count)]
        client.camera.expose(0.01)  # it is as good as new
    left = left_since(before)
    noticed = [kill.noticed for kill in kills]
    return [
        Figure("drivers killed, and back", len(kills), at_least=count),
        Figure("until it was noticed, median", statistics.median(noticed), "s"),
        Figure("until it was noticed, longest", max(noticed), "s", at_most=_NOTICED),
        Figure("errors that say what happened", sum(k.told for k in kills), at_least=count),
        Figure("until the device is back, longest", max(k.back for k in kills), "s"),
        Figure("threads left", left.threads, at_most=0),
        Figure("descriptors left", left.descriptors, at_most=0),
        Figure("processes left", left.children, at_most=0),
    ]


def _kill(server: int, client: Client) -> Kill:
    """Kill the driver, wait until it is back, and connect to its camera again."""
    operation = _exposing(client)
    ended: list[float] = []
    operation.add_done_callback(lambda _: ended.append(time.monotonic()))
    (driver,) = family(server, DRIVER)
    moment = time.monotonic()
    os.kill(driver, signal.SIGKILL)
    futures.wait([operation], _PATIENCE)
    client.wait_for(CCD, "CONNECTION", timeout=_PATIENCE)
    back = time.monotonic() - moment
    client.quiet(CCD).result(_PATIENCE)
    client.devices[CCD].connect()
    noticed = ended[0] - moment if ended else float("inf")
    return Kill(noticed, operation.exception(0) if ended else None, back)


def _exposing(client: Client) -> Operation[Frame]:
    """Start an exposure, and wait until the camera says that it has begun."""
    camera = client.camera
    operation = camera.start_exposure(_EXPOSURE)
    wait_until(client, lambda: camera.exposing)
    return operation
