"""Where the elements of an INDI stream begin and end.

The stream is elements side by side without a root, glued together or torn apart at any byte. Only
the tags that INDI knows are looked for: declarations, comments, unknown elements and whatever else
stands between them is passed over. Updates of the usual plain shape, which are most, are
recognised at once; the text of BLOBs leaves the stream here, for a lane of its own (see `payload`).
"""

import logging
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from indinb.errors import ProtocolError
from indinb.protocol.payload import MAX_BLOB, Payload, expected_size

logger = logging.getLogger(__name__)

MAX_ELEMENT = 16 << 20
"""Bytes of one element, BLOBs aside, beyond which a stream is not believed any more."""

PAYLOAD = "indinb-payload"
"""Attribute that the framer gives to the element of a BLOB: which of the payloads is its own."""

_MAX_TAG = 1 << 16  # bytes of one start tag or comment
_MAX_BLOCKS = 64  # of one element; libindi attaches 16 at most

_TAG = (
    rb"(?:def|set|new)(?:Text|Number|Switch|Light|BLOB)Vector"
    rb"|getProperties|enableBLOB|delProperty|message|pingRequest|pingReply"
)
_BEGIN = re.compile(rb"<(?:!--|(%s)(?=[\s/>]))" % _TAG)
_MARK = re.compile(  # an end, a BLOB, or another element: INDI's never nest
    rb"<(?:/(?P<end>%(tag)s)\s{0,64}>|(?P<blob>oneBLOB)(?=[\s/>])|(?P<other>%(tag)s)(?=[\s/>]))"
    % {b"tag": _TAG}
)
_START_TAG = re.compile(rb"""<[A-Za-z]++(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>""")
_PART_OF_TAG = re.compile(rb"<(?:!-?|[A-Za-z]{0,15}|/[A-Za-z]{0,15}\s{0,64})\Z")
_BRACKET = re.compile(rb"[<>]")
_LONGEST_BEGIN = len(b"<defNumberVector>")
_ATTRIBUTE = re.compile(rb"""([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")

# What nearly all updates look like; its parts are bounded, so that no tag exceeds its limit.
_PLAIN_UPDATE = re.compile(
    rb"""\s*+<set(Text|Number|Switch|Light)Vector((?: [a-z]{1,9}+="%(value)s"){2,6}+)>"""
    rb"""(\s*+(?:<one\1 name="%(value)s">%(text)s</one\1>\s*+)*+)</set\1Vector>"""
    % {b"value": rb"[ !#-%'-;=-~]{0,200}+", b"text": rb"[ -%'-;=-\\^-~\n]*+"}
)


class PlainUpdate(NamedTuple):
    """An update of the usual shape, taken apart: no entities, and nothing but ASCII.

    Attributes
    ----------
    kind, attributes, members : bytes
        As in ``<setNumberVector device="CCD" name=…><oneNumber name=…>…``.
    """

    kind: bytes
    attributes: bytes
    members: bytes

    @property
    def xml(self) -> bytes:
        """All of it."""
        kind, attributes, members = self
        return b"<set%sVector%s>%s</set%sVector>" % (kind, attributes, members, kind)


Payloads = Mapping[str, Payload | memoryview | None]
"""What the BLOBs of an element hold, by their mark: text, or memory that was attached, if any."""


class Element(NamedTuple):
    """Any other element.

    Attributes
    ----------
    xml : bytes
        All of it, BLOBs aside.
    payloads : Payloads
        What its BLOBs hold.
    """

    xml: bytes
    payloads: Payloads = MappingProxyType({})


class _Span(NamedTuple):
    begin: int
    end: int
    keep: bool = True


class Framer:
    """Cuts a stream into complete elements.

    Parameters
    ----------
    max_element : int
        Largest element in bytes that is accepted, the text of BLOBs aside.
    max_blob : int
        Largest text of a BLOB, in characters.

    Examples
    --------
    >>> framer = Framer()
    >>> framer.feed(b"<?xml version='1.0'?><getProperties/><pingReq")
    [Element(xml=b'<getProperties/>', payloads={})]
    >>> framer.feed(b"uest uid='1'/>")
    [Element(xml=b"<pingRequest uid='1'/>", payloads={})]
    """

    def __init__(self, max_element: int = MAX_ELEMENT, max_blob: int = MAX_BLOB) -> None:
        self._max_element = max_element
        self._max_blob = max_blob
        self._pending = bytearray()
        self._scanned = 0  # up to where the end of the first pending element was looked for
        self._no_comment_end = 0  # up to where it was looked for in vain
        self._payloads: dict[str, Payload | memoryview | None] = {}  # of that element
        self._payload: Payload | None = None  # whose text comes now
        self._in_tag = False  # which has begun, and not ended
        self._blocks: deque[memoryview | None] = deque()

    def feed(
        self, data: bytes | memoryview, blocks: Sequence[memoryview | None] = ()
    ) -> list[Element | PlainUpdate]:
        """Take bytes and return what they complete.

        Parameters
        ----------
        data : bytes-like
            The next bytes of the stream.
        blocks : sequence of memoryview or None
            Shared memory that came with them, for BLOBs that say that it is attached; None where
            it could not be used.

        Raises
        ------
        ProtocolError
            If something grows beyond its limit.
        """
        self._blocks.extend(blocks)
        if len(self._blocks) > _MAX_BLOCKS:
            raise ProtocolError(f"one BLOB has {len(self._blocks)} blocks of shared memory")
        rest = memoryview(data)
        if self._payload is not None:
            rest = rest[self._feed_payload(self._payload, rest) :]
        elements = self._feed_text(rest) if rest else []
        if self._blocks and data and not self._pending:  # they come with their element's begin
            logger.warning("dropped %d blocks of shared memory without a BLOB", len(self._blocks))
            self._blocks.clear()
        return elements

    def finish(self) -> None:
        """Raise ProtocolError if the stream ended inside an element."""
        if self._pending:
            begin = bytes(self._pending[:40]).decode(errors="replace")
            raise ProtocolError(f"the stream ended inside an element that begins {begin!r}")

    def _feed_payload(self, payload: Payload, text: memoryview) -> int:
        taken = payload.feed(text)
        if taken < len(text):
            self._payload = None
        return taken

    def _feed_text(self, text: memoryview) -> list[Element | PlainUpdate]:
        self._pending += text
        if self._in_tag and len(self._pending) <= _MAX_TAG and not _BRACKET.search(text):
            return []
        self._in_tag = False
        suspicious = len(self._pending) > self._max_element
        elements = list(self._complete())
        if suspicious:
            self._check_sizes(elements)
        return elements

    def _check_sizes(self, elements: list[Element | PlainUpdate]) -> None:
        sizes = [len(self._pending), *(len(each.xml) for each in elements)]
        if max(sizes) > self._max_element:
            raise ProtocolError(
                f"an element is larger than {self._max_element} bytes: is it an INDI server?"
            )

    def _complete(self) -> Iterator[Element | PlainUpdate]:
        position = 0
        while True:
            if not self._scanned:
                while (plain := _PLAIN_UPDATE.match(self._pending, position)) is not None:
                    yield PlainUpdate(*plain.groups())
                    position = plain.end()
            span = self._next_span(position)
            if span is None:
                break
            begin, position, keep = span
            if keep:
                yield Element(bytes(self._pending[begin:position]), self._payloads)
            self._payloads = {}
            self._scanned = 0
        position = self._begin_of_rest(position)
        del self._pending[:position]
        self._scanned = max(0, self._scanned - position)
        self._no_comment_end = max(0, self._no_comment_end - position)

    def _begin_of_rest(self, position: int) -> int:
        begin = _BEGIN.search(self._pending, position)
        if begin is not None:
            return begin.start()
        return self._settled(max(position, len(self._pending) - _LONGEST_BEGIN))

    def _settled(self, position: int) -> int:
        """Up to where more bytes can change nothing: a tag may have begun there, or nowhere."""
        part = _PART_OF_TAG.search(self._pending, position)
        return len(self._pending) if part is None else part.start()

    def _next_span(self, position: int) -> _Span | None:
        """Find what ends next; None when the end has not come yet."""
        begin = _BEGIN.search(self._pending, position)
        if begin is None:
            return None
        return self._skip_comment(begin.start()) if begin[1] is None else self._span(begin)

    def _skip_comment(self, begin: int) -> _Span | None:
        limit = begin + _MAX_TAG
        end = self._pending.find(b"-->", max(begin, self._no_comment_end), limit)
        if end >= 0:
            return _Span(begin, end + len(b"-->"), keep=False)
        self._no_comment_end = min(limit, len(self._pending)) - len("--")
        if len(self._pending) < limit:
            return None
        return _Span(begin, begin + len(b"<!--"), keep=False)

    def _span(self, begin: re.Match[bytes]) -> _Span | None:
        start = _START_TAG.match(self._pending, begin.start())
        if start is None or start.end() - start.start() > _MAX_TAG:
            return self._broken_tag(begin)
        if self._pending[start.end() - 2] == ord("/"):
            return _Span(begin.start(), start.end())
        end = self._find_end(begin[1], max(start.end(), self._scanned))
        if end is None:
            return None
        if end["other"] is None:
            return _Span(begin.start(), end.end())
        logger.warning("skipped <%s>, which has no end", begin[1].decode())
        return _Span(begin.start(), end.start(), keep=False)

    def _broken_tag(self, begin: re.Match[bytes]) -> _Span | None:
        another = self._after_broken_tag(begin.start())
        if another is None:
            return None
        logger.warning("skipped <%s>, a broken tag", begin[1].decode())
        return _Span(begin.start(), another, keep=False)

    def _after_broken_tag(self, begin: int) -> int | None:
        """Where to go on; None as long as more bytes may make it whole."""
        another = self._pending.find(b"<", begin + 1)
        if another >= 0:
            return another
        if len(self._pending) - begin > _MAX_TAG:
            return len(self._pending)
        self._in_tag = True
        return None

    def _find_end(self, tag: bytes, searched: int) -> re.Match[bytes] | None:
        """Find the end of an element, or the begin of the next; BLOBs on the way are taken."""
        while (found := _MARK.search(self._pending, searched)) is not None:
            if found["other"] is not None or found["end"] == tag:
                return found
            if found["blob"] is None or not tag.endswith(b"BLOBVector"):
                searched = found.end()
            elif (after := self._take_blob(found.start())) is not None:
                searched = after
            else:
                return None
        self._scanned = self._settled(searched)
        return None

    def _take_blob(self, begin: int) -> int | None:
        """Take what a member's tag announces; return where to go on, if that can be told."""
        self._scanned = begin
        tag = _START_TAG.match(self._pending, begin)
        if tag is None or tag.end() - tag.start() > _MAX_TAG:
            return self._after_broken_tag(begin)
        xml = tag[0]
        mark = str(len(self._payloads))
        end = tag.end() + self._write(mark, begin)
        self._payloads[mark] = None
        attributes = _attributes(xml)
        if attributes.get("attached") == "true":
            self._payloads[mark] = self._blocks.popleft() if self._blocks else None
        elif not xml.endswith(b"/>"):
            payload = Payload(expected_size(attributes), self._max_blob)
            self._payloads[mark] = payload
            return self._take_payload(payload, end)
        return end

    def _write(self, mark: str, begin: int) -> int:
        """Write into a tag which payload is its own; return by how much it grows."""
        attribute = f' {PAYLOAD}="{mark}"'.encode()
        behind_name = begin + len(b"<oneBLOB")
        self._pending[behind_name:behind_name] = attribute
        return len(attribute)

    def _take_payload(self, payload: Payload, begin: int) -> int | None:
        """Take the text of a BLOB out of what has come; None if there may be more of it."""
        self._payload = payload
        with memoryview(self._pending) as pending:
            taken = self._feed_payload(payload, pending[begin:])
        del self._pending[begin : begin + taken]
        self._scanned = begin
        return begin if self._payload is None else None


def _attributes(tag: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag)
    return {name.decode("latin-1"): (one or other).decode("latin-1") for name, one, other in found}
