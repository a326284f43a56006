"""What an observatory does all night: the same again and again, whatever becomes of it."""

import random
import threading
import time
from collections.abc import Callable
from concurrent import futures
from typing import Any, NamedTuple

from astropy import units as u
from astropy.coordinates import SkyCoord

from indinb.client.operation import Operation
from indinb.errors import ConnectionLost
from indinb.images.frame import Frame
from indinb.observatory import Client
from tests.endurance.simulators import HEIGHT, WIDTH
from tests.waiting import wait_until

PATIENCE = 30.0
"""Seconds within which every operation has to end; none takes so long."""


class Outcome(NamedTuple):
    """How an operation ended, by `time.monotonic`; `error` is None if it was a success."""

    began: float
    ended: float
    error: BaseException | None

    @property
    def lost(self) -> bool:
        """Whether it ended as operations do when the link is gone."""
        return isinstance(self.error, ConnectionLost)


class Shift(threading.Thread):
    """Starts an operation whenever the one before is over, until the link is lost or it is ended.

    Parameters
    ----------
    start : callable
        Starts it.
    check : callable
        Raises AssertionError unless a result is as it should be.

    Attributes
    ----------
    outcomes : list of Outcome
        In the order of time.
    """

    def __init__(
        self, start: Callable[[], Operation[Any]], check: Callable[[Any], object] = bool
    ) -> None:
        super().__init__(name="indinb-shift", daemon=True)
        self.outcomes: list[Outcome] = []
        self._begin = start
        self._check = check
        self._is_over = False
        self.start()

    def run(self) -> None:
        """Work."""
        while not self._is_over:
            outcome = self._work()
            self.outcomes.append(outcome)
            self._is_over |= outcome.lost or outcome.ended == float("inf")

    def end(self) -> list[Outcome]:
        """Wait for the end of what is under way; returns how all ended."""
        self._is_over = True
        self.join()
        return self.outcomes

    def _work(self) -> Outcome:
        ended = [float("inf")]
        began = time.monotonic()
        try:
            operation = self._begin()
            operation.add_done_callback(lambda _: ended.insert(0, time.monotonic()))
            futures.wait([operation], PATIENCE)
            self._check(operation.result(0))
        except Exception as error:
            at_once = isinstance(error, ConnectionLost) and len(ended) == 1
            return Outcome(began, time.monotonic() if at_once else ended[0], error)
        return Outcome(began, ended[0], None)


def exposures(client: Client) -> Shift:
    """Take one short exposure after the other."""
    camera = client.camera

    def start() -> Operation[Frame]:
        wait_until(client, lambda: not camera.exposing)  # the last one, which nobody waits for
        return camera.start_exposure(0.01, "bias")

    return Shift(start, _check_frame)


def slews(client: Client, centre: SkyCoord, random: random.Random) -> Shift:
    """Slew from one place to the next, none of them far from the centre."""
    telescope = client.telescope

    def start() -> Operation[SkyCoord]:
        angle, distance = random.uniform(0, 360) * u.deg, random.uniform(0, 5) * u.deg
        return telescope.start_slew(centre.directional_offset_by(angle, distance))

    return Shift(start)


def _check_frame(frame: Frame) -> None:
    assert frame.data.shape == (HEIGHT, WIDTH), "the frame has another size"
    assert frame.header["FRAME"] == "Bias", "the frame is not what was asked for"
