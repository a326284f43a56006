"""The client that scripts subclass."""

from functools import cached_property
from typing import Any

from indinb.printable import printable
from indinb.protocol.messages import EnableBlob, Ping
from indinb.protocol.vocabulary import Kind
from indinb.pyindi import asking
from indinb.pyindi.callbacks import BaseMediator
from indinb.pyindi.checks import checked_word
from indinb.pyindi.constants import ISS_ON
from indinb.pyindi.device import BaseDevice
from indinb.pyindi.properties import Property
from indinb.pyindi.switchboard import Switchboard
from indinb.pyindi.uploads import Upload
from indinb.pyindi.widgets import (
    WidgetViewBlob,
    WidgetViewNumber,
    WidgetViewSwitch,
    WidgetViewText,
)
from indinb.pyindi.words import BLOB_MODES


class Devices(list[BaseDevice]):
    """The devices that are announced, as they were when they were asked for."""

    def size(self) -> int:
        """Return how many there are."""
        return len(self)


class BaseClient(BaseMediator):
    """A client of an INDI server, whose callbacks scripts override.

    Examples
    --------
    ::

        class Client(PyIndi.BaseClient):
            def updateProperty(self, prop):
                print(prop.getName(), prop.getStateAsString())

        client = Client()
        client.setServer("localhost", 7624)
        client.connectServer()
    """

    def __init__(self) -> None:
        """Be ready, and call no other base's ``__init__``: scripts do that, with arguments."""
        _ = self._indinb

    @cached_property
    def _indinb(self) -> Switchboard:
        """All that it has, in one place, as other names are the script's.

        It is there before, and even without, a call of ``__init__``, and also of what a script has
        made by ``object.__new__``.
        """
        return Switchboard(self)

    def on_error(self, callback: str, error: BaseException) -> None:
        """Hear that a callback has raised an exception; unless this is overridden, it is logged.

        Parameters
        ----------
        callback : str
            Its name.
        error : BaseException
            What it has raised.
        """
        self._indinb.caller.log(callback, error)

    def __repr__(self) -> str:
        board = self._indinb
        server = f"{board.host}:{board.port}, {'' if board.linked else 'not '}connected"
        return printable(f"<{type(self).__name__} of {server}>")

    # Connecting

    def setServer(self, hostname: str, port: int) -> None:
        """Say where the server is; it counts for the next `connectServer`.

        Parameters
        ----------
        hostname : str
            Name or address. ``"localhost:"`` is the server's own socket on this machine, if that is
            Linux; a path of another than the usual one may follow.
        port : int
            INDI's own is 7624.

        Raises
        ------
        TypeError
            If the port is text.
        """
        if not isinstance(hostname, str) or not isinstance(port, int):
            raise TypeError(f"a host is a str and a port an int, not {hostname!r} and {port!r}")
        self._indinb.host, self._indinb.port = hostname, port

    def getHost(self) -> str:
        """Return the host."""
        return self._indinb.host

    def getPort(self) -> int:
        """Return the port."""
        return self._indinb.port

    def setConnectionTimeout(self, seconds: int, microseconds: int) -> None:
        """Say how long to wait for a server that does not answer; 3 s unless this is called.

        Raises
        ------
        ValueError
            If it is negative.
        """
        timeout = seconds + microseconds / 1e6
        if timeout < 0:
            raise ValueError(f"nobody can wait {timeout:g} s")
        self._indinb.timeout = timeout

    def watchDevice(self, device: str) -> None:
        """See only what is watched: this device; it counts for the next `connectServer`."""
        self._indinb.watched.setdefault(device, [])

    def watchProperty(self, deviceName: str, propertyName: str) -> None:
        """See only what is watched: this property; it counts for the next `connectServer`."""
        self._indinb.watched.setdefault(deviceName, []).append(propertyName)

    def connectServer(self) -> bool:
        """Connect, and wait until the server has announced its devices.

        That is when nothing new has come for 150 ms, or after 2 s; in a callback it is not waited
        for. After a loss, or `disconnectServer`, it may be called again: handles live on.

        Returns
        -------
        bool
            Whether that was done: False if there is no server (why is logged), or if there is a
            connection already.
        """
        return self._indinb.connect()

    def disconnectServer(self, exit_code: int = 0) -> bool:
        """End the connection; values stay readable.

        Parameters
        ----------
        exit_code : int
            What `serverDisconnected` is given, which is called at once.

        Returns
        -------
        bool
            False if there was no connection.
        """
        return self._indinb.disconnect(exit_code)

    def isServerConnected(self) -> bool:
        """Tell whether there is a server; from its loss on there is none."""
        return self._indinb.linked

    def setVerbose(self, enable: bool) -> None:
        """Print what comes and goes, to stderr."""
        self._indinb.is_verbose = bool(enable)

    def isVerbose(self) -> bool:
        """Tell whether it is printed."""
        return self._indinb.is_verbose

    # Devices

    def getDevice(self, deviceName: str) -> BaseDevice:
        """Return a device; it is false until it is there, and never None."""
        return self._indinb.device(deviceName)

    def getDevices(self) -> Devices:
        """Return all devices that are announced now."""
        return Devices(self._indinb.device(name) for name in self._indinb.model.devices())

    def connectDevice(self, deviceName: str) -> None:
        """Ask a driver to connect to its hardware, unless it is; nothing is waited for."""
        asking.switch(self._indinb, deviceName, "CONNECTION", "CONNECT")

    def disconnectDevice(self, deviceName: str) -> None:
        """Ask a driver to let go of its hardware, unless it has; nothing is waited for."""
        asking.switch(self._indinb, deviceName, "CONNECTION", "DISCONNECT")

    # Asking for values

    def sendNewProperty(self, pp: Property | None) -> None:
        """Send what was written on a property, which is Busy until the driver answers.

        Without a server, and of what is not there, that is logged, and nothing is sent. Nothing is
        checked: drivers answer numbers beyond their limits, and other nonsense, as they like.
        """
        asking.send(self._indinb, pp)

    def sendNewText(
        self, of: Property | str, name: str = "", member: str = "", text: Any = None
    ) -> None:
        """Send a text property; or write on one member of a device's property, and send it.

        Parameters
        ----------
        of : Property or str
            The property; or the name of a device, and all that follows.
        name, member, text : str
            Of the property, of its member, and what to write there.
        """
        if isinstance(of, Property):
            asking.send(self._indinb, of, Kind.TEXT)
        else:
            prop = self._indinb.device(of).getText(name)
            asking.send_member(self._indinb, prop, member, WidgetViewText.setText, text)

    def sendNewNumber(
        self, of: Property | str, name: str = "", member: str = "", number: Any = None
    ) -> None:
        """Send a number property; or write on one member of a device's property, and send it.

        Parameters
        ----------
        of : Property or str
            The property; or the name of a device, and all that follows.
        name, member : str
            Of the property and its member.
        number : float
            What to write there.
        """
        if isinstance(of, Property):
            asking.send(self._indinb, of, Kind.NUMBER)
        else:
            prop = self._indinb.device(of).getNumber(name)
            asking.send_member(self._indinb, prop, member, WidgetViewNumber.setValue, number)

    def sendNewSwitch(self, of: Property | str, name: str = "", member: str = "") -> None:
        """Send a switch property; or turn on one member of a device's property, and send it.

        Parameters
        ----------
        of : Property or str
            The property; or the name of a device, and all that follows.
        name, member : str
            Of the property and its member.
        """
        if isinstance(of, Property):
            asking.send(self._indinb, of, Kind.SWITCH)
        else:
            prop = self._indinb.device(of).getSwitch(name)
            asking.send_member(self._indinb, prop, member, WidgetViewSwitch.setState, ISS_ON)

    # BLOBs

    def setBLOBMode(self, blobH: int, dev: str, prop: str | None = None) -> None:
        """Tell the server whether to send BLOBs; without that it sends none.

        Parameters
        ----------
        blobH : int
            B_NEVER, B_ALSO (with all else) or B_ONLY (and nothing else).
        dev : str
            Of which device.
        prop : str, optional
            Of which property. Without it, indiserver sends those of all devices from then on.
        """
        word = checked_word(BLOB_MODES, blobH)
        if dev and self._indinb.blob_modes.set(dev, prop or None, BLOB_MODES.index(word)):
            self._indinb.put(EnableBlob(dev, prop or None, word))

    def getBLOBMode(self, dev: str, prop: str | None = None) -> int:
        """Return what was told to the server; B_ALSO, until something was."""
        return self._indinb.blob_modes.get(dev, prop or None)

    def enableDirectBlobAccess(self, device: str | None = None, name: str | None = None) -> None:
        """Do nothing: through the server's own socket, BLOBs come in shared memory anyhow."""

    def startBlob(self, devName: str, propName: str, timestamp: str = "") -> None:
        """Begin to send BLOBs to a driver; then come `sendOneBlob`, and `finishBlob` at the end."""
        self._indinb.upload = Upload(devName, propName, timestamp)

    def sendOneBlob(
        self, of: WidgetViewBlob | str, size: int = 0, format: str = "", data: bytes = b""
    ) -> None:
        """Add a BLOB that is to be sent.

        Parameters
        ----------
        of : WidgetViewBlob or str
            The BLOB; or the name of the member, and all that follows.
        size : int
            Number of bytes, before they were packed.
        format : str
            Written like a file's suffix.
        data : bytes
        """
        if isinstance(of, WidgetViewBlob):
            blob = of.getName(), of.getFormat(), of.getBlob(), of.getSize()
            asking.add_blob(self._indinb, *blob)
        else:
            asking.add_blob(self._indinb, of, format, data, size)

    def sendOneBlobFromBuffer(self, name: str, type: str, data: bytes) -> None:
        """Add a BLOB that is to be sent: name of the member, format like a suffix, and bytes."""
        asking.add_blob(self._indinb, name, type, data)

    def finishBlob(self) -> None:
        """Send the BLOBs that were added, in one message."""
        asking.send_blobs(self._indinb)

    # Pings

    def sendPingRequest(self, uid: str) -> None:
        """Ask the server for a sign of life; it answers what it is given, see `newPingReply`."""
        self._indinb.put(Ping(uid))

    def sendPingReply(self, uid: str) -> None:
        """Answer a ping; those of the server are answered anyhow."""
        self._indinb.put(Ping(uid, reply=True))


AbstractBaseClient = BaseClient
