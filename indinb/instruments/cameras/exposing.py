"""When is an exposure over, and how far is it? Pure rules; see `indinb.client.rules`.

An exposure has two ends, in either order: the picture has come, and the driver says Ok.
"""

import math
import time
from collections.abc import Sequence
from pathlib import PurePosixPath

from indinb.client.arrivals import arrived
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Progress
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed
from indinb.instruments.cameras.chips import Chip
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State

FILE_PATH = "CCD_FILE_PATH"
"""Where a driver tells the file on its own machine."""


def exposed(chip: Chip, changes: Sequence[Change]) -> Verdict:
    """Decide whether an exposure is over: picture and Ok have come, in either order.

    Before the camera has begun, what comes is late: a picture of an exposure before, or the Idle
    after an abort.
    """
    begun = False
    blob: Blob | None = None
    state = State.BUSY
    for change in changes:
        if change.name == chip.exposure:
            state = change.new.state
            begun = begun or _begins(change)
        elif begun:
            blob = arrived(change).get(chip.image, blob)
    return _ended(state, begun, blob)


def saved(chip: Chip, tells: bool, changes: Sequence[Change]) -> Verdict:
    """Decide whether an exposure is over that stays with the server: no picture ever comes.

    Parameters
    ----------
    chip : Chip
        That is exposed.
    tells : bool
        Whether its driver tells the file: it does before it says Ok.
    changes : sequence of Change
        Of the exposure and of the path, since the request was sent.

    Returns
    -------
    Done, OperationError or None
        The result is the path, or nothing.
    """
    begun = False
    path = None if tells else ""
    state = State.BUSY
    for change in changes:
        if change.name == chip.exposure:
            state = change.new.state
            begun = begun or _begins(change)
        elif begun:
            path = str(change.new["FILE_PATH"])
    return _ended(state, begun, path)


class Burst:
    """The rule of fast exposures, which keeps their pictures: a history has but the newest.

    Of each, Ok comes before the picture. It is to see each change, the newest last.

    Parameters
    ----------
    chip : Chip
        That is exposed.
    wanted : int
        How many pictures.
    """

    def __init__(self, chip: Chip, wanted: int) -> None:
        self._chip = chip
        self._wanted = wanted
        self.pictures: list[Blob] = []

    def __call__(self, changes: Sequence[Change]) -> Verdict:
        """Decide whether all have come."""
        exposures = [change for change in changes if change.name == self._chip.exposure]
        begun = any(map(_begins, exposures))
        if begun:
            self.pictures += arrived(changes[-1]).values()
        full = len(self.pictures) >= self._wanted
        state = exposures[-1].new.state if exposures else State.BUSY
        return _ended(state, begun, self.pictures[: self._wanted] if full else None)

    def progress(self, seconds: float, changes: Sequence[Change]) -> Progress:
        """Tell how many have come."""
        taken = len(self.pictures)
        _, _, left = countdown(self._chip, seconds, changes)
        remaining = (self._wanted - taken - 1) * seconds + (left or 0.0)
        return Progress(taken / self._wanted, f"{taken} of {self._wanted}", max(remaining, 0.0))


def path_in(device: Device) -> PurePosixPath | None:
    """Return where a driver says that it has saved its last picture."""
    vector = device.connection.model.vector(device.name, FILE_PATH)
    path = str(vector.get("FILE_PATH") or "") if vector is not None else ""
    return PurePosixPath(path) if path else None


def _ended(state: State, begun: bool, result: object) -> Verdict:
    match state:
        case State.ALERT:
            return Failed("the exposure failed")
        case State.IDLE if begun:
            return Aborted("the exposure was stopped")
        case State.OK if result is not None:
            return Done(result)
    return None


def _begins(change: Change) -> bool:
    """Whether a camera has begun: some are never Busy, but an Ok may also be only repeated."""
    was_ok = change.old is not None and change.old.state is State.OK
    return change.new.state is State.BUSY or (change.new.state is State.OK and not was_ok)


def countdown(chip: Chip, seconds: float, changes: Sequence[Change]) -> Progress:
    """Tell how far an exposure is, going on from the camera's last word."""
    for change in reversed(changes):
        if change.name == chip.exposure and math.isfinite(change.new[chip.seconds]):
            left = change.new[chip.seconds] - (time.time() - change.new.received)
            if left <= 0:
                return Progress(1.0, "reading out", 0.0)
            return Progress(1 - left / max(left, seconds), "exposing", left)
    return Progress(0.0, "starting", seconds)


def stopped(chip: Chip, exposing: bool, changes: Sequence[Change]) -> Verdict:
    """Decide whether a camera has stopped: it first says that it will, and then is no more Busy."""
    confirmed = False
    for change in changes:
        state = change.new.state
        if change.name == chip.exposure:
            exposing = state is State.BUSY
        elif state is State.ALERT:
            return Failed("the camera could not stop")
        else:
            confirmed = True
    return Done() if confirmed and not exposing else None
