"""Set a camera's temperature, by index and by name."""

import sys

import PyIndi

client = PyIndi.BaseClient()
client.setServer("localhost", int(sys.argv[1]))
client.connectServer()
temperature = client.getDevice("CCD Simulator").getNumber("CCD_TEMPERATURE")
temperature[0].setValue(-3)
assert temperature[0].value == -3
temperature.findWidgetByName("CCD_TEMPERATURE_VALUE").setValue(float(sys.argv[2]))
assert temperature[0].getValue() == float(sys.argv[2])
client.sendNewNumber(temperature)
