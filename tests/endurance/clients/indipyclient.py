"""indipyclient: a client of asyncio and Python's own XML parser."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from indipyclient import IPyClient

_PATIENCE = 5.0  # seconds for the end


class Client(IPyClient):
    """Tells what it is told."""

    def __init__(self, port: int, tell: Callable[[str], None]) -> None:
        super().__init__("127.0.0.1", port)
        self.enableBLOBdefault = "Also"
        self.stumbles = False
        self.loop: asyncio.AbstractEventLoop | None = None
        self._tell = tell

    async def hardware(self) -> None:
        self.loop = asyncio.get_running_loop()

    async def rxevent(self, event: Any) -> None:
        match event.eventtype:
            case "ConnectionMade":
                self._tell("connected")
            case "ConnectionLost":
                self._tell("lost")
            case "Delete":
                self._tell("gone")
            case "TimeOut":
                self._tell("failed")
            case _ if self.stumbles:
                self.stumbles = False
                evnet  # noqa: B018, F821


class Session:
    """See the package."""

    def __init__(self, port: int, tell: Callable[[str], None]) -> None:
        self._client = Client(port, tell)
        self._thread = threading.Thread(target=asyncio.run, args=(self._client.asyncrun(),))
        self._thread.start()

    def values(self, device: str) -> dict[str, Any]:
        found = {}
        for name, vector in list(self._client[device].items()):
            if vector.enable and vector.vectortype != "BLOBVector" and vector.perm != "wo":
                read = getattr(vector, "getfloatvalue", vector.__getitem__)
                found |= {f"{name}.{member}": read(member) for member in list(vector)}
        return found

    def write(self, device: str, name: str, member: str, text: str) -> None:
        self._send(device, name, {member: text})

    def expose(self, device: str, seconds: float) -> None:
        self._send(device, "CCD_EXPOSURE", {"CCD_EXPOSURE_VALUE": seconds})

    def stumble(self) -> None:
        self._client.stumbles = True

    def close(self) -> None:
        self._client.shutdown()
        self._thread.join(_PATIENCE)

    def _send(self, device: str, name: str, members: dict[str, Any]) -> None:
        """Send, and wait until it is sent, as its own documentation does within a coroutine."""
        sending = self._client.send_newVector(device, name, members=members)
        asyncio.run_coroutine_threadsafe(sending, self._client.loop).result()
