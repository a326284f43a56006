"""Filter wheels: their names, and what wheels of odd drivers tell."""

from collections.abc import Callable, Iterator

import pytest

from indinb import Client, FilterWheel
from indinb.errors import Failed, NotWritable, OutOfRange, UnknownProperty
from indinb.protocol.messages import Define, New
from indinb.protocol.vocabulary import Permission, State
from tests.client.fakes import Answer, delete, obey, silence, texts, update
from tests.instruments.evidence import SLOT, WHEEL, in_slot

BUSY, OK, IDLE, ALERT = State.BUSY, State.OK, State.IDLE, State.ALERT
FILTERS = ("Red", "Green", "Blue", "H_Alpha", "SII", "OIII", "LPR", "Luminance")


# With INDI's simulators, and ours


@pytest.fixture
def wheel(client: Client) -> Iterator[FilterWheel]:
    """Return a wheel whose filters have their names again after the test."""
    wheel = client.filter_wheel
    yield wheel
    wheel.filters = FILTERS


def test_rename(wheel: FilterWheel):
    wheel.rename("Red", " R' <1> & more ")
    wheel.rename(2, "V")
    assert wheel.filters == ("R' <1> & more", "V", *FILTERS[2:])
    wheel.rename("V", "")
    assert wheel.filters[1] == "Slot 2"


def test_name_all(wheel: FilterWheel):
    wheel.filters = list("ABCDEFGH")
    assert wheel.filters == tuple("ABCDEFGH")
    assert wheel.select("c") == wheel.current == "C"


def test_a_camera_with_a_wheel_has_names_of_its_own(client: Client, wheel: FilterWheel):
    built_in = FilterWheel(client.camera.device)
    built_in.rename("Red", "Rot")
    try:
        assert (built_in.filters[0], wheel.filters[0]) == ("Rot", "Red")
    finally:
        built_in.rename("Rot", "Red")


@pytest.mark.parametrize("names", [(), ("L", "R"), "ABCDEFGH", [1, 2, 3, 4, 5, 6, 7, 8]])
def test_what_names_no_filters(wheel: FilterWheel, names: object):
    with pytest.raises(OutOfRange):
        wheel.filters = names
    assert wheel.filters == FILTERS


@pytest.mark.parametrize(("filter", "name"), [("Rad", "R"), (0, "R"), (9, "R"), (1, None), (1, 5)])
def test_what_cannot_be_renamed(wheel: FilterWheel, filter: object, name: object):
    with pytest.raises(OutOfRange):
        wheel.rename(filter, name)
    assert wheel.filters == FILTERS


# With a wheel that does as it is told


def names(*filters: str, **fields: object) -> Define:
    """Return the definition of the names of filters."""
    told = {f"FILTER_SLOT_NAME_{slot}": name for slot, name in enumerate(filters, 1)}
    return texts("FILTER_NAME", told, device=WHEEL, **fields)


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., FilterWheel]:
    """Return a function that makes a wheel of definitions and its answer."""

    def make(*definitions: Define, answer: Answer = obey) -> FilterWheel:
        return FilterWheel(connect(*definitions, answer=answer).devices[WHEEL])

    return make


def _asked(wheel: FilterWheel) -> list[list[object]]:
    return [[*new.values.values()] for new in wheel.device.connection.server.heard(New)]


def test_all_names_are_sent_in_their_order(make):
    wheel = make(SLOT, names("L", "R", "G"))
    wheel.rename("R", "Red")
    assert _asked(wheel) == [["L", "Red", "G"]]
    assert wheel.filters == ("L", "Red", "G")


def test_names_that_come_anew_with_another_count(make):
    wheel = make(SLOT, names("L", "R", "G"))
    server = wheel.device.connection.server
    server.tell(delete(names("L")), names("Ha"))
    assert wheel.filters == ("Ha", "Slot 2", "Slot 3")
    with pytest.raises(OutOfRange, match="keeps no name for slot 2, only for 1"):
        wheel.rename(2, "R")
    wheel.rename("Ha", "OIII")
    assert _asked(wheel) == [["OIII"]]
    server.tell(delete(names("L")), names("A", "B", "C", "D"))
    assert wheel.filters == ("A", "B", "C")


def test_a_name_that_two_have_is_not_guessed(make):
    wheel = make(SLOT, names("Dark", "Dark", ""))
    with pytest.raises(OutOfRange, match="several filters 'Dark'"):
        wheel.rename("Dark", "L")
    wheel.rename(2, "L")
    wheel.rename("Slot 3", "R")
    assert wheel.filters == ("Dark", "L", "R")


def test_a_wheel_that_keeps_no_names(make):
    with pytest.raises(UnknownProperty, match="FILTER_NAME"):
        make(SLOT).rename(1, "L")


def test_names_that_only_the_driver_sets(make):
    wheel = make(SLOT, names("L", "R", "G", permission=Permission.READ_ONLY))
    with pytest.raises(NotWritable):
        wheel.rename("L", "Lum")


def test_a_driver_that_does_not_like_the_name(make):
    told = names("L", "R", "G")
    wheel = make(SLOT, told, answer=lambda new: [update(told, ALERT)])
    with pytest.raises(Failed, match="FILTER_NAME"):
        wheel.rename("L", "a name that is too long")
    assert wheel.filters[0] == "L"


def test_a_wheel_that_is_busy_since_its_power_came(make):
    """It looks for its zero, and tells no slot until then."""
    wheel = make(SLOT, names("L", "R", "G"), answer=silence)
    server = wheel.device.connection.server
    server.tell(in_slot(-1, BUSY))
    assert wheel.current is None
    operation = wheel.start_select("G")
    server.tell(in_slot(0, BUSY), in_slot(1, BUSY))
    assert not operation.done()
    server.tell(in_slot(3, OK))
    assert operation.result() == wheel.current == "G"


def test_a_late_busy_does_not_end_a_turn(make):
    """INDI's simulator of version 2 is blocked for a second before it says Busy."""
    wheel = make(SLOT, names("L", "R", "G"), answer=silence)
    server = wheel.device.connection.server
    server.tell(in_slot(1, OK))
    operation = wheel.start_select("G")
    server.tell(in_slot(1, OK), in_slot(1, BUSY))
    assert not operation.done()
    server.tell(in_slot(3, OK))
    assert operation.result() == "G"
