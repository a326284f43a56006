"""Devices as PyIndi-Client's scripts handle them."""

from typing import TYPE_CHECKING

from indinb.printable import printable
from indinb.protocol.vocabulary import State
from indinb.pyindi.constants import INDI_UNKNOWN, IP_RO, IPS_IDLE
from indinb.pyindi.properties import (
    Property,
    PropertyBlob,
    PropertyLight,
    PropertyNumber,
    PropertySwitch,
    PropertyText,
)
from indinb.pyindi.words import Interfaces

if TYPE_CHECKING:
    from indinb.pyindi.switchboard import Switchboard


class Properties(list[Property]):
    """The properties of a device, as they were when they were asked for."""

    def size(self) -> int:
        """Return how many there are."""
        return len(self)


class BaseDevice(Interfaces):
    """A device; it is false until the server has announced it for the first time.

    Parameters
    ----------
    board : Switchboard, optional
        Of the client that sees it; without one, it stays false.
    name : str
        INDI's name of it.
    seen : bool
        Whether it was there, and so is true even if it is gone.

    Examples
    --------
    ::

        ccd = client.getDevice("CCD Simulator")
        while not ccd.isConnected():
            time.sleep(0.5)
        if ccd.getDriverInterface() & PyIndi.BaseDevice.CCD_INTERFACE:
            print([prop.getName() for prop in ccd.getProperties()])
    """

    def __init__(
        self, board: "Switchboard | None" = None, name: str = "", seen: bool = False
    ) -> None:
        self._board = board
        self._name = name
        self._seen = seen
        self.isValid()

    def isValid(self) -> bool:
        """Tell whether it is there, or once was."""
        if not self._seen and self._board is not None:
            self._seen = self._name in self._board.model.devices()
        return self._seen

    def getDeviceName(self) -> str:
        """Return INDI's name of it; nothing if it is not there."""
        return self._name if self.isValid() else ""

    def isDeviceNameMatch(self, name: str) -> bool:
        """Tell whether this is its name."""
        return self.isValid() and self._name == name

    def isConnected(self) -> bool:
        """Tell whether its driver is connected to the hardware, by what the driver itself says."""
        if self._board is None or not self._board.linked:
            return False
        vector = self._board.model.vector(self._name, "CONNECTION")
        return vector is not None and vector.get("CONNECT") is True and vector.state is State.OK

    def getProperty(self, name: str, type: int = INDI_UNKNOWN) -> Property:
        """Return a property, of a kind if one is given; false if there is none."""
        if self._board is None:
            return Property()
        found = Property.of(self._board.sheet(self._name, name))
        return found if type in (INDI_UNKNOWN, found.getType()) else Property()

    def getNumber(self, name: str) -> PropertyNumber:
        """Return a property of numbers; false if there is none."""
        return PropertyNumber(self.getProperty(name))

    def getText(self, name: str) -> PropertyText:
        """Return a property of texts; false if there is none."""
        return PropertyText(self.getProperty(name))

    def getSwitch(self, name: str) -> PropertySwitch:
        """Return a property of switches; false if there is none."""
        return PropertySwitch(self.getProperty(name))

    def getLight(self, name: str) -> PropertyLight:
        """Return a property of lights; false if there is none."""
        return PropertyLight(self.getProperty(name))

    def getBLOB(self, name: str) -> PropertyBlob:
        """Return a property of BLOBs; false if there is none."""
        return PropertyBlob(self.getProperty(name))

    def getProperties(self) -> Properties:
        """Return all that it has now, as its driver has defined them one after the other."""
        names = () if self._board is None else self._board.model.vectors(self._name)
        return Properties(self.getProperty(name) for name in names)

    def getPropertyState(self, name: str) -> int:
        """Return the state of a property; IPS_IDLE if there is none."""
        found = self.getProperty(name)
        return found.getState() if found else IPS_IDLE

    def getPropertyPermission(self, name: str) -> int:
        """Return the permission of a property; IP_RO if there is none."""
        found = self.getProperty(name)
        return found.getPermission() if found else IP_RO

    def getDriverName(self) -> str | None:
        """Return what the driver calls itself, or None."""
        return self._told("DRIVER_NAME")

    def getDriverExec(self) -> str | None:
        """Return the driver's program, or None."""
        return self._told("DRIVER_EXEC")

    def getDriverVersion(self) -> str | None:
        """Return the driver's version, or None."""
        return self._told("DRIVER_VERSION")

    def getDriverInterface(self) -> int:
        """Return what it can be, as a sum of BaseDevice.CCD_INTERFACE and so on; 0 if not told."""
        return 0 if self._board is None else self._board.interfaces(self._name)

    def messageQueue(self, index: int) -> str:
        """Return a line that the driver has said, with its time.

        Parameters
        ----------
        index : int
            As `newMessage` is given; the last 500 are kept.

        Raises
        ------
        IndexError
            If there is none.
        """
        if self._board is None:
            raise IndexError("a device that is not there has said nothing")
        return self._board.lines(self._name)[index]

    def lastMessage(self) -> str:
        """Return the last line that the driver has said, or nothing."""
        return "" if self._board is None else self._board.lines(self._name).last

    def addMessage(self, msg: str) -> None:
        """Add a line of one's own, of which `newMessage` hears."""
        if self._board is not None:
            self._board.add_line(self._name, msg)

    def _told(self, member: str) -> str | None:
        found = self.getText("DRIVER_INFO").findWidgetByName(member)
        return None if found is None else found.getText()

    def __bool__(self) -> bool:
        return self.isValid()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseDevice):
            return NotImplemented
        return (self._board, self._name) == (other._board, other._name)

    def __hash__(self) -> int:
        return hash((id(self._board), self._name))

    def __repr__(self) -> str:
        return printable(f"<BaseDevice {self._name or 'nothing'}: {self._condition()}>")

    def _condition(self) -> str:
        if not self:
            return "not there"
        return "connected" if self.isConnected() else "not connected"
