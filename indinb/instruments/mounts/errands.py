"""What a mount was asked for by this client; it is kept with the device, as views come and go."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from astropy.coordinates import SkyCoord

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.operation import ABORT_PATIENCE, Operation
from indinb.errors import Aborted
from indinb.instruments.readings import state
from indinb.instruments.running import Running
from indinb.protocol.vocabulary import State

T = TypeVar("T")

PARK = "TELESCOPE_PARK"

UNPARKING = "unparking"
"""Belonging to a device: what it had said of its parking when it was last asked to unpark."""


@dataclass
class Errand:
    """Where a mount was sent.

    Attributes
    ----------
    target : SkyCoord or None
        In ICRS; None when it was parked, or moved by hand.
    object : str or None
        What the target is called, once the mount is there.
    dithered : tuple of float
        By how much it has been moved since, to the east and to the north, in arcsec.
    """

    target: SkyCoord | None = None
    object: str | None = None
    dithered: tuple[float, float] = (0.0, 0.0)


running: Running[Any] = Running()
"""What sends mounts somewhere."""

parkings: Running[Any] = Running()
"""What of that parks them."""

by_hand: Running[None] = Running()
"""What moves mounts while keys are pressed."""


def errand_of(device: Device) -> Errand:
    """Return where a mount was sent last."""
    errand: Errand = device.belongings.setdefault(Errand, Errand())
    return errand


def begin_errand(device: Device, target: SkyCoord | None = None) -> Errand:
    """Note that a mount goes somewhere else now."""
    errand = device.belongings[Errand] = Errand(target)
    return errand


def is_parking(device: Device) -> bool:
    """Tell whether a mount goes to park: its driver may take a moment to say so."""
    return parkings.has(device) or state(device, PARK) is State.BUSY


def unparks(device: Device) -> bool:
    """Tell whether a mount was asked to unpark, and its driver has said nothing since."""
    before = device.belongings.get(UNPARKING)
    return before is not None and device.connection.model.vector(device.name, PARK) is before


def take_over(device: Device, start: Callable[[], Operation[T]]) -> Operation[T]:
    """Begin what moves a mount from now on; what did before, does no more."""
    let_go(device)
    operation = start()
    before = running.get(device)
    if before is not None:
        before.fail(Aborted(f"{before.label}: {operation.label} was asked for instead"))
    return running.keep(device, operation)


def let_go_of_all(connection: Connection) -> None:
    """Let go of the keys of all mounts, as nobody could do so once the link is closed.

    In an observer, which must not wait, only the words for it are sent.
    """
    here = [pressed for device, pressed in list(by_hand.items()) if device.connection is connection]
    for pressed in here:
        pressed.abort()
    for pressed in here:
        with contextlib.suppress(RuntimeError, TimeoutError):
            pressed.exception(ABORT_PATIENCE)


def let_go(device: Device) -> None:
    """Let go of the keys of a mount, before something else is asked of it."""
    pressed = by_hand.get(device)
    if pressed is not None:
        pressed.give_up(Aborted(f"{pressed.label}: something else was asked for"))
