import logging
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from indinb import display
from indinb.client import connection
from indinb.client.connection import Connection
from indinb.client.keepalive import QUESTION
from indinb.errors import (
    Aborted,
    ConnectionLost,
    IndiError,
    NotWritable,
    UnknownDevice,
    UnknownProperty,
)
from indinb.protocol.messages import (
    Blob,
    Define,
    Delete,
    EnableBlob,
    GetProperties,
    New,
    Notice,
    Ping,
)
from indinb.protocol.vocabulary import BlobMode, Kind, State
from indinb.protocol.writer import encode
from tests import captures
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FILTER_NAME,
    FRAME,
    GUIDE_IMAGE,
    IMAGE,
    MOUNT,
    OBSERVATORY,
    SOON,
    FakeServer,
    texts,
    update,
)
from tests.client.helpers import one_line, unanswered

# Opening


def test_open_returns_when_all_has_been_defined(server):
    with Connection(server.transport, "fake").open() as client:
        assert list(client.devices) == [CCD, MOUNT]
        assert len(client.devices[CCD]) + len(client.devices[MOUNT]) == len(OBSERVATORY)
        assert client.status == "connected"


def test_the_first_question_is_the_general_one(client, server):
    assert server.received == [GetProperties(None, None, "1.7"), QUESTION]


def test_only_some_devices_are_asked_for(connect, server):
    client = connect(server, devices=[MOUNT, "Dome"])
    assert server.received == [GetProperties(MOUNT), GetProperties("Dome"), QUESTION]
    assert list(client.devices) == [MOUNT]


def test_only_some_properties_are_asked_for(connect, server):
    connect(server, devices=[(MOUNT, "EQUATORIAL_EOD_COORD"), "Dome"], pings=False)
    assert server.received == [GetProperties(MOUNT, "EQUATORIAL_EOD_COORD"), GetProperties("Dome")]


def test_what_was_not_asked_for_is_not_seen_whatever_the_server_tells(connect, server):
    client = connect(server, devices=[(MOUNT, "EQUATORIAL_EOD_COORD"), "Dome"], pings=False)
    heard = []
    client.observe(lambda change: heard.append((change.type, change.name)))
    server.tell(*OBSERVATORY, Notice(CCD, "hello"), Delete(CCD), Notice(None, "all"))
    assert {device: list(client.devices[device]) for device in client.devices} == {
        MOUNT: ["EQUATORIAL_EOD_COORD"]
    }
    assert ("message", CCD) not in heard
    assert [notice.message for notice in client.messages] == ["all"]
    server.tell(Notice(MOUNT, "I go"), Delete(MOUNT))
    assert heard[-3:] == [
        ("message", MOUNT),
        ("deleted", "EQUATORIAL_EOD_COORD"),
        ("deleted", MOUNT),
    ]


@pytest.mark.parametrize("view", ["values", "items"])
def test_devices_may_go_away_while_they_are_gone_through(connect, server, view):
    client = connect(server)
    seen = []
    for each in getattr(client.devices, view)():
        seen.append(each)
        server.tell(Delete(MOUNT))
    assert len(seen) == 2
    assert len(getattr(client.devices, view)()) == 1


def test_a_server_that_announces_nothing_is_not_waited_for_long(connect, server, monkeypatch):
    monkeypatch.setattr(connection, "_DEFINITIONS_TIMEOUT", 0.02)
    server.definitions = [Notice(None, "no drivers")]
    monkeypatch.setattr(FakeServer, "_take", take_any(FakeServer._take))
    client = connect(server)
    assert list(client.devices) == []
    assert client.status == "connected"
    assert repr(client.devices) == "<no devices>"


def take_any(take):
    """Let a server announce what is no definition."""

    def patched(self, message):
        if isinstance(message, GetProperties):
            self.send(*self.definitions)
        else:
            take(self, message)

    return patched


def test_a_server_that_ends_the_link_at_once(server):
    server.cut()
    client = Connection(server.transport, "fake")
    with pytest.raises(ConnectionLost) as caught:
        client.open()
    one_line(caught)
    assert client.status == "closed"


def test_definitions_that_are_torn_apart_are_put_together(connect, server):
    data = b"".join(map(encode, [FILTER_NAME, texts("UMLAUT", {"ä": "Größe"})]))
    client = connect(server)
    middle = data.index("ö".encode()) + 1
    server.send_bytes(data[:10])
    server.send_bytes(data[10:middle])
    server.send_bytes(data[middle:])
    server.tell()
    assert client.devices[CCD]["FILTER_NAME"]["SLOT_2"] == "Green"
    assert client.devices[CCD]["UMLAUT"]["ä"] == "Größe"


def test_rubbish_between_messages_costs_only_itself(connect, server, caplog):
    client = connect(server)
    with caplog.at_level(logging.CRITICAL):
        server.send_bytes(b"<?xml version='1.0'?><!-- hello --> <defTextVector device='X'/> \xff")
        server.tell(FILTER_NAME)
    assert client.devices[CCD]["FILTER_NAME"].defined


def test_everything_works_over_tcp_too(connect):
    def tcp_pair():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            theirs = socket.create_connection(listener.getsockname())
            ours, _ = listener.accept()
        return ours, theirs

    server = FakeServer(pair=tcp_pair)
    image = Blob(memoryview(bytes(range(256)) * 10_000), ".fits", 2_560_000)
    client = connect(server)
    server.tell(update(IMAGE, State.OK, CCD1=image))
    assert client.devices[CCD]["CCD1"]["CCD1"] == image
    upload = client.devices[CCD]["CCD1"].set(image)
    assert server.next(New).values == {"CCD1": image}
    server.tell(update(IMAGE, State.OK))
    assert upload.result(0) is None
    client.close()
    server.close()


def test_real_definitions(connect):
    messages = captures.read(captures.capture("indi-2.2.4/ccd.xml"))
    server = FakeServer(*(m for m in messages if isinstance(m, Define)))
    client = connect(server)
    assert client.devices[CCD].connected
    assert client.devices[CCD]["CCD_EXPOSURE"].kind is Kind.NUMBER
    assert client.devices[CCD]["CCD1"].value is None
    client.close()
    server.close()


# Devices


def test_devices_are_a_live_mapping(client, server):
    devices = client.devices
    assert (list(devices), len(devices), CCD in devices) == ([CCD, MOUNT], 2, True)
    assert devices._ipython_key_completions_() == [CCD, MOUNT]
    server.tell(Delete(MOUNT), CONNECTION._replace(device="Dome"))
    assert list(devices) == [CCD, "Dome"]
    assert devices.get(MOUNT) is None


def test_devices_show_themselves(client):
    assert repr(client.devices) == (
        "<Device CCD Simulator: connected, 7 properties>\n"
        "<Device Telescope Simulator: not connected, 1 properties>"
    )
    assert client.devices.summary() == (
        "Devices of fake",
        ["device", "connected", "interfaces", "properties"],
        [[CCD, "yes", "CCD|GUIDER|FILTER", "7"], [MOUNT, "no", "GENERAL", "1"]],
    )
    assert client.summary() == client.devices.summary()
    assert "<table>" in client.devices._repr_mimebundle_()["text/html"]
    assert repr(client) == "<Connection fake: connected, 2 devices>"


def test_client_is_shown_through_the_slot(client, slot):
    slot(lambda thing: {"text/plain": thing.address}, lambda operation: None)
    assert client._repr_mimebundle_(include=None) == {"text/plain": "fake"}


def test_a_device_with_a_typing_error(client):
    with pytest.raises(UnknownDevice) as caught:
        client.devices["CCD Simulater"]
    assert one_line(caught) == (
        "fake announces no device 'CCD Simulater'; did you mean 'CCD Simulator'?"
    )
    assert isinstance(caught.value, KeyError)


def test_a_device_that_nobody_knows(client, server):
    with pytest.raises(UnknownDevice) as caught:
        client.devices["Dome"]
    assert one_line(caught) == f"fake announces no device 'Dome'; there is {CCD}, {MOUNT}"
    server.tell(Delete(CCD), Delete(MOUNT))
    with pytest.raises(UnknownDevice, match=r"there is none at all$"):
        client.devices["Dome"]


# Sending


def test_pings_are_answered(client, server):
    assert server.next(Ping) == QUESTION
    server.send(Ping("a b"))
    assert server.next(Ping) == Ping("a b", reply=True)


def test_answers_to_pings_are_not(client, server):
    server.tell(Ping("mine", reply=True))
    assert server.heard(Ping) == [QUESTION]


def test_answers_to_pings_of_ones_own_are_told(client, server):
    changes = []
    with client.observe(changes.append):
        server.tell(Ping("mine", reply=True), Ping(QUESTION.uid, reply=True))
    assert [(change.type, change.owner, change.new) for change in changes] == [
        ("ping", client, "mine")
    ]


def test_messages_of_many_threads_stay_whole(client, server):
    def ask(thread):
        for number in range(25):
            client.send(New(Kind.TEXT, CCD, f"T{thread}", {"X": f"{number} " * 2000 + "."}))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))
    asked = server.heard(New)
    for thread in range(4):
        texts_ = [m.values["X"] for m in asked if m.name == f"T{thread}"]
        assert texts_ == [f"{number} " * 2000 + "." for number in range(25)]


def test_a_link_that_takes_no_more(client, monkeypatch):
    def refuse(data):
        raise BrokenPipeError("Broken pipe")

    monkeypatch.setattr(client._transport, "send", refuse)
    with pytest.raises(ConnectionLost) as caught:
        unanswered(client)
    assert one_line(caught) == "fake does not take any more: Broken pipe"
    client._reader.join(SOON)  # the link is closed, and the reader tells who waits
    assert client.status == "lost"
    assert client._pending == set()


def test_a_read_only_client_asks_nothing_of_devices(connect, server):
    client = connect(server, read_only=True)
    with pytest.raises(NotWritable) as caught:
        unanswered(client)
    assert one_line(caught) == (
        "this client is read-only, so CCD_TEMPERATURE of CCD Simulator was not set: "
        "connect without read_only=True to control devices"
    )
    with pytest.raises(NotWritable):
        client.devices[CCD].start_disconnect().result(0)
    assert server.heard(New) == []
    assert client._pending == set()


def test_a_read_only_client_may_look(connect, server):
    client = connect(server, read_only=True)
    client.enable_blobs(CCD)
    assert server.next(EnableBlob).device == CCD
    server.tell(update(FRAME, State.BUSY))
    assert client.devices[CCD]["CCD_FRAME"].state is State.BUSY


# BLOBs


def test_blobs_are_enabled_by_property(client, server):
    client.enable_blobs(CCD, "CCD1")
    client.enable_blobs(CCD, "CCD2", "Only")
    client.enable_blobs(CCD, "CCD1", BlobMode.NEVER)
    assert server.heard(EnableBlob) == [
        EnableBlob(CCD, "CCD1", BlobMode.ALSO),
        EnableBlob(CCD, "CCD2", BlobMode.ONLY),
        EnableBlob(CCD, "CCD1", BlobMode.NEVER),
    ]
    assert client.blob_mode(CCD, "CCD1") is BlobMode.NEVER
    assert client.blob_mode(CCD, "CCD2") is BlobMode.ONLY


def test_blobs_of_a_device_are_enabled_one_by_one_and_never_for_the_whole_link(client, server):
    server.tell(GUIDE_IMAGE)
    client.enable_blobs(CCD)
    assert server.heard(EnableBlob) == [
        EnableBlob(CCD, "CCD1", BlobMode.ALSO),
        EnableBlob(CCD, "CCD2", BlobMode.ALSO),
    ]


def test_a_device_without_blobs_has_none_to_enable(client, server):
    with pytest.raises(UnknownProperty, match="BLOB"):
        client.enable_blobs(MOUNT)
    assert server.heard(EnableBlob) == []


def test_blobs_may_be_enabled_before_they_are_defined(client, server):
    client.enable_blobs("Dome", "SKY")
    assert server.heard(EnableBlob) == [EnableBlob("Dome", "SKY", BlobMode.ALSO)]


def test_blobs_that_cannot_be_enabled(client, server):
    with pytest.raises(UnknownDevice):
        client.enable_blobs("Dome")
    with pytest.raises(ValueError, match="Sometimes"):
        client.enable_blobs(CCD, "CCD1", "Sometimes")
    assert server.heard(EnableBlob) == []
    assert client.blob_mode(CCD, "CCD1") is BlobMode.NEVER


# Quiet


def test_quiet_is_done_when_no_definition_has_come_for_a_while(client, server):
    assert client.quiet().result(SOON) is None
    assert client.quiet(CCD).result(SOON) is None
    assert client._pending == set()


def test_quiet_can_be_aborted(client):
    operation = client.quiet(only_after_first=True)
    operation.abort()
    assert isinstance(operation.exception(0), Aborted)


def test_errors_of_the_client_are_all_indi_errors(client):
    client.close()
    for wrong in (lambda: client.devices["Dome"], lambda: unanswered(client)):
        with pytest.raises(IndiError):
            wrong()


def test_static_page_of_the_client(client):
    page = display.static(client)["text/html"]
    assert "<caption>Devices of fake</caption>" in page
    assert "<td>CCD Simulator</td><td>yes</td>" in page
