import math

import pytest

from indinb.protocol.messages import Blob, Define, Delete, Limits, Message, Update
from indinb.protocol.vocabulary import Kind, Permission, State, SwitchRule
from indinb.simulator.properties import (
    ANY_OF_MANY,
    AT_MOST_ONE,
    ONE_OF_MANY,
    Blobs,
    Lights,
    Numbers,
    Property,
    Refused,
    Switches,
    Texts,
    light,
    number,
    switch,
    text,
)


class Owner:
    """A driver that only listens."""

    name = "Device"

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def emit(self, message: Message) -> None:
        self.messages.append(message)


TEXTS = Texts("T", "Texts", "Main", text("A", "a", "x"), text("B", "b"))
NUMBERS = Numbers(
    "N", "Numbers", "Main", number("LOW", "Low", 1, (0, 10)), number("FREE", "Free", 0, (0, 0))
)
BLOBS = Blobs("B", "Blobs", "Main", text("IMAGE", "Image"), permission=Permission.READ_ONLY)


def switches(rule: SwitchRule) -> Switches:
    return Switches("S", "Switches", "Main", switch("A", "a", True), switch("B", "b"), rule=rule)


def refusal(target: Property, asked: dict) -> Refused:
    with pytest.raises(Refused) as refused:
        target.accept(asked)
    return refused.value


@pytest.mark.parametrize("value", [0.0, 10.0, 5.5])
def test_numbers_within_their_limits_are_taken(value: float) -> None:
    assert NUMBERS.accept({"LOW": value}) == {"LOW": value, "FREE": 0.0}


@pytest.mark.parametrize("value", [-0.1, 10.1, math.nan, math.inf, -math.inf])
def test_numbers_beyond_their_limits_are_refused(value: float) -> None:
    refused = refusal(NUMBERS, {"LOW": value})
    assert refused.state is State.ALERT
    assert str(refused) == (
        "Error: Invalid range for Low (LOW). Valid range is from 0 to 10. "
        f"Requested value is {value}"
    )


def test_limits_of_zero_are_none_but_numbers_are_finite() -> None:
    assert NUMBERS.accept({"FREE": -1e30})["FREE"] == -1e30
    for value in (math.nan, math.inf):
        refusal(NUMBERS, {"FREE": value})


def test_a_driver_may_check_limits_itself_but_numbers_are_finite() -> None:
    free = Numbers("N", "N", "Main", number("A", "a", 0, (0, 1)), checked=False)
    assert free.accept({"A": 5.0}) == {"A": 5.0}
    refusal(free, {"A": math.nan})


@pytest.mark.parametrize("target", [TEXTS, NUMBERS, switches(ANY_OF_MANY)])
def test_members_that_are_not_there_are_refused(target: Property) -> None:
    refused = refusal(target, {"C": True})
    assert refused.state is State.IDLE
    assert str(refused) == f"Error: C is not a member of {target.label} ({target.name}) property."


def test_texts_end() -> None:
    assert TEXTS.accept({"A": "y" * 10_000})["B"] == ""
    refusal(TEXTS, {"A": "y" * 10_001})


@pytest.mark.parametrize(
    ("rule", "asked", "on"),
    [
        (ONE_OF_MANY, {"B": True}, ["B"]),
        (ONE_OF_MANY, {"A": False, "B": True}, ["B"]),
        (AT_MOST_ONE, {"B": True}, ["B"]),
        (AT_MOST_ONE, {"A": False}, []),
        (ANY_OF_MANY, {"B": True}, ["A", "B"]),
        (ANY_OF_MANY, {"A": False}, []),
    ],
)
def test_as_many_switches_are_on_as_the_rule_wants(
    rule: SwitchRule, asked: dict[str, bool], on: list[str]
) -> None:
    values = switches(rule).accept(asked)
    assert [name for name in values if values[name]] == on


@pytest.mark.parametrize(
    ("rule", "asked", "words"),
    [
        (ONE_OF_MANY, {"A": False}, "No switch is on"),
        (ONE_OF_MANY, {"A": True, "B": True}, "Too many switches are on"),
        (AT_MOST_ONE, {"A": True, "B": True}, "Too many switches are on"),
    ],
)
def test_against_the_rule_is_refused(rule: SwitchRule, asked: dict[str, bool], words: str) -> None:
    refused = refusal(switches(rule), asked)
    assert (words in str(refused), refused.state) == (True, State.IDLE)


@pytest.mark.parametrize(
    ("target", "asked", "fits"),
    [
        (TEXTS, {"A": "x"}, True),
        (TEXTS, {"A": 1.0}, False),
        (NUMBERS, {"LOW": 1.0}, True),
        (NUMBERS, {"LOW": "1"}, False),
        (NUMBERS, {"LOW": True}, False),
        (NUMBERS, {}, False),
        (switches(ONE_OF_MANY), {"A": True}, True),
        (switches(ONE_OF_MANY), {"A": 1.0}, False),
        (switches(ONE_OF_MANY), {"A": "On"}, False),
        (switches(ONE_OF_MANY), {"A": None}, False),
        (TEXTS, {"A": Blob(memoryview(b""), ".txt", 0)}, False),
        (BLOBS, {"IMAGE": Blob(memoryview(b""), ".fits", 0)}, True),
        (BLOBS, {"IMAGE": "x"}, False),
    ],
)
def test_values_are_of_the_kind_of_the_property(target: Property, asked: dict, fits: bool) -> None:
    assert target.fits(asked) is fits


def test_handlers_get_what_is_simplest() -> None:
    assert switches(ONE_OF_MANY).simplified({"A": False, "B": True}) == "B"
    assert switches(AT_MOST_ONE).simplified({"A": False, "B": False}) is None
    assert switches(ANY_OF_MANY).simplified({"A": True, "B": True}) == {"A": True, "B": True}
    assert TEXTS.simplified({"A": "x", "B": "y"}) == {"A": "x", "B": "y"}
    assert Texts("T", "T", "Main", text("A", "a")).simplified({"A": "x"}) == "x"


def test_each_driver_has_values_of_its_own() -> None:
    first, second = NUMBERS.bound(Owner()), NUMBERS.bound(Owner())
    first.keep({"LOW": 7.0})
    assert (first["LOW"], second["LOW"], NUMBERS["LOW"]) == (7, 1, 1)


def test_what_is_not_defined_tells_nothing_but_keeps_values() -> None:
    owner = Owner()
    own = NUMBERS.bound(owner)
    own.tell(State.OK, {"LOW": 2.0})
    assert (owner.messages, own["LOW"], own.state) == ([], 2.0, State.OK)


def test_a_property_is_defined_told_and_deleted() -> None:
    owner = Owner()
    own = NUMBERS.bound(owner)
    own.define()
    own.tell(State.BUSY, {"LOW": 2.0}, "begins")
    own.limit("LOW", -5, 5, 1)
    own.delete()
    own.delete()
    definition, update, limits, gone = owner.messages
    assert isinstance(definition, Define)
    assert definition.kind is Kind.NUMBER
    assert update == Update(
        Kind.NUMBER, "Device", "N", {"LOW": 2.0, "FREE": 0.0}, State.BUSY, message="begins"
    )
    assert isinstance(limits, Update)
    assert limits.limits == {"LOW": Limits(-5, 5, 1)}
    assert gone == Delete("Device", "N")
    assert own.members["LOW"].min == -5


def test_lights_are_read_only() -> None:
    lights = Lights("L", "Lights", "Main", light("A", "a", State.ALERT))
    assert not lights.permission.writable
    assert lights.value is State.ALERT


def test_blobs_are_sent_and_not_kept() -> None:
    owner = Owner()
    own = BLOBS.bound(owner)
    own.send(b"abc", ".fits.z", size=10)
    (update,) = owner.messages
    assert isinstance(update, Update)
    assert update.values == {"IMAGE": Blob(memoryview(b"abc"), ".fits.z", 10)}
    assert not isinstance(own.value, Blob)
