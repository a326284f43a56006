"""Connections that come and go, and what a script keeps."""

import logging
import threading

import pytest

from indinb import pyindi as PyIndi
from indinb.errors import ConnectionFailed
from indinb.protocol.messages import GetProperties
from indinb.protocol.vocabulary import State
from indinb.pyindi import switchboard
from tests.client.fakes import CCD, FILTER_NAME, TEMPERATURE, update
from tests.pyindi.fakes import OldScript, Script, joined

DEGREES = "CCD_TEMPERATURE_VALUE"


# Connecting


def test_what_was_announced_is_there_when_connect_returns(script):
    assert script.isServerConnected()
    assert [device.getDeviceName() for device in script.getDevices()] == [
        CCD,
        "Telescope Simulator",
    ]
    assert script.value(CCD, "CCD_TEMPERATURE", DEGREES) == 20


def test_a_second_connect_does_nothing(script, harbour, caplog):
    assert not script.connectServer()
    assert "there is a connection already" in caplog.text
    assert len(harbour.servers) == 1
    assert script.isServerConnected()


def test_nobody_there(harbour, caplog):
    harbour.refusals = 1
    script = Script()
    assert script.connectServer() is False
    assert script.heard == []
    assert not script.isServerConnected()
    assert "not connected: nobody is there" in caplog.text
    assert {record.name for record in caplog.records} == {"indinb.pyindi"}


def test_connecting_after_a_refusal(harbour):
    harbour.refusals = 2
    script = Script()
    assert [script.connectServer() for _ in range(3)] == [False, False, True]
    script.disconnectServer()


@pytest.mark.parametrize("host", ["no such host", "a\0b", "ä" * 70, "localhost:/no/such", ":"])
def test_impossible_hosts(host, caplog):
    script = Script()
    script.setServer(host, 1)
    assert not script.connectServer()
    assert "not connected" in caplog.text


@pytest.mark.parametrize("number", [0, -1, 65536, 10**20])
def test_impossible_ports(number, caplog):
    script = Script()
    script.setServer("localhost", number)
    assert not script.connectServer()
    assert "is not a port" in caplog.text


def test_a_server_that_hangs_up_at_once(harbour, monkeypatch):
    def open_and_hang_up(*_):
        transport = harbour.open()
        harbour.server.cut()
        return "fake", transport

    monkeypatch.setattr(switchboard, "_link", open_and_hang_up)
    script = Script()
    assert not script.connectServer()
    assert not script.isServerConnected()
    assert not script.disconnectServer()
    assert script.count("serverDisconnected") == script.count("serverConnected") <= 1


def test_scope(harbour):
    script = Script()
    script.watchDevice(CCD)
    script.watchProperty("B", "X")
    script.watchProperty("B", "Y")
    script.watchProperty("C", "Z")
    script.watchDevice("C")
    script.connectServer()
    assert harbour.server.heard(GetProperties) == [
        GetProperties(CCD),
        GetProperties("B", "X"),
        GetProperties("B", "Y"),
        GetProperties("C", "Z"),
    ]
    script.disconnectServer()


# Disconnecting


def test_disconnecting(script, server):
    assert script.disconnectServer(7) is True
    assert script.heard[-1] == ("serverDisconnected", 7)
    assert not script.isServerConnected()
    assert script.value(CCD, "CCD_TEMPERATURE", DEGREES) == 20, "values stay readable"


def test_disconnecting_twice(script, caplog):
    assert [script.disconnectServer(), script.disconnectServer()] == [True, False]
    assert script.count("serverDisconnected") == 1
    assert "there is no connection" in caplog.text


def test_disconnecting_what_was_never_connected(caplog):
    script = Script()
    assert script.disconnectServer() is False
    assert script.heard == []


def test_no_link_in_the_callback_of_the_end(script):
    linked = []
    script.acts["serverDisconnected"] = lambda code: linked.append(script.isServerConnected())
    script.disconnectServer()
    assert linked == [False]


def test_of_threads_that_disconnect_one_tells_it(script):
    done = []
    threads = [
        threading.Thread(target=lambda: done.append(script.disconnectServer())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    joined(*threads)
    assert sorted(done) == [False] * 7 + [True]
    assert script.count("serverDisconnected") == 1


# Acting in callbacks


@pytest.mark.parametrize("name", ["newDevice", "newProperty"])
def test_disconnecting_while_all_is_announced(harbour, name):
    script = Script()
    script.acts[name] = lambda *_: script.disconnectServer()
    script.connectServer()
    assert not script.isServerConnected()
    assert script.count(name) == 1
    assert script.count("serverDisconnected") == 1


@pytest.mark.parametrize("name", ["updateProperty", "newNumber"])
def test_disconnecting_in_an_update(join, harbour, name):
    script, server = join(OldScript if name == "newNumber" else Script), harbour.server
    script.acts[name] = lambda *_: script.disconnectServer()
    server.send(*[update(TEMPERATURE, State.BUSY)] * 10)
    script.next("serverDisconnected")
    script.next(name)
    script._indinb.connection._reader.join()
    assert script.count(name) == 1


def test_disconnecting_when_it_is_connected(harbour):
    script = Script()
    script.acts["serverConnected"] = script.disconnectServer
    assert script.connectServer() is False
    assert not script.isServerConnected()


def test_disconnecting_and_connecting_in_a_callback(script, harbour):
    def anew(_):
        del script.acts["updateProperty"]
        script.disconnectServer()
        assert script.connectServer()

    script.acts["updateProperty"] = anew
    harbour.server.send(update(TEMPERATURE, State.BUSY))
    script.next("updateProperty")
    assert harbour.server.asked.wait(5)
    harbour.server.tell(update(TEMPERATURE, State.OK))
    assert len(harbour.servers) == 2
    assert script.getDevice(CCD).getProperty("CCD_TEMPERATURE").getStateAsString() == "Ok"


def test_connecting_in_a_callback_of_a_connection_does_nothing(script, server):
    done = []
    script.acts["updateProperty"] = lambda _: done.append(script.connectServer())
    server.tell(update(TEMPERATURE, State.BUSY))
    assert done == [False]


def test_sending_in_callbacks(script, server):
    def answer(prop):
        if prop.getState() == PyIndi.IPS_OK:
            number = PyIndi.PropertyNumber(prop)
            number[0].setValue(number[0].getValue() + 1)
            script.sendNewProperty(number)

    server.answer = lambda new: (
        [update(TEMPERATURE, State.OK, **{DEGREES: float(new.values[DEGREES])})]
        if float(new.values[DEGREES]) < 50
        else [update(TEMPERATURE, State.IDLE, **{DEGREES: 50})]
    )
    script.acts["updateProperty"] = answer
    server.send(update(TEMPERATURE, State.OK, **{DEGREES: 1}))
    while script.next("updateProperty")[0].getState() != PyIndi.IPS_IDLE:
        pass
    assert script.value(CCD, "CCD_TEMPERATURE", DEGREES) == 50
    assert script.count("updateProperty") == 50


# Sending without a server, or what is not there


def test_sending_without_a_server_is_logged(script, caplog):
    script.disconnectServer()
    caplog.clear()
    script.sendNewText(CCD, "DRIVER_INFO", "DRIVER_NAME", "x")
    script.sendPingRequest("u")
    script.setBLOBMode(PyIndi.B_ALSO, CCD)
    script.connectDevice("nobody")
    assert len(caplog.records) == 4
    assert {record.name for record in caplog.records} == {"indinb.pyindi"}
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_a_server_that_takes_nothing_any_more(script, server, monkeypatch, caplog):
    def broken(data):
        raise OSError("broken pipe")

    monkeypatch.setattr(script._indinb.connection._transport, "send", broken)
    script.sendPingRequest("u")
    assert "does not take any more: broken pipe" in caplog.text
    script.next("serverDisconnected")
    assert script.connectServer()


def test_edits_survive_a_request_that_nobody_took(script, server):
    script.disconnectServer()
    text = script.getDevice(CCD).getText("DRIVER_INFO")
    text[0].setText("x")
    script.sendNewText(text)
    assert text[0].getText() == "x"
    assert text.getState() != PyIndi.IPS_BUSY


def test_verbose(script, server, capsys):
    script.setVerbose(True)
    assert script.isVerbose()
    server.tell(update(FILTER_NAME), update(TEMPERATURE, State.BUSY))
    script.sendPingRequest("a\x1b[31m\x9b\nb")
    err = capsys.readouterr().err
    assert "< updated CCD_TEMPERATURE\n" in err
    assert r"a\x1b[31m\x9b\nb" in err.replace("\\\\", "\\")
    assert all(char.isprintable() or char == "\n" for char in err)
    script.setVerbose(False)
    script.sendPingRequest("c")
    assert capsys.readouterr().err == ""


# Links


def test_a_socket_of_this_machine(monkeypatch):
    asked = []

    def open_unix(path):
        asked.append(path)
        raise ConnectionFailed("nobody")

    monkeypatch.setattr(switchboard, "open_unix", open_unix)
    script = Script()
    for host in ("localhost:", "localhost:/a/b"):
        script.setServer(host, 7624)
        assert not script.connectServer()
    assert asked == ["/tmp/indiserver", "/a/b"]


def test_the_timeout_is_for_connecting(monkeypatch):
    asked = []

    def open_tcp(host, port, timeout):
        asked.append((host, port, timeout))
        raise ConnectionFailed("nobody")

    monkeypatch.setattr(switchboard, "open_tcp", open_tcp)
    script = Script()
    script.connectServer()
    script.setServer("pi", 7625)
    script.setConnectionTimeout(1, 500_000)
    script.connectServer()
    assert asked == [("localhost", 7624, 3.0), ("pi", 7625, 1.5)]
