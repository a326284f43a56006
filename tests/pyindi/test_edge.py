"""Odd calls of handles, one test for each row of what the original was seen to do with them.

Where it crashed, or misled, ours does something sane instead.
"""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from indinb import pyindi as PyIndi
from tests.pyindi.edges import THEIRS, connected, row
from tests.pyindi.replay import RawServer
from tests.pyindi.wire_script import DEFINITIONS


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer(DEFINITIONS) as server:
        yield server


@pytest.fixture
def client(server: RawServer) -> Iterator[Any]:
    with connected(server) as client:
        yield client


@pytest.fixture
def device(client: Any) -> PyIndi.BaseDevice:
    return client.getDevice("D")


@pytest.fixture
def number(device: PyIndi.BaseDevice) -> PyIndi.PropertyNumber:
    return device.getNumber("N")


@pytest.fixture
def absent(device: PyIndi.BaseDevice) -> PyIndi.PropertyNumber:
    return device.getNumber("NOPE")


# What has not come, or is not there


@row("messageQueue(0) empty")
def test_a_line_that_was_not_said_is_an_index_error(device):
    assert THEIRS["messageQueue(0) empty"].code == -6
    with pytest.raises(IndexError, match="no line 0"):
        device.messageQueue(0)


@row("lastMessage empty")
def test_the_last_line_of_none_is_nothing(device):
    assert THEIRS["lastMessage empty"].code == -11
    assert device.lastMessage() == ""


@row("invalid[0].setValue")
def test_what_is_not_there_has_no_members_to_write_on(absent):
    assert THEIRS["invalid[0].setValue"][:2] == (0, "ok 3.0")
    assert len(absent) == 0
    with pytest.raises(IndexError, match="no \\[0\\]"):
        absent[0].setValue(3.0)


@row("invalid reset")
def test_switches_that_are_not_there_can_be_reset(device):
    assert THEIRS["invalid reset"][:2] == (0, "ok")
    device.getSwitch("NOPE").reset()


@row("invalid setState")
def test_the_state_of_what_is_not_there_can_be_set(absent):
    assert THEIRS["invalid setState"][:2] == (0, "ok")
    absent.setState(PyIndi.IPS_OK)
    assert absent.getState() == PyIndi.IPS_ALERT


@row("send invalid")
def test_what_is_not_there_is_not_sent_and_a_warning_says_so(client, server, absent, caplog):
    assert THEIRS["send invalid"].code == -11
    client.sendNewNumber(absent)
    client.sendNewProperty(absent)
    assert server.take() == b""
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


@row("getblobdata none yet")
def test_a_blob_that_has_not_come_is_empty(device):
    blob = device.getBLOB("BL")[0]
    assert f"{blob.getblobdata()!r} {blob.getBlobLen()}" == THEIRS["getblobdata none yet"].printed


@row("getDeviceName invalid")
def test_a_device_that_is_not_there_has_no_name(client):
    assert repr(client.getDevice("ZZ").getDeviceName()) == THEIRS["getDeviceName invalid"].printed


@row("interface missing")
def test_a_device_that_does_not_tell_can_be_nothing(device):
    assert str(device.getDriverInterface()) == THEIRS["interface missing"].printed


@row("unicode name")
def test_names_may_have_any_letters(client):
    assert str(bool(client.getDevice("Caméra"))) == THEIRS["unicode name"].printed


# Members and their names


@row("list index slice")
def test_members_have_no_slices(number):
    assert "TypeError" in THEIRS["list index slice"].error
    with pytest.raises(TypeError):
        number[0:1]


@row("findWidgetByName")
def test_a_member_that_is_not_there_is_none(number):
    found = number.findWidgetByName("RA").getValue(), number.findWidgetByName("zz")
    assert "{} {}".format(*found) == THEIRS["findWidgetByName"].printed


@row("isNameMatch")
def test_names_match_of_properties_and_of_members(number):
    found = number.isNameMatch("N"), number[0].isNameMatch("RA")
    assert "{} {}".format(*found) == THEIRS["isNameMatch"].printed


@row("iterate getNumber of typed")
def test_a_typed_property_gives_itself(number):
    values = [widget.getValue() for widget in number.getNumber()]
    assert str(values) == THEIRS["iterate getNumber of typed"].printed


@row("Property(N)")
def test_a_typed_property_becomes_a_generic_one(number):
    generic = PyIndi.Property(number)
    assert f"{generic.getName()} {generic.getTypeAsString()}" == THEIRS["Property(N)"].printed


@row("bool light")
def test_lights_are_read_only_and_have_a_state_of_their_own(device):
    light = device.getLight("L")
    states = f"{light.getStateAsString()} {light[0].getStateAsString()}"
    found = f"{bool(light)} {states} {light.getPermission()}"
    assert found == THEIRS["bool light"].printed


# Attributes, as in INDI 1.x


@row("attr assign")
def test_scripts_may_put_names_of_their_own_on_handles(device, number):
    assert THEIRS["attr assign"][:2] == (0, "ok")
    for handle in (device, number, device.getProperty("N"), number[0]):
        handle.mine = 5
        assert handle.mine == 5


@row("widget value attr")
def test_numbers_have_attributes(number):
    widget = number[0]
    widget.value = 4.5
    found = widget.value, widget.getValue(), widget.min, widget.format
    assert " ".join(map(str, found)) == THEIRS["widget value attr"].printed


@row("text attr")
def test_texts_have_an_attribute(device):
    widget = device.getText("T")[0]
    widget.text = "zz"
    assert f"{widget.text} {widget.getText()}" == THEIRS["text attr"].printed


@row("np attr on getNumber")
def test_vectors_have_their_members_as_an_attribute_again(number):
    assert "AttributeError" in THEIRS["np attr on getNumber"].error
    assert [widget.value for widget in number.np] == [1.5, -0.5]
    assert number.nnp == 2


@row("getNumber() of Property")
def test_views_have_the_name_as_an_attribute_again(device):
    assert "AttributeError" in THEIRS["getNumber() of Property"].error
    assert device.getProperty("N").getNumber().name == "N"


@row("INumberVectorProperty attrs")
def test_views_have_the_other_attributes_again(device):
    assert "AttributeError" in THEIRS["INumberVectorProperty attrs"].error
    view = device.getProperty("N").getNumber()
    assert isinstance(view, PyIndi.INumberVectorProperty)
    assert (view.device, view.label, view.group, view.s, view.p) == ("D", "Nl", "G", 0, 2)


@row("dict hash")
def test_devices_serve_as_keys(client, device):
    assert "unhashable" in THEIRS["dict hash"].error
    assert {device: 1}[client.getDevice("D")] == 1


@row("repr")
def test_handles_show_what_they_are(number):
    assert "Swig Object" in THEIRS["repr"].printed
    assert repr(number) == "<PropertyNumber D.N Idle: RA=1:30:00, DE=-0.5>"
    assert repr(number[0]) == "<WidgetViewNumber D.N.RA=1:30:00>"


# What only C++ can call


@row("getRawProperty")
def test_there_are_no_pointers(device):
    assert THEIRS["getRawProperty"].printed.startswith("<Swig Object of type 'void *'")
    assert not hasattr(device, "getRawProperty")


@row("watchProperty py cb")
def test_a_device_takes_no_functions(device):
    assert THEIRS["watchProperty py cb"].code == 1
    with pytest.raises((AttributeError, TypeError)):
        device.watchProperty("N", print)


@row("watchDevice cb")
def test_a_client_takes_no_functions(client):
    assert THEIRS["watchDevice cb"].code == 1
    with pytest.raises(TypeError):
        client.watchDevice("D", print)


@row("onUpdate")
def test_a_property_takes_no_functions(device):
    assert THEIRS["onUpdate"].code == 1
    with pytest.raises((AttributeError, TypeError)):
        device.getProperty("N").onUpdate(print)


@row("getDevices list arg")
def test_devices_are_returned_and_not_put_into_a_list(client):
    assert THEIRS["getDevices list arg"].code == 1
    with pytest.raises(TypeError):
        client.getDevices([], PyIndi.BaseDevice.CCD_INTERFACE)
