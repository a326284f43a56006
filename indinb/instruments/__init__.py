"""What an astronomer says to telescopes, cameras, focusers and the other instruments.

This room is also the function ``indinb.instruments(device)``.
"""

import sys
from types import ModuleType

from indinb.client.device import Device
from indinb.instruments.base import Instrument, instrument, instruments
from indinb.instruments.cameras.camera import Camera, GuideChip
from indinb.instruments.domes.dome import Dome
from indinb.instruments.filterwheel import FilterWheel
from indinb.instruments.flatpanel import DustCap, FlatPanel
from indinb.instruments.focusers.focuser import Focuser
from indinb.instruments.guider import Guider
from indinb.instruments.mounts.limits import Limits
from indinb.instruments.mounts.telescope import Telescope
from indinb.instruments.power import Power
from indinb.instruments.rotator import Rotator
from indinb.instruments.sensors.gps import GPS
from indinb.instruments.sensors.skyquality import SkyQuality
from indinb.instruments.sensors.weather import Weather

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
