import threading

import pytest

from indinb.client.device import Device
from indinb.client.property import Property
from indinb.errors import ConnectionLost, UnknownDevice, UnknownProperty
from indinb.protocol.messages import Delete, GetProperties, New, Notice
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FILTER_NAME,
    FRAME,
    OBSERVATORY,
    RADEC,
    SOON,
    TEMPERATURE,
    delete,
    update,
)
from tests.client.helpers import Handler, ended, one_line, unanswered

# Waiting for something to appear


def told_when_it_observes(client, monkeypatch):
    """Return an event that is set when somebody begins to observe."""
    observes, add = threading.Event(), client.observers.add

    def patched(key, handler):
        subscription = add(key, handler)
        observes.set()
        return subscription

    monkeypatch.setattr(client.observers, "add", patched)
    return observes


def test_what_is_there_is_not_waited_for(client):
    assert client.wait_for(CCD, timeout=0) is client.devices[CCD]
    assert client.wait_for(CCD, "CCD_FRAME", timeout=0) is client.devices[CCD]["CCD_FRAME"]


@pytest.mark.parametrize(
    ("names", "comes"),
    [
        (("Dome",), CONNECTION._replace(device="Dome")),
        (("Dome", "CONNECTION"), CONNECTION._replace(device="Dome")),
        ((CCD, "FILTER_NAME"), FILTER_NAME),
    ],
    ids=["device", "device and property", "property"],
)
def test_what_comes_later_is_waited_for(client, server, monkeypatch, pool, names, comes):
    observes = told_when_it_observes(client, monkeypatch)
    found = pool.submit(client.wait_for, *names)
    assert observes.wait(SOON)
    server.tell(FILTER_NAME._replace(name="SOMETHING_ELSE"))
    assert not found.done()
    server.tell(comes)
    assert isinstance(found.result(SOON), Device if len(names) == 1 else Property)
    assert found.result().name == names[-1]


def test_what_never_comes(client):
    with pytest.raises(UnknownDevice) as caught:
        client.wait_for("CCD Simulater", timeout=0.01)
    assert one_line(caught).endswith("; did you mean 'CCD Simulator'? (waited 0.01 s)")
    with pytest.raises(UnknownProperty) as caught:
        client.wait_for(CCD, "DRIVER_INF", timeout=0.01)
    assert one_line(caught) == (
        "CCD Simulator has no property 'DRIVER_INF'; did you mean 'DRIVER_INFO'? (waited 0.01 s)"
    )


def test_nothing_is_left_of_what_was_waited_for(client):
    with pytest.raises(UnknownDevice):
        client.wait_for("Dome", timeout=0)
    client.wait_for(CCD)
    assert client.observers._by_key == {}
    assert client._pending == set()


@pytest.mark.parametrize("end", ["cut", "close"])
def test_waiting_ends_when_the_link_does(client, server, monkeypatch, pool, end):
    observes = told_when_it_observes(client, monkeypatch)
    found = pool.submit(client.wait_for, "Dome", timeout=60)
    assert observes.wait(SOON)
    {"cut": server.cut, "close": client.close}[end]()
    assert isinstance(found.exception(SOON), ConnectionLost)
    assert "Dome" in one_line(found.exception())


def test_what_was_there_is_there_without_a_link(client, server):
    server.cut()
    ended(client)
    assert client.wait_for(CCD, "CCD_FRAME") is client.devices[CCD]["CCD_FRAME"]
    with pytest.raises(ConnectionLost):
        client.wait_for("Dome", timeout=60)


def test_an_observer_may_not_wait_for_something(client, server):
    errors = []

    def wait(change):
        try:
            client.wait_for("Dome")
        except Exception as error:
            errors.append(error)

    client.observe(wait)
    server.tell(update(FRAME, State.OK))
    assert isinstance(errors[0], RuntimeError)
    assert "an observer cannot wait" in one_line(errors[0])


# Observing


def test_observers_hear_of_what_they_observe_in_the_order_of_the_wire(client, server, ccd):
    everything, device, property = Handler(), Handler(), Handler()
    client.observe(everything)
    ccd.observe(device)
    ccd["CCD_FRAME"].observe(property)
    server.tell(
        update(FRAME, State.BUSY, message="[INFO] moving"),
        update(RADEC, State.OK),
        Notice(None, "a client came"),
        FILTER_NAME,
        delete(FRAME),
        Delete(CCD),
    )
    frame = [("updated", "CCD_FRAME"), ("deleted", "CCD_FRAME")]
    assert property.heard == frame
    gone = [("deleted", name) for name in client_names() if name != "CCD_FRAME"]
    camera = [("message", CCD), frame[0], ("defined", "FILTER_NAME"), frame[1], *gone]
    assert device.heard == [*camera, ("deleted", "FILTER_NAME"), ("deleted", CCD)]
    assert everything.heard[2:4] == [("updated", RADEC.name), ("message", "fake")]
    assert [h for h in everything.heard if h not in everything.heard[2:4]] == device.heard


def client_names():
    return [definition.name for definition in OBSERVATORY if definition.device == CCD]


def test_observers_get_the_handles_and_the_vectors_before_and_after(client, server, ccd):
    handler = Handler()
    client.observe(handler)
    before = ccd["CCD_FRAME"].vector
    server.tell(update(FRAME, State.BUSY, X=5.0), Notice(CCD, "cold"), Notice(None, "hello"))
    update_, text, universal = handler.changes
    assert update_.owner is ccd["CCD_FRAME"]
    assert update_.old is before
    assert update_.new is ccd["CCD_FRAME"].vector
    assert (text.owner, text.old, text.new) == (ccd, None, Notice(CCD, "cold"))
    assert (universal.owner, universal.new.message) == (client, "hello")
    assert client.messages == (Notice(None, "hello"),)


def test_observers_of_a_device_hear_of_what_they_can_look_up(client, server):
    seen = []
    client.observe(lambda change: seen.append((change.name, change.owner.defined)))
    server.tell(CONNECTION._replace(device="Dome"), Delete("Dome"))
    assert seen == [
        ("Dome", True),
        ("CONNECTION", True),
        ("CONNECTION", False),
        ("Dome", False),
    ]


def test_observers_are_called_on_the_reader_s_thread(client, server):
    handler = Handler()
    client.observe(handler)
    server.tell(update(FRAME, State.OK), update(FRAME, State.BUSY))
    assert handler.threads == {"indinb-reader"}


def test_what_is_not_there_yet_can_be_observed(client, server):
    handler = Handler()
    client.handle("Dome").observe(handler)
    client.handle("Dome").handle("CONNECTION").observe(handler)
    server.tell(CONNECTION._replace(device="Dome"))
    assert ("defined", "Dome") in handler.heard
    assert handler.heard.count(("defined", "CONNECTION")) == 2


def test_an_observer_that_raises_keeps_nothing_from_others(client, server, caplog):
    handler = Handler()
    client.observe(lambda change: 1 / 0)
    client.observe(handler)
    server.tell(update(FRAME, State.OK), update(FRAME, State.BUSY))
    assert len(handler.changes) == 2
    assert caplog.text.count("ZeroDivisionError: ") == 1
    assert client.status == "connected"


def test_an_observer_may_unsubscribe_inside_its_call(client, server, ccd):
    changes = []

    def once(change):
        changes.append(change)
        subscription.close()

    subscription = ccd.observe(once)
    server.tell(update(FRAME, State.OK), update(FRAME, State.BUSY))
    assert len(changes) == 1


def test_an_observer_may_subscribe_another_inside_its_call(client, server, ccd):
    late = Handler()

    def subscribe(change):
        if change.type == "defined":
            change.owner.observe(late)

    ccd.observe(subscribe)
    server.tell(FILTER_NAME, update(FILTER_NAME, State.OK, SLOT_1="Blue"))
    assert late.heard == [("updated", "FILTER_NAME")]


def test_an_observer_may_set(client, server, ccd):
    operations = []
    ccd["CCD_FRAME"].observe(lambda change: operations.append(unanswered(client)))
    server.tell(update(FRAME, State.OK))
    assert server.next(New).name == "CCD_TEMPERATURE"
    server.tell(update(TEMPERATURE, State.OK, CCD_TEMPERATURE_VALUE=-10.0))
    assert operations[0].result(0) is None


def test_an_observer_that_waits_for_its_operation_is_told_so(client, server, ccd, caplog):
    ccd["CCD_FRAME"].observe(lambda change: unanswered(client).result())
    server.tell(update(FRAME, State.OK))
    assert "RuntimeError: an observer cannot wait" in caplog.text


def test_what_other_clients_ask_is_no_change(client, server):
    handler = Handler()
    client.observe(handler)
    server.tell(New(Kind.NUMBER, CCD, "CCD_FRAME", {"X": 7.0}), GetProperties(CCD))
    assert handler.changes == []
    assert client.devices[CCD]["CCD_FRAME"]["X"] == 0.0
