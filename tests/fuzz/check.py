"""What must hold for any bytes."""

import itertools
import logging
import random
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from indinb.client.model import Model
from indinb.errors import ProtocolError
from indinb.protocol.messages import Blob, Message, New, Update
from indinb.protocol.reader import Reader

_BLOCKS = [memoryview(bytes(5)), None, memoryview(bytes(4096))]
_LIMITS = {"max_element": 200, "max_blob": 100}


class Outcome(NamedTuple):
    """What comes of a stream: messages, and the error that ended it, if one did."""

    messages: list[Message]
    error: str | None

    def __str__(self) -> str:
        """Tell all of it. Equal outcomes have equal texts, also if there is a NaN in them."""
        vectors = [m.values for m in self.messages if isinstance(m, Update | New)]
        values = itertools.chain.from_iterable(vector.values() for vector in vectors)
        blobs = [bytes(value) for value in values if isinstance(value, Blob)]
        return f"{self.messages} {blobs} {self.error}"


class Listener(logging.Handler):
    """Hears all that is logged, down to the last detail."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        record.getMessage()  # raises if it cannot be said
        self.heard.add(str(record.msg))


def read(
    data: bytes,
    pieces: Sequence[int] = (),
    blocks: Sequence[memoryview | None] = (),
    **limits: int,
) -> Outcome:
    """Return what comes of a stream.

    Parameters
    ----------
    data : bytes
        All of it.
    pieces : sequence of int
        Bytes that arrive at once; the rest comes as a whole.
    blocks : sequence of memoryview or None
        Shared memory that comes along with each piece.
    **limits
        Of the reader.
    """
    reader = Reader(**limits)
    messages: list[Message] = []
    try:
        for piece in _cut(data, pieces):
            reader.get_buffer()[: len(piece)] = piece
            messages += reader.buffer_updated(len(piece), blocks)
        reader.eof_received()
    except ProtocolError as error:
        return Outcome(messages, str(error))
    return Outcome(messages, None)


def check(data: bytes) -> Outcome:
    """Return what comes of a stream, whichever way it arrives and wherever it goes.

    Raises
    ------
    AssertionError
        If that depends on how it is cut.
    Exception
        Whatever else the reader or the model should not have raised.
    """
    pieces = pieces_of(data)
    whole, torn = read(data), read(data, pieces)
    assert str(torn) == str(whole), f"in pieces {torn}, but as a whole {whole}"
    apply(whole.messages)
    if len(pieces) == 1:  # not all, as it takes time
        read(data, pieces, _BLOCKS, **_LIMITS)
    return whole


def apply(messages: Sequence[Message]) -> Model:
    """Give messages to a client's model, twice so that all are defined; and look at all of it."""
    model = Model()
    for message in itertools.chain(messages, messages):
        model.apply(message)
    for device in model.devices():
        for vector in model.vectors(device).values():
            assert vector.keys() == vector.elements.keys()
            assert all(isinstance(element.text, str) for element in vector.elements.values())
            assert vector.timestamp
    return model


def pieces_of(data: bytes) -> list[int]:
    """Return in which pieces to send a stream: at random, but always the same for the same."""
    chance = random.Random(zlib.crc32(data))
    count = chance.choice([1, 1, 1, 2, 2, 3, 4, 5, 8, 40])
    return chance.choices(range(2 * len(data) // count + 2), k=count)


def _cut(data: bytes, pieces: Sequence[int]) -> Iterator[bytes]:
    begin = 0
    for size in pieces:
        yield data[begin : begin + size]
        begin += size
    yield data[begin:]
