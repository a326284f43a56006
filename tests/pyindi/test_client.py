"""Clients as scripts write them."""

import abc
import gc
import logging
import threading
import weakref

import pytest

from indinb import pyindi as PyIndi
from indinb.protocol.messages import Blob, EnableBlob, New, Ping
from indinb.protocol.vocabulary import BlobMode, Kind, State
from tests.client.fakes import (
    CCD,
    CONNECTION,
    DRIVER_INFO,
    MOUNT,
    TEMPERATURE,
    delete,
    switches,
    update,
)
from tests.pyindi.fakes import Script


@pytest.fixture
def connected(harbour):
    """Return a function that makes a client of a class, and connects it."""
    clients = []

    def connected(make):
        clients.append(make())
        assert clients[-1].connectServer()
        return clients[-1]

    yield connected
    for client in clients:
        PyIndi.BaseClient.disconnectServer(client)


class Noting:
    """Notes updates in a list of the class, as it may have no attributes yet."""

    def updateProperty(self, prop):
        self.updates.append(prop.getName())


class Usual(PyIndi.BaseClient):
    def __init__(self):
        super().__init__()
        self.updates = []

    updateProperty = Noting.updateProperty


class Early(PyIndi.BaseClient):
    def __init__(self):
        self.updates = []
        self.setServer("pi", 7625)
        super().__init__()

    updateProperty = Noting.updateProperty


class OldWay(PyIndi.BaseClient):
    def __init__(self):
        super(OldWay, self).__init__()  # noqa: UP008  as most scripts have it
        self.updates = []

    updateProperty = Noting.updateProperty


class ByName(PyIndi.BaseClient):
    def __init__(self):
        PyIndi.BaseClient.__init__(self)
        self.updates = []

    updateProperty = Noting.updateProperty


class Forgetful(PyIndi.BaseClient):
    def __init__(self):
        self.updates = []

    updateProperty = Noting.updateProperty


class WithoutInit(PyIndi.BaseClient):
    updates = []  # noqa: RUF012

    updateProperty = Noting.updateProperty


class Connecting(PyIndi.BaseClient):
    """Connects before it is made."""

    def __init__(self):
        super().__init__()
        self.updates = []
        assert self.connectServer()

    def connectServer(self):
        return self.isServerConnected() or super().connectServer()

    updateProperty = Noting.updateProperty


class Taken(PyIndi.BaseClient):
    """Has names of its own for everything."""

    def __init__(self):
        super().__init__()
        self.updates = []
        self.host = self.port = self.timeout = self.connection = self.devices = None
        self.model = self.board = self.caller = self.lines = self.connected = self.device = None
        self._board = self._client = self._connection = self._sheets = self._lock = None
        self._send = self._written = self._switch = self._add_blob = self._link = None
        self.call = self.log = self.logger = self.queue = self.blob_modes = None

    updateProperty = Noting.updateProperty


class Threaded(PyIndi.BaseClient, threading.Thread):
    def __init__(self):
        super().__init__()
        self.updates = []

    updateProperty = Noting.updateProperty

    def run(self):
        self.updates.append(self.getDevice(CCD).getDeviceName())


class ThreadFirst(threading.Thread, PyIndi.BaseClient):
    def __init__(self):
        threading.Thread.__init__(self)
        PyIndi.BaseClient.__init__(self)
        self.updates = []

    updateProperty = Noting.updateProperty

    def run(self):
        self.updates.append(self.getDevice(CCD).getDeviceName())


class Mixed(Noting, PyIndi.BaseClient):
    def __init__(self):
        super().__init__()
        self.updates = []


class Abstract(PyIndi.AbstractBaseClient, abc.ABC):
    def __init__(self, *things, **more):
        super().__init__()
        self.updates = []

    @abc.abstractmethod
    def updateProperty(self, prop): ...


class Concrete(Abstract):
    def updateProperty(self, prop):
        self.updates.append(prop.getName())


class Slotted(PyIndi.BaseClient):
    __slots__ = ("updates",)

    def __init__(self):
        self.updates = []

    updateProperty = Noting.updateProperty


class Polite(PyIndi.BaseClient):
    """Calls the callbacks that it overrides."""

    def __init__(self):
        super().__init__()
        self.updates = []

    def newDevice(self, device):
        super().newDevice(device)

    def serverConnected(self):
        super().serverConnected()

    def serverDisconnected(self, code):
        super().serverDisconnected(code)

    def updateProperty(self, prop):
        super().updateProperty(prop)
        self.updates.append(prop.getName())


class Shadowing(PyIndi.BaseClient):
    """Overrides what is no callback."""

    def __init__(self):
        super().__init__()
        self.updates = []
        self.calls = []

    def getDevice(self, name):
        self.calls.append("getDevice")
        return super().getDevice(name)

    def sendNewSwitch(self, *given):
        self.calls.append("sendNewSwitch")
        super().sendNewSwitch(*given)

    def sendNewProperty(self, *given):
        self.calls.append("sendNewProperty")
        super().sendNewProperty(*given)

    updateProperty = Noting.updateProperty


PATTERNS = [
    *(Usual, Early, OldWay, ByName, Forgetful, WithoutInit, Connecting, Taken, Threaded),
    *(ThreadFirst, Mixed, lambda: Concrete(1, a=2), Slotted, Polite, Shadowing),
]


@pytest.mark.parametrize("make", PATTERNS)
def test_ways_to_write_a_client(make, harbour):
    client = make()
    client.updates.clear()
    assert client.isServerConnected() or client.connectServer()
    harbour.server.tell(update(TEMPERATURE, State.BUSY), update(DRIVER_INFO, State.OK))
    client.sendNewSwitch(CCD, "CONNECTION", "DISCONNECT")
    assert harbour.server.next(New).values == {"DISCONNECT": True}
    client.connectDevice(CCD)
    client.disconnectDevice(CCD)
    assert len(client.getDevices()) == 2
    assert client.disconnectServer()
    assert client.updates == ["CCD_TEMPERATURE", "DRIVER_INFO"]


@pytest.mark.parametrize("make", [Threaded, ThreadFirst])
def test_a_client_that_is_a_thread(connected, make):
    client = connected(make)
    client.start()
    client.join()
    assert client.updates == [CCD]


def test_what_a_script_overrides_is_not_called_behind_its_back(connected, harbour):
    client = connected(Shadowing)
    client.getDevices()
    client.connectDevice(CCD)
    client.disconnectDevice(CCD)
    client.sendNewNumber(client.getDevice(CCD).getNumber("CCD_TEMPERATURE"))
    client.sendNewText(CCD, "DRIVER_INFO", "DRIVER_NAME", "x")
    assert client.calls == ["getDevice"]


def test_callbacks_given_to_the_object(connected, harbour):
    client = connected(PyIndi.BaseClient)
    updates = []
    client.updateProperty = updates.append
    client.newNumber = updates.append
    harbour.server.tell(update(TEMPERATURE, State.BUSY))
    assert [prop.getName() for prop in updates] == ["CCD_TEMPERATURE"] * 2


def test_a_client_without_callbacks(connected, harbour, caplog):
    client = connected(PyIndi.BaseClient)
    harbour.server.tell(
        update(TEMPERATURE, State.BUSY, message="it cools"),
        delete(TEMPERATURE),
        TEMPERATURE,
        switches("NEW", {"A": True}),
    )
    assert client.getDevice(CCD).getSwitch("NEW")[0].getState() == PyIndi.ISS_ON
    assert "it cools" in client.getDevice(CCD).lastMessage()
    client.disconnectServer()
    assert caplog.records == []


# Servers


def test_the_server():
    client = PyIndi.BaseClient()
    assert (client.getHost(), client.getPort()) == ("localhost", 7624)
    client.setServer("pi", 7625)
    assert (client.getHost(), client.getPort()) == ("pi", 7625)


@pytest.mark.parametrize("wrong", [("pi", "7624"), (None, 7624), (b"pi", 7624), ("pi", 7624.0)])
def test_the_server_s_types(wrong):
    with pytest.raises(TypeError):
        PyIndi.BaseClient().setServer(*wrong)


def test_no_negative_timeout():
    with pytest.raises(ValueError, match="nobody can wait -1 s"):
        PyIndi.BaseClient().setConnectionTimeout(-1, 0)


def test_a_timeout_of_nothing_connects_to_nobody(port):
    client = PyIndi.BaseClient()
    client.setServer("127.0.0.1", port.number)
    client.setConnectionTimeout(0, 0)
    assert client.connectServer() is False


def test_verbosity():
    client = PyIndi.BaseClient()
    assert client.isVerbose() is False
    client.setVerbose(1)
    assert client.isVerbose() is True


# Devices


def test_devices(script, harbour):
    devices = script.getDevices()
    assert devices.size() == len(devices) == 2
    assert [device.getDeviceName() for device in devices] == [CCD, MOUNT]
    assert not script.getDevice("nobody")
    assert script.getDevice("nobody") is not None


def test_unknown_devices_are_not_connected(script, server, caplog):
    script.connectDevice("nobody")
    script.disconnectDevice("nobody")
    assert server.heard(New) == []
    assert [record.name for record in caplog.records] == ["indinb.pyindi"] * 2


def test_connecting_devices(script, server):
    script.connectDevice(CCD)
    script.disconnectDevice(CCD)
    server.tell(update(CONNECTION, State.OK, CONNECT=False, DISCONNECT=True))
    script.disconnectDevice(CCD)
    script.connectDevice(CCD)
    assert [new.values for new in server.heard(New)] == [{"DISCONNECT": True}, {"CONNECT": True}]


def test_a_client_says_whose_it_is(script):
    script.setServer("pi\n", 7625)
    assert repr(script) == r"<Script of pi\n:7625, connected>"
    script.disconnectServer()
    assert repr(script) == r"<Script of pi\n:7625, not connected>"


# Sending


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda c: c.sendNewProperty(PyIndi.Property()), "<Property nothing>"),
        (lambda c: c.sendNewProperty(None), "None is no property that is there"),
        (lambda c: c.sendNewNumber(PyIndi.PropertyNumber()), "<PropertyNumber nothing>"),
        (lambda c: c.sendNewText(c.getDevice(CCD).getText("X")), "CCD Simulator.X: not there"),
        (lambda c: c.sendNewSwitch(CCD, "X", "A"), "no A in <PropertySwitch CCD Simulator.X: not"),
        (lambda c: c.sendNewSwitch(CCD, "CONNECTION", "X"), "no X in <PropertySwitch CCD Simulat"),
        (lambda c: c.sendNewSwitch(CCD, "CCD_TEMPERATURE", "X"), "CCD_TEMPERATURE: of another"),
        (lambda c: c.sendNewNumber("nobody", "X", "Y", 3.0), "no Y in <PropertyNumber nobody.X"),
        (lambda c: c.sendNewText(c.getDevice(CCD).getProperty("CONNECTION")), "of kind Text"),
        (lambda c: c.finishBlob(), "startBlob comes first"),
        (lambda c: c.sendOneBlobFromBuffer("A", ".txt", b""), "the BLOB A is not sent: startBlob"),
    ],
)
def test_what_cannot_be_sent_is_logged(script, server, caplog, ask, told):
    ask(script)
    assert server.heard(New) == []
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("indinb.pyindi", logging.WARNING)
    assert "sent" in record.getMessage()
    assert told in record.getMessage()


def test_a_value_of_the_wrong_type_is_no_value(script, server):
    with pytest.raises(TypeError):
        script.sendNewNumber(CCD, "CCD_TEMPERATURE", "CCD_TEMPERATURE_VALUE", "cold")
    with pytest.raises(TypeError):
        script.sendNewText(CCD, "DRIVER_INFO", "DRIVER_NAME", 3)
    assert server.heard(New) == []


def test_sending_by_names(script, server):
    script.sendNewNumber(CCD, "CCD_TEMPERATURE", "CCD_TEMPERATURE_VALUE", -5)
    script.sendNewText(CCD, "DRIVER_INFO", "DRIVER_NAME", "me")
    script.sendNewSwitch(CCD, "CCD_FRAME_TYPE", "FRAME_DARK")
    script.sendNewSwitch(CCD, "CCD_ABORT_EXPOSURE", "ABORT")
    assert [new.values for new in server.heard(New)] == [
        {"CCD_TEMPERATURE_VALUE": -5},
        {"DRIVER_NAME": "me", "DRIVER_INTERFACE": "22"},
        {"FRAME_DARK": True},
        {"ABORT": True},
    ]


def test_sending_of_a_property(script, server):
    device = script.getDevice(CCD)
    switch = device.getSwitch("CCD_FRAME_TYPE")
    switch.reset()
    switch[1].setState(PyIndi.ISS_ON)
    script.sendNewProperty(switch)
    script.sendNewSwitch(switch)
    script.sendNewProperty(device.getProperty("CCD_TEMPERATURE"))
    assert [(new.name, new.values) for new in server.heard(New)] == [
        ("CCD_FRAME_TYPE", {"FRAME_DARK": True}),
        ("CCD_FRAME_TYPE", {"FRAME_DARK": True}),
        ("CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": 20}),
    ]


# BLOBs


def test_blob_modes(script, server):
    assert script.getBLOBMode(CCD, "CCD1") == PyIndi.B_ALSO
    script.setBLOBMode(PyIndi.B_ONLY, CCD, None)
    script.setBLOBMode(PyIndi.B_ONLY, CCD, "")
    script.setBLOBMode(PyIndi.B_NEVER, "", "CCD1")
    script.enableDirectBlobAccess()
    script.enableDirectBlobAccess(CCD, "CCD1")
    assert server.heard(EnableBlob) == [EnableBlob(CCD, None, BlobMode.ONLY)]
    assert script.getBLOBMode(CCD, "CCD1") == PyIndi.B_ONLY


def test_uploads(script, server):
    script.startBlob(CCD, "CCD1", "2026-11-22T10:18:05")
    script.sendOneBlobFromBuffer("CCD1", ".txt", b"hello")
    script.sendOneBlob("CCD2", 9, ".txt.z", b"packed")
    script.finishBlob()
    (new,) = server.heard(New)
    assert (new.kind, new.timestamp) == (Kind.BLOB, "2026-11-22T10:18:05")
    assert new.values == {
        "CCD1": Blob(memoryview(b"hello"), ".txt", 5),
        "CCD2": Blob(memoryview(b"packed"), ".txt.z", 9),
    }


# Pings


def test_pings(script, server):
    script.sendPingRequest("1")
    script.sendPingReply("2")
    server.tell(Ping("1", reply=True))
    assert server.heard(Ping) == [Ping("1"), Ping("2", reply=True)]
    assert script.heard[-1] == ("newPingReply", "1")


# Its end


def test_a_client_that_was_never_connected_is_forgotten():
    client = Script()
    client.getDevice(CCD).getProperty("X")
    known = weakref.ref(client)
    del client
    gc.collect()
    assert known() is None
