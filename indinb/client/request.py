"""What may be asked of a property, and what is then sent: the rules of INDI's drivers.

Drivers answer nonsense with silence, so it is refused here, and libindi's drivers index blindly
into texts and numbers, so these go out whole and in the order of their definition.
"""

import logging
import math
import re
from collections.abc import Mapping
from pathlib import Path

from indinb.client.model import Definition, Vector
from indinb.errors import NotWritable, OutOfRange, PropertyError, UnknownElement
from indinb.protocol.messages import Blob, Member, New, Value
from indinb.protocol.numbers import number_text, parse_number
from indinb.protocol.vocabulary import Kind, SwitchRule

_TYPED_NUMBER = re.compile(
    r"[-+]?(?:[0-9.,]+(?:[eE][-+]?[0-9]+|(?:[:hdms°'\"]+[0-9.]*){0,3})|(?i:nan|inf))"
)

logger = logging.getLogger(__name__)


def named(definition: Definition, value: object) -> Mapping[str, object]:
    """Turn what stands alone in ``set(value)`` into values by member name."""
    _check_writable(definition)
    members = definition.members
    if isinstance(value, Mapping):
        return value
    if definition.kind is Kind.SWITCH and isinstance(value, str):
        return {value: True}
    if len(members) == 1:
        return {next(iter(members)): value}
    raise PropertyError(
        f"{_title(definition)} has {len(members)} members, so name them: "
        f"set({', '.join(f'{name}=…' for name in members)})"
    )


def build(vector: Vector, asked: Mapping[str, object]) -> New:
    """Check what is asked of a property and make the message that asks it.

    Raises
    ------
    NotWritable, UnknownElement, OutOfRange, PropertyError
        If the driver would not take it.
    """
    definition = vector.definition
    _check(definition, asked)
    values: dict[str, Value]
    match definition.kind:
        case Kind.SWITCH:
            wanted = {name: _switch(definition, name, on) for name, on in asked.items()}
            values = _switches(vector, wanted)
        case Kind.BLOB:
            values = {name: _blob(definition, value) for name, value in asked.items()}
        case Kind.NUMBER:
            values = _numbers(vector, asked)
        case _:
            values = dict(vector) | {name: _text(name, value) for name, value in asked.items()}
    return New(definition.kind, definition.device, definition.name, values)


def _title(definition: Definition) -> str:
    return f"{definition.name} of {definition.device}"


def _check_writable(definition: Definition) -> None:
    if definition.kind is Kind.LIGHT or not definition.permission.writable:
        raise NotWritable(f"{_title(definition)} is read-only: the driver alone changes it")


def _check(definition: Definition, asked: Mapping[str, object]) -> None:
    _check_writable(definition)
    unknown = asked.keys() - definition.members.keys()
    if unknown:
        raise UnknownElement(
            f"{_title(definition)} has no member {', '.join(map(repr, sorted(unknown)))}; "
            f"it has {', '.join(definition.members)}"
        )
    if not asked:
        raise PropertyError(f"nothing is asked of {_title(definition)}: give a value to set")


def _numbers(vector: Vector, asked: Mapping[str, object]) -> dict[str, Value]:
    definition = vector.definition
    values: dict[str, Value] = dict(vector)
    values |= {name: _number(definition, name, value) for name, value in asked.items()}
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise OutOfRange(
                f"{_title(definition)} is set as a whole, and its {name} is {value} now: "
                "give a number for it too"
            )
    return values


def _number(definition: Definition, name: str, value: object) -> float:
    try:
        number = _typed_number(value) if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise OutOfRange(f"{name} of {_title(definition)} takes a number: {error}") from None
    if not math.isfinite(number):
        raise OutOfRange(f"{name} of {_title(definition)} cannot be {number}: give a real number")
    _check_range(definition, definition.members[name], number)
    return number


def _typed_number(text: str) -> float:
    """Read what a person typed; libindi's own rule would take "5 30" for 530, and "5abc" for 5."""
    if not _TYPED_NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is none: write 5.5 or 5:30:00")
    return parse_number(text)


def _check_range(definition: Definition, member: Member, number: float) -> None:
    # Where min equals max the standard says that there is no range.
    if member.min < member.max and not member.min <= number <= member.max:
        raise OutOfRange(
            f"{member.name} of {_title(definition)} goes from {number_text(member.min)} "
            f"to {number_text(member.max)}, so it cannot be {number_text(number)}"
        )


def _text(name: str, value: object) -> str:
    if value is None:
        raise PropertyError(f"{name} takes text, and None is no text")
    text = str(value)
    if text.lstrip().startswith(("&", "<")):
        logger.warning("INDI drivers misread a text that begins with '&' or '<': %s=%r", name, text)
    return text


def _switch(definition: Definition, name: str, value: object) -> bool:
    if not isinstance(value, str):
        return bool(value)
    word = value.casefold()
    if word not in ("on", "off"):
        raise PropertyError(f"{name} of {_title(definition)} is On or Off, not {value!r}")
    return word == "on"


def _switches(vector: Vector, asked: Mapping[str, bool]) -> dict[str, Value]:
    on = [name for name, value in asked.items() if value]
    match vector.definition.rule:
        case SwitchRule.ANY_OF_MANY:
            return dict(asked)
        case SwitchRule.AT_MOST_ONE:
            _at_most_one(vector.definition, on)
            others = {} if on else vector
            return {name: asked.get(name, bool(others.get(name))) for name in vector}
    _at_most_one(vector.definition, on)
    if not on:
        raise PropertyError(
            f"one member of {_title(vector.definition)} is always on: "
            f"name the one to switch on, of {', '.join(vector)}"
        )
    return {on[0]: True}


def _at_most_one(definition: Definition, on: list[str]) -> None:
    if len(on) > 1:
        raise PropertyError(
            f"only one member of {_title(definition)} can be on, not {' and '.join(on)}"
        )


def _blob(definition: Definition, value: object) -> Blob:
    match value:
        case Blob():
            return value
        case Path():
            data = value.read_bytes()
            return Blob(memoryview(data), value.suffix, len(data))
        case bytes() | bytearray() | memoryview():
            view = memoryview(value).toreadonly().cast("B")
            return Blob(view, "", view.nbytes)
    raise PropertyError(f"{_title(definition)} takes bytes, a pathlib.Path or a Blob")
