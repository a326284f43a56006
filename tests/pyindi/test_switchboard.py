"""Connections that come and go, and what a script keeps."""

import logging
import threading

import pytest

from indinb import pyindi as PyIndi
from indinb.errors import ConnectionFailed
from indinb.protocol.messages import EnableBlob, GetProperties, New
from indinb.protocol.vocabulary import BlobMode, State
from indinb.pyindi import switchboard
from tests.client.fakes import CCD, FILTER_NAME, RADEC, TEMPERATURE, update
from tests.pyindi.fakes import Script, joined

DEGREES = "CCD_TEMPERATURE_VALUE"


def lose(script, harbour):
    """Cut the link, and wait until the script was told."""
    harbour.server.cut()
    return script.next("serverDisconnected")


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


# Losing the server


def test_a_loss_is_told_once(script, harbour):
    linked = []
    script.acts["serverDisconnected"] = lambda code: linked.append(script.isServerConnected())
    assert lose(script, harbour) == (-1,)
    assert linked == [False]
    assert not script.disconnectServer(), "which is harmless"
    assert script.count("serverDisconnected") == 1
    assert script.count("removeDevice") == script.count("removeProperty") == 0


@pytest.mark.parametrize("half", [b"<setNumber", b"<setNumberVector device='", b"\xff\xfe", b"<a>"])
def test_a_loss_in_the_midst_of_a_message(script, harbour, half):
    harbour.server.send_bytes(half)
    assert lose(script, harbour) == (-1,)
    assert script.connectServer()
    harbour.server.tell(update(TEMPERATURE, State.OK, **{DEGREES: 3}))
    assert script.value(CCD, "CCD_TEMPERATURE", DEGREES) == 3


def test_waiting_for_busy_ends_with_the_server(script, harbour):
    number = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    number[0].setValue(-10)
    script.sendNewNumber(number)
    harbour.server.next(New)
    assert number.getState() == PyIndi.IPS_BUSY
    lose(script, harbour)
    assert number.getState() == PyIndi.IPS_ALERT
    assert script.connectServer()
    assert number.getState() == PyIndi.IPS_IDLE, "as the driver defines it now"


def test_what_the_driver_said_is_busy_is_alert_without_a_server(script, harbour):
    harbour.server.tell(update(TEMPERATURE, State.BUSY))
    number = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    assert number.getStateAsString() == "Busy"
    lose(script, harbour)
    assert number.getStateAsString() == "Alert"


def test_handles_revive(script, harbour):
    device = script.getDevice(CCD)
    number = device.getNumber("CCD_TEMPERATURE")
    widget = number[0]
    lose(script, harbour)
    assert device
    assert not device.isConnected()
    assert (bool(number), widget.getValue()) == (True, 20)
    assert script.connectServer()
    harbour.server.tell(update(TEMPERATURE, State.OK, **{DEGREES: 5}))
    assert (number.getStateAsString(), number[0].getValue(), widget.getValue()) == ("Ok", 5, 5)
    assert device.isConnected()


def test_handles_revive_in_the_order_of_callbacks(script, harbour):
    lose(script, harbour)
    script.heard.clear()
    script.connectServer()
    names = [name for name, *_ in script.heard]
    assert names.count("newDevice") == 2
    assert names.count("newProperty") == len(harbour.definitions)


def test_what_does_not_come_back_stays_readable_but_is_not_announced(script, harbour):
    number = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    lose(script, harbour)
    harbour.definitions = (RADEC,)
    script.connectServer()
    assert number[0].getValue() == 20
    assert [device.getDeviceName() for device in script.getDevices()] == ["Telescope Simulator"]


def test_what_is_written_without_a_server_is_sent_when_it_is_back(script, harbour, caplog):
    number = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    lose(script, harbour)
    number[0].setValue(-7)
    script.sendNewNumber(number)
    assert "not sent, as there is no server: New(" in caplog.text
    assert number.getState() != PyIndi.IPS_BUSY
    script.connectServer()
    assert number[0].getValue() == -7
    script.sendNewNumber(number)
    assert harbour.server.next(New).values == {DEGREES: -7}


def test_blob_modes_are_restored(script, harbour):
    script.setBLOBMode(PyIndi.B_ONLY, CCD, "CCD1")
    script.setBLOBMode(PyIndi.B_ALSO, CCD)
    lose(script, harbour)
    script.setBLOBMode(PyIndi.B_NEVER, "Other")
    script.connectServer()
    assert harbour.server.heard(EnableBlob) == [
        EnableBlob(CCD, None, BlobMode.ALSO),
        EnableBlob("Other", None, BlobMode.NEVER),
    ]


def test_blob_modes_after_disconnect(script, harbour):
    script.setBLOBMode(PyIndi.B_ALSO, CCD, "CCD1")
    script.disconnectServer()
    script.connectServer()
    assert harbour.server.heard(EnableBlob) == [EnableBlob(CCD, "CCD1", BlobMode.ALSO)]


def test_connecting_when_it_is_lost_in_the_main_loop(script, harbour):
    for _ in range(5):
        harbour.server.cut()
        script.next("serverDisconnected")
        assert script.connectServer()
        harbour.server.tell(update(TEMPERATURE, State.OK))
    assert script.count("serverDisconnected") == 5


def test_connecting_in_the_callback_of_the_loss(script, harbour):
    done = []
    script.acts["serverDisconnected"] = lambda code: done.append(script.connectServer())
    for _ in range(3):
        lose(script, harbour)
        assert harbour.server.asked.wait(5)
        harbour.server.tell()
    del script.acts["serverDisconnected"]
    harbour.server.tell(update(TEMPERATURE, State.OK, **{DEGREES: 5}))
    assert done == [True] * 3
    assert script.value(CCD, "CCD_TEMPERATURE", DEGREES) == 5


def test_trying_in_the_callback_until_it_is_back(script, harbour):
    def until_it_is_back(code):
        while not script.connectServer():
            pass

    harbour.refusals = 5
    script.acts["serverDisconnected"] = until_it_is_back
    lose(script, harbour)
    assert script.isServerConnected()
    del script.acts["serverDisconnected"]


def test_connecting_in_the_callback_and_in_the_main_loop(script, harbour):
    done = []
    inside, go_on = threading.Event(), threading.Event()

    def connect_later(code):
        inside.set()
        assert go_on.wait(5)
        done.append(script.connectServer())

    def connect_now():
        done.append(script.connectServer())

    script.acts["serverDisconnected"] = connect_later
    harbour.server.cut()
    assert inside.wait(5)
    thread = threading.Thread(target=connect_now)
    thread.start()
    go_on.set()
    joined(thread)
    script.next("serverDisconnected")
    del script.acts["serverDisconnected"]
    assert any(done)
    assert script.isServerConnected()
    assert len(harbour.servers) == 2
    assert script.count("serverDisconnected") == 1


def test_of_threads_that_connect_one_makes_the_connection_and_all_have_it(script, harbour):
    lose(script, harbour)
    barrier = threading.Barrier(8)
    done = []

    def connect():
        barrier.wait()
        linked = script.isServerConnected()
        done.append(script.connectServer() or linked or script.isServerConnected())

    threads = [threading.Thread(target=connect) for _ in range(8)]
    for thread in threads:
        thread.start()
    joined(*threads)
    assert done == [True] * 8
    assert len(harbour.servers) == 2
    assert script.count("serverConnected") == 2


def test_who_connects_faster_than_the_loss_is_told(script, harbour, monkeypatch):
    """The reader has noticed the loss, but not yet told it, when the main loop connects."""
    old = script._indinb.connection
    noticed, go_on = threading.Event(), threading.Event()
    tell = old._tell

    def tell_late(before, after):
        if threading.current_thread() is old._reader:
            noticed.set()
            assert go_on.wait(5)
        tell(before, after)

    monkeypatch.setattr(old, "_tell", tell_late)
    monkeypatch.setattr(old._reader, "wait_for_end", lambda timeout: go_on.set())
    harbour.server.cut()
    assert noticed.wait(5)
    assert script.connectServer()
    assert script.count("serverDisconnected") == 1
    names = [name for name, *_ in script.heard]
    assert names.index("serverDisconnected") < len(names) - names[::-1].index("serverConnected")
    old._reader.join()
    assert script.count("serverDisconnected") == 1


def test_who_disconnects_faster_than_the_loss_is_told(script, harbour, monkeypatch):
    old = script._indinb.connection
    noticed, go_on = threading.Event(), threading.Event()
    tell = old._tell

    def tell_late(before, after):
        noticed.set()
        assert go_on.wait(5)
        tell(before, after)

    monkeypatch.setattr(old, "_tell", tell_late)
    harbour.server.cut()
    assert noticed.wait(5)
    monkeypatch.setattr(old, "_tell", tell)
    monkeypatch.setattr(old._reader, "wait_for_end", lambda timeout: go_on.set())
    assert script.disconnectServer(3)
    old._reader.join()
    assert [given for name, *given in script.heard if name == "serverDisconnected"] == [[3]]


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
def test_disconnecting_in_an_update(script, server, name):
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
