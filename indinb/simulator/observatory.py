"""The observatory: its devices, and what serves them."""

import asyncio
import datetime as dt
from collections.abc import Iterable

from indinb.simulator.astrometry import Site
from indinb.simulator.clock import Clock
from indinb.simulator.devices.ccd import CCDSimulator
from indinb.simulator.devices.dome import DomeSimulator
from indinb.simulator.devices.focuser import FocuserSimulator
from indinb.simulator.devices.gps import GPSSimulator
from indinb.simulator.devices.guide import GuideSimulator
from indinb.simulator.devices.lightpanel import LightPanelSimulator
from indinb.simulator.devices.rotator import RotatorSimulator
from indinb.simulator.devices.site import ObservatorySimulator
from indinb.simulator.devices.telescope import TelescopeSimulator
from indinb.simulator.devices.weather import WeatherSimulator
from indinb.simulator.devices.wheel import FilterSimulator
from indinb.simulator.driver import Driver
from indinb.simulator.server import Client, Server
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING, World

DEVICES: dict[str, type[Driver]] = {
    kind.name: kind
    for kind in (
        TelescopeSimulator,
        CCDSimulator,
        GuideSimulator,
        FilterSimulator,
        FocuserSimulator,
        RotatorSimulator,
        DomeSimulator,
        WeatherSimulator,
        GPSSimulator,
        LightPanelSimulator,
        ObservatorySimulator,
    )
}
"""All devices that there are, by name."""

ALWAYS = (
    "Telescope Simulator",
    "CCD Simulator",
    "Filter Simulator",
    "Focuser Simulator",
    "Observatory Simulator",
)
"""Names of the devices that every observatory has."""


class Observatory:
    """Devices under one sky, and the server that they speak through.

    It needs a running event loop.

    Parameters
    ----------
    devices : iterable of str
        Names of devices that it has besides those which it always has.
    seed : int
        What is drawn by lot follows from it.
    speed : float
        How much faster than ours its clock runs.
    time : datetime
        Time at its begin, in UTC.
    site : Site
        Where it is.

    Raises
    ------
    ValueError
        If there is no such device.
    """

    def __init__(
        self,
        devices: Iterable[str] = (),
        seed: int = 0,
        speed: float = 1.0,
        time: dt.datetime = WINTER_EVENING,
        site: Site = CALAR_ALTO,
    ) -> None:
        self.server = Server()
        self.world = World(Clock(time, speed), site, seed)
        kinds = [_kind(name) for name in dict.fromkeys((*ALWAYS, *devices))]
        self.server.add(kind(self.world, self.server.publish) for kind in kinds)

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Take clients at an address, until what is returned is closed; port 0 is a free one."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Client(self.server), host, port)

    def close(self) -> None:
        """Stop all devices, and hang up on all clients."""
        for driver in self.server.drivers.values():
            driver.close()
        self.server.close()


def _kind(name: str) -> type[Driver]:
    if name not in DEVICES:
        raise ValueError(f"no device is called {name!r}; there are {', '.join(DEVICES)}")
    return DEVICES[name]
