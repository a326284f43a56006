"""Bytes to messages; the only place that knows lxml.

Whole runs of complete elements (see `framing`) go to lxml at once; when a run fails it is taken
element by element, so that one bad element costs only itself.
"""

import logging
import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

import pybase64
from lxml import etree

from indinb.protocol.framing import MAX_ELEMENT, Framer
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
from indinb.protocol.numbers import parse_number
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State, SwitchRule

logger = logging.getLogger(__name__)

_SCRATCH = 256 * 1024  # bytes received at once: small enough to stay in the processor's cache
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Malformed(ValueError):
    """An element that is XML but lacks what INDI demands."""


class Reader:
    """Turns received bytes into messages; it never sees a socket.

    Its verbs are those of `asyncio.BufferedProtocol`: fill (a part of) `get_buffer()`, then call
    `buffer_updated` with the number of bytes.

    Parameters
    ----------
    max_element : int
        Largest element in bytes that is accepted, a guard against a stream gone astray.

    Examples
    --------
    >>> reader = Reader()
    >>> data = b'<message device="CCD" message="[INFO] ready"/>'
    >>> reader.get_buffer()[: len(data)] = data
    >>> reader.buffer_updated(len(data))
    [Notice(device='CCD', message='[INFO] ready', timestamp=None)]
    """

    def __init__(self, max_element: int = MAX_ELEMENT) -> None:
        self._scratch = memoryview(bytearray(_SCRATCH))
        self._framer = Framer(max_element)

    def get_buffer(self) -> memoryview:
        """Where to put the next bytes; only the part that `buffer_updated` names counts."""
        return self._scratch

    def buffer_updated(self, n: int, fds: Sequence[int] = ()) -> list[Message]:
        """Take `n` bytes from the buffer and return the messages that they complete.

        Parameters
        ----------
        n : int
            Number of bytes that were put into the buffer.
        fds : sequence of int
            File descriptors that came with them, which only a unix socket has.

        Returns
        -------
        list of Message
            In the order of the wire; elements that are no INDI are logged and left out.

        Raises
        ------
        ProtocolError
            If an element grows beyond the limit; the reader cannot be used after that.
        """
        elements = self._framer.feed(self._scratch[:n])
        return [message for run in _runs(elements) for message in _parse_run(run)]

    def eof_received(self) -> None:
        """Say that no more bytes will come.

        Raises
        ------
        ProtocolError
            If the stream ended inside an element.
        """
        self._framer.finish()


def _runs(elements: list[bytes]) -> Iterator[list[bytes]]:
    """Group what may be parsed at once."""
    run: list[bytes] = []
    for element in elements:
        if _goes_alone(element):
            yield from ([run] if run else [])
            yield [element]
            run = []
        else:
            run.append(element)
    if run:
        yield run


def _goes_alone(element: bytes) -> bool:
    """Whether it is large, or has a comment or the like that could swallow the next element."""
    return element.startswith((b"<setBLOB", b"<newBLOB")) or b"<!" in element or b"<?" in element


def _parse_run(run: list[bytes]) -> Iterator[Message]:
    try:
        root = _parse(b"<indi>%s</indi>" % b"".join(run))
    except etree.XMLSyntaxError:
        for element in run:
            yield from _parse_single(element)
    else:
        yield from _build_all(root)


def _parse_single(element: bytes) -> Iterator[Message]:
    try:
        root = _parse(b"<indi>%s</indi>" % _repaired(element))
    except etree.XMLSyntaxError as error:
        logger.warning("skipped an element that is no XML (%s): %.80r", error, element)
    else:
        yield from _build_all(root)


def _repaired(element: bytes) -> bytes:
    """Make legal UTF-8 of text in an older encoding, and drop what XML forbids."""
    try:
        text = element.decode("utf-8")
    except UnicodeDecodeError:
        text = element.decode("latin-1")
    return _NOT_XML.sub("", text).encode("utf-8")


def _parse(document: bytes) -> etree._Element:
    """Parse without ever leaving the document: no DTD, no entities, no network."""
    parser = etree.XMLParser(
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(document, parser)


def _build_all(root: etree._Element) -> Iterator[Message]:
    for element in root:
        try:
            build, kind = _BUILDERS.get(str(element.tag), (_foreign, None))
            yield build(element, kind)
        except _Malformed as error:
            logger.warning("skipped <%s>: %s", element.tag, error)


def _required(element: etree._Element, name: str) -> str:
    value = element.get(name)
    if not value:
        raise _Malformed(f"it has no {name}")
    return value


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _optional_number(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return parse_number(text)
    except ValueError:
        return None


def _number(text: str | None, default: float) -> float:
    number = _optional_number(text)
    return default if number is None else number


def _byte_count(text: str | None, default: int) -> int:
    number = _number(text, default)
    return int(number) if 0 <= number < math.inf else default


def _state(text: str, default: State) -> State:
    try:
        return State(text)
    except ValueError:
        return default


def _value(element: etree._Element, kind: Kind) -> Value:
    """Read the value of a member; raises ValueError if it is none."""
    text = _text(element)
    match kind:
        case Kind.NUMBER:
            return parse_number(text)
        case Kind.SWITCH:
            return text.casefold() == "on"
        case Kind.LIGHT:
            return State(text)
        case Kind.BLOB:
            return _blob(element, text)
    return text


def _blob(element: etree._Element, text: str) -> Blob:
    """Decode base64, and cut what the server pads: it rounds compressed data up to 1 MiB."""
    encoded = text.encode("ascii", errors="ignore")
    try:
        data = pybase64.b64decode_as_bytearray(encoded, validate=True)
    except ValueError:  # line breaks, most often
        data = pybase64.b64decode_as_bytearray(encoded)
    format = element.get("format", "")
    size = _byte_count(element.get("size"), len(data))
    compressed = format.lower().endswith("z")
    length = _byte_count(element.get("len"), len(data) if compressed else size)
    valid = memoryview(data)[:length].toreadonly()
    if not valid:
        raise ValueError("an empty BLOB reports a state, not data")
    return Blob(valid, format, size)


def _definition(element: etree._Element, kind: Kind) -> Member:
    name = element.get("name", "")
    if kind is Kind.BLOB:
        value: Value = None
    else:
        try:
            value = _value(element, kind)
        except ValueError:
            value = State.IDLE if kind is Kind.LIGHT else 0.0
    return Member(
        name,
        element.get("label") or name,
        value,
        element.get("format", ""),
        _number(element.get("min"), 0.0),
        _number(element.get("max"), 0.0),
        _number(element.get("step"), 0.0),
    )


def _define(element: etree._Element, kind: Kind) -> Define:
    members = {
        child.get("name", ""): _definition(child, kind) for child in element.iter(f"def{kind}")
    }
    members.pop("", None)
    if not members:
        raise _Malformed("it has no members")
    name = _required(element, "name")
    return Define(
        kind,
        _required(element, "device"),
        name,
        tuple(members.values()),
        element.get("label") or name,
        element.get("group", ""),
        _state(element.get("state", ""), State.IDLE),
        _permission(element.get("perm")),
        _rule(element.get("rule")) if kind is Kind.SWITCH else None,
        _number(element.get("timeout"), 0.0),
        element.get("timestamp"),
        element.get("message"),
    )


def _permission(text: str | None) -> Permission:
    try:
        return Permission(text or "")
    except ValueError:
        return Permission.READ_ONLY


def _rule(text: str | None) -> SwitchRule:
    try:
        return SwitchRule(text or "")
    except ValueError:
        return SwitchRule.ONE_OF_MANY


def _values(element: etree._Element, kind: Kind) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for child in element.iter(f"one{kind}"):
        name = child.get("name", "")
        try:
            values[name] = _value(child, kind)
        except ValueError as error:
            logger.debug("kept the old value of %s.%s: %s", element.get("name"), name, error)
    values.pop("", None)
    return values


def _limits(element: etree._Element) -> dict[str, Limits] | None:
    limits = {
        child.get("name", ""): Limits(*(_optional_number(child.get(key)) for key in Limits._fields))
        for child in element.iter("oneNumber")
        if len(child.attrib) > 1
    }
    limits.pop("", None)
    return limits or None


def _update(element: etree._Element, kind: Kind) -> Update:
    state = element.get("state")
    return Update(
        kind,
        _required(element, "device"),
        _required(element, "name"),
        _values(element, kind),
        None if state is None else _state(state, State.OK),
        _limits(element) if kind is Kind.NUMBER else None,
        _optional_number(element.get("timeout")),
        element.get("timestamp"),
        element.get("message"),
    )


def _new(element: etree._Element, kind: Kind) -> New:
    return New(
        kind,
        _required(element, "device"),
        _required(element, "name"),
        _values(element, kind),
        element.get("timestamp"),
    )


def _enable_blob(element: etree._Element, kind: None) -> EnableBlob:
    try:
        mode = BlobMode(_text(element))
    except ValueError as error:
        raise _Malformed(str(error)) from None
    return EnableBlob(element.get("device"), element.get("name"), mode)


def _get_properties(element: etree._Element, kind: None) -> GetProperties:
    return GetProperties(element.get("device"), element.get("name"), element.get("version", ""))


def _delete(element: etree._Element, kind: None) -> Delete:
    return Delete(
        _required(element, "device"),
        element.get("name") or None,
        element.get("timestamp"),
        element.get("message"),
    )


def _notice(element: etree._Element, kind: None) -> Notice:
    return Notice(
        element.get("device") or None, _required(element, "message"), element.get("timestamp")
    )


def _ping(element: etree._Element, kind: None) -> Ping:
    return Ping(element.get("uid", ""), element.tag == "pingReply")


def _foreign(element: etree._Element, kind: None) -> NoReturn:
    raise _Malformed("it is in an XML namespace, and INDI has none")


_BUILDERS: dict[str, tuple[Callable[..., Message], Kind | None]] = {
    f"{verb}{kind}Vector": (build, kind)
    for verb, build in (("def", _define), ("set", _update), ("new", _new))
    for kind in Kind
} | {
    "getProperties": (_get_properties, None),
    "enableBLOB": (_enable_blob, None),
    "delProperty": (_delete, None),
    "message": (_notice, None),
    "pingRequest": (_ping, None),
    "pingReply": (_ping, None),
}
