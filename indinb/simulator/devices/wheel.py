"""A filter wheel."""

from indinb.protocol.vocabulary import Interface
from indinb.simulator.common import Configurable, Joystick
from indinb.simulator.devices.filters import Filters


class FilterSimulator(Joystick, Filters, Configurable):
    """A wheel of eight filters."""

    name = "Filter Simulator"
    executable = "indi_simulator_wheel"
    interface = Interface.FILTER
    settings = ("FILTER_NAME",)
