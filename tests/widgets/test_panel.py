"""The control panel's half in Python: what it tells browsers, and how it obeys them."""

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import comm
import pytest

from indinb.client.blocking import blocking
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.property import Property
from indinb.protocol.messages import Blob, Delete, EnableBlob, New, Notice, Update
from indinb.protocol.vocabulary import BlobMode, Permission, State
from indinb.widgets import snapshot
from indinb.widgets.feed import TICK
from indinb.widgets.panel import Panel
from indinb.widgets.part import Part
from indinb.widgets.snapshot import MESSAGES_SHOWN, Json
from tests.client.fakes import (
    ABORT,
    CCD,
    CONNECTION,
    FILTER_NAME,
    FRAME,
    FRAME_TYPE,
    IMAGE,
    MOUNT,
    OBSERVATORY,
    OPTIONS,
    RADEC,
    SOON,
    TEMPERATURE,
    FakeServer,
    ManualClock,
    delete,
    numbers,
    obey,
    switches,
    texts,
    update,
)
from tests.waiting import wait_until
from tests.widgets.comms import FakeComm, Widget, unpacked
from tests.widgets.snapshots import find, set_message

HOSTILE = "</script><img src=x onerror=alert(1)>"
Connect = Callable[..., Connection]


class Browser:
    """The other end of a panel's line, and the time between.

    Parameters
    ----------
    panel : Panel
        Whose.
    server : FakeServer
        What the panel's client is connected to.
    clock : ManualClock
        By which the panel sends.
    """

    def __init__(self, panel: Panel, server: FakeServer, clock: ManualClock) -> None:
        self.panel = panel
        self.line: FakeComm = panel.comm
        self._server = server
        self._clock = clock

    def patches(self) -> list[Json]:
        """Let a tick pass; return the patches since the last call."""
        self._clock.advance(TICK)
        return self.line.take("patch")

    def patch(self) -> Json:
        """Let a tick pass; return the one patch that it brought."""
        (patch,) = self.patches()
        return patch

    def news(self) -> Json:
        """Let a tick pass; return the news of the one device of which there were any."""
        (device,) = self.patch()["devices"]
        return device

    def wish(self, type: str, **content: Any) -> None:
        """Send a wish, and wait until what came of it has been heard of here."""
        self.line.bring({"type": type, **content})
        self.settle()

    def settle(self) -> None:
        client = self.panel._connection
        client.worker.submit(int).result(SOON)
        self._server.tell()  # after this, the server has got it and has answered
        self._server.tell()  # and after this, the client has got the answer

    def failed(self) -> Json:
        """Return the one refusal since the last call."""
        (failed,) = self.line.take("failed")
        return failed

    def asked(self) -> list[New]:
        """Return all that the drivers have been asked."""
        return [message for message in self._server.received if isinstance(message, New)]


@pytest.fixture
def look(
    server: FakeServer, clock: ManualClock, close_later: Callable[[Widget], Widget]
) -> Callable[[Device | Connection], Browser]:
    """Return a function that opens a panel and returns the other end of its line."""

    def look(thing: Device | Connection) -> Browser:
        panel = Panel(thing)
        close_later(panel)
        return Browser(panel, server, clock)

    return look


Look = Callable[[Device | Connection], Browser]


@pytest.fixture
def ccd(client: Connection) -> Device:
    return client.devices[CCD]


@pytest.fixture
def browser(look: Look, ccd: Device) -> Browser:
    """The other end of the panel of a camera."""
    return look(ccd)


@pytest.fixture
def window(look: Look, client: Connection) -> Browser:
    """The other end of the window of all devices."""
    return look(client)


def values(described: Json) -> dict[str, Any]:
    return {element["name"]: element["value"] for element in described["elements"]}


def names(described: list[Json]) -> list[str]:
    return [one["name"] for one in described]


# ---- The snapshot that opens it ----


def test_it_opens_with_what_is_true(
    look: Look, client: Connection, server: FakeServer, ccd: Device
) -> None:
    server.tell(update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=-3.5), Notice(CCD, "cooling"))
    browser = look(ccd)
    opened = unpacked(browser.line.opened["snapshot"])
    assert opened == {
        "title": CCD,
        "seq": 0,
        "form": "device",
        "wanted": None,
        "address": "fake",
        "status": "connected",
        "loss": "",
        "epoch": 1,
        "blocking": False,
        "reconnects": False,
        "read_only": False,
        "messages": [],
        "devices": [json.loads(json.dumps(snapshot.of_device(ccd)))],
    }
    (device,) = opened["devices"]
    temperature = find(device, "CCD_TEMPERATURE")
    assert (temperature["state"], values(temperature)) == ("Busy", {"CCD_TEMPERATURE_VALUE": -3.5})
    assert device["messages"] == [{"time": "", "text": "cooling"}]
    assert browser.patches() == []


def test_the_window_opens_with_all_devices(window: Browser) -> None:
    opened = unpacked(window.line.opened["snapshot"])
    assert (opened["title"], opened["form"]) == ("fake", "window")
    assert names(opened["devices"]) == [CCD, MOUNT]


def test_a_read_only_client_is_known_from_the_start(
    look: Look, connect: Connect, server: FakeServer
) -> None:
    browser = look(connect(server, read_only=True).devices[CCD])
    assert unpacked(browser.line.opened["snapshot"])["read_only"] is True


def test_a_device_that_is_not_there_yet(look: Look, client: Connection, server: FakeServer) -> None:
    browser = look(client.handle("Focuser"))
    (device,) = unpacked(browser.line.opened["snapshot"])["devices"]
    assert (device["name"], device["properties"]) == ("Focuser", [])
    server.tell(numbers("ABS_FOCUS_POSITION", {"FOCUS": 1.0}, device="Focuser"))
    assert names(browser.news()["properties"]) == ["ABS_FOCUS_POSITION"]


def test_whoever_comes_later_gets_what_is_true_then(browser: Browser, server: FakeServer) -> None:
    browser.line.request_state()
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=-7.0))
    browser.line.request_state()
    states = [unpacked(state["snapshot"])["devices"][0] for state in browser.line.states]
    temperatures = [values(find(state, "CCD_TEMPERATURE")) for state in states]
    assert [list(one.values()) for one in temperatures] == [[20.0], [-7.0]]


def test_a_page_saved_without_a_kernel_has_the_snapshot_too(browser: Browser, ccd: Device) -> None:
    state = browser.panel.get_state(drop_defaults=True)
    (device,) = unpacked(state["snapshot"])["devices"]
    assert len(device["properties"]) == len(ccd)


def test_nothing_falls_between_the_snapshot_and_the_first_patch(
    look: Look,
    ccd: Device,
    server: FakeServer,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class SlowComm(FakeComm):
        def open(self, *args: Any, **options: Any) -> None:
            super().open(*args, **options)
            if "snapshot" in self.opened:  # the layout has a line of its own
                server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=-1.0), Notice(CCD, "hello"))
                clock.advance(TICK)

    monkeypatch.setattr(comm, "create_comm", SlowComm)
    browser = look(ccd)
    assert unpacked(browser.line.opened["snapshot"])["seq"] == 0
    patch = browser.patch()
    assert patch["seq"] == 1
    assert values(patch["devices"][0]["properties"][0]) == {"CCD_TEMPERATURE_VALUE": -1.0}
    assert patch["devices"][0]["messages"] == [{"time": "", "text": "hello"}]


def test_what_vanishes_while_it_is_told_does_no_harm(
    browser: Browser, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.tell(update(FRAME, X=7.0), update(TEMPERATURE, CCD_TEMPERATURE_VALUE=0.0))
    describe = snapshot.of_property

    def describe_late(*args: Any) -> Json:
        monkeypatch.setattr(snapshot, "of_property", describe)
        server.tell(Delete(CCD))
        return describe(*args)

    monkeypatch.setattr(snapshot, "of_property", describe_late)
    told, gone = browser.patches()
    assert names(told["devices"][0]["properties"]) == ["CCD_FRAME", "CCD_TEMPERATURE"]
    assert gone["deleted_devices"] == [CCD]


@pytest.mark.parametrize("whole", [False, True])
def test_what_vanishes_while_a_panel_opens_does_no_harm(
    look: Look,
    client: Connection,
    server: FakeServer,
    monkeypatch: pytest.MonkeyPatch,
    whole: bool,
) -> None:
    describe = snapshot.heading

    def describe_late(device: Device) -> Json:
        monkeypatch.setattr(snapshot, "heading", describe)
        server.tell(Delete(CCD), Delete(MOUNT))
        return describe(device)

    thing = client if whole else client.devices[CCD]
    monkeypatch.setattr(snapshot, "heading", describe_late)
    browser = look(thing)
    assert names(unpacked(browser.line.opened["snapshot"])["devices"])[0] == CCD
    assert CCD in browser.patch()["deleted_devices"]


# ---- Patches ----


def test_a_patch_tells_what_changed_and_no_more(
    browser: Browser, server: FakeServer, client: Connection
) -> None:
    server.tell(update(TEMPERATURE, State.BUSY, CCD_TEMPERATURE_VALUE=-3.0))
    temperature = client.model.vector(CCD, "CCD_TEMPERATURE")
    assert temperature is not None
    assert browser.patch() == {
        "type": "patch",
        "seq": 1,
        "status": "connected",
        "loss": "",
        "epoch": 1,
        "blocking": False,
        "devices": [
            {
                "name": CCD,
                "connected": True,
                "can_connect": True,
                "has_abort": True,
                "can_abort": False,
                "properties": [json.loads(json.dumps(snapshot.of_property(client, temperature)))],
                "deleted": [],
                "messages": [],
            }
        ],
        "deleted_devices": [],
        "messages": [],
    }


def test_without_change_there_is_no_patch(browser: Browser) -> None:
    assert browser.patches() == []
    assert browser._clock.pending == []


def test_patches_are_numbered_one_by_one(browser: Browser, server: FakeServer) -> None:
    for number in range(1, 6):
        server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=float(number)))
        assert browser.patch()["seq"] == number


def test_a_snapshot_bears_the_number_of_the_last_patch(
    browser: Browser, server: FakeServer
) -> None:
    for number in (1, 2):
        server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=float(number)))
        browser.patch()
    assert unpacked(browser.panel.get_state()["snapshot"])["seq"] == 2


def test_a_storm_is_one_patch_a_tick_with_the_newest(browser: Browser, server: FakeServer) -> None:
    patches: list[Json] = []
    for number in range(40):
        storm = [update(TEMPERATURE, CCD_TEMPERATURE_VALUE=float(number)) for _ in range(25)]
        server.tell(*storm)
        browser._clock.advance(TICK / 10)
        patches += browser.line.take("patch")
    patches += browser.patches()
    assert 4 <= len(patches) <= 6
    assert [patch["seq"] for patch in patches] == list(range(1, len(patches) + 1))
    (last,) = patches[-1]["devices"][0]["properties"]
    assert values(last) == {"CCD_TEMPERATURE_VALUE": 39.0}


def test_several_properties_are_one_patch(browser: Browser, server: FakeServer) -> None:
    server.tell(update(FRAME, X=8.0), update(FRAME_TYPE, State.OK), update(FRAME, Y=9.0))
    frame, frame_type = browser.news()["properties"]
    assert values(frame) == {"X": 8.0, "Y": 9.0, "WIDTH": 1280.0, "HEIGHT": 1024.0}
    assert frame_type["state"] == "Ok"


def test_other_devices_are_not_sent_to_a_panel(browser: Browser, server: FakeServer) -> None:
    server.tell(
        update(RADEC, RA=1.0),
        Notice(MOUNT, "slewing"),
        numbers("NEW", {"N": 1.0}, device="New Device"),
        Delete(MOUNT),
    )
    assert browser.patches() == []


def test_the_window_follows_all_devices(window: Browser, server: FakeServer) -> None:
    server.tell(update(RADEC, RA=1.0), update(TEMPERATURE, State.OK), Notice(MOUNT, "slewing"))
    patch = window.patch()
    assert names(patch["devices"]) == [MOUNT, CCD]
    assert names(patch["devices"][0]["properties"]) == ["EQUATORIAL_EOD_COORD"]
    assert patch["devices"][0]["messages"] == [{"time": "", "text": "slewing"}]
    assert patch["devices"][1]["messages"] == []


def test_two_panels_of_a_device_are_told_apart(look: Look, ccd: Device, server: FakeServer) -> None:
    first = look(ccd)
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=1.0))
    first.patch()
    second = look(ccd)
    server.tell(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=2.0))
    assert [second.patch()["seq"], first.patch()["seq"]] == [1, 2]


# ---- What comes and goes ----


def test_a_property_comes_and_goes(browser: Browser, server: FakeServer) -> None:
    gain = numbers("CCD_GAIN", {"GAIN": 90.0})
    server.tell(gain)
    assert names(browser.news()["properties"]) == ["CCD_GAIN"]
    server.tell(delete(gain), delete(FRAME))
    news = browser.news()
    assert (news["properties"], news["deleted"]) == ([], ["CCD_GAIN", "CCD_FRAME"])


def test_what_comes_and_goes_within_a_tick_is_gone(browser: Browser, server: FakeServer) -> None:
    gain = numbers("CCD_GAIN", {"GAIN": 90.0})
    server.tell(gain, delete(gain), delete(FRAME), FRAME)
    news = browser.news()
    assert names(news["properties"]) == ["CCD_FRAME"]
    assert news["deleted"] == ["CCD_GAIN"]


def test_a_property_is_redefined_even_as_another_kind(browser: Browser, server: FakeServer) -> None:
    server.tell(texts("CCD_TEMPERATURE", {"TELLS": "warm"}, label="Now a text"))
    news = browser.news()
    (described,) = news["properties"]
    assert (described["kind"], described["label"]) == ("Text", "Now a text")
    assert values(described) == {"TELLS": "warm"}
    assert news["deleted"] == []


def test_a_repeated_definition_brings_its_new_limits(browser: Browser, server: FakeServer) -> None:
    server.tell(numbers("CCD_TEMPERATURE", {"CCD_TEMPERATURE_VALUE": 1.0}, -5.0, 5.0))
    (element,) = browser.news()["properties"][0]["elements"]
    assert (element["min"], element["max"]) == (-5.0, 5.0)


@pytest.mark.parametrize("whole", [False, True])
def test_a_device_goes_and_comes_back(
    look: Look, client: Connection, server: FakeServer, whole: bool
) -> None:
    browser = look(client if whole else client.devices[CCD])
    server.tell(Delete(CCD))
    patch = browser.patch()
    assert (patch["devices"], patch["deleted_devices"]) == ([], [CCD])
    server.tell(CONNECTION, TEMPERATURE)
    patch = browser.patch()
    assert patch["deleted_devices"] == []
    assert names(patch["devices"][0]["properties"]) == ["CONNECTION", "CCD_TEMPERATURE"]


def test_a_driver_that_restarts_within_a_tick_leaves_nothing_old(
    browser: Browser, server: FakeServer
) -> None:
    server.tell(Delete(CCD), CONNECTION)
    patch = browser.patch()
    assert patch["deleted_devices"] == []
    (news,) = patch["devices"]
    assert names(news["properties"]) == ["CONNECTION"]
    old = {definition.name for definition in OBSERVATORY if definition.device == CCD}
    assert set(news["deleted"]) == old - {"CONNECTION"}


def test_the_head_is_told_with_its_device(browser: Browser, server: FakeServer) -> None:
    server.tell(update(CONNECTION, State.IDLE, CONNECT=False, DISCONNECT=True))
    news = browser.news()
    assert (news["connected"], news["can_connect"]) == (False, True)
    server.tell(delete(CONNECTION))
    news = browser.news()
    assert (news["connected"], news["can_connect"]) == (None, False)


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


def names_of_asked(browser: Browser) -> list[str]:
    return [new.name for new in browser.asked()]


def test_a_browser_cannot_change_what_is_told(browser: Browser) -> None:
    data = {"method": "update", "state": {"snapshot": None}, "buffer_paths": [["snapshot"]]}
    browser.line.handle_msg({"content": {"data": data}, "buffers": [b"lies"]})
    browser.line.request_state()
    assert unpacked(browser.line.states[-1]["snapshot"])["title"] == CCD


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
