import pytest

from indinb.client.scope import ALL, is_of, wanted
from indinb.protocol.messages import Delete, GetProperties, Notice, Ping
from tests.client.fakes import CCD, MOUNT, RADEC, TEMPERATURE, delete, update


@pytest.mark.parametrize("scope", [None, [], ()])
def test_all_is_wanted_unless_less_is(scope):
    assert wanted(scope) is ALL
    assert (GetProperties(),) == ALL


def test_one_device_needs_no_list():
    assert wanted(CCD) == wanted([CCD]) == (GetProperties(CCD),)


def test_devices_and_properties_are_wanted_in_their_order():
    scope = [(MOUNT, "EQUATORIAL_EOD_COORD"), CCD]
    assert wanted(scope) == (GetProperties(MOUNT, "EQUATORIAL_EOD_COORD"), GetProperties(CCD))


@pytest.mark.parametrize(
    ("message", "by_device", "by_property"),
    [
        (RADEC, True, True),
        (update(RADEC), True, True),
        (delete(RADEC), True, True),
        (Delete(MOUNT, "TELESCOPE_PARK"), True, False),
        (Delete(MOUNT), True, True),
        (Notice(MOUNT, "parked"), True, True),
        (TEMPERATURE, False, False),
        (Notice(CCD, "cold"), False, False),
        (Delete(CCD), False, False),
        (Notice(None, "for all"), True, True),
        (Ping("a"), True, True),
    ],
)
def test_messages_are_of_what_was_asked_for(message, by_device, by_property):
    assert is_of(wanted(MOUNT), message) == by_device
    assert is_of(wanted([(MOUNT, "EQUATORIAL_EOD_COORD")]), message) == by_property
    assert is_of(wanted([CCD, MOUNT]), message)
