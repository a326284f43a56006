"""Asking a driver to tell again what its instrument measures."""

from collections.abc import Collection, Sequence
from functools import partial

from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.rules import Done, Verdict
from indinb.errors import Failed
from indinb.protocol.vocabulary import State

_TIMEOUT = 60.0  # seconds: stations on the net, and receivers without a fix, take their time


def start_refresh(device: Device, button: str, readings: Collection[str]) -> Operation[None]:
    """Press a device's button, and be done when it has told its readings.

    Parameters
    ----------
    device : Device
        With a switch property of this name.
    button : str
        Which drivers answer before they tell anything.
    readings : collection of str
        Properties that it tells then, as far as it has them.
    """
    wanted = {name for name in readings if name in device}
    return device[button].ask(
        {"REFRESH": True},
        partial(refreshed, wanted or {button}),
        label=f"refresh {device.name}",
        watch=wanted,
        timeout=_TIMEOUT,
    )


def refreshed(wanted: Collection[str], changes: Sequence[Change]) -> Verdict:
    """Decide whether a device has told its readings: each of them, and none is Busy any more."""
    last = {change.name: change.new.state for change in changes}
    if State.ALERT in last.values():
        return Failed("the driver could not get its readings")
    told = [last.get(name, State.BUSY) for name in wanted]
    return None if State.BUSY in told else Done()
