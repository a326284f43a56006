"""Print all devices, properties and members of a server, and nothing else."""

import sys

import PyIndi

VALUES = {
    PyIndi.INDI_TEXT: (PyIndi.PropertyText, lambda widget: widget.getText()),
    PyIndi.INDI_NUMBER: (PyIndi.PropertyNumber, lambda widget: widget.getValue()),
    PyIndi.INDI_SWITCH: (PyIndi.PropertySwitch, lambda widget: widget.getStateAsString()),
    PyIndi.INDI_LIGHT: (PyIndi.PropertyLight, lambda widget: widget.getStateAsString()),
    PyIndi.INDI_BLOB: (PyIndi.PropertyBlob, lambda widget: widget.getSize()),
}

client = PyIndi.BaseClient()
client.setServer("localhost", int(sys.argv[1]))
if not client.connectServer():
    sys.exit("no server")
for device in client.getDevices():
    for prop in device.getProperties():
        cast, value = VALUES[prop.getType()]
        for widget in cast(prop):
            names = (device.getDeviceName(), prop.getName(), widget.getName())
            print(*names, prop.getTypeAsString(), value(widget), sep="|")
client.disconnectServer()
