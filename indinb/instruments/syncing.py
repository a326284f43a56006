"""Telling an instrument where it is, without a motion."""

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from indinb.client.device import Device
from indinb.client.model import Vector
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.rules import Done, Verdict
from indinb.errors import Failed, Refused
from indinb.protocol.vocabulary import State

GRACE = 1.0
"""Seconds after which it no longer matters what the driver tells of the position."""

_TIMEOUT = 60.0  # seconds: some drivers are blocked while they work


def start_sync(
    device: Device, name: str, position: str, value: float, agrees: Callable[[Vector], bool]
) -> Operation[None]:
    """Tell a device where it is, and wait until it tells so itself: moves by some steps need that.

    Parameters
    ----------
    device : Device
        To be told.
    name : str
        Property that takes it, as its only member.
    position : str
        Property that tells it.
    value : float
        Where it is.
    agrees : callable
        Whether a report of the position is of `value`.
    """
    sync = device[name]
    known = device.get(position)
    rule = partial(synced, name, agrees, known is None or agrees(known.vector), monotonic() + GRACE)
    label = f"sync {device.name}"
    asked = {next(iter(sync)): value}
    return sync.ask(asked, rule, label=label, watch=[position], timeout=_TIMEOUT, recheck=GRACE)


def synced(
    name: str,
    agrees: Callable[[Vector], bool],
    before: bool,
    end: float,
    changes: Sequence[Change],
    clock: Callable[[], float] = monotonic,
) -> Verdict:
    """Decide whether an instrument has taken in where it is.

    Drivers say Ok before they tell the new position, and some tell it at their next motion only.
    """
    answers = [change.new.state for change in changes if change.name == name]
    reports = [agrees(change.new) for change in changes if change.name != name]
    match answers[-1:]:
        case [State.ALERT]:
            return Failed("the driver reports an error")
        case [State.IDLE]:
            return Refused("the driver did not take it")
        case [State.OK] if [before, *reports][-1] or clock() >= end:
            return Done()
    return None
