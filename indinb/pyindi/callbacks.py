"""What scripts override to hear of things."""

from indinb.pyindi.device import BaseDevice
from indinb.pyindi.properties import Property


class BaseMediator:
    """What is called back, on the one thread that reads from the server, in the order of the wire.

    A callback may send, connect and disconnect. It should not wait: nothing comes until it returns.
    What it raises is logged, and stops nothing.

    Scripts of INDI 1.x define newNumber, newSwitch, newText, newLight (given a property) and
    newBLOB (given each BLOB); these are called unless the script defines `updateProperty`, too.
    """

    def serverConnected(self) -> None:
        """Hear that there is a server."""

    def serverDisconnected(self, code: int) -> None:
        """Hear that it is gone.

        Parameters
        ----------
        code : int
            -1 if it was lost, else what `disconnectServer` was given.
        """

    def newDevice(self, device: BaseDevice) -> None:
        """Hear that a device was announced."""

    def removeDevice(self, device: BaseDevice) -> None:
        """Hear that a device is gone, with all its properties."""

    def newProperty(self, prop: Property) -> None:
        """Hear that a property was defined."""

    def updateProperty(self, prop: Property) -> None:
        """Hear that a driver has told values or a state; BLOBs come like that, too."""

    def removeProperty(self, prop: Property) -> None:
        """Hear that a property is gone; it can still be read."""

    def newMessage(self, device: BaseDevice, index: int) -> None:
        """Hear that a device has said something: ``device.messageQueue(index)``."""

    def newPingReply(self, uid: str) -> None:
        """Hear that the server has answered a ping."""

    def newUniversalMessage(self, message: str) -> None:
        """Hear that the server has said something, or a device that nobody knows."""
