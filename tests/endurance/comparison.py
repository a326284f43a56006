"""Whether one client sees what another sees."""

import threading
import time
from typing import Any

from indinb.client.connection import Connection
from indinb.client.model import Vector
from indinb.protocol.vocabulary import Kind, Permission

Key = tuple[str, str]

PATIENCE = 10.0
"""Seconds within which both have to see the same."""


def differing(mine: Connection, other: Connection, patience: float = PATIENCE) -> set[Key]:
    """Wait until one client has seen each property as the other does; return those it has not.

    What changes all the time is the same at some moment only, which is enough; a value that is
    wrong stays wrong.
    """
    news = threading.Event()
    deadline = time.monotonic() + patience
    with mine.observe(lambda _: news.set()), other.observe(lambda _: news.set()):
        keys = _keys(mine) | _keys(other)
        while keys := {key for key in keys if not _same(mine, other, key)}:
            if not news.wait(max(0.0, deadline - time.monotonic())):
                break
            news.clear()
    return keys


def _keys(client: Connection) -> set[Key]:
    return {(device.name, name) for device in client.devices.values() for name in device}


def _same(mine: Connection, other: Connection, key: Key) -> bool:
    vectors = [client.model.vector(*key) for client in (mine, other)]
    if None in vectors:
        return vectors == [None, None]
    is_stale = mine.devices[key[0]].handle(key[1]).stale
    return not is_stale and _all_of(vectors[0]) == _all_of(vectors[1])


def _all_of(vector: Vector) -> tuple[Any, ...]:
    """Return all that is told of a property to every client, as text, for nan equals itself."""
    definition = vector.definition
    members = [member._replace(value=None) for member in definition.members.values()]
    facts = (definition.label, definition.group, definition.permission, definition.rule)
    if definition.kind is Kind.BLOB or definition.permission is Permission.WRITE_ONLY:
        return (*facts, definition.kind, str(members))  # the values go to those who ask for them
    return (*facts, definition.kind, str(members), vector.state, str(dict(vector)))
