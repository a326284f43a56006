"""Switch the tracking of a telescope on, by index and by name."""

import sys

import PyIndi

client = PyIndi.BaseClient()
client.setServer("localhost", int(sys.argv[1]))
client.connectServer()
track = client.getDevice("Telescope Simulator").getSwitch("TELESCOPE_TRACK_STATE")
if sys.argv[2] == "index":
    track[0].setState(PyIndi.ISS_ON)
    track[1].setState(PyIndi.ISS_OFF)
else:
    track.reset()
    track.findWidgetByName("TRACK_ON").s = PyIndi.ISS_ON
client.sendNewSwitch(track)
