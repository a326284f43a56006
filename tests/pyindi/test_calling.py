"""Callbacks that raise: nothing hangs, nothing exits, all is told."""

import logging
import sys
import threading

import pytest

from indinb import pyindi as PyIndi
from indinb.client.clock import forbid_waiting
from indinb.protocol.messages import Blob, Delete, Notice, Ping
from indinb.protocol.vocabulary import State
from indinb.pyindi.calling import Caller
from tests.client.fakes import (
    CCD,
    CONNECTION,
    DRIVER_INFO,
    IMAGE,
    RADEC,
    TEMPERATURE,
    WEATHER,
    FakeServer,
    delete,
    obey,
    update,
)
from tests.pyindi.fakes import HOOKS, OldScript, Script, joined, run

PICTURE = Blob(memoryview(b"stars"), ".fits", 5)

TRIGGERS = {
    "newDevice": (RADEC,),
    "newProperty": (WEATHER,),
    "updateProperty": (update(TEMPERATURE, State.BUSY),),
    "newNumber": (update(TEMPERATURE, State.BUSY),),
    "newSwitch": (update(CONNECTION, State.BUSY),),
    "newText": (update(DRIVER_INFO, State.BUSY),),
    "newLight": (WEATHER, update(WEATHER, State.BUSY)),
    "newBLOB": (update(IMAGE, State.OK, CCD1=PICTURE),),
    "removeProperty": (delete(TEMPERATURE),),
    "removeDevice": (Delete(CCD),),
    "newMessage": (Notice(CCD, "hello"),),
    "newUniversalMessage": (Notice(None, "hello"),),
    "newPingReply": (Ping("u", reply=True),),
}
"""What a server says, so that each callback is called on the thread that reads."""

RAISED = [ValueError, SystemExit, KeyboardInterrupt, GeneratorExit, RecursionError]


class Wrong(Exception):
    """Of a script's own."""


def raising(error):
    def act(*_):
        raise error("wrong")

    return act


def of_ours(caplog):
    return [each for each in caplog.records if each.name == "indinb.pyindi"]


def still_hears(script: Script, server: FakeServer) -> bool:
    """Tell whether updates go on."""
    update_hook = "newSwitch" if isinstance(script, OldScript) else "updateProperty"
    before = script.count(update_hook)
    server.tell(update(CONNECTION, State.OK), CONNECTION, update(CONNECTION, State.IDLE))
    return script.isServerConnected() and script.count(update_hook) > before


def script_for(name: str) -> type[Script]:
    """Return a kind of script that has this callback."""
    return OldScript if name in HOOKS else Script


@pytest.mark.parametrize("name", TRIGGERS)
@pytest.mark.parametrize("error", RAISED)
def test_what_a_callback_raises_stops_nothing(join, harbour, caplog, name, error):
    script, server = join(script_for(name)), harbour.server
    if name == "newDevice":
        server.tell(Delete("Telescope Simulator"))
    script.acts[name] = raising(error)
    server.tell(*TRIGGERS[name])
    del script.acts[name]
    assert script.count(name) >= 1
    (record,) = of_ours(caplog)
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith(f"{name} failed, and reading goes on")
    assert record.exc_info[0] is error
    assert "def act" not in caplog.text
    assert "in act" in caplog.text, "the traceback leads to the script's line"
    assert still_hears(script, server)


@pytest.mark.parametrize("name", ["newDevice", "newProperty", "serverConnected"])
def test_a_callback_that_fails_while_all_is_announced(join, harbour, caplog, name):
    def make():
        script = Script()
        script.acts[name] = raising(Wrong)
        return script

    script = join(make)
    assert len(of_ours(caplog)) == 1
    assert script.count("newProperty") == len(harbour.definitions)
    assert still_hears(script, harbour.server)


def test_a_callback_that_fails_at_the_end(script, caplog):
    script.acts["serverDisconnected"] = raising(Wrong)
    assert script.disconnectServer() is True
    (record,) = of_ours(caplog)
    assert record.exc_info[0] is Wrong
    assert script.connectServer()


def test_a_callback_that_fails_at_a_loss(script, harbour, caplog):
    script.acts["serverDisconnected"] = raising(SystemExit)
    harbour.server.cut()
    script.next("serverDisconnected")
    assert script.connectServer()
    assert [record.exc_info[0] for record in of_ours(caplog)] == [SystemExit]
    assert still_hears(script, harbour.server)


def test_each_kind_of_error_is_logged_once(script, server, caplog):
    for error in (ValueError, ValueError, TypeError, ValueError):
        script.acts["updateProperty"] = raising(error)
        server.tell(*[update(TEMPERATURE, State.BUSY)] * 5)
    assert [record.exc_info[0] for record in of_ours(caplog)] == [ValueError, TypeError]


def test_each_callback_s_errors_are_logged(script, server, caplog):
    script.acts["updateProperty"] = script.acts["newMessage"] = raising(ValueError)
    server.tell(*[update(TEMPERATURE, State.BUSY, message="it cools")] * 5)
    assert [record.getMessage().split()[0] for record in of_ours(caplog)] == [
        "newMessage",
        "updateProperty",
    ]


def test_a_device_is_told_although_its_removal_failed(script, server):
    script.acts["removeProperty"] = raising(KeyboardInterrupt)
    prop = script.getDevice(CCD).getProperty("CCD_TEMPERATURE")
    server.tell(delete(TEMPERATURE))
    assert prop, "it stays readable"
    assert not script.getDevice(CCD).getProperty("CCD_TEMPERATURE")


# In a thread of the script's own


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_exit_and_interrupt_in_the_script_s_own_thread_are_its_own(harbour, error, caplog):
    script = Script()
    script.acts["serverConnected"] = script.acts["serverDisconnected"] = raising(error)
    with pytest.raises(error):
        script.connectServer()
    assert script.isServerConnected()
    script.next("newProperty")
    with pytest.raises(error):
        script.disconnectServer()
    assert not script.isServerConnected()
    assert of_ours(caplog) == []


# on_error


class Careful(Script):
    """Hears of its mistakes."""

    def __init__(self):
        super().__init__()
        self.mistakes = []

    def on_error(self, callback, error):
        self.mistakes.append((callback, type(error), threading.current_thread().name))


def test_on_error_hears_of_each(join, harbour, caplog):
    script = join(Careful)
    script.acts["updateProperty"] = raising(SystemExit)
    script.acts["serverDisconnected"] = raising(Wrong)
    harbour.server.tell(*[update(TEMPERATURE, State.BUSY)] * 2)
    script.disconnectServer()
    here = threading.current_thread().name
    assert script.mistakes == [
        ("updateProperty", SystemExit, "indinb-reader"),
        ("updateProperty", SystemExit, "indinb-reader"),
        ("serverDisconnected", Wrong, here),
    ]
    assert of_ours(caplog) == []


@pytest.mark.parametrize("error", RAISED)
def test_on_error_that_fails(join, harbour, caplog, error):
    script = join(Careful)
    script.acts["updateProperty"] = raising(Wrong)
    script.on_error = raising(error)
    harbour.server.tell(*[update(TEMPERATURE, State.BUSY)] * 3)
    (record,) = of_ours(caplog)
    assert record.getMessage().startswith("on_error failed")
    assert "Wrong: wrong" in caplog.text, "what it should have heard of"
    assert error.__name__ in caplog.text
    assert still_hears(script, harbour.server)


@pytest.mark.parametrize("not_ours", [None, 3, lambda: None])
def test_on_error_of_the_script_s_own(join, harbour, caplog, not_ours):
    script = join()
    script.on_error = not_ours
    script.acts["updateProperty"] = raising(Wrong)
    harbour.server.tell(update(TEMPERATURE, State.BUSY))
    assert "Wrong: wrong" in caplog.text
    assert still_hears(script, harbour.server)


def test_on_error_that_ends_the_connection(join, harbour):
    script = join(Careful)
    script.on_error = lambda callback, error: script.disconnectServer()
    script.acts["updateProperty"] = raising(Wrong)
    harbour.server.send(*[update(TEMPERATURE, State.BUSY)] * 3)
    assert script.next("serverDisconnected") == (0,)


# Callbacks that are no functions of the right kind


@pytest.mark.parametrize("odd", [None, 3, "x", lambda: None, lambda a, b, c: None])
def test_callbacks_that_cannot_be_called(script, server, odd):
    script.updateProperty = script.newDevice = script.newNumber = odd
    server.tell(update(TEMPERATURE, State.BUSY))
    del script.updateProperty
    assert still_hears(script, server)


# Callbacks that block


@pytest.mark.parametrize("name", ["updateProperty", "newMessage", "newNumber"])
def test_a_callback_that_blocks_can_be_named(join, harbour, name):
    """Observers that keep all others waiting are told by their representation."""
    script, server = join(script_for(name)), harbour.server
    (subscription,) = script._indinb.connection.observers.interested(None, None)
    named = []
    script.acts[name] = lambda *_: named.append(repr(subscription.handler))
    server.tell(*TRIGGERS[name])
    assert named == [f"<{name} of {type(script).__name__}>"]
    assert repr(subscription.handler) == f"<callbacks of {type(script).__name__}>"


# The caller alone


class Subject:
    """A client that has heard of nothing."""

    name = ""

    def newDevice(self, device):
        """See what is being called."""
        self.name = repr(self.caller)

    def on_error(self, name, error):
        self.error = error


def test_what_is_being_called():
    subject = Subject()
    subject.caller = Caller(subject)
    assert repr(subject.caller) == "<callbacks of Subject>"
    subject.caller.call("newDevice", None)
    assert subject.name == "<newDevice of Subject>"
    assert repr(subject.caller) == "<callbacks of Subject>"


def test_what_the_script_wants():
    client = PyIndi.BaseClient()
    caller = Caller(client)
    assert Caller(Script()).wants("updateProperty")
    assert not Caller(OldScript()).wants("updateProperty"), "it only has the inherited one"
    assert Caller(OldScript()).wants("newBLOB")
    assert not caller.wants("updateProperty")
    assert not caller.wants("newBLOB")
    client.updateProperty = print
    assert caller.wants("updateProperty")
    client.newBLOB = print
    client.newNumber = None
    assert caller.wants("newBLOB")
    assert not caller.wants("newNumber")


def test_exit_ends_no_thread_that_reads():
    subject, ended = Subject(), []
    subject.newProperty = lambda: sys.exit(3)
    caller = Caller(subject)

    def read():
        forbid_waiting()
        caller.call("newProperty")
        ended.append(subject.error)

    thread = threading.Thread(target=read)
    thread.start()
    joined(thread)
    assert [error.code for error in ended] == [3]
    with pytest.raises(SystemExit):
        caller.call("newProperty")


# A whole program

FAILING = """
import sys, threading
import PyIndi

class Client(PyIndi.BaseClient):
    updates = threading.Semaphore(0)
    def newDevice(self, device): raise ValueError("in newDevice")
    def newProperty(self, prop): sys.exit(5)
    def updateProperty(self, prop):
        self.updates.release()
        raise KeyboardInterrupt
    def serverConnected(self): raise ValueError("in serverConnected")
    def serverDisconnected(self, code): raise ValueError("in serverDisconnected")
    def newPingReply(self, uid): raise SystemExit

client = Client()
client.setServer("127.0.0.1", int(sys.argv[1]))
assert client.connectServer()
telescope = client.getDevice("Telescope Simulator")
print(telescope.getDeviceName(), len(telescope.getProperties()))
coord = telescope.getNumber("EQUATORIAL_EOD_COORD")
for _ in range(3):
    client.sendNewNumber(coord)
    assert client.updates.acquire(timeout=20)
print(client.isServerConnected(), coord.getStateAsString())
print(client.disconnectServer())
"""


def test_a_program_whose_callbacks_all_fail(port, tmp_path):
    port.harbour._make, make = lambda *of: _obeying(make(*of), obey), port.harbour._make
    code, out, err = run(FAILING, tmp_path, str(port.number))
    assert (code, out.split("\n")) == (0, ["Telescope Simulator 1", "True Ok", "True", ""]), err
    for name in ("newDevice", "serverConnected", "serverDisconnected"):
        assert err.count(f"ValueError: in {name}") == 1, err
    assert err.count("SystemExit: 5") == 1
    assert err.count("KeyboardInterrupt") == 2, "the script's line, and the error"


def _obeying(server, answer):
    server.answer = answer
    return server
