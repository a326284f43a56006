"""What a script hears, and in what order."""

import re

import pytest

from indinb import pyindi as PyIndi
from indinb.protocol.messages import Blob, Delete, Notice
from indinb.protocol.vocabulary import State
from indinb.pyindi import hearing
from tests.client.fakes import (
    CCD,
    CONNECTION,
    DRIVER_INFO,
    IMAGE,
    MOUNT,
    OBSERVATORY,
    RADEC,
    TEMPERATURE,
    WEATHER,
    define,
    delete,
    update,
)
from tests.pyindi.fakes import OldScript, Script

DEGREES = "CCD_TEMPERATURE_VALUE"


def names(script):
    return [name for name, *_ in script.heard]


@pytest.fixture
def fresh(script):
    """Return the script without what it has heard in the beginning."""
    script.heard.clear()
    return script


def test_the_beginning(script, harbour):
    heard = [
        (name, given[0].getName() if name == "newProperty" else given[0].getDeviceName())
        for name, *given in script.heard
        if given
    ]
    wanted = []
    for each in harbour.definitions:
        if ("newDevice", each.device) not in wanted:
            wanted.append(("newDevice", each.device))
        wanted.append(("newProperty", each.name))
    assert heard == wanted
    assert names(script)[0] == "serverConnected"
    assert names(script).count("serverConnected") == 1


@pytest.mark.parametrize(
    ("definition", "hook", "kind"),
    [
        (TEMPERATURE, "newNumber", PyIndi.PropertyNumber),
        (CONNECTION, "newSwitch", PyIndi.PropertySwitch),
        (DRIVER_INFO, "newText", PyIndi.PropertyText),
        (WEATHER, "newLight", PyIndi.PropertyLight),
    ],
)
def test_updates_are_told_to_old_scripts_by_their_kind(join, harbour, definition, hook, kind):
    script = join(OldScript)
    harbour.server.tell(definition, update(definition, State.BUSY))
    called, prop = script.heard[-1]
    assert called == hook
    assert type(prop) is kind
    assert prop.getName() == definition.name
    assert prop.getState() == PyIndi.IPS_BUSY


class Both(OldScript):
    """A script that is written for INDI 2.x and 1.x alike."""

    def updateProperty(self, prop):
        self.note("updateProperty", prop)
        if prop.getType() == PyIndi.INDI_NUMBER:
            self.newNumber(PyIndi.PropertyNumber(prop))


def test_updates_are_told_once(join, harbour):
    script = join(Both)
    script.heard.clear()
    harbour.server.tell(update(TEMPERATURE, State.BUSY), update(CONNECTION, State.BUSY))
    assert names(script) == ["updateProperty", "newNumber", "updateProperty"]
    assert type(script.heard[0][1]) is PyIndi.Property


def test_values_are_there_when_they_are_told(fresh, server):
    values = []
    fresh.acts["updateProperty"] = lambda prop: values.append(PyIndi.PropertyNumber(prop)[0].value)
    server.tell(*(update(TEMPERATURE, State.OK, **{DEGREES: value}) for value in range(5)))
    assert values == [0, 1, 2, 3, 4]


PAIR = define(IMAGE.kind, "PAIR", *(IMAGE.members[0]._replace(name=name) for name in ("A", "B")))


def test_each_new_blob_is_told_to_old_scripts(join, harbour):
    script, server = join(OldScript), harbour.server
    one, two = (Blob(memoryview(data), ".fits", 5) for data in (b"stars", b"moons"))
    server.tell(PAIR, update(PAIR, State.OK, A=one, B=two))
    server.tell(update(PAIR, State.OK, B=one), update(PAIR, State.BUSY))
    blobs = [each[1] for each in script.heard if each[0] == "newBLOB"]
    assert [(blob.name, bytes(blob.getblobdata())) for blob in blobs] == [
        ("A", b"stars"),
        ("B", b"stars"),  # a handle shows what is now
        ("B", b"stars"),
    ]


def test_what_is_removed_is_found_while_that_is_told(fresh, server):
    found = []
    device = fresh.getDevice(CCD)
    fresh.acts["removeProperty"] = lambda prop: found.append(bool(device.getProperty(prop.name)))
    server.tell(delete(TEMPERATURE))
    assert found == [True]
    assert not device.getProperty("CCD_TEMPERATURE")
    assert names(fresh) == ["removeProperty"]


def test_a_device_goes_with_all_its_properties_in_one_word(fresh, server):
    left = []
    fresh.acts["removeDevice"] = lambda device: left.append(len(fresh.getDevices()))
    server.tell(Delete(CCD))
    assert names(fresh) == ["removeDevice"]
    assert left == [1]
    assert fresh.heard[0][1].getDeviceName() == CCD


def test_a_device_comes_back(fresh, server):
    number = fresh.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    server.tell(Delete(CCD), TEMPERATURE, update(TEMPERATURE, State.OK, **{DEGREES: 3}))
    assert names(fresh) == [
        *("removeDevice", "newDevice", "newProperty", "updateProperty"),
    ]
    assert number[0].getValue() == 3


def test_what_was_not_there_is_not_removed(fresh, server):
    server.tell(Delete("nobody"), Delete(CCD, "NONE"))
    assert fresh.heard == []


def test_messages_come_before_the_update_that_brings_them(fresh, server):
    server.tell(update(TEMPERATURE, State.BUSY, message="it cools"))
    assert names(fresh) == ["newMessage", "updateProperty"]
    _, device, index = fresh.heard[0]
    assert device.messageQueue(index).endswith(": it cools ")


def test_messages_of_a_device(fresh, server):
    server.tell(Notice(CCD, "one", "2026-11-22T10:18:05"), Notice(CCD, "two"))
    (_, device, first), (_, _, second) = fresh.heard
    assert device.getDeviceName() == CCD
    assert second == first + 1
    assert device.messageQueue(first) == "2026-11-22T10:18:05: one "
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d: two ", device.messageQueue(second))


@pytest.mark.parametrize("device", [None, "nobody"])
def test_messages_of_nobody(fresh, server, device):
    server.tell(Notice(device, "hello", "2026-11-22T10:18:05"))
    assert fresh.heard == [("newUniversalMessage", "2026-11-22T10:18:05: hello")]


def test_handles_of_old_scripts_are_made_for_them_alone(harbour, monkeypatch):
    client = PyIndi.BaseClient()
    assert client.connectServer()
    monkeypatch.setattr(hearing.Hearing, "_call_hook", None)
    harbour.server.tell(update(TEMPERATURE, State.BUSY))
    assert client.getDevice(CCD).getProperty("CCD_TEMPERATURE").getStateAsString() == "Busy"
    assert client._indinb.connection.observers.interested(None, None)[0].errors == set()
    client.disconnectServer()


def test_two_clients_hear_of_their_own(join, harbour):
    one, two = join(), join()
    first, second = harbour.servers
    one.heard.clear()
    two.heard.clear()
    first.tell(update(TEMPERATURE, State.BUSY))
    second.tell(update(RADEC, State.OK))
    assert [given[0].getDeviceName() for _, *given in one.heard] == [CCD]
    assert [given[0].getDeviceName() for _, *given in two.heard] == [MOUNT]
    assert isinstance(one, Script)


def test_what_is_only_defined_again_is_no_update(fresh, server):
    """Servers define all anew to everybody whenever another client comes."""
    fresh.acts["updateProperty"] = lambda prop: None
    server.tell(*OBSERVATORY)
    assert names(fresh) == []
    server.tell(RADEC._replace(label="Where it is"))
    assert names(fresh) == ["updateProperty"]


def test_a_definition_in_between_is_no_answer(script, server):
    number = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    number[0].setValue(-10)
    script.sendNewNumber(number)
    server.tell(TEMPERATURE)
    assert (number.getState(), number[0].getValue()) == (PyIndi.IPS_BUSY, -10)
    server.tell(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=-9.0))
    assert (number.getState(), number[0].getValue()) == (PyIndi.IPS_OK, -9)
