"""Tell what is heard of one property, until it is interrupted."""

import sys

import PyIndi


class Listener(PyIndi.BaseClient):
    def __init__(self, name):
        super().__init__()
        self.name = name

    def newDevice(self, device):
        print("device", device.getDeviceName(), flush=True)

    def newProperty(self, prop):
        self.tell("new", prop)

    def updateProperty(self, prop):
        self.tell("update", prop)

    def newMessage(self, device, index):
        print("message", device.messageQueue(index), flush=True)

    def serverDisconnected(self, code):
        print("disconnected", code, flush=True)

    def tell(self, what, prop):
        if prop.getName() == self.name:
            for widget in PyIndi.PropertyNumber(prop):
                print(what, prop.getDeviceName(), widget.name, widget.value, flush=True)


listener = Listener(sys.argv[2])
listener.setServer("localhost", int(sys.argv[1]))
if not listener.connectServer():
    sys.exit("no server")
try:
    print("listening", flush=True)
    while True:
        pass
except KeyboardInterrupt:
    listener.disconnectServer()
