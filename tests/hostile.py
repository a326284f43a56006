"""What a hostile server may send: the same words in every place where INDI has room for any."""

import re
from xml.sax.saxutils import escape

from indinb.protocol.vocabulary import Kind

TEXTS = {
    "element": "<img src=x onerror=\"window.hurt='element'; alert(1)\">",
    "script": "</script><script>window.hurt='script'; alert(2)</script>",
    "style": "</style></textarea></title><svg onload=\"window.hurt='style'\"><b>bold</b>",
    "quotes": "\"' onmouseover=\"window.hurt='quotes'\" autofocus onfocus='alert(3)' x=`",
    "entity": "&lt;img src=x onerror=alert(4)&gt;&amp;&#60;b&#62;",
    "address": "javascript:window.hurt='address'",
    "template": "{{constructor.constructor('alert(5)')()}} ${alert(6)} {0.__class__} {self}",
    "printf": "%s%n%s%n%999999999d %*d %(label)s %",
    "width": "%999999999d",
    "sexagesimal": "%999999999.999999999m",
    "escape": "\x1b[31mred\x1b[2J\x1b]0;owned\x07",
    "control": "\x9b31mred\x9d0;owned\x9c\x7f\x85",
    "lines": "first\nsecond\r\nthird\tfourth",
    "separators": "first\u2028second\u2029third",
    "bidi": "user\u202egnp.exe\u2066\u200f",
    "prototype": "__proto__",
    "constructor": "constructor",
    "long": "long" * 1500,  # ten of which a tag has room for
}
"""What is text, and must stay text."""

_VALUES = {Kind.NUMBER: "1.5", Kind.SWITCH: "On", Kind.LIGHT: "Ok", Kind.BLOB: ""}
_SENSIBLE = {"state": "Alert", "perm": "rw", "rule": "OneOfMany", "timeout": "60"}
_ESCAPES = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def arrives(text: str) -> str:
    """Return what comes of a text: XML has no words for some characters, which are dropped."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def name_of(kind: Kind, text: str) -> str:
    """Return the name of the property of a kind."""
    return f"{kind} {arrives(text)}"


def definitions(text: str, facts: dict[str, str] = _SENSIBLE) -> bytes:
    """Return definitions of every kind in which all words are the same."""
    return "".join(_define(kind, text, facts) for kind in Kind).encode()


def reports(text: str, state: str = "Alert") -> bytes:
    """Return what is said of the properties so defined, and lines of text."""
    q = _quoted(text)
    lines = f"<message device={q} timestamp={q} message={q}/><message message={q}/>"
    return ("".join(_report(kind, text, state) for kind in Kind) + lines).encode()


def garbage(text: str) -> bytes:
    """Return definitions and reports with the text where only a few words make sense."""
    return definitions(text, dict.fromkeys(_SENSIBLE, text)) + reports(text, text)


def deletions(text: str) -> bytes:
    """Return the words that take all back."""
    q = _quoted(text)
    return f"<delProperty device={q} timestamp={q} message={q}/>".encode()


def _define(kind: Kind, text: str, facts: dict[str, str]) -> str:
    q = _quoted(text)
    limits = f' format={q} min="0" max="10" step="1"' if kind is Kind.NUMBER else ""
    value = _VALUES.get(kind, escape(text))
    member = f"<def{kind} name={q} label={q}{limits}>{value}</def{kind}>"
    words = "".join(f" {name}={_quoted(word)}" for name, word in facts.items())
    words += f" label={q} group={q}"
    return f"<def{kind}Vector {_common(kind, text)}{words}>{member}</def{kind}Vector>"


def _report(kind: Kind, text: str, state: str) -> str:
    q = _quoted(text)
    format = f' size="3" format={q}' if kind is Kind.BLOB else ""
    value = "QUJD" if kind is Kind.BLOB else _VALUES.get(kind, escape(text))
    member = f"<one{kind} name={q}{format}>{value}</one{kind}>"
    common = f"{_common(kind, text)} state={_quoted(state)}"
    return f"<set{kind}Vector {common}>{member}</set{kind}Vector>"


def _common(kind: Kind, text: str) -> str:
    q = _quoted(text)
    return f"device={q} name={_quoted(f'{kind} {text}')} timestamp={q} message={q}"


def _quoted(text: str) -> str:
    """Write the value of an attribute, so that a reader gets the same."""
    return '"' + escape(text, _ESCAPES) + '"'
