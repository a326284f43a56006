"""What to damage: what servers really sent, and messages made at random."""

import math
import random
import re
from collections.abc import Iterator

from indinb.protocol.messages import (
    Blob,
    Define,
    Delete,
    EnableBlob,
    GetProperties,
    Limits,
    Member,
    Message,
    New,
    Notice,
    Ping,
    Update,
    Value,
)
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State, SwitchRule
from indinb.protocol.writer import encode
from tests.captures import DEFINITIONS, EXPOSURE, SESSIONS, capture, received
from tests.protocol.strategies import BASE64_SCRAPS, CLAIMS, FRAGMENTS, MISFITS, wrapped

_NAMES = ["d", "p", "a", "b"]
_WORDS = ["", "é°µ星", "\0\x1b", "&lt;", "<b>", "a'b\"c", " ", "]]>", "-->", "x" * 100, "\udce9"]
_WORDS += ["a\nb", "%10.6m", "%5.2f", "%s%n", "2026-11-22T10:18:05", "12:30", *_NAMES]
_NUMBERS = [0.0, -0.5, 1e300, -1e-7, 0.1, 65535.0, math.nan, math.inf, -math.inf]
_FORMATS = ["", ".fits", ".fits.fz", ".BIN.Z", "a>b"]
_PROPERTY = re.compile(rb'<(\w+)(?: device="([^"]*)")?(?: name="([^"]*)")?')


def real_streams() -> Iterator[bytes]:
    """Return of each property what servers said about it: its definition, and an update."""
    streams = [capture(name) for name in (*DEFINITIONS, EXPOSURE)]
    streams += [received(name) for name in SESSIONS]
    said: dict[tuple[bytes, bytes], dict[bytes, bytes]] = {}
    for element in re.findall(rb"(?ms)^<[a-z].*?(?=^<[a-z]|\Z)", b"".join(streams)):
        tag, device, name = _PROPERTY.match(element).groups(b"")
        said.setdefault((device, name), {}).setdefault(tag, element)
    return (b"".join(elements.values()) for elements in said.values())


def made_streams(chance: random.Random) -> Iterator[bytes]:
    """Return ever new ones, of few names, so that what comes later fits what came before."""
    while True:
        yield b"".join(encode(_message(chance)) for _ in range(chance.choice([1, 2, 4])))
        yield b"".join(_blob_vector(chance) for _ in range(chance.choice([1, 1, 2])))
        scraps = [*FRAGMENTS, chance.randbytes(chance.choice([1, 3, 20]))]
        yield b"".join(chance.choices(scraps, k=chance.randint(0, 40)))


def _word(chance: random.Random) -> str:
    return chance.choice(_NAMES if chance.random() < 0.7 else _WORDS)


def _value(chance: random.Random, kind: Kind) -> Value:
    match kind:
        case Kind.NUMBER:
            return chance.choice(_NUMBERS)
        case Kind.SWITCH:
            return chance.random() < 0.5
        case Kind.LIGHT:
            return chance.choice(list(State))
        case Kind.BLOB:
            size = chance.choice([1, 2, 3, 100, 700])
            return Blob(memoryview(chance.randbytes(size)), _word(chance), size)
    return _word(chance)


def _message(chance: random.Random) -> Message:
    make = chance.choice([_define, _define, _update, _update, _new, _delete, _notice, _request])
    return make(chance, *(_word(chance) for _ in range(2)))


def _define(chance: random.Random, device: str, name: str) -> Define:
    kind = chance.choice(list(Kind))
    return Define(
        kind,
        device,
        name,
        tuple(_member(chance, kind) for _ in range(chance.choice([1, 1, 2, 3]))),
        *(_word(chance), _word(chance)),
        chance.choice(list(State)),
        chance.choice(list(Permission)),
        chance.choice(list(SwitchRule)),
        chance.choice(_NUMBERS),
        *(_word(chance), _word(chance)),
    )


def _member(chance: random.Random, kind: Kind) -> Member:
    value = None if kind is Kind.BLOB else _value(chance, kind)
    limits = chance.choices(_NUMBERS, k=3)
    return Member(_word(chance), _word(chance), value, chance.choice(_WORDS), *limits)


def _values(chance: random.Random, kind: Kind) -> dict[str, Value]:
    return {_word(chance): _value(chance, kind) for _ in range(chance.choice([0, 1, 2, 3]))}


def _update(chance: random.Random, device: str, name: str) -> Update:
    kind = chance.choice(list(Kind))
    values = _values(chance, kind)
    limits = {name: Limits(*chance.choices(_NUMBERS, k=3)) for name in values}
    state = chance.choice([None, *State])
    return Update(kind, device, name, values, state, limits, 1.0, _word(chance), _word(chance))


def _new(chance: random.Random, device: str, name: str) -> New:
    kind = chance.choice(list(Kind))
    return New(kind, device, name, _values(chance, kind), _word(chance))


def _delete(chance: random.Random, device: str, name: str) -> Delete:
    return Delete(device, chance.choice([None, name]), _word(chance), _word(chance))


def _notice(chance: random.Random, device: str, text: str) -> Notice:
    return Notice(chance.choice([None, device]), text, _word(chance))


def _request(chance: random.Random, device: str, name: str) -> Message:
    ping = Ping(name, chance.choice([True, False]))
    mode = chance.choice(list(BlobMode))
    return chance.choice([ping, GetProperties(device, name), EnableBlob(device, name, mode)])


def _blob_vector(chance: random.Random) -> bytes:
    verb = chance.choice(["set", "set", "set", "new", "def"])
    between = chance.choice(["\n", "", *MISFITS])
    content = between.join(_one_blob(chance) for _ in range(chance.choice([0, 1, 2, 2, 3])))
    xml = f"<{verb}BLOBVector device='d' name='p' state='Ok'>{content}</{verb}BLOBVector>"
    return xml.encode(errors="surrogateescape")


def _one_blob(chance: random.Random) -> str:
    claims = [f"{name}='{chance.choice(CLAIMS)}'" for name in ("size", "len", "enclen")]
    attributes = [f"name='{chance.choice('aab')}'", f"format='{chance.choice(_FORMATS)}'"]
    attributes += chance.choice([claims, claims[:1], claims[1:2], [], ["attached='true'"]])
    chance.shuffle(attributes)
    return f"<oneBLOB {' '.join(attributes)}>{_base64(chance)}</oneBLOB>"


def _base64(chance: random.Random) -> str:
    data = chance.randbytes(chance.choice([0, 1, 2, 3, 54, 100, 700]))
    text = wrapped(data, chance.choice([1, 4, 71, 72, 999]), chance.choice(["\n", "\r\n", "\n   "]))
    scraps = chance.choice([[""], ["\n"], BASE64_SCRAPS, BASE64_SCRAPS + MISFITS])
    return text.join(chance.choices(scraps, k=2))
