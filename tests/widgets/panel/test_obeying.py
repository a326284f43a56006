"""How the panel obeys browsers."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from indinb.client.blocking import blocking
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.property import Property
from indinb.protocol.messages import Blob, Delete, EnableBlob, New
from indinb.protocol.vocabulary import BlobMode, Permission, State
from indinb.widgets import snapshot
from indinb.widgets.panel import Panel
from indinb.widgets.part import Part
from indinb.widgets.snapshot import Json
from tests.client.fakes import (
    ABORT,
    CCD,
    CONNECTION,
    FILTER_NAME,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    MOUNT,
    OPTIONS,
    RADEC,
    SOON,
    TEMPERATURE,
    FakeServer,
    ManualClock,
    numbers,
    obey,
    switches,
    texts,
    update,
)
from tests.widgets.comms import Widget, unpacked
from tests.widgets.panel.browser import Browser, Look, names, names_of_asked, values
from tests.widgets.snapshots import find, set_message

HOSTILE = "</script><img src=x onerror=alert(1)>"


# ---- Wishes: to set ----


@pytest.mark.parametrize(
    ("definition", "typed", "sent"),
    [
        (TEMPERATURE, {"CCD_TEMPERATURE_VALUE": "-10"}, {"CCD_TEMPERATURE_VALUE": -10.0}),
        (TEMPERATURE, {"CCD_TEMPERATURE_VALUE": " -10,5 "}, {"CCD_TEMPERATURE_VALUE": -10.5}),
        (RADEC, {"RA": "12:30:00", "DEC": "-0:30"}, {"RA": 12.5, "DEC": -0.5}),
        (RADEC, {"RA": "12h30m"}, {"RA": 12.5, "DEC": -12.0}),
        (FRAME_TYPE, {"FRAME_DARK": True}, {"FRAME_DARK": True}),
        (ABORT, {"ABORT": True}, {"ABORT": True}),
    ],
)
def test_what_was_typed_is_asked(
    window: Browser, definition: Any, typed: dict[str, Any], sent: dict[str, Any]
) -> None:
    window.line.bring(set_message(definition.device, definition.name, **typed))
    window.settle()
    (new,) = window.asked()
    assert (new.device, new.name, new.values) == (definition.device, definition.name, sent)
    assert window.line.take("failed") == []


def test_texts_go_out_whole_and_switches_alone(browser: Browser, server: FakeServer) -> None:
    server.tell(OPTIONS, FILTER_NAME)
    browser.wish("set", device=CCD, property="OPTIONS", values={"B": True})
    browser.wish("set", device=CCD, property="FILTER_NAME", values={"SLOT_2": HOSTILE})
    assert [new.values for new in browser.asked()] == [
        {"B": True},
        {"SLOT_1": "Red", "SLOT_2": HOSTILE},
    ]


def test_what_is_done_comes_as_a_patch_and_nothing_else(
    browser: Browser, server: FakeServer
) -> None:
    server.answer = obey
    values_sent = {"CCD_TEMPERATURE_VALUE": "-10"}
    browser.wish("set", device=CCD, property="CCD_TEMPERATURE", values=values_sent)
    (described,) = browser.news()["properties"]
    assert (described["state"], values(described)) == ("Ok", {"CCD_TEMPERATURE_VALUE": -10.0})
    assert browser.line.contents == []


# ---- Wishes: other ----


@pytest.mark.parametrize("on", [True, False])
def test_connect_and_disconnect(browser: Browser, server: FakeServer, on: bool) -> None:
    server.tell(update(CONNECTION, State.IDLE, CONNECT=not on, DISCONNECT=on))
    server.answer = obey
    browser.wish("connect", device=CCD, on=on)
    (new,) = browser.asked()
    assert new.values == {("CONNECT" if on else "DISCONNECT"): True}
    assert browser.line.take("failed") == []


def test_what_is_connected_already_is_not_asked(browser: Browser) -> None:
    browser.wish("connect", device=CCD, on=True)
    assert browser.asked() == []
    assert browser.line.contents == []


def test_abort_presses_every_abort_switch(browser: Browser, server: FakeServer) -> None:
    focus = switches("FOCUS_ABORT_MOTION", {"ABORT": False})
    server.tell(switches("ABORT_ON_DISCONNECT", {"ENABLED": False, "DISABLED": True}))  # a setting
    display_only = switches("ABORT_STATE", {"A": False}, permission=Permission.READ_ONLY)
    server.tell(
        display_only,
        focus,
        texts("ABORT_REASON", {"WHY": "nothing"}),
        numbers("ABORT_COUNT", {"N": 0.0}),
        switches("ABORT", {"ABORT": False}, device=MOUNT),
        update(FRAME, State.BUSY),
    )
    browser.wish("abort", id=7, device=CCD)
    assert browser.line.take("ack") == [{"type": "ack", "id": 7}]
    assert [(new.device, new.name, new.values) for new in browser.asked()] == [
        (CCD, "CCD_ABORT_EXPOSURE", {"ABORT": True}),
        (CCD, "FOCUS_ABORT_MOTION", {"ABORT": True}),
    ]
    assert browser.line.take("failed") == []


def test_an_abort_that_comes_late_presses_nothing(browser: Browser, server: FakeServer) -> None:
    server.tell(update(FRAME, State.OK))
    browser.wish("abort", id=1, device=CCD)
    assert browser.asked() == []
    assert browser.line.take("ack") == [{"type": "ack", "id": 1}]


def test_an_abort_does_not_wait_for_the_worker(
    browser: Browser, server: FakeServer, client: Connection
) -> None:
    server.tell(update(FRAME, State.BUSY))
    hold = threading.Event()
    client.worker.submit(hold.wait, SOON)  # as while a picture is written to a slow disk
    browser.line.bring({"type": "abort", "id": 1, "device": CCD})
    assert server.next(New).name == "CCD_ABORT_EXPOSURE"
    hold.set()


def test_an_abort_of_a_device_that_is_gone_is_refused(browser: Browser, server: FakeServer) -> None:
    server.tell(Delete(CCD))
    browser.line.bring({"type": "abort", "id": 1, "device": CCD})
    assert CCD in browser.failed()["message"]


def test_the_browser_knows_whether_a_cell_waits(browser: Browser) -> None:
    exposure: Future[None] = Future()
    with blocking.by(exposure):
        assert browser.patch()["blocking"] is True
    assert browser.patch()["blocking"] is False
    browser.panel.close()
    with blocking.by(exposure):
        assert browser.patches() == []


def test_a_property_has_a_panel_of_one_row(look: Look, ccd: Device, server: FakeServer) -> None:
    row = look(ccd["CCD_TEMPERATURE"])
    opened = unpacked(row.line.opened["snapshot"])
    assert (opened["title"], opened["form"]) == ("CCD_TEMPERATURE", "row")
    assert names(opened["devices"][0]["properties"]) == ["CCD_TEMPERATURE"]
    server.tell(update(FRAME, State.BUSY, X=3.0))
    assert row.patches() == []
    server.tell(update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=1.0))
    assert names(row.news()["properties"]) == ["CCD_TEMPERATURE"]
    assert repr(row.panel) == "<Panel of CCD_TEMPERATURE>"


def test_a_part_is_told_of_its_own_properties_alone(
    server: FakeServer, ccd: Device, clock: ManualClock, close_later: Callable[[Widget], Widget]
) -> None:
    panel = Panel(ccd, Part.of(None, ["CCD_FRAME", "CCD_TEMPERATURE"]))
    close_later(panel)
    part = Browser(panel, server, clock)
    opened = unpacked(part.line.opened["snapshot"])
    assert opened["wanted"] == ["CCD_FRAME", "CCD_TEMPERATURE"]
    assert sorted(names(opened["devices"][0]["properties"])) == opened["wanted"]
    server.tell(update(FRAME_TYPE, State.BUSY), update(FRAME, State.BUSY))
    assert names(part.news()["properties"]) == ["CCD_FRAME"]
    server.tell(numbers("CCD_GAIN", {"GAIN": 1.0}))
    assert part.news()["properties"] == []


@pytest.mark.parametrize(("on", "mode"), [(True, BlobMode.ALSO), (False, BlobMode.NEVER)])
def test_blobs_are_asked_for_and_the_next_patch_says_so(
    browser: Browser, client: Connection, server: FakeServer, on: bool, mode: BlobMode
) -> None:
    client.enable_blobs(CCD, "CCD1", BlobMode.NEVER if on else BlobMode.ONLY)
    server.next(EnableBlob)
    browser.wish("blobs", device=CCD, property="CCD1", on=on)
    assert server.next(EnableBlob) == EnableBlob(CCD, "CCD1", mode)
    (described,) = browser.news()["properties"]
    assert (described["name"], described["receiving"]) == ("CCD1", on)


def test_a_blob_itself_is_not_sent_to_the_browser(browser: Browser, server: FakeServer) -> None:
    blob = Blob(memoryview(bytes(1_200_000)), ".fits", 1_200_000)
    server.tell(update(IMAGE, State.OK, CCD1=blob))
    (described,) = browser.news()["properties"]
    assert described["elements"][0]["text"] == ".fits, 1.2 MB"
    assert len(json.dumps(described)) < 500


def test_resync_sends_the_snapshot(browser: Browser, server: FakeServer) -> None:
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=4.0))
    assert browser.patch()["seq"] == 1
    browser.wish("resync")
    (state,) = browser.line.states
    assert set(state) == {"snapshot"}
    sent = unpacked(state["snapshot"])
    assert sent["seq"] == 1
    temperature = find(sent["devices"][0], "CCD_TEMPERATURE")
    assert values(temperature) == {"CCD_TEMPERATURE_VALUE": 4.0}
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=5.0))
    assert browser.patch()["seq"] == 2


# ---- Threads ----


def test_wishes_are_carried_out_by_the_worker(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def set(found: Property, *_: Any) -> None:
        threads.append(threading.current_thread().name)

    monkeypatch.setattr(Property, "set", set)
    browser.wish("set", device=CCD, property="CCD_FRAME", values={})
    assert [name.partition("_")[0] for name in threads] == ["indinb-worker"]


def test_a_wish_waits_for_the_worker_but_the_browser_does_not(browser: Browser) -> None:
    started, go = threading.Event(), threading.Event()
    browser.panel._connection.worker.submit(lambda: (started.set(), go.wait(SOON)))
    assert started.wait(SOON)
    wish = set_message(CCD, "CCD_TEMPERATURE", CCD_TEMPERATURE_VALUE="1")
    browser.line.bring(wish)
    assert browser.asked() == []
    go.set()
    browser.settle()
    assert names_of_asked(browser) == ["CCD_TEMPERATURE"]


def test_a_kernel_that_takes_nothing_does_not_keep_the_reader(
    close_later: Callable[[Widget], Widget], ccd: Device, server: FakeServer
) -> None:
    panel = close_later(Panel(ccd))
    stuck, go = threading.Event(), threading.Event()

    def publish(*_: Any, **__: Any) -> None:
        stuck.set()
        go.wait(SOON)

    panel.comm.publish_msg = publish
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=1.0))
    assert stuck.wait(SOON)
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=2.0))  # waits until it has been heard
    assert ccd["CCD_TEMPERATURE"].value == 2.0
    go.set()


def test_patches_are_made_by_the_clock(
    close_later: Callable[[Widget], Widget],
    ccd: Device,
    server: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, threads = threading.Event(), set()
    describe = snapshot.of_property

    def describe_here(*args: Any) -> Json:
        threads.add(threading.current_thread().name)
        made.set()
        return describe(*args)

    close_later(Panel(ccd))
    monkeypatch.setattr(snapshot, "of_property", describe_here)
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=1.0))
    assert made.wait(SOON)
    assert threads == {"indinb-clock"}
