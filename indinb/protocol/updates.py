"""Plain updates to messages, without a parser: they are most of what a server sends.

The framer has taken them apart; what remains is as good as read. Servers repeat themselves, so
most attributes have been seen before.
"""

import functools
import re
from typing import NamedTuple

from indinb.protocol.framing import PlainUpdate
from indinb.protocol.messages import Update
from indinb.protocol.numbers import read_number
from indinb.protocol.values import read_state, read_values
from indinb.protocol.vocabulary import Kind, State

_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_MEMBER = re.compile(r'name="([^"]*)">([^<]*)')
_KINDS = {kind.value.encode(): kind for kind in Kind}


class _Attributes(NamedTuple):
    device: str
    name: str
    state: State | None
    timeout: float | None
    timestamp: str | None
    message: str | None


def read(update: PlainUpdate) -> Update | None:
    """Turn a plain update into a message; None if its attributes need a closer look.

    Examples
    --------
    >>> members = b'<oneNumber name="RA">5.5</oneNumber>'
    >>> message = read(PlainUpdate(b"Number", b' device="Mount" name="COORD"', members))
    >>> message.device, message.name, message.values
    ('Mount', 'COORD', {'RA': 5.5})
    """
    attributes = _attributes(update.attributes)
    if attributes is None:
        return None
    device, name, state, timeout, timestamp, message = attributes
    kind = _KINDS[update.kind]
    values = read_values(kind, _MEMBER.findall(update.members.decode()))
    return Update(kind, device, name, values, state, None, timeout, timestamp, message)


@functools.lru_cache(maxsize=4096)
def _attributes(text: bytes) -> _Attributes | None:
    pairs = _ATTRIBUTE.findall(text.decode())
    given = dict(pairs)
    plain = len(given) == len(pairs) and given.keys() <= set(_Attributes._fields)
    if not plain or not given.get("device") or not given.get("name"):
        return None
    return _Attributes(
        given["device"],
        given["name"],
        read_state(given.get("state")),
        read_number(given.get("timeout")),
        given.get("timestamp"),
        given.get("message"),
    )
