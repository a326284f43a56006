"""Slew to a place, and wait as scripts do: by the state of the coordinates."""

import sys
import time

import PyIndi

client = PyIndi.BaseClient()
client.setServer("localhost", int(sys.argv[1]))
client.connectServer()
coordinates = client.getDevice("Telescope Simulator").getNumber("EQUATORIAL_EOD_COORD")
coordinates[0].setValue(float(sys.argv[2]))
coordinates[1].setValue(float(sys.argv[3]))
client.sendNewNumber(coordinates)
while coordinates.getState() == PyIndi.IPS_BUSY:
    time.sleep(0.05)
print(coordinates.getStateAsString(), coordinates[0].value, coordinates[1].value)
