"""Servers that are lost and found again."""

import threading

import pytest

from indinb import pyindi as PyIndi
from indinb.protocol.messages import EnableBlob, New
from indinb.protocol.vocabulary import BlobMode, State
from tests.client.fakes import CCD, RADEC, TEMPERATURE, update
from tests.pyindi.fakes import joined

DEGREES = "CCD_TEMPERATURE_VALUE"


def lose(script, harbour):
    """Cut the link, and wait until the script was told."""
    harbour.server.cut()
    return script.next("serverDisconnected")


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
    assert "not sent, as there is no server: New" in caplog.text
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
