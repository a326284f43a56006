"""What an astronomer says to telescopes, cameras, focusers and filter wheels.

This room is also the function ``indinb.instruments(device)``.
"""

import sys
from types import ModuleType

from indinb.client.device import Device
from indinb.instruments.base import Instrument, instrument, instruments
from indinb.instruments.camera import Camera
from indinb.instruments.filterwheel import FilterWheel
from indinb.instruments.focuser import Focuser
from indinb.instruments.limits import Limits
from indinb.instruments.telescope import Telescope

__all__ = [
    "Camera",
    "FilterWheel",
    "Focuser",
    "Instrument",
    "Limits",
    "Telescope",
    "instrument",
    "instruments",
]


class _Room(ModuleType):
    """A module that can be called: Python binds the package's name to it, come what may."""

    def __call__(self, device: Device) -> list[Instrument]:
        return instruments(device)


sys.modules[__name__].__class__ = _Room
