"""Threads, forks and ends: nothing hangs, nothing is left."""

import gc
import multiprocessing
import threading
import weakref

import pytest

from indinb import pyindi as PyIndi
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import State
from indinb.pyindi import sending, switchboard
from tests.client.fakes import CCD, TEMPERATURE, obey, update
from tests.forks import in_child
from tests.pyindi.fakes import PATIENCE, Script, joined

# Python warns since 3.12 that a child may find locks held for ever: here it must not.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

DEGREES = "CCD_TEMPERATURE_VALUE"


def readers():
    return [thread for thread in threading.enumerate() if thread.name == "indinb-reader"]


# One thread that reads


def test_callbacks_come_on_one_thread(script, server):
    threads = set()
    for name in ("updateProperty", "newMessage", "removeProperty"):
        script.acts[name] = lambda *_: threads.add(threading.current_thread())
    server.tell(*[update(TEMPERATURE, State.BUSY, message="x")] * 3)
    assert len(threads) == 1
    assert threading.current_thread() not in threads


def test_each_client_has_one_of_its_own(join):
    before = len(readers())
    one, two = join(), join()
    assert len(readers()) == before + 2
    one.disconnectServer()
    assert len(readers()) == before + 1
    assert two.isServerConnected()


def test_there_is_one_after_many_connections(script):
    before = len(readers())
    for _ in range(10):
        assert script.disconnectServer()
        assert script.connectServer()
    assert len(readers()) == before


def test_a_callback_of_one_client_may_use_another(join, harbour):
    one, two = join(), join()
    first, second = harbour.servers
    second.answer = obey

    def hand_on(prop):
        two.sendNewNumber(CCD, "CCD_TEMPERATURE", DEGREES, PyIndi.PropertyNumber(prop)[0].value)

    one.acts["updateProperty"] = hand_on
    first.tell(update(TEMPERATURE, State.OK, **{DEGREES: 7}))
    assert second.next(New).values == {DEGREES: 7}
    second.tell()
    assert two.value(CCD, "CCD_TEMPERATURE", DEGREES) == 7


def test_a_client_may_be_connected_in_a_callback_of_another(join, harbour):
    one, two = join(), Script()
    one.acts["updateProperty"] = lambda prop: two.connectServer()
    harbour.servers[0].tell(update(TEMPERATURE, State.OK))
    assert two.isServerConnected(), "it has not waited, as a callback must not"
    assert harbour.server.asked.wait(5)
    harbour.server.tell()
    assert len(two.getDevices()) == 2
    two.disconnectServer()


def test_scripts_read_and_send_in_many_threads(script, server):
    server.answer = obey
    failed = []

    def work(number):
        try:
            handle = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
            for step in range(30):
                script.sendNewNumber(CCD, "CCD_TEMPERATURE", DEGREES, number + step)
                handle[0].getValue()
                assert len(script.getDevice(CCD).getProperties()) == 7
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(100 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    joined(*threads)
    assert failed == []
    assert len(server.heard(New)) == 120


class WatchedLock:
    """A lock that tells when a thread has to wait for it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.wanted = threading.Event()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self.wanted.set()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_what_another_thread_writes_while_it_is_sent_waits_for_the_next_time(
    script, server, monkeypatch
):
    number = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    number.sheet.lock = lock = WatchedLock()
    other = threading.Thread(target=lambda: number[0].setValue(-20))
    made = sending.request

    def request(sheet):
        message = made(sheet)
        other.start()
        assert lock.wanted.wait(PATIENCE)
        return message

    number[0].setValue(-10)
    monkeypatch.setattr(sending, "request", request)
    script.sendNewNumber(number)
    joined(other)
    monkeypatch.undo()
    script.sendNewNumber(number)
    assert [server.next(New).values for _ in range(2)] == [{DEGREES: -10}, {DEGREES: -20}]


# A callback that does not return


def test_disconnecting_while_a_callback_waits_for_who_disconnects(script, server, monkeypatch):
    monkeypatch.setattr("indinb.client.session.END_TIMEOUT", 0.05)
    inside, go_on = threading.Event(), threading.Event()

    def wait(prop):
        inside.set()
        go_on.wait(PATIENCE)

    script.acts["updateProperty"] = wait
    server.send(update(TEMPERATURE, State.BUSY), update(TEMPERATURE, State.OK))
    assert inside.wait(5)
    assert script.disconnectServer()
    reader = script._indinb.connection._reader
    go_on.set()
    joined(reader)
    assert script.count("updateProperty") == 1, "what comes later is not told"


def test_a_loss_whose_callback_does_not_return(script, harbour, monkeypatch):
    """The main loop connects all the same."""
    monkeypatch.setattr("indinb.client.session.END_TIMEOUT", 0.05)
    inside, go_on = threading.Event(), threading.Event()

    def wait(code):
        inside.set()
        go_on.wait(PATIENCE)

    script.acts["serverDisconnected"] = wait
    reader = script._indinb.connection._reader
    harbour.server.cut()
    assert inside.wait(5)
    assert script.connectServer()
    go_on.set()
    joined(reader)
    harbour.server.tell(update(TEMPERATURE, State.BUSY))
    assert script.count("serverDisconnected") == 1
    script.acts.clear()


# Clients that nobody disconnects


def test_a_client_that_is_dropped_ends(harbour):
    script = Script()
    script.connectServer()
    reader = script._indinb.connection._reader
    handle = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    known = weakref.ref(script)
    del script
    gc.collect()
    assert known() is not None, "its handles need it"
    assert handle[0].getValue() == 20
    del handle
    gc.collect()
    joined(reader)
    gc.collect()
    assert known() is None


def test_a_client_that_is_dropped_after_a_loss(harbour):
    script = Script()
    script.connectServer()
    harbour.server.cut()
    script.next("serverDisconnected")
    known = weakref.ref(script)
    script._indinb.connection.close()
    del script
    gc.collect()
    assert known() is None


def test_boards_are_those_of_clients_that_are_known():
    gc.collect()
    before = len(switchboard.boards)
    client = PyIndi.BaseClient()
    assert len(switchboard.boards) == before + 1
    del client
    gc.collect()
    assert len(switchboard.boards) == before


# Forks


def test_a_process_that_saves_what_comes(script, server):
    """As scripts do that hand pictures to another process by a queue."""
    context = multiprocessing.get_context("fork")
    values, doubled = context.Queue(), context.Queue()
    process = context.Process(target=double, args=(values, doubled))
    process.start()
    script.acts["updateProperty"] = lambda prop: values.put(prop.getNumber()[0].getValue())
    server.tell(*(update(TEMPERATURE, State.OK, **{DEGREES: value}) for value in (1, 2, 3)))
    assert [doubled.get(timeout=PATIENCE) for _ in range(3)] == [2, 4, 6]
    values.put(None)
    process.join(PATIENCE)
    assert process.exitcode == 0
    for each in (values, doubled):
        each.close()
        each.join_thread()
    assert script.isServerConnected()


def double(values, doubled):
    for value in iter(values.get, None):
        doubled.put(2 * value)


def test_a_child_has_no_part_in_its_parent_s_connection(script, server):
    number = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    assert in_child(script.isServerConnected) == "False"
    assert in_child(lambda: number[0].getValue()) == "20.0"
    assert in_child(lambda: script.sendNewNumber(number)) == "None"
    assert in_child(script.disconnectServer) == "False"
    server.tell(update(TEMPERATURE, State.BUSY))
    assert server.heard(New) == []
    assert script.isServerConnected()
    assert number.getStateAsString() == "Busy"


def test_a_child_may_connect_although_its_parent_is_about_to(port):
    script = Script()
    script.setServer("127.0.0.1", port.number)

    def connect():
        done = script.connectServer(), len(script.getDevices()), script.disconnectServer()
        return done, script.count("serverDisconnected")

    with script._indinb._lock:
        assert in_child(connect) == "((True, 2, True), 1)"


def test_a_child_may_write_although_its_parent_is_about_to(script):
    number = script.getDevice(CCD).getNumber("CCD_TEMPERATURE")
    held, done = threading.Event(), threading.Event()

    def hold():
        with number.sheet.lock:
            held.set()
            assert done.wait(PATIENCE)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(PATIENCE)
    assert in_child(lambda: number[0].setValue(-10) or number[0].getValue()) == "-10.0"
    done.set()
    joined(thread)
