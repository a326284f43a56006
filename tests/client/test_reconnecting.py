"""A link that is lost, and found again."""

import contextlib
import gc
import math
import sys
import threading
import time
import weakref

import pytest

from indinb.client import connection, keepalive, reading
from indinb.client.connection import Connection
from indinb.errors import ConnectionLost, UnknownProperty
from indinb.protocol.messages import EnableBlob, GetProperties, New, Ping
from indinb.protocol.vocabulary import BlobMode, Kind, State
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FILTER_NAME,
    FRAME,
    MOUNT,
    OBSERVATORY,
    SOON,
    TEMPERATURE,
    FakeServer,
    obey,
    update,
)
from tests.client.helpers import Handler, one_line, unanswered
from tests.waiting import look_until, wait_until


def statuses(handler):
    return [(change.old, change.new) for change in handler.changes if change.type == "status"]


def lost(client, harbour):
    """Lose the link for as long as attempts are refused."""
    harbour.refusals = 10**9
    harbour.server.cut()
    wait_until(client, lambda: client.status == "lost")


def test_a_lost_link_is_found_again_and_the_same_handles_live_on(moored, harbour):
    ccd = moored.devices[CCD]
    frame = ccd["CCD_FRAME"]
    harbour.cut(moored)
    harbour.server.tell(update(FRAME, State.BUSY, X=7.0))
    assert moored.status == "connected"
    assert moored.devices[CCD] is ccd
    assert ccd["CCD_FRAME"] is frame
    assert frame["X"] == 7.0
    assert not ccd.stale


def test_observers_hear_of_it_and_live_on(moored, harbour):
    everything, frame = Handler(), Handler()
    moored.observe(everything)
    moored.devices[CCD]["CCD_FRAME"].observe(frame)
    harbour.cut(moored)
    harbour.server.tell(update(FRAME, State.BUSY))
    assert statuses(everything) == [("connected", "lost"), ("lost", "connected")]
    assert frame.heard == [("updated", "CCD_FRAME")] * 2  # it was told anew, and changed


def test_what_is_told_anew_is_no_new_property(moored, harbour):
    handler = Handler()
    moored.observe(handler)
    harbour.cut(moored)
    assert {change.type for change in handler.changes} == {"status", "updated"}


def test_what_is_pending_fails_at_once(moored, harbour):
    operation = unanswered(moored)
    harbour.cut(moored)
    assert isinstance(operation.exception(0), ConnectionLost)
    assert one_line(operation.exception(0)) == (
        "set CCD_TEMPERATURE of CCD Simulator: "
        "the link to fake is lost (the server ended it): trying to connect again"
    )
    assert moored._pending == set()


def test_what_is_asked_afterwards_is_done(moored, harbour):
    harbour.cut(moored)
    harbour.server.answer = obey
    assert unanswered(moored).result(SOON) is None


def test_everything_is_asked_for_first_and_then_blobs(moored, harbour):
    moored.enable_blobs(CCD)
    moored.enable_blobs(CCD, "CCD2", "Only")
    harbour.cut(moored)
    assert harbour.server.received[:3] == [
        GetProperties(),
        EnableBlob(CCD, "CCD1", BlobMode.ALSO),
        EnableBlob(CCD, "CCD2", BlobMode.ONLY),
    ]


def test_who_wants_some_devices_asks_for_these_again(connect, harbour):
    client = connect(harbour, reopen=harbour.open, devices=[CCD, "Dome"])
    harbour.cut(client)
    assert harbour.server.received[:2] == [GetProperties(CCD), GetProperties("Dome")]
    assert list(client.devices) == [CCD]


def test_nothing_comes_before_the_greeting_whoever_sends(moored, harbour):
    """A server would take anything else for a wish to see less."""
    send, over = threading.Event(), threading.Event()

    def sender():
        send.wait(SOON)
        while not over.is_set():
            with contextlib.suppress(ConnectionLost):
                moored.send(New(Kind.NUMBER, CCD, "X", {"Y": 1.0}))

    thread = threading.Thread(target=sender)
    thread.start()
    send.set()
    for _ in range(20):
        harbour.cut(moored)
    over.set()
    thread.join()
    assert all(isinstance(each.received[0], GetProperties) for each in harbour.servers)


def test_attempts_go_on_until_one_succeeds(moored, harbour):
    harbour.refusals = 5
    harbour.cut(moored)
    assert harbour.attempts == 1 + 5 + 1


def test_a_mistake_in_an_attempt_does_not_end_them(moored, harbour, caplog):
    def mistaken():
        moored._reader._reopen = harbour.open
        raise ZeroDivisionError

    moored._reader._reopen = mistaken
    harbour.cut(moored)
    assert moored.status == "connected"
    assert "looking for the server failed, and goes on" in caplog.text


def test_while_it_is_lost_values_stay_and_nothing_can_be_set(moored, harbour):
    lost(moored, harbour)
    ccd = moored.devices[CCD]
    assert ccd.stale
    assert ccd["CCD_FRAME"].stale
    assert ccd["CCD_FRAME"]["WIDTH"] == 1280.0
    with pytest.raises(ConnectionLost, match="trying to connect again"):
        unanswered(moored)
    assert moored.loss == "the link to fake is lost (the server ended it): trying to connect again"


def test_what_has_not_come_back_yet_is_stale_and_cannot_be_set(moored, harbour):
    harbour.definitions = (FRAME,)
    harbour.cut(moored)
    ccd = moored.devices[CCD]
    assert ccd.stale
    assert not ccd["CCD_FRAME"].stale
    assert ccd["CCD_TEMPERATURE"].stale
    with pytest.raises(ConnectionLost, match="it has not come back yet") as caught:
        unanswered(moored)
    one_line(caught)
    assert harbour.server.heard(New) == []


def test_what_does_not_come_back_in_time_is_deleted(moored, harbour, monkeypatch):
    monkeypatch.setattr(connection, "RETURN_TIMEOUT", 0)
    harbour.definitions = (CONNECTION, FRAME)
    frame, mount = moored.devices[CCD]["CCD_FRAME"], moored.devices[MOUNT]
    handler = Handler()
    moored.observe(handler)
    harbour.cut(moored)
    harbour.server.tell(update(FRAME, State.OK))  # time is looked at when something comes
    assert list(moored.devices) == [CCD]
    assert set(moored.devices[CCD]) == {"CONNECTION", "CCD_FRAME"}
    assert ("deleted", "CCD_TEMPERATURE") in handler.heard
    assert handler.heard.index(("deleted", MOUNT)) > handler.heard.index(
        ("deleted", "EQUATORIAL_EOD_COORD")
    )
    assert not mount.defined
    assert frame.defined
    with pytest.raises(UnknownProperty):
        _ = moored.handle(CCD).handle("CCD_TEMPERATURE").vector


def test_what_comes_back_later_lives_in_the_same_handle(moored, harbour, monkeypatch):
    monkeypatch.setattr(connection, "RETURN_TIMEOUT", 0)
    temperature = moored.devices[CCD]["CCD_TEMPERATURE"]
    harbour.definitions = (FRAME,)
    harbour.cut(moored)
    harbour.server.tell()
    assert not temperature.defined
    harbour.server.tell(TEMPERATURE)
    assert temperature.defined
    assert moored.devices[CCD]["CCD_TEMPERATURE"] is temperature


def test_a_silent_server_is_swept_too(moored, harbour, monkeypatch):
    monkeypatch.setattr(connection, "RETURN_TIMEOUT", 0)
    harbour.definitions = (FRAME,)
    harbour.cut(moored)
    moored._silent()
    assert list(moored.devices) == [CCD]


def test_nothing_is_deleted_before_its_time(moored, harbour):
    harbour.definitions = (FRAME,)
    harbour.cut(moored)
    moored._silent()
    assert list(moored.devices) == [CCD, MOUNT]


def test_a_second_loss_stops_the_time(moored, harbour, monkeypatch):
    harbour.cut(moored)
    assert moored._sweep_at < math.inf
    lost(moored, harbour)
    assert moored._sweep_at == math.inf


def test_what_comes_at_the_last_moment_is_not_deleted(moored, harbour):
    handler = Handler()
    moored.observe(handler)
    moored.observe(lambda change: setattr(moored, "_sweep_at", 0))
    moored.model.epoch += 1
    harbour.server.tell(*OBSERVATORY)  # in one piece, after which it is looked at
    assert {change.type for change in handler.changes} == {"updated"}
    look_until(lambda: moored._sweep_at == math.inf)


def test_time_in_which_nobody_reads_does_not_count(moored, harbour):
    """An observer was slow, or the computer slept."""
    moored.model.epoch += 1
    moored._sweep_at = moored._looked_at + 10
    moored._looked_at -= 60
    moored._look_after()
    assert list(moored.devices) == [CCD, MOUNT]
    assert moored._sweep_at > moored._looked_at + 60


def test_what_is_another_property_now_replaces_the_old(moored, harbour):
    changed = FRAME._replace(members=FRAME.members[:2])
    harbour.definitions = (CONNECTION, changed)
    handler = Handler()
    moored.devices[CCD]["CCD_FRAME"].observe(handler)
    harbour.cut(moored)
    assert handler.heard == [("deleted", "CCD_FRAME"), ("defined", "CCD_FRAME")]
    assert list(moored.devices[CCD]["CCD_FRAME"]) == ["X", "Y"]


def test_waiting_for_the_link(moored, harbour, pool):
    lost(moored, harbour)
    waiting = pool.submit(moored.wait_until_connected, SOON)
    harbour.refusals = 0
    assert waiting.result(SOON) is None
    assert moored.status == "connected"
    assert not moored.devices[CCD].stale


def test_waiting_for_a_server_that_takes_its_time(moored, harbour, pool):
    harbour._make = Mute
    harbour.server.cut()
    look_until(lambda: len(harbour.servers) == 2)
    waiting = pool.submit(moored.wait_until_connected, SOON)
    harbour.server.send(Ping("indinb", reply=True))
    wait_until(moored, lambda: moored.status == "connected")
    assert moored.devices[CCD].stale
    with pytest.raises(TimeoutError):
        waiting.result(0.1)
    harbour.server.send(*OBSERVATORY)
    assert waiting.result(SOON) is None
    assert not moored.devices[CCD].stale


def test_waiting_in_vain(moored, harbour):
    lost(moored, harbour)
    with pytest.raises(TimeoutError, match="wait for fake: not done after 0 s; it goes on"):
        moored.wait_until_connected(0)
    moored.close()
    with pytest.raises(ConnectionLost, match="this client was closed"):
        moored.wait_until_connected(SOON)


def test_waiting_for_a_link_that_nobody_looks_for(client, server):
    server.cut()
    wait_until(client, lambda: client.status == "lost")
    with pytest.raises(ConnectionLost, match="connect again"):
        client.wait_until_connected(SOON)


def test_quiet_counts_what_is_told_anew(moored, harbour, clock):
    quiet = moored.quiet(only_after_first=True)
    harbour.cut(moored)  # which ends this one, as any operation
    assert isinstance(quiet.exception(0), ConnectionLost)
    quiet = moored.quiet(only_after_first=True)
    moored.model.epoch += 1
    harbour.server.tell(FRAME)
    clock.advance(SOON)
    assert quiet.result(0) is None


def test_close_while_it_is_lost(moored, harbour):
    lost(moored, harbour)
    moored.close()
    assert moored.status == "closed"
    assert not moored._reader.is_alive()


def test_close_from_an_observer_of_the_loss(moored, harbour):
    handler = Handler()
    moored.observe(handler)
    moored.observe(lambda change: change.new == "lost" and moored.close())
    harbour.server.cut()
    moored._reader.join(SOON)
    assert moored.status == "closed"
    assert statuses(handler) == [("connected", "lost"), ("lost", "closed")]


def test_what_is_over_is_not_told_any_more(moored, harbour):
    handler = Handler()
    lost(moored, harbour)
    moored.observe(handler)
    moored.close()
    moored._return()
    moored._tell("lost", "connected")
    assert statuses(handler) == [("lost", "closed")]


def test_close_in_an_attempt_that_succeeds(connect, harbour):
    def open_and_close():
        client.close()
        return harbour.open()

    client = connect(harbour, reopen=open_and_close)
    harbour.server.cut()
    client._reader.join(SOON)
    assert client.status == "closed"
    assert harbour.server.transport._socket.fileno() == -1


def test_close_does_not_wait_for_the_network(connect, harbour):
    opening, go_on = threading.Event(), threading.Event()

    def slow():
        opening.set()
        go_on.wait(SOON)
        return harbour.open()

    client = connect(harbour, reopen=slow)
    harbour.server.cut()
    assert opening.wait(SOON)
    client.close()
    assert client._reader.is_alive()
    go_on.set()
    client._reader.join(SOON)
    assert client.status == "closed"


def test_a_link_that_dies_in_the_greeting_is_none(moored, harbour):
    def dead():
        transport = harbour.open()
        transport.close()
        moored._reader._reopen = harbour.open
        return transport

    moored._reader._reopen = dead
    handler = Handler()
    moored.observe(handler)
    harbour.cut(moored)
    assert statuses(handler) == [("connected", "lost"), ("lost", "connected")]


def test_delays_begin_anew_after_a_link_that_has_lasted(moored, harbour):
    before = moored._reader._delays
    harbour.cut(moored)
    assert moored._reader._delays is not before


def test_delays_grow_while_links_do_not_last(moored, harbour, monkeypatch):
    """Some servers, and proxies, take every connection and drop it."""
    monkeypatch.setattr(reading, "SHORT", 1000)
    before = moored._reader._delays
    harbour.cut(moored)
    assert moored._reader._delays is before


class Mute(FakeServer):
    """Takes any link, and says nothing, as a system does for a server that hangs."""

    def _take(self, message):
        self._inbox.put(message)


def test_a_link_counts_when_something_comes(moored, harbour):
    harbour._make = Mute
    harbour.server.cut()
    look_until(lambda: len(harbour.servers) == 2)
    harbour.server.next(GetProperties)
    assert moored.status == "lost"
    with pytest.raises(ConnectionLost):
        unanswered(moored)
    harbour.server.send(*OBSERVATORY)
    wait_until(moored, lambda: moored.status == "connected")


def test_a_server_that_answered_once_has_to_answer_over_each_link(moored, harbour, monkeypatch):
    harbour.server.tell(Ping("indinb", reply=True))
    harbour._make = Mute
    harbour.server.cut()
    monkeypatch.setattr(keepalive, "PATIENCE", 0)
    look_until(lambda: len(harbour.servers) >= 3)
    assert moored.status == "lost"


def test_a_callback_that_wants_to_exit_ends_nothing(moored, harbour, caplog):
    operations = [unanswered(moored) for _ in range(3)]
    for operation in operations:
        operation.add_done_callback(lambda _: sys.exit(1))
    harbour.cut(moored)
    assert [type(operation.exception(0)) for operation in operations] == [ConnectionLost] * 3
    assert "wants to exit" in caplog.text


def test_delays():
    steps = reading.delays()
    first = [next(steps) for _ in range(20)]
    assert 0.05 <= first[0] <= 0.1
    assert 0.1 <= first[1] <= 0.2
    assert all(5.0 <= step <= 10.0 for step in first[7:])
    assert len(set(first[7:])) > 1


def ends(reader):
    """Whether a thread ends when garbage is collected, which it may hold itself for a moment."""
    deadline = time.monotonic() + SOON
    while reader.is_alive() and time.monotonic() < deadline:
        gc.collect()
        reader.join(0.01)
    return not reader.is_alive()


def test_a_forgotten_client_ends_and_leaves_nothing(harbour):
    client = Connection(harbour.open(), "fake", reopen=harbour.open).open()
    reader, gone = client._reader, weakref.ref(client)
    client.worker.submit(int).result()
    del client
    assert ends(reader)
    assert gone() is None
    assert harbour.server.transport._socket.fileno() == -1


def test_a_forgotten_client_that_is_lost_ends(harbour, monkeypatch):
    monkeypatch.setattr(reading, "FIRST_DELAY", 1000)
    client = Connection(harbour.open(), "fake", reopen=harbour.open).open()
    reader = client._reader
    lost(client, harbour)
    del client
    assert ends(reader)


def test_a_client_is_not_forgotten_while_something_is_pending(harbour):
    operation = unanswered(Connection(harbour.open(), "fake").open())
    gc.collect()
    harbour.server.tell(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=-10.0))
    assert operation.result(SOON) is None
    del operation
    gc.collect()


def test_what_is_announced_only_after_the_loss_is_there(moored, harbour):
    harbour.definitions = (*OBSERVATORY, FILTER_NAME)
    harbour.cut(moored)
    assert "FILTER_NAME" in moored.devices[CCD]


def test_who_is_in_a_hurry_does_not_wait_for_the_next_attempt(moored, harbour, monkeypatch):
    monkeypatch.setattr(reading, "FIRST_DELAY", 1000.0)
    moored._reader._delays = reading.delays()
    monkeypatch.setattr(reading, "SHORT", 1000)
    harbour.server.cut()
    wait_until(moored, lambda: moored.status == "lost")
    assert harbour.attempts == 1
    moored.reconnect()
    wait_until(moored, lambda: moored.status == "connected")
    assert harbour.attempts == 2


def test_a_hurry_is_over_after_one_attempt(moored, harbour, monkeypatch):
    monkeypatch.setattr(reading, "FIRST_DELAY", 1000.0)
    moored._reader._delays = reading.delays()
    monkeypatch.setattr(reading, "SHORT", 1000)
    lost(moored, harbour)
    attempts = harbour.attempts
    moored.reconnect()
    look_until(lambda: harbour.attempts == attempts + 1)
    assert not moored._reader._hurried
    assert moored.status == "lost"


def test_with_a_link_there_is_nothing_to_hurry(moored, harbour):
    moored.reconnect()
    assert harbour.attempts == 1
    assert moored.status == "connected"


def test_a_client_that_was_closed_stays_closed(moored):
    moored.close()
    with pytest.raises(ConnectionLost, match="make a new one"):
        moored.reconnect()


def test_a_client_that_does_not_look_for_its_server_says_so(client, server):
    server.cut()
    wait_until(client, lambda: client.status == "lost")
    with pytest.raises(ConnectionLost, match="reconnect=False"):
        client.reconnect()
