import pytest

from indinb.client import request
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import Kind, Permission, SwitchRule
from indinb.protocol.writer import encode
from tests import captures
from tests.client.fakes import FILTER_NAME, FRAME, IMAGE, MOTION, OPTIONS, switches, vector


@pytest.mark.parametrize(
    ("definition", "asked"),
    [
        (FRAME, {"X": 5.5}),
        (FILTER_NAME, {"SLOT_1": "R & <B>"}),
        (MOTION, {"NORTH": True}),
        (OPTIONS, {"A": False}),
        (IMAGE, {"CCD1": b"pixels"}),
    ],
)
def test_what_was_built_is_what_a_driver_reads(definition, asked):
    message = request.build(vector(definition), asked)
    assert captures.read(encode(message)) == [message]


def test_of_every_real_property_what_it_has_can_be_asked_again():
    for name in captures.DEFINITIONS:
        for definition in captures.read(captures.capture(name)):
            if asked := askable(definition):
                message = request.build(vector(definition), asked)
                assert isinstance(message, New)
                assert message.values.keys() <= vector(definition).keys()


def askable(definition):
    """Return what a real property can be asked for without a change, if anything."""
    if getattr(definition, "permission", Permission.READ_ONLY) is Permission.READ_ONLY:
        return None
    values = {member.name: member.value for member in definition.members}
    if definition.kind is Kind.BLOB:
        return dict.fromkeys(values, b"pixels")
    if definition.kind is Kind.NUMBER:
        return {m.name: m.value for m in definition.members if m.min <= m.value <= m.max}
    if definition.rule is SwitchRule.ONE_OF_MANY and not any(values.values()):
        return None
    return values


def test_switches_with_names_that_are_no_identifiers():
    baud = switches("DEVICE_BAUD_RATE", {"9600": True, "19200": False})
    assert request.build(vector(baud), {"19200": True}).values == {"19200": True}
