"""XML elements to messages; the only place that knows lxml.

Each is a document of its own, so that a bad one costs only itself.
"""

import logging
import re
from collections.abc import Callable
from typing import NoReturn

from lxml import etree

from indinb.protocol.framing import PAYLOAD, Element, Payloads
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
from indinb.protocol.numbers import read_number
from indinb.protocol.payload import Payload, byte_count, expected_size
from indinb.protocol.values import READ_VALUE, read_state, read_values, read_word
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State, SwitchRule

logger = logging.getLogger(__name__)

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ONE = {kind: f"one{kind}" for kind in Kind}
_DEF = {kind: f"def{kind}" for kind in Kind}

_PARSER = etree.XMLParser(  # which never leaves the document: no DTD, no entities, no network
    resolve_entities=False,
    no_network=True,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
)


class _Malformed(ValueError):
    """An element that is XML but lacks what INDI demands."""


def read(element: Element) -> Message | None:
    """Turn an element into a message; one that is no INDI is logged, and gives None."""
    try:
        root = _parse_or_repair(element.xml)
        build, kind = _BUILDERS.get(str(root.tag), (_foreign, None))
        return build(root, kind, element.payloads)
    except etree.XMLSyntaxError as error:
        logger.warning("skipped an element that is no XML (%s): %.80r", error, element.xml)
    except _Malformed as error:
        logger.warning("skipped <%s>: %s", root.tag, error)
    return None


def _parse_or_repair(xml: bytes) -> etree._Element:
    try:
        return etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError:
        return etree.fromstring(_repaired(xml), _PARSER)


def _repaired(xml: bytes) -> bytes:
    """Make legal UTF-8 of text in an older encoding, and drop what XML forbids."""
    try:
        text = xml.decode("utf-8")
    except UnicodeDecodeError:
        text = xml.decode("latin-1")
    return _NOT_XML.sub("", text).encode("utf-8")


def _required(element: etree._Element, name: str) -> str:
    value = element.get(name)
    if not value:
        raise _Malformed(f"it has no {name}")
    return value


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _number(text: str | None) -> float:
    number = read_number(text)
    return 0.0 if number is None else number


def _definition(element: etree._Element, kind: Kind) -> Member:
    name = element.get("name", "")
    label = element.get("label") or name
    if kind is Kind.BLOB:
        return Member(name, label, None, element.get("format", ""))
    try:
        value = READ_VALUE[kind](element.text or "")
    except ValueError:
        value = State.IDLE if kind is Kind.LIGHT else 0.0
    if kind is not Kind.NUMBER:
        return Member(name, label, value)
    return Member(
        name,
        label,
        value,
        element.get("format", ""),
        _number(element.get("min")),
        _number(element.get("max")),
        _number(element.get("step")),
    )


def _define(element: etree._Element, kind: Kind, payloads: Payloads) -> Define:
    members = {
        child.get("name", ""): _definition(child, kind)
        for child in element.iterchildren(_DEF[kind])
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
        read_word(State, element.get("state"), State.IDLE),
        read_word(Permission, element.get("perm"), Permission.READ_ONLY),
        read_word(SwitchRule, element.get("rule"), SwitchRule.ONE_OF_MANY)
        if kind is Kind.SWITCH
        else None,
        _number(element.get("timeout")),
        element.get("timestamp"),
        element.get("message"),
    )


def _values(element: etree._Element, kind: Kind, payloads: Payloads) -> dict[str, Value]:
    members = element.iterchildren(_ONE[kind])
    if kind is not Kind.BLOB:
        return read_values(kind, ((m.get("name", ""), m.text or "") for m in members))
    blobs: dict[str, Value] = {}
    for member in members:
        name, blob = member.get("name"), _blob(member, payloads)
        if name and blob is not None:
            blobs[name] = blob
    return blobs


def _blob(member: etree._Element, payloads: Payloads) -> Blob | None:
    """Return what a member brings; an empty one reports a state, not data."""
    attributes = dict(member.items())
    expected = expected_size(attributes)
    valid = _data(member, payloads, expected or 0)[:expected]
    size = byte_count(attributes.get("size"))
    format = attributes.get("format", "")
    return Blob(valid, format, len(valid) if size is None else size) if valid else None


def _data(member: etree._Element, payloads: Payloads, expected: int) -> memoryview:
    payload = payloads.get(member.get(PAYLOAD, ""))
    if isinstance(payload, Payload):
        return payload.finish(member.text or "")
    if payload is not None and len(payload) >= expected:
        return payload
    if member.get("attached") == "true":
        logger.warning(
            "lost the BLOB %s: its shared memory is missing or too small", member.get("name")
        )
    return memoryview(b"")


def _limits(element: etree._Element) -> dict[str, Limits] | None:
    limits = {
        child.get("name", ""): Limits(*(read_number(child.get(key)) for key in Limits._fields))
        for child in element.iterchildren(_ONE[Kind.NUMBER])
        if len(child.attrib) > 1
    }
    limits.pop("", None)
    return limits or None


def _update(element: etree._Element, kind: Kind, payloads: Payloads) -> Update:
    return Update(
        kind,
        _required(element, "device"),
        _required(element, "name"),
        _values(element, kind, payloads),
        read_state(element.get("state")),
        _limits(element) if kind is Kind.NUMBER else None,
        read_number(element.get("timeout")),
        element.get("timestamp"),
        element.get("message"),
    )


def _new(element: etree._Element, kind: Kind, payloads: Payloads) -> New:
    return New(
        kind,
        _required(element, "device"),
        _required(element, "name"),
        _values(element, kind, payloads),
        element.get("timestamp"),
    )


def _enable_blob(element: etree._Element, kind: None, payloads: Payloads) -> EnableBlob:
    try:
        mode = BlobMode(_text(element))
    except ValueError as error:
        raise _Malformed(str(error)) from None
    return EnableBlob(element.get("device"), element.get("name"), mode)


def _get_properties(element: etree._Element, kind: None, payloads: Payloads) -> GetProperties:
    return GetProperties(element.get("device"), element.get("name"), element.get("version", ""))


def _delete(element: etree._Element, kind: None, payloads: Payloads) -> Delete:
    return Delete(
        _required(element, "device"),
        element.get("name") or None,
        element.get("timestamp"),
        element.get("message"),
    )


def _notice(element: etree._Element, kind: None, payloads: Payloads) -> Notice:
    return Notice(
        element.get("device") or None, _required(element, "message"), element.get("timestamp")
    )


def _ping(element: etree._Element, kind: None, payloads: Payloads) -> Ping:
    return Ping(element.get("uid", ""), element.tag == "pingReply")


def _foreign(element: etree._Element, kind: None, payloads: Payloads) -> NoReturn:
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
