"""What the panel refuses, and how it takes nonsense."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from indinb.client.connection import Connection
from indinb.protocol.messages import New, Update
from indinb.protocol.vocabulary import State
from indinb.widgets.snapshot import Json
from tests.client.fakes import (
    CCD,
    FRAME,
    MOUNT,
    SOON,
    TEMPERATURE,
    FakeServer,
    update,
)
from tests.widgets.comms import unpacked
from tests.widgets.panel.browser import Browser, Look, names_of_asked
from tests.widgets.snapshots import set_message

HOSTILE = "</script><img src=x onerror=alert(1)>"
Connect = Callable[..., Connection]


# ---- Refusals ----


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (set_message(CCD, "CCD_TEMPERATURE", CCD_TEMPERATURE_VALUE="99"), "from -50 to 40"),
        (set_message(CCD, "CCD_TEMPERATURE", CCD_TEMPERATURE_VALUE="cold"), "takes a number"),
        (set_message(CCD, "CCD_TEMPERATURE", CCD_TEMPERATURE_VALUE="nan"), "CCD_TEMPERATURE"),
        (set_message(CCD, "CCD_TEMPERATURE", WRONG="1"), "no member 'WRONG'"),
        (set_message(CCD, "CCD_TEMPERATURE"), "nothing is asked"),
        (set_message(CCD, "DRIVER_INFO", DRIVER_NAME="x"), "read-only"),
        (set_message(CCD, HOSTILE, X="1"), "no property"),
        (set_message("Nothing", "CCD_TEMPERATURE", X="1"), "no device 'Nothing'"),
        (set_message(CCD, "CCD_FRAME_TYPE", FRAME_DARK=False), "always on"),
        (set_message(CCD, "CCD1", CCD1="words"), "takes bytes"),
        ({"type": "blobs", "device": CCD, "property": "CCD9", "on": True}, "no property 'CCD9'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    browser: Browser, wish: Json, words: str
) -> None:
    browser.line.bring(wish)
    browser.settle()
    failed = browser.failed()
    assert words in failed.pop("message")
    assert failed == {
        "type": "failed",
        "device": wish["device"],
        "property": wish["property"],
    }
    assert browser.asked() == []


@pytest.mark.parametrize("type", ["connect", "abort"])
def test_what_is_refused_of_a_device(browser: Browser, type: str) -> None:
    browser.wish(type, device="Nothing", on=True)
    failed = browser.failed()
    assert (failed["device"], "no device" in failed["message"]) == ("Nothing", True)


def test_a_device_without_connection_cannot_be_connected(window: Browser) -> None:
    window.wish("connect", device=MOUNT, on=True)
    failed = window.failed()
    assert (failed["device"], failed["property"]) == (MOUNT, "CONNECTION")
    assert "no property 'CONNECTION'" in failed["message"]


@pytest.mark.parametrize(
    "wish",
    [
        set_message(CCD, "CCD_TEMPERATURE", CCD_TEMPERATURE_VALUE="1"),
        {"type": "abort", "id": 1, "device": CCD},
        {"type": "connect", "device": CCD, "on": False},
    ],
)
def test_a_read_only_client_asks_nothing(
    look: Look, connect: Connect, server: FakeServer, wish: Json
) -> None:
    browser = look(connect(server, read_only=True).devices[CCD])
    server.tell(update(FRAME, State.BUSY))
    browser.line.bring(wish)
    browser.settle()
    assert "read-only" in browser.failed()["message"]
    assert browser.asked() == []


def alert(new: New) -> tuple[Update]:
    """Answer as a driver whose hardware does not do it."""
    return (Update(new.kind, new.device, new.name, {}, State.ALERT, message="cooler is <stuck>"),)


@pytest.mark.parametrize(
    "wish",
    [
        set_message(CCD, "CCD_TEMPERATURE", CCD_TEMPERATURE_VALUE="-10"),
        {"type": "connect", "device": CCD, "on": False, "property": "CONNECTION"},
    ],
)
def test_the_drivers_alert_is_told_with_its_words(
    browser: Browser, server: FakeServer, wish: Json
) -> None:
    server.answer = alert
    browser.line.bring(wish)
    browser.settle()
    failed = browser.failed()
    assert "cooler is <stuck>" in failed["message"]
    assert (failed["device"], failed["property"]) == (CCD, wish["property"])
    (described,) = browser.news()["properties"]
    assert (described["state"], described["message"]) == ("Alert", "cooler is <stuck>")


def test_a_driver_without_an_answer_is_told_in_the_end(browser: Browser) -> None:
    typed = {"CCD_TEMPERATURE_VALUE": "-10"}
    browser.wish("set", device=CCD, property="CCD_TEMPERATURE", values=typed)
    assert browser.line.contents == []
    browser._clock.advance(60)
    assert "the driver did not answer" in browser.failed()["message"]


def test_a_link_lost_meanwhile_is_told(
    browser: Browser, client: Connection, server: FakeServer
) -> None:
    typed = {"CCD_TEMPERATURE_VALUE": "-10"}
    browser.wish("set", device=CCD, property="CCD_TEMPERATURE", values=typed)
    server.cut()
    client._reader.join(SOON)
    assert "the server ended it" in browser.failed()["message"]


# ---- Nonsense ----

NONSENSE: list[Any] = [
    None,
    0,
    [],
    "set",
    {},
    {"type": None},
    {"type": "unheard-of"},
    {"type": ["set"]},
    {"type": "set"},
    {"type": "set", "device": CCD},
    {"type": "set", "device": CCD, "property": "CCD_TEMPERATURE"},
    {"type": "set", "device": [CCD], "property": {}, "values": {}},
    {"type": "set", "device": CCD, "property": "CCD_TEMPERATURE", "values": [1, 2]},
    {"type": "set", "device": CCD, "property": "CCD_FRAME", "values": {"X": {}}},
    {"type": "connect", "device": CCD},
    {"type": "abort"},
    {"type": "abort", "id": [], "device": {}},
    {"type": "look", "device": CCD, "property": "CCD1"},
    {"type": "look", "device": CCD, "property": "CCD1", "element": [], "on": True},
    {"type": "seen", "device": CCD},
    {"type": "blobs", "device": CCD, "property": "CCD1"},
    {"type": "__init__"},
]


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("content", NONSENSE, ids=map(str, NONSENSE))
def test_nonsense_goes_into_the_log_and_no_further(
    browser: Browser,
    client: Connection,
    server: FakeServer,
    caplog: pytest.LogCaptureFixture,
    content: Any,
    closed: bool,
) -> None:
    if closed:
        client.close()
    with caplog.at_level(logging.ERROR):
        browser.panel._receive(browser.panel, content, [])  # raises nothing
        if not closed:
            browser.settle()
    assert all(record.name == "indinb.widgets.panel" for record in caplog.records)
    assert len(caplog.records) + len(browser.line.take("failed")) == 1
    assert browser.asked() == []


def test_a_panel_works_on_after_nonsense(browser: Browser, server: FakeServer) -> None:
    for content in NONSENSE:
        browser.line.bring(content)
    browser.wish("set", device=CCD, property="CCD_FRAME", values={"X": "3"})
    assert names_of_asked(browser) == ["CCD_FRAME"]
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=1.0))
    assert browser.patch()["seq"] == 1


def test_a_browser_cannot_change_what_is_told(browser: Browser) -> None:
    data = {"method": "update", "state": {"snapshot": None}, "buffer_paths": [["snapshot"]]}
    browser.line.handle_msg({"content": {"data": data}, "buffers": [b"lies"]})
    browser.line.request_state()
    assert unpacked(browser.line.states[-1]["snapshot"])["title"] == CCD
