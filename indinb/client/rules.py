"""When is it done? Pure rules, from what was asked and what has changed since.

A rule looks at the changes since the request was sent and returns `Done`, an OperationError that
says what went wrong, or None while it is not decided. The state alone decides nothing: it may be
that of a poll that was under way already, or one that the driver keeps for good.

A rule sees of the changes what a `History` keeps: it may look for any state, and at the first and
the last of them, of all or since a state was left; but it cannot count them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from indinb.client.model import Definition, Vector
from indinb.client.observers import Change
from indinb.errors import Aborted, Failed, OperationError, Refused
from indinb.protocol.messages import Value
from indinb.protocol.vocabulary import Kind, State, SwitchRule


class Done(NamedTuple):
    """The verdict that it is done, with its result."""

    result: Any = None


Verdict = Done | OperationError | None
Rule = Callable[[Sequence[Change]], Verdict]


def holds(asked: Mapping[str, Value], vector: Mapping[str, Value]) -> bool:
    """Whether a property has the values asked for, as near as drivers store them.

    Examples
    --------
    >>> holds({"RA": 1.0}, {"RA": 1.0000001, "DEC": 40.0})
    True
    """
    return all(_same(value, vector.get(name)) for name, value in asked.items())


def settled(
    definition: Definition, asked: Mapping[str, Value], changes: Sequence[Change]
) -> Verdict:
    """Decide whether a property has been set: the rule of ``Property.set``.

    Parameters
    ----------
    definition : Definition
        Of the property.
    asked : mapping
        The members that were asked for, with their values.
    changes : sequence of Change
        Of the property, since the request was sent.
    """
    vectors = [change.new for change in changes]
    if not vectors:
        return None
    # An Ok that follows an Alert may be that of an earlier command.
    if any(vector.state is State.ALERT for vector in vectors):
        return Failed("it went to Alert")
    if definition.kind is Kind.SWITCH:
        return _switched(definition, asked, vectors[-1])
    return _written(definition, asked, vectors)


def at_rest(asked: Mapping[str, Value], changes: Sequence[Change]) -> Verdict:
    """Decide whether a switch has been thrown for good: its members hold, and it is not Busy."""
    if not changes or changes[-1].new.state is State.BUSY:
        return None
    vector = changes[-1].new
    if vector.state is State.ALERT:
        return Failed("it went to Alert")
    return Done() if holds(asked, vector) else Refused("the driver switched back")


def _switched(definition: Definition, asked: Mapping[str, Value], vector: Vector) -> Verdict:
    if holds(asked, vector) or (_springs_back(definition) and vector.state is State.OK):
        return Done()
    if vector.state is State.IDLE:
        return Refused("the driver did not take it (state Idle, values unchanged)")
    return None


def _springs_back(definition: Definition) -> bool:
    """Whether the switch may be Off again at once, like a push button."""
    return (
        definition.rule is SwitchRule.AT_MOST_ONE
        or len(definition.members) == 1
        or not definition.permission.readable
    )


def _written(definition: Definition, asked: Mapping[str, Value], vectors: list[Vector]) -> Verdict:
    state = vectors[-1].state
    was_busy = any(vector.state is State.BUSY for vector in vectors)
    unseen = definition.kind is Kind.BLOB or not definition.permission.readable
    if state is State.OK:
        return Done() if was_busy or unseen or holds(asked, vectors[-1]) else None
    if state is not State.IDLE:
        return None
    if was_busy:
        return Aborted("it was stopped (Busy, then Idle)")
    if unseen or holds(asked, vectors[-1]):
        return Done()
    return Refused("the driver did not take it (state Idle, values unchanged)")


def _same(asked: Value, value: Value) -> bool:
    if isinstance(asked, float) and isinstance(value, float):
        return math.isclose(asked, value, rel_tol=1e-6, abs_tol=1e-6)  # drivers keep C floats
    if isinstance(asked, str) and isinstance(value, str):
        return asked.strip() == value.strip()  # libindi drops blanks around texts
    return asked == value
