"""Filter wheels: INDI's simulators and ours, and wheels that do as they are told."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from indinb import Client, FilterWheel
from indinb.client.operation import Progress
from indinb.errors import (
    Aborted,
    ConnectionLost,
    Failed,
    NotWritable,
    OutOfRange,
    Refused,
    UnknownProperty,
)
from indinb.protocol.messages import Define, Message, New, Notice
from indinb.protocol.vocabulary import State
from tests.client.fakes import delete, numbers, obey, texts
from tests.instruments.evidence import SLOT, WHEEL, in_slot
from tests.waiting import wait_until

FILTERS = ("Red", "Green", "Blue", "H_Alpha", "SII", "OIII", "LPR", "Luminance")

BUSY, OK, ALERT = State.BUSY, State.OK, State.ALERT


@pytest.fixture
def wheel(client: Client) -> FilterWheel:
    """Return a wheel that is not in the slots of the tests."""
    wheel = client.filter_wheel
    if wheel.slot != 8:
        wheel.select(8)
    return wheel


# With INDI's simulators, and ours


def test_what_a_wheel_knows(wheel: FilterWheel):
    assert wheel.filters == FILTERS
    assert (wheel.slot, wheel.current) == (8, "Luminance")
    assert type(wheel.slot) is int


@pytest.mark.parametrize(
    ("filter", "slot"), [("Red", 1), ("h_alpha", 4), (" OIII ", 6), (2, 2), (np.int64(3), 3)]
)
def test_select(wheel: FilterWheel, filter: str | int, slot: int):
    assert wheel.select(filter) == FILTERS[slot - 1]
    assert (wheel.slot, wheel.current) == (slot, FILTERS[slot - 1])


def test_two_selects_after_another(wheel: FilterWheel):
    assert wheel.select("Red") == "Red"
    assert wheel.select("Green") == "Green"
    assert wheel.current == "Green"


def test_select_what_is_in_the_light(wheel: FilterWheel):
    assert wheel.select("Luminance") == "Luminance"
    assert wheel.select(8) == "Luminance"


@pytest.mark.parametrize("filter", ["Lum", "Rad", "", 0, 9, -1, 1.5, float("nan"), None])
def test_no_such_filter(wheel: FilterWheel, filter: object):
    with pytest.raises(OutOfRange) as caught:
        wheel.start_select(filter)
    assert str(caught.value) == (
        f"Filter Simulator has no filter {filter!r}: it has 1 Red, 2 Green, 3 Blue, 4 H_Alpha, "
        "5 SII, 6 OIII, 7 LPR, 8 Luminance"
    )
    assert wheel.slot == 8


def test_a_turning_wheel_refuses_and_goes_on(wheel: FilterWheel):
    operation = wheel.start_select("Red")
    with pytest.raises(Refused, match="Filter Simulator is turning already: wait until it stands"):
        wheel.select("Blue")
    assert operation.result() == "Red"
    assert wheel.select("Blue") == "Blue"


def test_the_operation_tells_what_it_does(wheel: FilterWheel):
    operation = wheel.start_select("oiii")
    assert operation.label == "turn Filter Simulator to OIII"
    assert operation.progress == Progress(None, "Luminance → OIII")
    assert operation.result() == "OIII"
    assert operation.progress.fraction == 1.0


def test_a_select_right_after_an_abort(wheel: FilterWheel):
    operation = wheel.start_select("Red")
    operation.abort()
    with pytest.raises(Aborted, match="what was asked of the driver may go on"):
        operation.result()
    assert wheel.select("Green") == wheel.current == "Green"


def test_await_filters(wheel: FilterWheel):
    async def turn() -> list[str]:
        return [await wheel.start_select("Red"), await wheel.start_select("Green")]

    assert asyncio.run(turn()) == ["Red", "Green"]


def test_filters_with_other_names(wheel: FilterWheel):
    names = wheel.device["FILTER_NAME"]
    odd = {"FILTER_SLOT_NAME_1": "H\u03b1 <3 nm> & 'wide'", "FILTER_SLOT_NAME_2": " "}
    names.set(odd).result()
    wait_until(names, lambda: names["FILTER_SLOT_NAME_1"] == odd["FILTER_SLOT_NAME_1"])
    try:
        assert wheel.filters[:3] == ("H\u03b1 <3 nm> & 'wide'", "Slot 2", "Blue")
        assert wheel.select("h\u03b1 <3 NM> & 'Wide'") == "H\u03b1 <3 nm> & 'wide'"
        assert wheel.slot == 1
        assert wheel.select("slot 2") == wheel.current == "Slot 2"
    finally:
        names.set(FILTER_SLOT_NAME_1="Red", FILTER_SLOT_NAME_2="Green").result()


def test_a_camera_with_a_wheel(client: Client, wheel: FilterWheel):
    built_in = FilterWheel(client.camera.device)
    assert built_in.filters == FILTERS
    assert built_in.select("Blue") == built_in.current == "Blue"
    assert wheel.current == "Luminance"
    assert client.camera.device is built_in.device


def test_two_wheels_at_once(client: Client, wheel: FilterWheel):
    built_in = FilterWheel(client.camera.device)
    operations = [wheel.start_select("SII"), built_in.start_select("LPR")]
    assert [operation.result() for operation in operations] == ["SII", "LPR"]


def test_without_connection_the_error_says_what_to_do(client: Client):
    wheel = client.filter_wheel
    wheel.device.disconnect()
    wait_until(wheel.device, lambda: "FILTER_SLOT" not in wheel.device)
    advice = r"client\.devices\['Filter Simulator'\]\.connect\(\)"
    uses: list[Callable[[], object]] = [
        lambda: wheel.filters,
        lambda: wheel.slot,
        lambda: wheel.current,
        lambda: wheel.select("Red"),
    ]
    for use in uses:
        with pytest.raises(UnknownProperty, match=advice):
            use()
    wheel.connect()
    assert wheel.select("Red") == "Red"


# With a wheel that does as it is told


def names(*filters: str) -> Define:
    """Return the definition of the names of filters."""
    told = {f"FILTER_SLOT_NAME_{slot}": name for slot, name in enumerate(filters, 1)}
    return texts("FILTER_NAME", told, device=WHEEL)


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., FilterWheel]:
    """Return a function that makes a wheel of definitions and its answer."""

    def make(
        *definitions: Define, answer: Callable[[New], list[Message]] = obey, **options: object
    ) -> FilterWheel:
        client = connect(*definitions, answer=answer, **options)
        return FilterWheel(client.devices[WHEEL])

    return make


def _slots(most: float) -> Define:
    return numbers("FILTER_SLOT", {"FILTER_SLOT_VALUE": 1.0}, 1.0, most, device=WHEEL)


@pytest.mark.parametrize(
    ("most", "told", "filters"),
    [
        (3, ("L", "R", "G"), ("L", "R", "G")),
        (3, ("L",), ("L", "Slot 2", "Slot 3")),
        (3, ("", "R", " G "), ("Slot 1", "R", "G")),
        (2, ("L", "R", "G"), ("L", "R")),
        (0, ("L", "R"), ("L", "R")),
        (float("nan"), ("L",), ("L",)),
        (1, ("L",), ("L",)),
    ],
    ids=["as told", "too few", "blank", "too many", "no limit", "no number", "a single filter"],
)
def test_names_slot_by_slot(make, most: float, told: tuple[str, ...], filters: tuple[str, ...]):
    wheel = make(_slots(most), names(*told))
    assert wheel.filters == filters
    assert wheel.select(len(filters)) == filters[-1]


def test_a_wheel_without_names(make):
    wheel = make(SLOT)
    assert wheel.filters == ("Slot 1", "Slot 2", "Slot 3")
    assert wheel.select("slot 3") == wheel.current == "Slot 3"
    assert wheel.select(2) == "Slot 2"


@pytest.mark.parametrize("most", [1e300, float("inf")])
def test_a_driver_that_boasts(make, most: float):
    assert len(make(_slots(most)).filters) == 100


def test_names_that_come_anew(make):
    wheel = make(SLOT, names("L", "R", "G"))
    server = wheel.device.connection.server
    server.tell(delete(names("L")), names("Ha"))
    assert wheel.filters == ("Ha", "Slot 2", "Slot 3")


def test_a_name_that_two_have(make):
    wheel = make(SLOT, names("Red", "Dark", "Dark"))
    with pytest.raises(OutOfRange, match=r"several filters 'Dark': select\(2\) or select\(3\)"):
        wheel.select("Dark")
    assert wheel.select(3) == "Dark"
    assert wheel.slot == 3


@pytest.mark.parametrize("told", [0.0, -1.0, 4.0, 1.5, float("nan")])
def test_a_wheel_that_does_not_know_its_slot(make, told: float):
    wheel = make(SLOT, names("L", "R", "G"))
    wheel.device.connection.server.tell(in_slot(told, BUSY))
    assert wheel.slot is None
    assert wheel.current is None
    operation = wheel.start_select("R")
    assert operation.result() == wheel.current == "R"


def test_a_driver_that_has_not_answered_yet_is_not_asked_again(make):
    wheel = make(SLOT, answer=lambda new: [])
    operation = wheel.start_select(2)
    with pytest.raises(Refused, match="is turning already"):
        wheel.select(3)
    server = wheel.device.connection.server
    assert len(server.heard(New)) == 1
    server.tell(in_slot(2, OK))
    assert operation.result() == "Slot 2"


def test_where_it_comes_from_may_be_unknown(make):
    wheel = make(SLOT, names("L", "R", "G"), answer=lambda new: [])
    wheel.device.connection.server.tell(in_slot(0, OK))
    operation = wheel.start_select("R")
    assert operation.progress == Progress(None, "? → R")
    operation.abort()


def test_a_wheel_that_is_busy_for_ever_can_be_turned(make):
    wheel = make(SLOT, answer=lambda new: [in_slot(1, BUSY), in_slot(3, OK)])
    wheel.device.connection.server.tell(in_slot(1, BUSY))
    assert wheel.select(3) == "Slot 3"


def test_the_drivers_words_explain_a_failure(make):
    error = Notice(WHEEL, "[ERROR] The wheel is jammed")
    wheel = make(SLOT, answer=lambda new: [in_slot(1, BUSY), error, in_slot(1, ALERT)])
    with pytest.raises(Failed) as caught:
        wheel.select(2)
    assert str(caught.value) == (
        "turn Filter Simulator to Slot 2: the wheel reports an error; "
        "the driver said '[ERROR] The wheel is jammed'"
    )


def test_an_alert_before_an_ok_is_an_alert(make):
    wheel = make(SLOT, answer=lambda new: [in_slot(1, ALERT), in_slot(1, OK)])
    with pytest.raises(Failed, match="reports an error"):
        wheel.select(2)


def test_a_wheel_whose_link_is_gone(make):
    wheel = make(SLOT, answer=lambda new: [in_slot(1, BUSY)])
    operation = wheel.start_select(2)
    wheel.device.connection.close()
    assert isinstance(operation.exception(5), ConnectionLost)
    assert wheel.current == "Slot 1"
    with pytest.raises(ConnectionLost, match="this client was closed"):
        wheel.select(2)


def test_a_turn_that_could_not_be_sent_keeps_nobody_from_the_next(make):
    wheel = make(SLOT, read_only=True)
    for _ in range(2):
        with pytest.raises(NotWritable):
            wheel.select(2)


def test_markup_in_a_name_is_text(make):
    wheel = make(SLOT, names("<b>L</b>", "R\x1b[31m", "G"))
    assert wheel.filters[0] == "<b>L</b>"
    with pytest.raises(OutOfRange) as caught:
        wheel.select("X")
    assert "\x1b" not in str(caught.value)
