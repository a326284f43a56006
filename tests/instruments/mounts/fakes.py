"""Mounts that do as a test wants: definitions of INDI's simulator, and of other mounts."""

from collections.abc import Callable, Iterable, Iterator

from indinb.protocol.messages import Define, Message, New, Update
from indinb.protocol.vocabulary import State, SwitchRule
from tests import captures
from tests.client.fakes import MOUNT, numbers, obey, switches, texts, update

OK, BUSY, IDLE, ALERT = State.OK, State.BUSY, State.IDLE, State.ALERT
ONE = SwitchRule.AT_MOST_ONE


def simulator(version: str = "indi-1.9.9") -> dict[str, Define]:
    """Return what INDI's simulator defines, by name."""
    messages = captures.read(captures.capture(f"{version}/telescope.xml"))
    return {each.name: each for each in messages if isinstance(each, Define)}


SITE = numbers("GEOGRAPHIC_COORD", {"LAT": 50.0, "LONG": 14.0, "ELEV": 300.0}, device=MOUNT)
NOWHERE = numbers("GEOGRAPHIC_COORD", {"LAT": 0.0, "LONG": 0.0, "ELEV": 0.0}, device=MOUNT)
POLE = numbers("GEOGRAPHIC_COORD", {"LAT": 90.0, "LONG": 0.0, "ELEV": 0.0}, device=MOUNT)
"""Over the pole of the Earth, stars stand as high as their declination, whatever the hour."""

OF_DATE = numbers("EQUATORIAL_EOD_COORD", {"RA": 1.0, "DEC": 40.0}, device=MOUNT, state=OK)
J2000 = numbers("EQUATORIAL_COORD", {"RA": 1.0, "DEC": 40.0}, device=MOUNT, state=OK)
HORIZONTAL = numbers("HORIZONTAL_COORD", {"ALT": 40.0, "AZ": 100.0}, device=MOUNT, state=OK)
TIME = texts("TIME_UTC", {"UTC": "2026-01-01T00:00:00", "OFFSET": "0.00"}, device=MOUNT)
PARK = switches("TELESCOPE_PARK", {"PARK": False, "UNPARK": True}, device=MOUNT)
PARK_ONLY = switches("TELESCOPE_PARK", {"PARK": False}, ONE, device=MOUNT)
ABORT = switches("TELESCOPE_ABORT_MOTION", {"ABORT": False}, ONE, device=MOUNT)
TRACK = switches("TELESCOPE_TRACK_STATE", {"TRACK_ON": False, "TRACK_OFF": True}, device=MOUNT)
HOW = switches("ON_COORD_SET", {"TRACK": True, "SLEW": False, "SYNC": False}, device=MOUNT)
MODE = switches(
    "TELESCOPE_TRACK_MODE",
    {"TRACK_SIDEREAL": True, "TRACK_SOLAR": False, "TRACK_CUSTOM": False},
    device=MOUNT,
)
NORTH_SOUTH = switches(
    "TELESCOPE_MOTION_NS", {"MOTION_NORTH": False, "MOTION_SOUTH": False}, ONE, device=MOUNT
)
WEST_EAST = switches(
    "TELESCOPE_MOTION_WE", {"MOTION_WEST": False, "MOTION_EAST": False}, ONE, device=MOUNT
)
HOME = switches("TELESCOPE_HOME", {"FIND": False, "SET": False, "GO": False}, ONE, device=MOUNT)

_OTHERS_OFF = {
    of.name: {each.name: False for each in of.members} for of in (PARK, TRACK, HOW, MODE)
}

Answer = Callable[[New], Iterable[Message]]


def arriving(new: New) -> Iterator[Update]:
    """Answer as a mount that does at once what it is asked."""
    if new.name.endswith("_COORD") and new.name != "GEOGRAPHIC_COORD":
        yield Update(new.kind, new.device, new.name, new.values, BUSY)
    values = _OTHERS_OFF.get(new.name, {}) | dict(new.values)
    yield from obey(new._replace(values=values))


def answering(**answers: Iterable[Message]) -> Answer:
    """Answer requests for some properties so, and do at once what else is asked."""
    return lambda new: answers.get(new.name, arriving(new))


def points(of: Define, state: State, **values: float) -> Update:
    """Return a report of where a mount points."""
    return update(of, state, **values)


def asked(messages: Iterable[Message], name: str) -> list[dict]:
    """Return what was asked of a property."""
    return [dict(new.values) for new in messages if isinstance(new, New) and new.name == name]
