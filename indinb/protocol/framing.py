"""Where the elements of an INDI stream begin and end.

The stream is elements side by side without a root, glued together or torn apart at any byte. Only
the tags that INDI knows are looked for: declarations, comments, unknown elements and whatever else
stands between them is passed over.
"""

import functools
import logging
import re
from collections.abc import Iterator

from indinb.errors import ProtocolError

logger = logging.getLogger(__name__)

MAX_ELEMENT = 1 << 30
"""Bytes of one element beyond which a stream is not believed any more."""

_MAX_TAG = 1 << 16  # bytes of one start tag or comment

_TAG = (
    rb"(?:def|set|new)(?:Text|Number|Switch|Light|BLOB)Vector"
    rb"|getProperties|enableBLOB|delProperty|message|pingRequest|pingReply"
)
_BEGIN = re.compile(rb"<(?:!--|(%s)(?=[\s/>]))" % _TAG)
_START_TAG = re.compile(rb"""<[A-Za-z]++(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>""")
_PART_OF_TAG = re.compile(rb"<(?:!-?|[A-Za-z]{0,15}|/[A-Za-z]{0,15}\s*)\Z")
_LONGEST_BEGIN = len(b"<defNumberVector>")


class Framer:
    """Cuts a stream into complete elements.

    Parameters
    ----------
    max_element : int
        Largest element in bytes that is accepted.

    Examples
    --------
    >>> framer = Framer()
    >>> framer.feed(b"<?xml version='1.0'?><getProperties/><pingReq")
    [b'<getProperties/>']
    >>> framer.feed(b"uest uid='1'/>")
    [b"<pingRequest uid='1'/>"]
    """

    def __init__(self, max_element: int = MAX_ELEMENT) -> None:
        self._pending = bytearray()
        self._scanned = 0  # up to where the end of the first pending element was looked for
        self._max_element = max_element

    def feed(self, data: bytes | memoryview) -> list[bytes]:
        """Take bytes and return the elements that they complete."""
        self._pending += data
        elements = list(self._complete())
        if max(map(len, (self._pending, *elements))) > self._max_element:
            raise ProtocolError(f"an element is larger than {self._max_element} bytes")
        return elements

    def finish(self) -> None:
        """Raise ProtocolError if the stream ended inside an element."""
        if self._pending:
            begin = bytes(self._pending[:40]).decode(errors="replace")
            raise ProtocolError(f"the stream ended inside an element that begins {begin!r}")

    def _complete(self) -> Iterator[bytes]:
        position = 0
        while (begin := _BEGIN.search(self._pending, position)) is not None:
            position = begin.start()
            span = self._skip_comment(position) if begin[1] is None else self._span(begin)
            if span is None:
                break
            keep, position = span
            if keep:
                yield bytes(self._pending[begin.start() : position])
            self._scanned = 0
        else:
            position = self._settled(max(position, len(self._pending) - _LONGEST_BEGIN))
        del self._pending[:position]
        self._scanned = max(0, self._scanned - position)

    def _settled(self, position: int) -> int:
        """Up to where more bytes can change nothing: a tag may have begun there, or nowhere."""
        part = _PART_OF_TAG.search(self._pending, position)
        return len(self._pending) if part is None else part.start()

    def _skip_comment(self, begin: int) -> tuple[bool, int] | None:
        end = self._pending.find(b"-->", begin, begin + _MAX_TAG)
        if end >= 0:
            return False, end + len(b"-->")
        if len(self._pending) < begin + _MAX_TAG:
            return None
        return False, begin + len(b"<!--")

    def _span(self, begin: re.Match[bytes]) -> tuple[bool, int] | None:
        """Whether the element is whole, and where it ends; None when its end has not come yet."""
        start = _START_TAG.match(self._pending, begin.start())
        if start is None or start.end() - start.start() > _MAX_TAG:
            return self._broken_tag(begin)
        if self._pending[start.end() - 2] == ord("/"):
            return True, start.end()
        searched = max(start.end(), self._scanned)
        end = _closing(begin[1]).search(self._pending, searched)
        if end is None:
            self._scanned = self._settled(searched)
            return None
        if end[1] is None:
            return True, end.end()
        logger.warning("skipped <%s>, which has no end", begin[1].decode())
        return False, end.start()

    def _broken_tag(self, begin: re.Match[bytes]) -> tuple[bool, int] | None:
        another = self._pending.find(b"<", begin.end())
        if another < 0 and len(self._pending) - begin.start() <= _MAX_TAG:
            return None
        logger.warning("skipped <%s>, a broken tag", begin[1].decode())
        return False, another if another > 0 else len(self._pending)


@functools.cache
def _closing(tag: bytes) -> re.Pattern[bytes]:
    """Match the end of an element; or the begin of another one, as INDI's never nest."""
    return re.compile(rb"<(?:/%s\s*>|(%s)(?=[\s/>]))" % (tag, _TAG))
