"""Messages to bytes, for both sides of the wire.

What libindi's own XML parser does with its input shapes these rules: it decodes only the five
named entities, and none at the beginning of a text, so text has no more of them than XML demands;
it drops control characters from attributes; it knows neither CDATA nor numeric references.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pybase64

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
from indinb.protocol.numbers import number_text
from indinb.protocol.vocabulary import Kind

_CONTROLS = set(map(chr, range(32)))
_IN_TEXT = str.maketrans(
    {"&": "&amp;", "<": "&lt;"} | dict.fromkeys(_CONTROLS - {"\t", "\n", "\r"}, "")
)
_IN_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
    | dict.fromkeys(_CONTROLS, " ")
)

Attributes = Mapping[str, str | float | None]


def encode(message: Message) -> bytes:
    r"""Write one message as INDI's XML.

    Parameters
    ----------
    message : Message
        Of either direction.

    Returns
    -------
    bytes
        UTF-8, one element, ending with a newline.

    Examples
    --------
    >>> from indinb.protocol.messages import GetProperties
    >>> encode(GetProperties())
    b'<getProperties version="1.7"/>\n'
    """
    return (_ENCODERS[type(message)](message) + "\n").encode(errors="replace")


def _element(tag: str, attributes: Attributes, content: str | None = None) -> str:
    start = tag + "".join(
        f' {name}="{_attribute(value)}"' for name, value in attributes.items() if value is not None
    )
    return f"<{start}/>" if content is None else f"<{start}>{content}</{tag}>"


def _attribute(value: str | float) -> str:
    return number_text(value) if isinstance(value, float) else str(value).translate(_IN_ATTRIBUTE)


def _vector(tag: str, attributes: Attributes, members: Iterable[str]) -> str:
    return _element(tag, attributes, "\n" + "".join(f"  {member}\n" for member in members))


def _value_text(kind: Kind, value: Value) -> str:
    match kind, value:
        case Kind.SWITCH, _:
            return "On" if value else "Off"
        case Kind.NUMBER, float() | int():
            return number_text(value)
        case _, None:
            return ""
        case _:
            return str(value).translate(_IN_TEXT).replace("]]>", "]]&gt;")  # as XML demands


def _one(kind: Kind, name: str, value: Value, limits: Limits | None = None) -> str:
    attributes: dict[str, Any] = {"name": name} | (limits._asdict() if limits else {})
    return _element(f"one{kind}", attributes, _value_text(kind, value))


def _one_blob(name: str, blob: Blob, **length: int) -> str:
    attributes: Attributes = {"name": name, "size": blob.size, "format": blob.format, **length}
    return _element("oneBLOB", attributes, pybase64.b64encode(blob.data).decode("ascii"))


def _definition(kind: Kind, member: Member) -> str:
    attributes: dict[str, Any] = {"name": member.name, "label": member.label}
    if kind is Kind.NUMBER:
        attributes |= {"format": member.format}
        attributes |= {"min": member.min, "max": member.max, "step": member.step}
    content = None if kind is Kind.BLOB else _value_text(kind, member.value)
    return _element(f"def{kind}", attributes, content)


def _get_properties(message: GetProperties) -> str:
    attributes = {"version": message.version, "device": message.device, "name": message.name}
    return _element("getProperties", attributes)


def _enable_blob(message: EnableBlob) -> str:
    return _element("enableBLOB", {"device": message.device, "name": message.name}, message.mode)


def _define(message: Define) -> str:
    attributes: dict[str, str | float | None] = {
        "device": message.device,
        "name": message.name,
        "label": message.label,
        "group": message.group,
        "state": message.state,
    }
    if message.kind is not Kind.LIGHT:
        attributes |= {"perm": message.permission, "rule": message.rule, "timeout": message.timeout}
    attributes |= {"timestamp": message.timestamp, "message": message.message}
    members = (_definition(message.kind, member) for member in message.members)
    return _vector(f"def{message.kind}Vector", attributes, members)


def _update(message: Update) -> str:
    attributes = {
        "device": message.device,
        "name": message.name,
        "state": message.state,
        "timeout": message.timeout,
        "timestamp": message.timestamp,
        "message": message.message,
    }
    limits = message.limits or {}
    members = (
        _one_blob(name, value, len=len(value))
        if isinstance(value, Blob)
        else _one(message.kind, name, value, limits.get(name))
        for name, value in message.values.items()
    )
    return _vector(f"set{message.kind}Vector", attributes, members)


def _new(message: New) -> str:
    attributes = {"device": message.device, "name": message.name, "timestamp": message.timestamp}
    members = (
        # Drivers then know how much text to expect; it has no line breaks, which would count.
        _one_blob(name, value, enclen=4 * -(-len(value) // 3))
        if isinstance(value, Blob)
        else _one(message.kind, name, value)
        for name, value in message.values.items()
    )
    return _vector(f"new{message.kind}Vector", attributes, members)


def _ping(message: Ping) -> str:
    return _element("pingReply" if message.reply else "pingRequest", {"uid": message.uid})


_ENCODERS: dict[type, Callable[[Any], str]] = {
    GetProperties: _get_properties,
    EnableBlob: _enable_blob,
    Define: _define,
    Update: _update,
    New: _new,
    Delete: lambda message: _element("delProperty", message._asdict()),
    Notice: lambda message: _element("message", message._asdict()),
    Ping: _ping,
}
