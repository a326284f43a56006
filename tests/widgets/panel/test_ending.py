"""What the panel tells of logs and links, and how it ends."""

import threading

import pytest

from indinb.client.connection import Connection
from indinb.protocol.messages import EnableBlob, Notice
from indinb.protocol.vocabulary import BlobMode, State
from indinb.widgets.snapshot import MESSAGES_SHOWN, Json
from tests.client.fakes import (
    CCD,
    FRAME,
    SOON,
    TEMPERATURE,
    FakeServer,
    update,
)
from tests.waiting import wait_until
from tests.widgets.comms import unpacked
from tests.widgets.panel.browser import Browser, names
from tests.widgets.snapshots import set_message

HOSTILE = "</script><img src=x onerror=alert(1)>"


# ---- Logs ----


def test_a_line_of_the_device_is_its_own(browser: Browser, server: FakeServer) -> None:
    server.tell(Notice(CCD, HOSTILE, "2026-11-22T10:18:05"))
    patch = browser.patch()
    assert patch["messages"] == []
    (news,) = patch["devices"]
    assert news["messages"] == [{"time": "10:18:05", "text": HOSTILE}]
    assert news["properties"] == []


@pytest.mark.parametrize("device", [None, "Nobody Knows It"])
def test_a_line_of_the_server_is_for_every_panel(
    browser: Browser, window: Browser, server: FakeServer, device: str | None
) -> None:
    server.tell(Notice(device, "the server is tired"))
    for patch in (window.patch(), browser.patch()):
        assert patch["messages"] == [{"time": "", "text": "the server is tired"}]
        assert patch["devices"] == []


def test_lines_come_once_and_in_order(browser: Browser, server: FakeServer) -> None:
    server.tell(Notice(CCD, "one"), Notice(CCD, "two"))
    server.tell(update(TEMPERATURE, message="three"))
    assert [line["text"] for line in browser.news()["messages"]] == ["one", "two", "three"]
    server.tell(Notice(CCD, "four"))
    assert [line["text"] for line in browser.news()["messages"]] == ["four"]


def test_a_flood_of_lines_is_cut(browser: Browser, server: FakeServer) -> None:
    count = 3 * MESSAGES_SHOWN
    server.tell(*(Notice(CCD, str(number)) for number in range(count)))
    lines = [line["text"] for line in browser.news()["messages"]]
    assert lines == [str(number) for number in range(count - MESSAGES_SHOWN, count)]


def test_a_snapshot_does_not_tell_lines_twice(browser: Browser, server: FakeServer) -> None:
    server.tell(Notice(CCD, "only once"))
    browser.line.request_state()
    sent = unpacked(browser.line.states[-1]["snapshot"])
    assert [line["text"] for line in sent["devices"][0]["messages"]] == ["only once"]
    assert [patch["seq"] for patch in browser.patches()] == [sent["seq"]]  # thus it is ignored


def test_an_alert_tells_why_until_it_is_over(browser: Browser, server: FakeServer) -> None:
    server.tell(update(TEMPERATURE, State.ALERT, "cooler is stuck"))
    assert browser.news()["properties"][0]["message"] == "cooler is stuck"
    server.tell(update(TEMPERATURE, State.OK))
    assert browser.news()["properties"][0]["message"] is None


# ---- The link ----


def test_a_lost_link_is_told(browser: Browser, client: Connection, server: FakeServer) -> None:
    server.cut()
    wait_until(client, lambda: client.status == "lost")
    client._reader.join(SOON)
    patch = browser.patch()
    assert (patch["status"], patch["loss"]) == ("lost", client.loss)
    assert unpacked(browser.panel.get_state()["snapshot"])["status"] == "lost"


def test_a_closed_client_is_told(browser: Browser, window: Browser, client: Connection) -> None:
    client.close()
    assert [window.patch()["status"], browser.patch()["status"]] == ["closed", "closed"]
    opened = unpacked(browser.panel.get_state()["snapshot"])
    assert opened["status"] == "closed"
    assert names(opened["devices"]) == [CCD]


# ---- Closing the panel ----


def test_a_closed_panel_hears_and_sends_no_more(
    browser: Browser, server: FakeServer, client: Connection
) -> None:
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=1.0))
    browser.panel.close()
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=2.0))
    assert browser.patches() == []
    assert browser._clock.pending == []
    assert client.observers.interested(CCD, "CCD_TEMPERATURE") == ()
    browser.panel.close()


def test_garbage_waits_for_no_lock(browser: Browser, client: Connection) -> None:
    """The collector may close it again at any moment, so also in the midst of what locks."""
    browser.panel.close()
    with client.observers._lock, browser.panel._feed._lock:
        again = threading.Thread(target=browser.panel.__del__)
        again.start()
        again.join(SOON)
        assert not again.is_alive()


def test_a_wish_under_way_when_the_panel_closes_is_still_obeyed(browser: Browser) -> None:
    started, go = threading.Event(), threading.Event()
    worker = browser.panel._connection.worker
    worker.submit(lambda: (started.set(), go.wait(SOON)))
    assert started.wait(SOON)
    browser.line.bring({"type": "blobs", "device": CCD, "property": "CCD1", "on": True})
    browser.panel.close()
    go.set()
    browser.settle()
    assert browser._server.next(EnableBlob).mode is BlobMode.ALSO
    assert browser._clock.pending == []


def test_it_tells_what_it_is_of(browser: Browser, window: Browser) -> None:
    assert repr(browser.panel) == f"<Panel of {CCD}>"
    assert repr(window.panel) == "<Panel of fake>"


# ---- Closed clients ----


@pytest.mark.parametrize(
    "wish",
    [
        set_message(CCD, "CCD_TEMPERATURE", CCD_TEMPERATURE_VALUE="1"),
        {"type": "abort", "id": 1, "device": CCD},
        {"type": "connect", "device": CCD, "on": False},
        {"type": "blobs", "device": CCD, "property": "CCD1", "on": True},
    ],
)
def test_a_closed_client_says_so(
    browser: Browser, server: FakeServer, client: Connection, wish: Json
) -> None:
    server.tell(update(FRAME, State.BUSY))
    client.close()
    browser.line.bring(wish)
    failed = browser.failed()
    assert "this client was closed" in failed["message"]
    assert failed["device"] == CCD
    assert browser._clock.pending[1:] == []  # what is due is the patch that tells of the end


def test_a_closed_client_can_still_be_looked_at(browser: Browser, client: Connection) -> None:
    client.close()
    browser.line.bring({"type": "resync"})
    assert unpacked(browser.line.states[-1]["snapshot"])["status"] == "closed"
    assert browser.line.take("failed") == []
