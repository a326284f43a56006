"""What a panel is told, as JSON that any browser reads."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.model import Model, Vector
from indinb.protocol.messages import Blob, Define, Member, Notice
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State, SwitchRule
from indinb.widgets import snapshot
from indinb.widgets.part import Part
from indinb.widgets.snapshot import MESSAGES_SHOWN, Json
from tests.captures import capture, read
from tests.client.fakes import (
    CCD,
    CONNECTION,
    FRAME_TYPE,
    IMAGE,
    MOTION,
    MOUNT,
    OBSERVATORY,
    OPTIONS,
    TEMPERATURE,
    WEATHER,
    FakeServer,
    define,
    numbers,
    texts,
    update,
)
from tests.widgets import snapshots
from tests.widgets.comms import unpacked

HOSTILE = "</script><img src=x onerror=alert('1')>&amp;\u2028\u202e\N{TELESCOPE}\\\"'"
INFINITE = [math.inf, -math.inf, math.nan]
Connect = Callable[..., Connection]


def strict(described: Json) -> Json:
    """Send it through JSON that knows neither NaN nor infinity."""
    read: Json = json.loads(json.dumps(described, allow_nan=False))
    return read


@pytest.fixture
def describe(client: Connection) -> Callable[[Define], Json]:
    """Return what describes a property of which only the definition has come."""

    def describe(definition: Define) -> Json:
        vector: Vector = Model().apply(definition)[-1].new
        return strict(snapshot.of_property(client, vector))

    return describe


Describe = Callable[[Define], Json]


# ---- Properties of each kind ----


def test_a_number_tells_value_text_and_limits(describe: Describe) -> None:
    assert describe(TEMPERATURE) == {
        "name": "CCD_TEMPERATURE",
        "label": "CCD_TEMPERATURE",
        "group": "",
        "kind": "Number",
        "state": "Idle",
        "permission": "rw",
        "rule": None,
        "message": None,
        "receiving": False,
        "epoch": 0,
        "time": "",
        "expression": 'client.devices["CCD Simulator"]["CCD_TEMPERATURE"]',
        "elements": [
            {
                "name": "CCD_TEMPERATURE_VALUE",
                "label": "Ccd_Temperature_Value",
                "value": 20.0,
                "text": "20",
                "min": -50.0,
                "max": 40.0,
                "step": 1.0,
            }
        ],
    }


def test_a_number_is_shown_as_the_driver_writes_it(describe: Describe) -> None:
    member = Member("RA", "RA (hh:mm:ss)", 5.5, "%010.6m", 0.0, 24.0)
    (element,) = describe(define(Kind.NUMBER, "EQUATORIAL", member))["elements"]
    assert element["text"] == "5:30:00"
    assert element["value"] == 5.5
    assert element["label"] == "RA (hh:mm:ss)"


@pytest.mark.parametrize("value", INFINITE)
def test_numbers_that_are_none_have_no_value_but_a_text(describe: Describe, value: float) -> None:
    (element,) = describe(numbers("TEMPERATURE", {"T": value}, 0.0, 5.0))["elements"]
    assert element["value"] is None
    assert element["text"] == f"{value:g}"
    assert (element["min"], element["max"]) == (0.0, 5.0)


@pytest.mark.parametrize("limit", INFINITE)
@pytest.mark.parametrize("place", ["min", "max", "step"])
def test_limits_without_end_are_no_limits(describe: Describe, place: str, limit: float) -> None:
    member = Member("T", "T", 3.0, "%g", 0.0, 5.0, 1.0)._replace(**{place: limit})
    (element,) = describe(define(Kind.NUMBER, "TEMPERATURE", member))["elements"]
    assert element == {"name": "T", "label": "T", "value": 3.0, "text": "3"}


def test_a_text(describe: Describe) -> None:
    (element,) = describe(texts("FILTER_NAME", {"SLOT_1": "M 31 ☉"}))["elements"]
    assert element == {"name": "SLOT_1", "label": "Slot_1", "value": "M 31 ☉", "text": "M 31 ☉"}


@pytest.mark.parametrize("definition", [FRAME_TYPE, MOTION, OPTIONS])
def test_switches(describe: Describe, definition: Define) -> None:
    described = describe(definition)
    assert described["kind"] == "Switch"
    assert described["rule"] == definition.rule
    values = {element["name"]: element["value"] for element in described["elements"]}
    assert values == {member.name: member.value for member in definition.members}
    assert {element["text"] for element in described["elements"]} <= {"On", "Off"}
    for element in described["elements"]:
        assert set(element) == {"name", "label", "value", "text"}


def test_lights(describe: Describe) -> None:
    described = describe(WEATHER)
    assert (described["kind"], described["permission"]) == ("Light", "ro")
    assert [element["value"] for element in described["elements"]] == ["Ok", "Alert"]
    assert [element["text"] for element in described["elements"]] == ["Ok", "Alert"]


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("rule", [*SwitchRule, None])
def test_permission_and_rule(
    describe: Describe, permission: Permission, rule: SwitchRule | None
) -> None:
    described = describe(FRAME_TYPE._replace(permission=permission, rule=rule))
    assert described["permission"] == permission.value
    assert described["rule"] == (rule.value if rule else None)


@pytest.mark.parametrize("state", list(State))
def test_only_an_alert_shows_what_came_along(describe: Describe, state: State) -> None:
    described = describe(TEMPERATURE._replace(state=state, message="cooler at its limit"))
    assert described["state"] == state.value
    assert described["message"] == ("cooler at its limit" if state is State.ALERT else None)


# ---- BLOBs ----


def test_a_blob_that_has_not_come(describe: Describe) -> None:
    described = describe(IMAGE)
    assert described["receiving"] is False
    assert described["elements"] == [{"name": "CCD1", "label": "Image", "value": None, "text": ""}]


def test_a_blob_is_told_but_not_sent(client: Connection, server: FakeServer) -> None:
    blob = Blob(memoryview(bytes(2_340_000)), ".fits<z>", 9_000_000)
    assert described(client, "CCD1")["time"] == ""
    server.tell(update(IMAGE, State.OK, CCD1=blob)._replace(timestamp="2026-01-02T03:04:05"))
    assert described(client, "CCD1")["time"] == "03:04:05"
    (element,) = described(client, "CCD1")["elements"]
    assert element["value"] == 2_340_000
    assert element["text"] == ".fits<z>, 2.3 MB"


@pytest.mark.parametrize("mode", list(BlobMode))
def test_whether_blobs_are_received(client: Connection, mode: BlobMode) -> None:
    client.enable_blobs(CCD, "CCD1", mode)
    assert described(client, "CCD1")["receiving"] is (mode is not BlobMode.NEVER)
    assert described(client, "CCD_FRAME")["receiving"] is False


def described(client: Connection, name: str) -> Json:
    whole = strict(snapshot.of_device(client.devices[CCD]))
    return snapshots.find(whole, name)


# ---- Words of others ----


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.SWITCH])
def test_hostile_words_stay_as_they_are(describe: Describe, kind: Kind) -> None:
    value: Any = HOSTILE if kind is Kind.TEXT else True
    definition = define(
        kind,
        HOSTILE,
        Member(HOSTILE, HOSTILE, value),
        device=HOSTILE,
        label=HOSTILE,
        group=HOSTILE,
        state=State.ALERT,
        message=HOSTILE,
    )
    described = describe(definition)
    told = [described[word] for word in ("name", "label", "group", "message")]
    (element,) = described["elements"]
    assert [*told, element["name"], element["label"]] == [HOSTILE] * 6
    assert element["value"] == value


def test_the_expression_is_python_whatever_the_name(describe: Describe) -> None:
    described = describe(TEMPERATURE._replace(device=HOSTILE, name="A'B\\"))
    names: dict[str, dict[str, str]] = {HOSTILE: {"A'B\\": "found"}}
    assert eval(described["expression"], {"client": type("", (), {"devices": names})}) == "found"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    value=st.floats(),
    limits=st.tuples(st.floats(), st.floats(), st.floats()),
    format=st.sampled_from(["%g", "%010.6m", "%x", "%d", "", "%s%n", "junk"]),
    label=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_number_makes_strict_json(
    describe: Describe,
    value: float,
    limits: tuple[float, float, float],
    format: str,
    label: str,
) -> None:
    member = Member("T", label, value, format, *limits)
    (element,) = describe(define(Kind.NUMBER, "T", member))["elements"]
    assert element["label"] == label
    assert element["value"] == (value if math.isfinite(value) else None)


# ---- Logs ----


@pytest.mark.parametrize(
    ("timestamp", "time"),
    [
        ("2026-11-22T10:18:05", "10:18:05"),
        ("2026-11-22T10:18:05.9", "10:18:05"),
        ("2026-11-22T10:18:05+02:00", "08:18:05"),
        ("yesterday", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_line_of_a_log(timestamp: str | None, time: str) -> None:
    line = snapshot.of_notice(Notice(CCD, HOSTILE, timestamp))
    assert strict(line) == {"time": time, "text": HOSTILE}


@pytest.mark.parametrize("device", [CCD, None])
def test_logs_are_bounded(client: Connection, server: FakeServer, device: str | None) -> None:
    count = MESSAGES_SHOWN + 20
    server.tell(*(Notice(device, f"line {number}") for number in range(count)))
    ccd = snapshot.of_device(client.devices[CCD])
    whole = ccd if device else snapshot.of_connection(client)
    lines = [line["text"] for line in whole["messages"]]
    assert lines == [f"line {number}" for number in range(20, count)]
    assert (ccd["messages"] == []) is (device is None)


# ---- Devices ----


def test_the_head_of_a_device(client: Connection, server: FakeServer) -> None:
    ccd = client.devices[CCD]
    head = {"name": CCD, "connected": True, "can_connect": True}
    head |= {"has_abort": True, "can_abort": False}
    assert snapshot.heading(ccd) == head
    server.tell(update(CONNECTION, State.IDLE, CONNECT=False, DISCONNECT=True))
    assert snapshot.heading(ccd) == head | {"connected": False}


@pytest.mark.parametrize(
    ("busy", "can_abort"),
    [("CCD_EXPOSURE", True), ("CCD_TEMPERATURE", False), ("CONNECTION", False), ("OWN", True)],
)
def test_what_goes_on_can_be_aborted_if_an_abort_would_stop_it(
    client: Connection, server: FakeServer, busy: str, can_abort: bool
) -> None:
    server.tell(numbers(busy, {"VALUE": 1.0}, state=State.BUSY))
    assert snapshot.heading(client.devices[CCD])["can_abort"] is can_abort
    mount = numbers("EQUATORIAL_EOD_COORD", {"RA": 1.0}, device=MOUNT, state=State.BUSY)
    server.tell(mount)  # which has no abort switch here
    assert snapshot.heading(client.devices[MOUNT])["can_abort"] is False


def test_a_part_of_a_device(client: Connection) -> None:
    ccd = client.devices[CCD]
    of = Part(properties=("CCD_FRAME", "CCD_TEMPERATURE", "NOT_THERE"))
    told = snapshot.of_device(ccd, of)["properties"]
    assert [one["name"] for one in told] == ["CCD_TEMPERATURE", "CCD_FRAME"]
    of = Part(groups=("General Info",))
    assert [one["name"] for one in snapshot.of_device(ccd, of)["properties"]] == ["DRIVER_INFO"]


def test_what_cannot_be_connected_is_neither_on_nor_off(client: Connection) -> None:
    mount = client.devices["Telescope Simulator"]
    head = {"name": mount.name, "connected": None, "can_connect": False}
    head |= {"has_abort": False, "can_abort": False}
    assert snapshot.heading(mount) == head


def test_a_closed_client_is_told_as_closed(client: Connection) -> None:
    client.close()
    assert snapshot.of_connection(client)["status"] == "closed"


@pytest.mark.parametrize("read_only", [False, True])
def test_what_is_common_to_all_devices(
    connect: Connect, server: FakeServer, read_only: bool
) -> None:
    client = connect(server, read_only=read_only)
    common = {"status": "connected", "loss": "", "epoch": 1, "blocking": False}
    common |= {"address": "fake", "reconnects": False}
    common |= {"read_only": read_only, "messages": []}
    assert snapshot.of_connection(client) == common


def test_a_device_is_told_in_the_order_of_its_driver(client: Connection) -> None:
    whole = snapshot.of_device(client.devices[CCD])
    names = [definition.name for definition in OBSERVATORY if definition.device == CCD]
    assert [one["name"] for one in whole["properties"]] == names


def test_a_device_that_is_gone_has_nothing(client: Connection) -> None:
    gone = client.handle("Never Seen")
    assert strict(snapshot.of_device(gone)) == {
        "name": "Never Seen",
        "connected": None,
        "can_connect": False,
        "has_abort": False,
        "can_abort": False,
        "properties": [],
        "messages": [],
    }


# ---- Real drivers ----


@pytest.fixture
def real(connect: Connect) -> Iterator[Callable[[str], Device]]:
    """Return a function that returns a device as a real driver has announced it."""
    with ExitStack() as servers:

        def real(name: str) -> Device:
            messages = read(capture(f"indi-1.9.9/{name}.xml"))
            server = FakeServer(*(one for one in messages if isinstance(one, Define)))
            servers.callback(server.close)
            (device,) = connect(server).devices.values()
            return device

        yield real


@pytest.mark.parametrize("name", ["ccd", "telescope", "wheel", "focus", "weather"])
def test_real_drivers_are_told_as_the_tests_in_the_browser_have_it(
    real: Callable[[str], Device], name: str
) -> None:
    expected = snapshots.device(name)
    assert strict(snapshot.of_device(real(name))) == expected


def test_a_whole_camera_is_packed_small(real: Callable[[str], Device]) -> None:
    whole = snapshot.of_device(real("ccd"))
    packed = snapshot.packed(whole)
    assert unpacked(packed) == strict(whole)
    assert len(whole["properties"]) > 50
    assert len(packed) < 5_000 < 20_000 < len(json.dumps(whole))
