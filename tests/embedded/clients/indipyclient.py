"""A short night with indipyclient: ``python indipyclient.py PORT``."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

sys.path.pop(0)  # this file has the name of what it imports

from indipyclient import IPyClient

PATIENCE = 60.0  # seconds


class Client(IPyClient):
    """Slews, exposes, and prints what came."""

    picture = b""

    async def rxevent(self, event: Any) -> None:
        if event.eventtype == "SetBLOB":
            (self.picture,) = event.values()

    async def hardware(self) -> None:
        mount, camera = "Telescope Simulator", "CCD Simulator"
        for device in (mount, camera):
            await self.until(lambda device=device: "CONNECTION" in self[device])
            await self.send_newVector(device, "CONNECTION", members={"CONNECT": "On"})
        await self.until(lambda: "EQUATORIAL_EOD_COORD" in self[mount] and "CCD1" in self[camera])
        await self.send_enableBLOB("Also", camera, "CCD1")
        target = {"RA": 3.0, "DEC": 45.0}
        await self.send_newVector(mount, "EQUATORIAL_EOD_COORD", members=target)
        await self.until(
            lambda: abs(self[mount]["EQUATORIAL_EOD_COORD"].getfloatvalue("RA") - 3) < 0.01
        )
        await self.send_newVector(camera, "CCD_EXPOSURE", members={"CCD_EXPOSURE_VALUE": 1})
        await self.until(lambda: self.picture)
        print(len(self.picture), bytes(self.picture[:9]).decode())
        self.shutdown()

    async def until(self, ready: Callable[[], Any]) -> None:
        """Poll, as programs for this client do."""
        async with asyncio.timeout(PATIENCE):
            while not (self.connected and self._ready(ready)):
                await asyncio.sleep(0.05)

    @staticmethod
    def _ready(ready: Callable[[], Any]) -> Any:
        try:
            return ready()
        except KeyError:
            return False


asyncio.run(Client(indiport=int(sys.argv[1])).asyncrun())
