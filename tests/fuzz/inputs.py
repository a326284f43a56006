"""What to throw at the reader: streams, whole and damaged."""

import itertools
import random
import re
from collections.abc import Iterator

from tests.fuzz.streams import made_streams, real_streams
from tests.protocol.strategies import CLAIMS, FRAGMENTS, MISFITS

LARGEST = 1000
"""Bytes of one input: small ones are quick, and show as much as large ones."""

_MADE = 3000  # streams made at random
_KEPT = 3000  # streams that did something new
_SCRAPS = FRAGMENTS + [scrap.encode(errors="surrogateescape") for scrap in MISFITS]
_NUMBER = re.compile(rb"(?<=['\">\n])-?[0-9][0-9.:]*(?=['\"<\n])")


class Inputs:
    """An endless supply; always the same for a seed, if the same ones are kept.

    Parameters
    ----------
    seed : int
        Any.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        made = itertools.islice(made_streams(self._chance), _MADE)
        self._streams = [stream[:LARGEST] for stream in (*real_streams(), *made)]
        self._kept: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        while True:
            data = self._stream()
            for _ in range(self._chance.choice([0, 1, 1, 2, 3, 8])):
                data = self._damaged(data)[:LARGEST]
            yield data

    def keep(self, data: bytes) -> None:
        """Remember one that did something new, to damage it further."""
        if len(self._kept) == _KEPT:
            self._kept.pop(self._chance.randrange(_KEPT))
        self._kept.append(data)

    def _stream(self) -> bytes:
        known = self._kept if self._kept and self._chance.random() < 0.5 else self._streams
        return self._chance.choice(known)

    def _damaged(self, data: bytes) -> bytes:
        chance = self._chance
        begin = chance.randint(0, len(data))
        end = begin + chance.choice([0, 1, 2, 8, 40, 300])
        head, stretch, rest = data[:begin], data[begin:end], data[end:]
        match chance.randrange(7):
            case 0:
                return head + chance.randbytes(len(stretch)) + rest
            case 1:
                return head + rest
            case 2:
                return head + stretch + stretch + rest
            case 3:
                return head + chance.choice(_SCRAPS) + rest
            case 4:
                return head + self._stream()[: len(stretch)] + rest
            case 5:
                return head + self._stream()[begin:]
        return _NUMBER.sub(lambda _: chance.choice(CLAIMS).encode(), data)
