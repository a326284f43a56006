"""What members hold, read from their text on the wire."""

import logging
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from indinb.protocol.messages import Value
from indinb.protocol.numbers import parse_number
from indinb.protocol.vocabulary import Kind, State

logger = logging.getLogger(__name__)

Word = TypeVar("Word", bound=StrEnum)


def _switch(text: str) -> bool:
    return text.strip().casefold() == "on"


def _light(text: str) -> State:
    return State(text.strip())


READ_VALUE: dict[Kind, Callable[[str], Value]] = {
    Kind.TEXT: str.strip,
    Kind.NUMBER: parse_number,
    Kind.SWITCH: _switch,
    Kind.LIGHT: _light,
}
"""How the value of a member is read; each raises ValueError if the text is none."""


def read_values(kind: Kind, members: Iterable[tuple[str, str]]) -> dict[str, Value]:
    """Read the members of an update from names and texts.

    Those without a name are left out, and those without a value, which keep their old one.

    Examples
    --------
    >>> read_values(Kind.NUMBER, [("RA", "12:30:00"), ("DEC", "unknown"), ("", "1")])
    {'RA': 12.5}
    """
    read = READ_VALUE[kind]
    values: dict[str, Value] = {}
    for name, text in members:
        try:
            values[name] = read(text)
        except ValueError as error:
            logger.debug("kept the old value of %s: %s", name, error)
    values.pop("", None)
    return values


def read_word(words: type[Word], text: str | None, default: Word) -> Word:
    """Read one of INDI's words, in any letter case; of what is none the default.

    Examples
    --------
    >>> read_word(State, "OK", State.IDLE)
    <State.OK: 'Ok'>
    """
    try:
        return words(text or "")
    except ValueError:
        return default


def read_state(text: str | None) -> State | None:
    """Read the state that an update tells; None, which leaves it, if that is none.

    Examples
    --------
    >>> read_state("BUSY"), read_state("Weird")
    (<State.BUSY: 'Busy'>, None)
    """
    try:
        return State(text or "")
    except ValueError:
        return None
