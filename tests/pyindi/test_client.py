"""Clients as scripts write them."""

import gc
import logging
import weakref

import pytest

from indinb import pyindi as PyIndi
from indinb.protocol.messages import Blob, EnableBlob, New, Ping
from indinb.protocol.vocabulary import BlobMode, Kind, State
from tests.client.fakes import (
    CCD,
    CONNECTION,
    MOUNT,
    update,
)
from tests.pyindi.fakes import Script

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
