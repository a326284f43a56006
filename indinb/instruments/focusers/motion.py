"""Motions of focusers that know no positions: a direction first, then steps or a time."""

from collections.abc import Callable
from functools import partial
from time import monotonic

from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.client.procedure import Steps
from indinb.client.request import build
from indinb.client.rules import settled
from indinb.instruments.focusers.rules import ran
from indinb.instruments.pulses import MARGIN, elapsed

RELATIVE = "REL_FOCUS_POSITION"
TIMER = "FOCUS_TIMER"
DIRECTIONS = {"in": "FOCUS_INWARD", "out": "FOCUS_OUTWARD"}

TIMEOUT = 120.0
"""Seconds without a word: some drivers say nothing while they move."""


def by_steps(
    device: Device, label: str, steps: int, abort: Callable[[], Operation[None]]
) -> Steps[None]:
    """Move by some steps; negative is inwards."""
    relative = device[RELATIVE]
    asked = {"FOCUS_RELATIVE_POSITION": float(abs(steps))}
    build(relative.vector, asked)  # refuse it before the direction is set
    yield from _head(device, "in" if steps < 0 else "out")
    yield relative.ask(
        asked,
        partial(settled, relative.definition, asked),
        label=label,
        timeout=TIMEOUT,
        patient=True,
        abort=abort,
    )


def for_some_time(
    device: Device,
    label: str,
    milliseconds: float,
    direction: str,
    speed: float | None,
    abort: Callable[[], Operation[None]],
) -> Steps[None]:
    """Move for some time, in one of `DIRECTIONS`, at the driver's speed or another."""
    timer = device[TIMER]
    asked = {"FOCUS_TIMER_VALUE": milliseconds}
    build(timer.vector, asked)  # refuse it before the speed and the direction are set
    if speed is not None:
        yield device["FOCUS_SPEED"].set(speed)
    yield from _head(device, direction)
    seconds, begun = milliseconds / 1000, monotonic()
    yield timer.ask(
        asked,
        partial(ran, seconds, begun),
        label=label,
        timeout=seconds + TIMEOUT,
        recheck=seconds + MARGIN,
        abort=abort,
        progress=lambda _: elapsed(seconds, monotonic() - begun),
    )


def _head(device: Device, direction: str) -> Steps[None]:
    """Set the direction of the next motion, unless it is that of the last."""
    motion, member = device["FOCUS_MOTION"], DIRECTIONS[direction]
    if not motion[member]:
        yield motion.set(member)
