"""Changes for the rules of instruments: made by hand, and as real servers brought them about."""

from collections.abc import Iterable, Iterator, Sequence

from indinb.client.model import Model
from indinb.client.observers import Change
from indinb.client.rules import Rule, Verdict
from indinb.protocol.messages import Blob, Message, Update
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import State
from tests import captures
from tests.client.fakes import IMAGE, MOUNT, numbers, switches, update

VERSIONS = ("indi-1.9.9", "indi-2.2.4")
"""Of the servers whose sessions were captured."""

EXPOSURE = numbers("CCD_EXPOSURE", {"CCD_EXPOSURE_VALUE": 1.0}, 0.01, 3600.0)
RADEC = numbers("EQUATORIAL_EOD_COORD", {"RA": 1.0, "DEC": 40.0}, device=MOUNT, state=State.OK)
PARK = switches("TELESCOPE_PARK", {"PARK": False, "UNPARK": True}, device=MOUNT)

FOCUSER, WHEEL = "Focuser Simulator", "Filter Simulator"
POSITION = numbers(
    "ABS_FOCUS_POSITION",
    {"FOCUS_ABSOLUTE_POSITION": 50_000.0},
    0.0,
    100_000.0,
    device=FOCUSER,
    state=State.OK,
)
SLOT = numbers("FILTER_SLOT", {"FILTER_SLOT_VALUE": 1.0}, 1.0, 3.0, device=WHEEL)


def exposing(state: State, left: float = 0.0, message: str | None = None) -> Update:
    """Return a camera's report of its exposure."""
    return update(EXPOSURE, state, message, CCD_EXPOSURE_VALUE=left)


def picture(
    data: bytes = captures.TINY_FITS, format: str = ".fits", size: int | None = None
) -> Update:
    """Return a camera's picture."""
    blob = Blob(memoryview(data), format, len(data) if size is None else size)
    return update(IMAGE, State.OK, CCD1=blob)


def pointing(ra: float, dec: float, state: State, message: str | None = None) -> Update:
    """Return a mount's report of its position."""
    return update(RADEC, state, message, RA=ra, DEC=dec)


def parking(park: bool, unpark: bool, state: State) -> Update:
    """Return a mount's report of its parking."""
    return update(PARK, state, PARK=park, UNPARK=unpark)


def standing(position: float, state: State, message: str | None = None) -> Update:
    """Return a focuser's report of its position."""
    return update(POSITION, state, message, FOCUS_ABSOLUTE_POSITION=position)


def in_slot(slot: float, state: State, message: str | None = None) -> Update:
    """Return a filter wheel's report of its slot."""
    return update(SLOT, state, message, FILTER_SLOT_VALUE=slot)


def changes(known: Iterable[Message], *messages: Message) -> list[Change]:
    """Return what changes when a client knows the first messages and gets the others."""
    model = Model()
    list(_fold(model, known))
    return list(_fold(model, messages))


def replay(session: str, driver: str, request: str, *properties: str) -> list[Change]:
    """Return the changes of some properties after a request in a captured session.

    They are `received` at the seconds of the log.
    """
    model = Model()
    version = session.split("/")[0]
    list(_fold(model, captures.read(captures.capture(f"{version}/{driver}.xml"))))
    reader = Reader()
    asked = False
    found = []
    for step in captures.session(session):
        if step.direction == "sent":
            asked = asked or request in step.data.decode()
        for change in _fold(model, _read(reader, step)):
            if asked and change.new is not None and change.name in properties:
                change.new.received = step.seconds
                found.append(change)
    assert found, f"{session} has no answer to {request}"
    return found


def verdict_of(rule: Rule, changes: Sequence[Change]) -> tuple[int, Verdict]:
    """Return how many changes a rule takes for its verdict, and the verdict; or all and None."""
    for number in range(len(changes) + 1):
        verdict = rule(changes[:number])
        if verdict is not None:
            return number, verdict
    return len(changes), None


def _read(reader: Reader, step: captures.Step) -> Iterator[Message]:
    data = step.data if step.direction == "received" else b""
    while data:
        buffer = reader.get_buffer()
        piece, data = data[: len(buffer)], data[len(buffer) :]
        buffer[: len(piece)] = piece
        yield from reader.buffer_updated(len(piece))


def _fold(model: Model, messages: Iterable[Message]) -> Iterator[Change]:
    for message in messages:
        for delta in model.apply(message):
            name = delta.name or delta.device or "server"
            yield Change(delta.type, None, name, delta.old, delta.new)
