import socket
import threading
from concurrent.futures import CancelledError

import pytest

from indinb.client import reading
from indinb.client.connection import Connection
from indinb.client.operation import Operation
from indinb.errors import ConnectionLost
from indinb.protocol.messages import GetProperties, New
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import State
from indinb.protocol.writer import encode
from tests.client.fakes import CCD, FILTER_NAME, FRAME, SOON, TEMPERATURE, FakeServer, update
from tests.client.helpers import Handler, ended, one_line, race, unanswered

# The link is lost


def test_a_server_that_ends_the_link_fails_what_is_pending_at_once(client, server):
    operations = [unanswered(client), client.devices[CCD]["CCD_FRAME"].set(X=5), client.quiet()]
    server.cut()
    for operation in operations:
        error = operation.exception(SOON)
        assert isinstance(error, ConnectionLost)
        assert isinstance(error, ConnectionError)
        assert one_line(error).startswith(f"{operation.label}: the link to fake is lost (")
    assert client._pending == set()
    assert client.status == "lost"


def test_values_of_a_lost_link_stay_readable_and_are_stale(client, server, ccd):
    assert not ccd.stale
    assert not ccd["CCD_FRAME"].stale
    server.cut()
    ended(client)
    assert ccd.stale
    assert ccd["CCD_FRAME"].stale
    assert ccd["CCD_FRAME"]["WIDTH"] == 1280.0
    assert ccd.defined
    assert repr(client) == "<Connection fake: lost, 2 devices>"


def test_a_lost_link_lets_go_of_its_socket(client, server):
    server.cut()
    assert ended(client)._transport._socket.fileno() == -1


def test_values_of_a_link_before_are_stale(client, server, ccd):
    client.model.epoch += 1
    assert ccd.stale
    server.tell(update(FRAME, State.OK))
    assert not ccd["CCD_FRAME"].stale
    assert ccd["CCD_TEMPERATURE"].stale


def test_nothing_can_be_sent_over_a_lost_link(client, server):
    server.cut()
    ended(client)
    for send in (lambda: unanswered(client), lambda: client.send(GetProperties())):
        with pytest.raises(ConnectionLost) as caught:
            send()
        assert one_line(caught) == (
            "the link to fake is lost (the server ended it): connect again when it is back"
        )


def test_what_begins_after_the_loss_fails_at_once(client, server):
    server.cut()
    ended(client)
    operation = Operation("look")
    client.begin(operation)
    assert isinstance(operation.exception(0), ConnectionLost)
    assert client._pending == set()


def test_observers_of_everything_hear_of_the_loss(client, server, ccd):
    handler, of_device = Handler(), Handler()
    client.observe(handler)
    ccd.observe(of_device)
    server.cut()
    ended(client)
    assert handler.changes == [("status", client, "fake", "connected", "lost")]
    assert of_device.changes == []


def test_operations_are_over_before_the_loss_is_told(client, server):
    operation, seen = unanswered(client), []
    client.observe(lambda change: seen.append((operation.done(), client.status)))
    server.cut()
    ended(client)
    assert seen == [(True, "lost")]


def test_a_link_that_ends_in_the_middle_of_a_message(client, server, ccd):
    operation = unanswered(client)
    server.send_bytes(encode(FILTER_NAME)[:-30])
    server.cut()
    text = one_line(operation.exception(SOON))
    assert "the stream ended inside an element" in text
    assert "FILTER_NAME" not in ccd


def test_a_stream_gone_astray(server, connect, monkeypatch):
    monkeypatch.setattr(reading, "Reader", lambda: Reader(max_element=5000))
    client = connect(server)
    operation = unanswered(client)
    server.send_bytes(b"<setTextVector>" + b"x" * 10_000)
    assert "the link to fake is lost (an element is larger" in one_line(operation.exception(SOON))
    assert client.status == "lost"


def test_an_error_of_our_own_while_reading_is_logged_and_ends_the_link(client, server, caplog):
    operation = unanswered(client)
    client.model.apply = lambda message: 1 / 0
    server.send(FRAME)
    text = one_line(operation.exception(SOON))
    assert "the link to fake is lost (reading failed: division by zero)" in text
    assert "ZeroDivisionError" in caplog.text


def test_a_broken_socket_ends_the_link(client, server, monkeypatch):
    operation = unanswered(client)
    client._transport._socket.shutdown(socket.SHUT_RD)
    assert isinstance(operation.exception(SOON), ConnectionLost)
    ended(client)
    assert client.status == "lost"


# Closing


def test_close_ends_the_threads_and_fails_what_is_pending(client, server):
    operation = unanswered(client)
    work = client.worker.submit(threading.current_thread)
    assert work.result(SOON).name.startswith("indinb-worker")
    client.close()
    assert one_line(operation.exception(0)) == (
        "set CCD_TEMPERATURE of CCD Simulator: this client was closed: "
        "make a new one, as this one was made, and use that in all cells below"
    )
    assert not client._reader.is_alive()
    assert client.status == "closed"


def test_after_close_values_are_readable_and_stale_and_nothing_is_sent(client, ccd):
    client.close()
    assert ccd["CCD_FRAME"]["WIDTH"] == 1280.0
    assert ccd.stale
    with pytest.raises(ConnectionLost, match="this client was closed"):
        unanswered(client)


def test_close_tells_the_server(client, server):
    client.close()
    server._thread.join(SOON)
    assert not server._thread.is_alive()


def test_close_twice(client):
    handler = Handler()
    client.observe(handler)
    client.close()
    client.close()
    assert handler.changes == [("status", client, "fake", "connected", "closed")]


def test_close_after_the_loss(client, server):
    server.cut()
    ended(client).close()
    assert client.status == "closed"


def test_close_of_what_was_never_opened(server):
    client = Connection(server.transport, "fake")
    client.close()
    assert client.status == "closed"


def test_with_closes(server):
    with Connection(server.transport, "fake").open() as client:
        operation = unanswered(client)
    assert client.status == "closed"
    assert isinstance(operation.exception(0), ConnectionLost)


def test_close_from_an_observer(client, server, caplog):
    operation = unanswered(client)
    client.observe(lambda change: client.close())
    server.send(update(FRAME, State.OK), update(FRAME, State.BUSY))
    ended(client)
    assert client.status == "closed"
    assert isinstance(operation.exception(0), ConnectionLost)
    assert caplog.records == []


def test_close_from_a_done_callback(client, server, caplog):
    operation = unanswered(client)
    operation.add_done_callback(lambda done: client.close())
    server.send(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=-10.0))
    assert operation.result(SOON) is None
    ended(client)
    assert client.status == "closed"
    assert caplog.records == []


def test_close_from_another_thread_while_this_one_waits(client, server, pool):
    operation = unanswered(client)
    server.next(New)
    pool.submit(client.close)
    with pytest.raises(ConnectionLost):
        operation.result(SOON)


def test_close_from_the_worker(client):
    client.worker.submit(client.close).result(SOON)
    assert client.status == "closed"
    assert not client._reader.is_alive()


def test_close_from_many_threads_at_once(client):
    race(*[client.close] * 4)
    assert client.status == "closed"


def test_close_while_the_server_ends_the_link(connect):
    for _ in range(20):
        server = FakeServer(TEMPERATURE)
        client = connect(server)
        operation = unanswered(client)
        race(server.cut, client.close)
        server.close()
        assert client.status == "closed"
        assert isinstance(operation.exception(0), ConnectionLost)


def test_close_does_not_wait_for_work_that_has_not_begun(client):
    running, go_on = threading.Event(), threading.Event()
    first = client.worker.submit(lambda: running.set() or go_on.wait(SOON))
    second = client.worker.submit(int)
    assert running.wait(SOON)
    closing = threading.Thread(target=client.close)
    closing.start()
    with pytest.raises(CancelledError):
        second.result(SOON)
    go_on.set()
    closing.join(SOON)
    assert first.result(0) is True


def test_nothing_is_heard_after_close(client):
    subscription = client.observe(Handler())
    client.close()
    assert client.observers._by_key == {}
    subscription.close()
