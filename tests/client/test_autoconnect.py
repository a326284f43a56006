"""Devices that are connected again whenever they come back."""

import gc
import weakref

import pytest

from indinb.client import autoconnect
from indinb.client.connection import Connection
from indinb.errors import NotWritable
from indinb.protocol.messages import Delete, New, Update
from indinb.protocol.vocabulary import State
from tests.client.fakes import CCD, CONNECTION, FILTER_NAME, SOON, FakeServer, obey, update
from tests.client.helpers import Handler
from tests.waiting import look_until, wait_until

OFF = CONNECTION._replace(
    members=tuple(m._replace(value=m.name == "DISCONNECT") for m in CONNECTION.members)
)


def throw(new):
    """Do as a driver does: one member of the switch is on."""
    (on,) = new.values
    values = {name: name == on for name in ("CONNECT", "DISCONNECT")}
    return obey(new._replace(values=values))


@pytest.fixture
def server():
    server = FakeServer(OFF, answer=throw)
    yield server
    server.close()


def refuse(new):
    """Say that the hardware is not there."""
    return (Update(new.kind, new.device, new.name, {}, State.ALERT, message="[ERROR] no camera"),)


def fail_to_connect(ccd, server):
    server.answer = refuse
    ccd.auto_connect = True
    wait_until(ccd, lambda: ccd["CONNECTION"].state is State.ALERT)
    server.tell()


def connected(device):
    wait_until(device, lambda: device.connected)
    device._auto_connect._work.result(SOON)


def test_by_default_a_device_is_left_alone(ccd, server):
    assert not ccd.auto_connect
    server.tell(Delete(CCD), OFF)
    assert server.heard(New) == []


def test_it_is_connected_at_once(ccd):
    ccd.auto_connect = True
    connected(ccd)
    assert ccd.auto_connect


def test_it_is_connected_when_its_driver_comes_back(ccd, server):
    ccd.auto_connect = True
    connected(ccd)
    for _ in range(3):
        server.tell(Delete(CCD))
        assert not ccd.connected
        server.tell(OFF)
        connected(ccd)
    assert len(server.heard(New)) == 4


def test_it_is_connected_when_its_server_comes_back(connect, harbour):
    harbour.definitions = (OFF,)
    client = connect(harbour, reopen=harbour.open)
    harbour.server.answer = throw
    ccd = client.devices[CCD]
    ccd.auto_connect = True
    connected(ccd)
    harbour._make = lambda *definitions: FakeServer(*definitions, answer=throw)
    harbour.cut(client)
    connected(ccd)
    assert [new.name for new in harbour.server.heard(New)] == ["CONNECTION"]


def test_a_device_that_is_not_there_yet(client, server):
    dome = client.handle("Dome")
    dome.auto_connect = True
    assert server.heard(New) == []
    server.tell(OFF._replace(device="Dome"))
    connected(dome)


def test_one_that_was_not_turned_off_needs_nothing(ccd, server):
    server.tell(CONNECTION)
    ccd.auto_connect = True
    server.tell(Delete(CCD), CONNECTION)
    assert server.heard(New) == []


def test_who_disconnects_it_is_obeyed(ccd, server):
    ccd.auto_connect = True
    connected(ccd)
    ccd.disconnect()
    server.tell(FILTER_NAME, update(OFF, State.IDLE))
    assert not ccd.connected
    assert len(server.heard(New)) == 2


def test_what_cannot_be_connected_is_tried_again(ccd, server, clock, caplog):
    fail_to_connect(ccd, server)
    clock.advance(1)
    assert "[ERROR] no camera" in caplog.text
    assert "it is tried again in 10 s" in caplog.text
    server.answer = throw
    clock.advance(autoconnect.RETRY)
    wait_until(ccd, lambda: ccd.connected)
    server.tell()
    clock.advance(1)
    assert "CCD Simulator is connected" in caplog.text


def test_it_is_not_tried_again_when_it_was_turned_off(ccd, server, clock):
    fail_to_connect(ccd, server)
    clock.advance(1)
    ccd.auto_connect = False
    clock.advance(100)
    assert not ccd.auto_connect
    assert len(server.heard(New)) == 1
    assert clock.pending == []


def test_it_is_not_tried_again_without_a_link(ccd, client, server, clock):
    fail_to_connect(ccd, server)
    clock.advance(1)
    client.close()
    clock.advance(100)
    assert clock.pending == []


def test_off_is_off(ccd, server):
    ccd.auto_connect = True
    connected(ccd)
    ccd.auto_connect = False
    server.tell(Delete(CCD), OFF)
    assert not ccd.connected
    assert len(server.heard(New)) == 1


def test_a_device_that_is_lost_while_it_connects(ccd, server):
    server.answer = lambda new: ()
    ccd.auto_connect = True
    server.next(New)
    server.answer = throw
    server.tell(Delete(CCD), OFF)
    connected(ccd)


def test_to_look_without_touching(connect, server, caplog):
    client = connect(server, read_only=True)
    with pytest.raises(NotWritable):
        client.devices[CCD].auto_connect = True
    assert not client.devices[CCD].auto_connect


def test_other_observers_hear_of_it(ccd, server):
    handler = Handler()
    ccd["CONNECTION"].observe(handler)
    ccd.auto_connect = True
    connected(ccd)
    server.tell(update(OFF, State.OK))
    assert handler.heard == [("updated", "CONNECTION")] * 2


# What is wanted


def test_who_disconnects_it_is_obeyed_over_the_next_link(connect, harbour):
    harbour._make = lambda *definitions: FakeServer(*definitions, answer=throw)
    harbour.definitions = (OFF,)
    client = connect(harbour, reopen=harbour.open)
    ccd = client.devices[CCD]
    ccd.auto_connect = True
    connected(ccd)
    ccd.disconnect()
    harbour.server.tell(update(OFF, State.IDLE))
    harbour.cut(client)
    harbour.server.tell()
    assert not ccd.connected
    assert harbour.server.heard(New) == []


def test_a_device_that_is_lost_with_an_alert_is_wanted_all_the_same(ccd, server):
    ccd.auto_connect = True
    connected(ccd)
    server.tell(update(CONNECTION, State.ALERT, CONNECT=False, DISCONNECT=True))
    server.tell(Delete(CCD), OFF)
    connected(ccd)


def test_restarts_do_not_pile_up(ccd, server, clock):
    fail_to_connect(ccd, server)
    for _ in range(5):
        server.tell(Delete(CCD), OFF)
        wait_until(ccd, lambda: ccd["CONNECTION"].state is State.ALERT)
        server.tell()
        clock.advance(1)
    assert len(clock.pending) == 1
    ccd.auto_connect = False
    assert clock.pending == []


def test_it_can_be_asked_for_without_a_link(connect, harbour):
    harbour._make = lambda *definitions: FakeServer(*definitions, answer=throw)
    harbour.definitions = (OFF,)
    client = connect(harbour, reopen=harbour.open)
    harbour.refusals = 10**9
    harbour.server.cut()
    wait_until(client, lambda: client.status == "lost")
    client.devices[CCD].auto_connect = True
    harbour.refusals = 0
    connected(client.devices[CCD])


def test_what_could_not_be_turned_on_leaves_nothing(connect, server):
    client = connect(server, read_only=True)
    for _ in range(3):
        with pytest.raises(NotWritable):
            client.devices[CCD].auto_connect = True
    assert client.observers._by_key == {}


def wait_for_timer(keeper):
    look_until(lambda: keeper._timer)


def test_a_forgotten_client_is_not_kept_by_what_is_tried_again():
    server = FakeServer(OFF, answer=refuse)
    client = Connection(server.transport, "fake").open()
    ccd = client.devices[CCD]
    fail_to_connect(ccd, server)
    keeper = ccd._auto_connect
    wait_for_timer(keeper)
    timer, gone = keeper._timer, weakref.ref(client)
    del client, ccd, keeper
    look_until(lambda: gc.collect() is None or gone() is None)
    timer.cancel()
    server.close()
