"""Begin an exposure and come to an end; the picture is saved by a callback of INDI 1.x."""

import sys

import PyIndi


class Saver(PyIndi.BaseClient):
    def newBLOB(self, blobs):
        for blob in blobs:
            with open(f"{blob.name}.fits", "wb") as file:
                file.write(blob.getblob())


client = Saver()
client.setServer("localhost", int(sys.argv[1]))
client.connectServer()
client.setBLOBMode(PyIndi.B_ALSO, "CCD Simulator", None)
exposure = client.getDevice("CCD Simulator").getNumber("CCD_EXPOSURE")
exposure[0].value = 0.5
client.sendNewNumber(exposure)
