"""When is an exposure over, and how far is it? Pure rules; see `indinb.client.rules`.

An exposure has two ends, in either order: the picture has come, and the driver says Ok.
"""

import time
from collections.abc import Sequence

from indinb.client.arrivals import arrived
from indinb.client.observers import Change
from indinb.client.operation import Progress
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed
from indinb.instruments.chips import Chip
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State


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
        if change.name == chip.exposure:
            left = change.new[chip.seconds] - (time.time() - change.new.received)
            if left <= 0:
                return Progress(1.0, "reading out", 0.0)
            return Progress(1 - left / max(left, seconds), f"{left:.0f} s left", left)
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
