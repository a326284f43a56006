"""Ways in which scripts write their clients."""

import abc
import threading

import pytest

from indinb import pyindi as PyIndi
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import State
from tests.client.fakes import (
    CCD,
    DRIVER_INFO,
    TEMPERATURE,
    delete,
    switches,
    update,
)


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
        threading.Thread.__init__(self)
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


class Configured:
    """Must be told something, which the client's ``__init__`` cannot."""

    def __init__(self, updates):
        self.updates = updates


class WithAnother(PyIndi.BaseClient, Configured):
    def __init__(self):
        super().__init__()
        Configured.__init__(self, [])

    updateProperty = Noting.updateProperty


class One:
    """Makes its objects past the client's own way, and no more than one of each class."""

    def __new__(cls):
        if "one" not in vars(cls):
            cls.one = object.__new__(cls)
        return cls.one


class Single(One, PyIndi.BaseClient):
    def __init__(self):
        super().__init__()
        self.updates = []

    updateProperty = Noting.updateProperty


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
    *(ThreadFirst, Mixed, WithAnother, Single, lambda: Concrete(1, a=2)),
    *(Slotted, Polite, Shadowing),
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
    harbour.server.tell(update(TEMPERATURE, State.BUSY))
    assert [prop.getName() for prop in updates] == ["CCD_TEMPERATURE"]


def test_a_single_client_keeps_its_connection_when_it_is_asked_for_again(connected):
    client = connected(Single)
    assert Single() is client
    assert client.isServerConnected()


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
