"""From what stands on a sheet to the request that goes out: what libindi's client would send."""

from collections.abc import Callable, Mapping

from indinb.protocol.messages import New, Value
from indinb.protocol.vocabulary import Kind, SwitchRule
from indinb.pyindi.sheet import Sheet


def request(sheet: Sheet) -> New:
    """Make the message that asks a property for what is written on its sheet.

    Texts and numbers go out whole, in the order of their definition, and numbers with 20 digits.
    Of switches of which one at most is on, that goes out which was switched on.

    Raises
    ------
    ValueError
        If nothing can be asked: it is a light, or no BLOB was given.
    """
    vector = sheet.vector
    assert vector is not None
    kind = vector.definition.kind
    values = {member: sheet.value(member) for member in vector}
    return New(kind, sheet.device, sheet.name, _CHOICES[kind](sheet, values))


def _texts(sheet: Sheet, values: dict[str, Value]) -> Mapping[str, Value]:
    return values


def _numbers(sheet: Sheet, values: dict[str, Value]) -> Mapping[str, Value]:
    return {member: f"{value:.20g}" for member, value in values.items()}


def _switches(sheet: Sheet, values: dict[str, Value]) -> Mapping[str, Value]:
    """Where one at most is on, let the last that was switched on win, and else the first."""
    on = [member for member in sheet.edited if values.get(member)]
    on = on[-1:] or [member for member, value in values.items() if value][:1]
    match sheet.fact(None, "rule"):
        case SwitchRule.ONE_OF_MANY if on:
            return {on[0]: True}
        case SwitchRule.AT_MOST_ONE:
            return {member: member in on for member in values}
    return values


def _blobs(sheet: Sheet, values: dict[str, Value]) -> Mapping[str, Value]:
    blobs = {member: blob for member, blob in values.items() if member in sheet.edited}
    if not blobs:
        raise ValueError("no BLOB was given to send")
    return blobs


def _lights(sheet: Sheet, values: dict[str, Value]) -> Mapping[str, Value]:
    raise ValueError("drivers alone change lights")


_CHOICES: dict[Kind, Callable[[Sheet, dict[str, Value]], Mapping[str, Value]]] = {
    Kind.TEXT: _texts,
    Kind.NUMBER: _numbers,
    Kind.SWITCH: _switches,
    Kind.BLOB: _blobs,
    Kind.LIGHT: _lights,
}
