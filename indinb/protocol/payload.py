"""Base64 on its way to be bytes: what stands inside a BLOB's element.

The text of a BLOB is decoded piece by piece as it comes and is never kept, so a picture costs its
own size and no more. Servers send it as one unbroken line, which takes the short way; drivers
break lines, and some pad in odd places, which takes longer ones.
"""

import contextlib
import math
import mmap
import sys
from collections.abc import Mapping

import pybase64

from indinb.errors import ProtocolError
from indinb.protocol.numbers import read_number

MAX_BLOB = 1 << 30
"""Characters of base64 beyond which a BLOB is not believed any more."""

_HUGE_PAGE = 2 << 20  # bytes, on most processors
_BELIEVED = 64 * 1024  # bytes after which the announced size is believed
_SLICE = 48 * 1024  # characters of odd text handled at once: small enough for the cache
_FIRST_BLANKS = 8  # characters before the text that are passed over on the short way
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FOREIGN = bytes(set(range(256)) - set(_ALPHABET + b"="))


def expected_size(attributes: Mapping[str, str]) -> int | None:
    """Tell how many valid bytes the tag of a BLOB announces, or None.

    ``len`` counts them, but came with INDI 1.9.8. ``size`` is that before compression.

    Examples
    --------
    >>> expected_size({"size": "2007360", "format": ".fits.fz", "len": "550080"})
    550080
    >>> expected_size({"size": "2007360", "format": ".fits.fz"})
    """
    compressed = attributes.get("format", "").strip().lower().endswith("z")
    counted = byte_count(attributes.get("len"))
    return byte_count(attributes.get("size")) if counted is None and not compressed else counted


def byte_count(text: str | None) -> int | None:
    """Read a number of bytes; None if it is none."""
    number = read_number(text)
    return int(number) if number is not None and 0 <= number < math.inf else None


class Payload:
    """Decodes the text of one BLOB.

    What is not of base64's alphabet is dropped. Each run of characters, up to padding or to the
    end, is decoded by itself, whether all of its padding is there or not.

    Parameters
    ----------
    expected : int, optional
        Number of bytes: what comes beyond them is dropped. Memory for all of them is set aside
        when the first ones have come, and is not used before it is filled. Without it, all are
        kept.
    limit : int
        Characters that are accepted.

    Examples
    --------
    >>> payload = Payload(expected=5)
    >>> payload.feed(memoryview(b"aGVs bG8=</oneBLOB>"))
    9
    >>> bytes(payload.finish())
    b'hello'
    """

    def __init__(self, expected: int | None = None, limit: int = MAX_BLOB) -> None:
        self._sink = _Sink(expected if expected is not None and expected <= limit else None)
        self._line = -(-(expected or 0) // 3) * 4  # characters to come if nothing is odd
        self._begun = b""  # of a group of four characters
        self._taken = 0
        self._limit = limit
        self._data: memoryview | None = None

    def feed(self, text: memoryview) -> int:
        """Take text up to where markup begins, and return how much of it that is.

        Raises
        ------
        ProtocolError
            If it is more than the limit.
        """
        blanks = 0 if self._begun else _blanks(text)
        taken = blanks + self._take_line(text[blanks:])
        taken += self._take_any(text[taken:])
        self._taken += taken
        if self._taken > self._limit:
            raise ProtocolError(
                f"a BLOB has more than {self._limit} characters: is it an INDI server?"
            )
        return taken

    def finish(self, rest: str = "") -> memoryview:
        """Return all bytes, read-only; a second time the same.

        Parameters
        ----------
        rest : str
            Text that came after some markup.
        """
        if self._data is None:
            self._take_runs((self._begun + rest.encode()).translate(None, _FOREIGN))
            self._sink.add(_decode_run(self._begun))
            self._data = self._sink.data()
        return self._data

    def _take_line(self, text: memoryview) -> int:
        """Take the part of an unbroken line that is there, in groups of four characters."""
        line = text[: self._line or len(text)]
        first = -len(self._begun) % 4
        whole = first + (len(line) - first) // 4 * 4
        if whole <= first:
            return 0
        try:
            group = pybase64.b64decode(self._begun + line[:first], validate=True)
            groups = pybase64.b64decode(line[first:whole], validate=True)
        except ValueError:
            return 0
        self._sink.add(group)
        self._sink.add(groups)
        self._begun = b""
        self._line = max(0, self._line - whole)
        return whole

    def _take_any(self, text: memoryview) -> int:
        """Take whatever is no markup, a slice at a time."""
        for start in range(0, len(text), _SLICE):
            part = bytes(text[start : start + _SLICE])
            end = _text_end(part)
            self._take_lines(self._begun + part[:end])
            if end < len(part):
                return start + end
        return len(text)

    def _take_lines(self, characters: bytes) -> None:
        try:
            self._take_runs(characters.replace(b"\r", b"").replace(b"\n", b""))
        except ValueError:
            self._take_runs(characters.translate(None, _FOREIGN))

    def _take_runs(self, characters: bytes) -> None:
        # To look for padding is much quicker than to split where there is none.
        *padded, open_run = characters.split(b"=") if b"=" in characters else [characters]
        whole = len(open_run) // 4 * 4
        groups = pybase64.b64decode(open_run[:whole], validate=True)
        for run in [_decode_run(run) for run in padded]:
            self._sink.add(run)
        self._sink.add(groups)
        self._begun = open_run[whole:]


def _text_end(text: bytes) -> int:
    """Tell where markup begins, which may be an entity."""
    ends = [end for end in (text.find(b"<"), text.find(b"&")) if end >= 0]
    return min(ends, default=len(text))


def _blanks(text: memoryview) -> int:
    begin = bytes(text[:_FIRST_BLANKS])
    return len(begin) - len(begin.lstrip())


def _decode_run(run: bytes) -> bytes:
    """Decode what may lack padding; one character alone says nothing."""
    meaningful = run[:-1] if len(run) % 4 == 1 else run
    return pybase64.b64decode(meaningful + b"=" * (-len(meaningful) % 4), validate=True)


class _Sink:
    """Takes bytes: no more than expected, if that is known."""

    def __init__(self, expected: int | None) -> None:
        self._expected = expected
        self._first = bytearray()  # until there are enough to believe in what is expected
        self._memory: memoryview | None = None
        self._filled = 0

    def add(self, data: bytes) -> None:
        if self._memory is not None:
            self._fill(self._memory, data)
        elif self._expected is None:
            self._first += data
        else:
            self._first += data[: max(0, self._expected - len(self._first))]
            if len(self._first) >= _BELIEVED:
                self._begin(self._expected)

    def data(self) -> memoryview:
        memory = memoryview(self._first) if self._memory is None else self._memory[: self._filled]
        return memory.toreadonly()

    def _begin(self, expected: int) -> None:
        try:
            self._memory = _memory(expected)
        except OSError:  # there is no room for what was announced
            self._expected = None
        else:
            self._fill(self._memory, self._first)
            self._first = bytearray()

    def _fill(self, memory: memoryview, data: bytes | bytearray) -> None:
        end = min(self._filled + len(data), len(memory))
        memory[self._filled : end] = data[: end - self._filled]
        self._filled = end


def _memory(size: int) -> memoryview:
    """Set memory aside, in huge pages if possible, as the first touch of each page costs."""
    pages = size // _HUGE_PAGE
    if not pages:
        return memoryview(bytearray(size))
    if sys.platform != "linux":
        return memoryview(mmap.mmap(-1, size))
    # Whole numbers of huge pages may be aligned to them; what is left of the last is ordinary.
    length = (pages + 1) * _HUGE_PAGE
    memory = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with contextlib.suppress(OSError):  # some kernels are built without
        memory.madvise(mmap.MADV_HUGEPAGE, 0, pages * _HUGE_PAGE)
    return memoryview(memory)[:size]
