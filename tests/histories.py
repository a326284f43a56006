"""Histories, to compare what rules make of all changes and of those that are kept."""

from collections.abc import Iterable, Sequence

from indinb.client.history import History
from indinb.client.model import Model
from indinb.client.observers import Change
from indinb.client.rules import Done, Rule
from indinb.protocol.messages import Message


def changes_of(known: Iterable[Message], *messages: Message) -> list[Change]:
    """Return what changes when a client knows the first messages and gets the others."""
    model = Model()
    for message in known:
        model.apply(message)
    deltas = [delta for message in messages for delta in model.apply(message)]
    return [
        Change(delta.type, None, delta.name or delta.device or "", delta.old, delta.new)
        for delta in deltas
    ]


def compacted(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return what is kept of some changes."""
    history = History()
    for change in changes:
        history.add(change)
    return history.changes


def same_verdicts(rule: Rule, changes: Sequence[Change]) -> None:
    """Check that a rule's verdict is after each change that which it has of all of them."""
    history = History()
    assert told(rule(history.changes)) == told(rule([]))
    for number, change in enumerate(changes, 1):
        history.add(change)
        assert told(rule(history.changes)) == told(rule(changes[:number]))


def told(verdict: object) -> object:
    """Return what a verdict says: errors compare by identity, and pictures are long."""
    if isinstance(verdict, Done):
        plain = isinstance(verdict.result, int | str | None)
        return "done", verdict.result if plain else id(verdict.result)
    return type(verdict), str(verdict)
