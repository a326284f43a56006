"""What the panel tells browsers: all of it at first, and then what changed."""

import json
from collections.abc import Callable
from typing import Any

import comm
import pytest

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.protocol.messages import Delete, Notice
from indinb.protocol.vocabulary import State
from indinb.widgets import snapshot
from indinb.widgets.feed import TICK
from indinb.widgets.snapshot import Json
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FRAME,
    FRAME_TYPE,
    MOUNT,
    OBSERVATORY,
    RADEC,
    TEMPERATURE,
    FakeServer,
    ManualClock,
    delete,
    numbers,
    texts,
    update,
)
from tests.widgets.comms import FakeComm, unpacked
from tests.widgets.panel.browser import Browser, Look, names, values
from tests.widgets.snapshots import find

Connect = Callable[..., Connection]


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
