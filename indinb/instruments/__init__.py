"""What an astronomer says to telescopes, cameras, focusers and the other instruments.

This room is also the function ``indinb.instruments(device)``.
"""

import sys
from types import ModuleType

from indinb.client.device import Device
from indinb.instruments.base import Instrument, instrument, instruments
from indinb.instruments.camera import Camera, GuideChip
from indinb.instruments.dome import Dome
from indinb.instruments.filterwheel import FilterWheel
from indinb.instruments.flatpanel import DustCap, FlatPanel
from indinb.instruments.focuser import Focuser
from indinb.instruments.gps import GPS
from indinb.instruments.guider import Guider
from indinb.instruments.limits import Limits
from indinb.instruments.power import Power
from indinb.instruments.rotator import Rotator
from indinb.instruments.skyquality import SkyQuality
from indinb.instruments.telescope import Telescope
from indinb.instruments.weather import Weather

__all__ = [
    "GPS",
    "Camera",
    "Dome",
    "DustCap",
    "FilterWheel",
    "FlatPanel",
    "Focuser",
    "GuideChip",
    "Guider",
    "Instrument",
    "Limits",
    "Power",
    "Rotator",
    "SkyQuality",
    "Telescope",
    "Weather",
    "instrument",
    "instruments",
]


class _Room(ModuleType):
    """A module that can be called: Python binds the package's name to it, come what may."""

    def __call__(self, device: Device) -> list[Instrument]:
        return instruments(device)


sys.modules[__name__].__class__ = _Room
