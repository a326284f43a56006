"""What PyIndi-Client 2.3.0 was seen to do, call by call: ``data/captures/pyindi_wire.txt``."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

CAPTURE = Path(__file__).parents[1] / "data" / "captures" / "pyindi_wire.txt"

_TIME = re.compile(r"(?!2026-01-01)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")  # the server says that day only
_ROW = re.compile(r"(?m)^## (?P<title>.*?) -> (?P<result>.*)$")
_SENT = re.compile(r"(?m)^   sent: (.*)$")
_EVENTS = re.compile(r"(?m)^   events: (.*)$")


class Row(NamedTuple):
    """What a step returned, sent and heard."""

    result: Any
    sent: bytes
    events: list[tuple]


def timeless(value: Any) -> Any:
    """Put a word instead of all times of today."""
    if isinstance(value, str):
        return _TIME.sub("NOW", value)
    return type(value)(map(timeless, value)) if isinstance(value, list | tuple) else value


def numbered(titles: Iterable[str]) -> list[str]:
    """Name each step: by its title, and from the second of the same title on by a number."""
    names: list[str] = []
    for title in titles:
        known = sum(name.split(" #")[0] == title for name in names)
        names.append(f"{title} #{known + 1}" if known else title)
    return names


def captured() -> dict[str, Row]:
    """Return the rows of the file, by name."""
    text = CAPTURE.read_text()
    found = list(_ROW.finditer(text))
    ends = [row.start() for row in found[1:]] + [len(text)]
    names = numbered(row["title"] for row in found)
    return {
        name: _row(row["result"], text[row.end() : end])
        for name, row, end in zip(names, found, ends, strict=True)
    }


def _row(result: str, rest: str) -> Row:
    sent, events = _SENT.search(rest), _EVENTS.search(rest)
    return Row(
        _literal(result),
        _literal(sent[1]) if sent else b"",
        timeless(_literal(events[1])) if events else [],
    )


def _literal(text: str) -> Any:
    return ast.literal_eval(re.sub(r"(?<=\[)nan\b", "1e999", text))  # as NaN has no literal
