"""From nothing to pictures of a target: connect, slew, expose twice, save."""

import io
import sys
import threading
import time

import PyIndi
from astropy.io import fits


class Client(PyIndi.BaseClient):
    def __init__(self):
        super().__init__()
        self.arrived = threading.Event()
        self.pictures = []

    def updateProperty(self, prop):
        if prop.getType() == PyIndi.INDI_BLOB and prop.getState() == PyIndi.IPS_OK:
            self.pictures.append(PyIndi.PropertyBlob(prop)[0].getblobdata())
            self.arrived.set()

    def found(self, find):
        while not (thing := find()):
            time.sleep(0.05)
        return thing

    def ready(self, name):
        device = self.found(lambda: self.getDevice(name))
        self.found(lambda: device.getSwitch("CONNECTION"))
        self.connectDevice(name)
        self.found(device.isConnected)
        return device


client = Client()
client.setServer("localhost", int(sys.argv[1]))
if not client.connectServer():
    sys.exit("no server")
mount = client.ready("Telescope Simulator")
camera = client.ready("CCD Simulator")

goal = client.found(lambda: mount.getSwitch("ON_COORD_SET"))
goal.reset()
goal[0].setState(PyIndi.ISS_ON)
client.sendNewSwitch(goal)
target = client.found(lambda: mount.getNumber("EQUATORIAL_EOD_COORD"))
target[0].setValue(float(sys.argv[2]))
target[1].setValue(float(sys.argv[3]))
client.sendNewNumber(target)
while target.getState() == PyIndi.IPS_BUSY:
    time.sleep(0.05)

client.setBLOBMode(PyIndi.B_ALSO, "CCD Simulator", "CCD1")
exposure = client.found(lambda: camera.getNumber("CCD_EXPOSURE"))
for _ in range(2):
    client.arrived.clear()
    exposure[0].setValue(0.1)
    client.sendNewNumber(exposure)
    if not client.arrived.wait(30):
        sys.exit("no picture has come")
for number, picture in enumerate(client.pictures):
    fits.open(io.BytesIO(picture)).writeto(f"night-{number}.fits")
client.disconnectServer()
