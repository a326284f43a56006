"""Panels of a client whose link is lost and found again, or that is closed."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from indinb.client import connection, reading
from indinb.client.connection import Connection
from indinb.protocol.messages import Blob, Delete, New
from indinb.protocol.vocabulary import Permission, State
from indinb.widgets.feed import TICK
from indinb.widgets.panel import Panel
from tests.client.conftest import connect as connect
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FRAME,
    IMAGE,
    MOUNT,
    TEMPERATURE,
    ManualClock,
    delete,
    numbers,
    switches,
    update,
)
from tests.client.harbour import Harbour
from tests.waiting import wait_until
from tests.widgets.comms import FakeComm, Widget, unpacked

Json = dict[str, Any]


@pytest.fixture
def panel(moored: Connection, clock: ManualClock, close_later: Callable[[Widget], Widget]) -> Panel:
    panel = Panel(moored.devices[CCD])
    close_later(panel)
    clock.advance(TICK)
    panel.comm.take("patch")
    return panel


@pytest.fixture
def told(panel: Panel, clock: ManualClock) -> Callable[[], list[Json]]:
    """Return a function that lets a tick pass and returns what the panel told browsers."""

    def told() -> list[Json]:
        clock.advance(TICK)
        line: FakeComm = panel.comm
        return line.take("patch")

    return told


Told = Callable[[], list[Json]]


def lost(client: Connection, harbour: Harbour) -> None:
    harbour.refusals = 10**9
    harbour.server.cut()
    wait_until(client, lambda: client.status == "lost")


def found(client: Connection, harbour: Harbour) -> None:
    harbour.refusals = 0
    wait_until(client, lambda: client.status == "connected")
    assert harbour.server.asked.wait(5)
    harbour.server.tell()


def test_the_loss_and_the_return_are_told(moored: Connection, harbour: Harbour, told: Told) -> None:
    lost(moored, harbour)
    (patch,) = told()
    assert (patch["status"], patch["loss"], patch["epoch"]) == ("lost", moored.loss, 1)
    found(moored, harbour)
    (patch,) = told()
    assert (patch["status"], patch["epoch"]) == ("connected", 2)
    (device,) = patch["devices"]
    assert [one["epoch"] for one in device["properties"]] == [2] * len(moored.devices[CCD])


def test_a_device_that_does_not_come_back_is_stale_and_then_gone(
    moored: Connection, harbour: Harbour, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    harbour.definitions = (FRAME._replace(device=MOUNT),)
    harbour.cut(moored)
    (patch,) = told()
    assert (patch["epoch"], patch["devices"][0]["properties"]) == (2, [])
    monkeypatch.setattr(moored, "_sweep_at", 0)
    harbour.server.tell()
    (patch,) = told()
    assert patch["deleted_devices"] == [CCD]


def test_what_is_set_in_a_panel_after_the_return_is_sent(
    moored: Connection, harbour: Harbour, panel: Panel
) -> None:
    harbour.cut(moored)
    wish = {"type": "set", "device": CCD, "property": TEMPERATURE.name}
    panel.comm.bring({**wish, "values": {"CCD_TEMPERATURE_VALUE": "-3"}})
    assert harbour.server.next(New).values == {"CCD_TEMPERATURE_VALUE": -3.0}


def test_a_view_that_opens_while_the_link_is_lost(
    moored: Connection, harbour: Harbour, panel: Panel
) -> None:
    lost(moored, harbour)
    shown = unpacked(panel.get_state()["snapshot"])
    assert (shown["status"], shown["loss"]) == ("lost", moored.loss)
    assert {one["epoch"] for one in shown["devices"][0]["properties"]} == {1}


def test_a_lost_server_is_looked_for_at_once_when_somebody_wishes_so(
    moored: Connection, harbour: Harbour, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FIRST_DELAY", 1000.0)
    moored._reader._delays = reading.delays()
    monkeypatch.setattr(reading, "SHORT", 1000)
    harbour.server.cut()
    wait_until(moored, lambda: moored.status == "lost")
    panel.comm.bring({"type": "reconnect"})
    wait_until(moored, lambda: moored.status == "connected")


def test_the_return_of_another_kind_of_property(
    moored: Connection, harbour: Harbour, told: Told
) -> None:
    harbour.definitions = (CONNECTION, switches(FRAME.name, {"FULL": True}))
    harbour.cut(moored)
    (patch,) = told()
    (shown,) = [one for one in patch["devices"][0]["properties"] if one["name"] == FRAME.name]
    assert (shown["kind"], shown["elements"][0]["name"]) == ("Switch", "FULL")


# Properties that come, go and change while somebody looks on


def kinds(patch: Json) -> dict[str, str]:
    return {one["name"]: one["kind"] for one in patch["devices"][0]["properties"]}


def test_a_property_that_goes_and_comes_within_a_tick(
    moored: Connection, harbour: Harbour, told: Told
) -> None:
    harbour.server.tell(delete(FRAME), FRAME)
    (patch,) = told()
    assert kinds(patch) == {FRAME.name: "Number"}
    assert patch["devices"][0]["deleted"] == []


def test_a_property_that_comes_and_goes_within_a_tick(
    moored: Connection, harbour: Harbour, told: Told
) -> None:
    harbour.server.tell(numbers("NEW", {"X": 1.0}), Delete(CCD, "NEW"))
    (patch,) = told()
    assert patch["devices"][0]["deleted"] == ["NEW"]


def test_members_kind_and_permission_change(
    moored: Connection, harbour: Harbour, told: Told
) -> None:
    harbour.server.tell(FRAME._replace(members=FRAME.members[:1]))
    harbour.server.tell(TEMPERATURE._replace(permission=Permission.READ_ONLY))
    (patch,) = told()
    shown = {one["name"]: one for one in patch["devices"][0]["properties"]}
    assert [element["name"] for element in shown[FRAME.name]["elements"]] == ["X"]
    assert shown[TEMPERATURE.name]["permission"] == "ro"
    harbour.server.tell(switches(FRAME.name, {"FULL": True}))
    assert kinds(*told()) == {FRAME.name: "Switch"}


def test_a_device_that_dies_and_comes_back_within_a_tick(
    moored: Connection, harbour: Harbour, told: Told
) -> None:
    harbour.server.tell(Delete(CCD), CONNECTION)
    (patch,) = told()
    assert patch["deleted_devices"] == []
    assert kinds(patch) == {"CONNECTION": "Switch"}
    assert FRAME.name in patch["devices"][0]["deleted"]


# Closed clients


def test_a_panel_lets_go_of_a_closed_client(
    connect: Callable[..., Connection],
    harbour: Harbour,
    clock: ManualClock,
    close_later: Callable[[Widget], Widget],
) -> None:
    client = Connection(harbour.open(), "fake")
    client.open()
    panel = Panel(client.devices[CCD])
    close_later(panel)
    harbour.server.tell(update(IMAGE, State.OK, CCD1=Blob(memoryview(b"x" * 1000), ".fits", 1000)))
    client.close()
    clock.advance(TICK)
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None
    shown = unpacked(panel.get_state()["snapshot"])
    assert shown["status"] == "closed"
    assert {one["name"] for one in shown["devices"][0]["properties"]} > {"CCD1", FRAME.name}


def test_return_times_are_those_of_the_design() -> None:
    assert connection.RETURN_TIMEOUT == 10
