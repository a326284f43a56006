"""A short night with pyindi-client: ``python pyindi.py PORT``."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import PyIndi

PATIENCE = 60.0  # seconds


class Client(PyIndi.BaseClient):
    """Keeps the picture that comes."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Event()
        self.picture = b""

    def updateProperty(self, update: Any) -> None:  # noqa: N802
        if update.getType() == PyIndi.INDI_BLOB:
            self.picture = bytes(PyIndi.PropertyBlob(update)[0].getblobdata())
            self.arrived.set()


def wait(ready: Callable[[], Any]) -> Any:
    """Poll, as programs for this client do."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = ready()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError


def main(port: int) -> None:
    """Slew, expose, and print what came."""
    client = Client()
    client.setServer("127.0.0.1", port)
    client.connectServer()
    mount = wait(lambda: client.getDevice("Telescope Simulator"))
    camera = wait(lambda: client.getDevice("CCD Simulator"))
    for device in (mount, camera):
        wait(lambda device=device: device.getSwitch("CONNECTION"))
        client.connectDevice(device.getDeviceName())
    client.setBLOBMode(PyIndi.B_ALSO, "CCD Simulator", "CCD1")
    radec = wait(lambda: mount.getNumber("EQUATORIAL_EOD_COORD"))
    radec[0].setValue(3.0)
    radec[1].setValue(45.0)
    client.sendNewNumber(radec)
    wait(lambda: radec.getState() == PyIndi.IPS_OK and abs(radec[0].getValue() - 3) < 0.01)
    exposure = wait(lambda: camera.getNumber("CCD_EXPOSURE"))
    exposure[0].setValue(1.0)
    client.sendNewNumber(exposure)
    if not client.arrived.wait(PATIENCE):
        raise TimeoutError
    print(len(client.picture), client.picture[:9].decode())
    client.disconnectServer()


main(int(sys.argv[1]))
