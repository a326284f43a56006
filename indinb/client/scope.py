"""What a client wants to see of a server."""

from collections.abc import Iterable, Sequence

from indinb.protocol.messages import GetProperties, Message

Scope = Sequence[str | tuple[str, str]] | str | None
"""Devices, or devices with one of their properties; one device; or all."""

ALL = (GetProperties(),)
"""Wanted, unless somebody wants less."""


def wanted(scope: Scope) -> tuple[GetProperties, ...]:
    """Return the requests for it.

    Examples
    --------
    >>> [request[:2] for request in wanted(["CCD Simulator", ("Dome", "DOME_SHUTTER")])]
    [('CCD Simulator', None), ('Dome', 'DOME_SHUTTER')]
    >>> wanted(None) is ALL
    True
    """
    if isinstance(scope, str):
        return (GetProperties(scope),)
    if not scope:
        return ALL
    return tuple(
        GetProperties(each) if isinstance(each, str) else GetProperties(*each) for each in scope
    )


def is_of(requests: Iterable[GetProperties], message: Message) -> bool:
    """Tell whether a message is of what was asked for, as some servers tell all to everybody.

    What concerns no single device is for everybody, and what concerns a whole device for those who
    have asked for any property of it.

    Examples
    --------
    >>> from indinb.protocol.messages import Delete
    >>> requests = wanted([("Dome", "DOME_SHUTTER")])
    >>> is_of(requests, Delete("Dome")), is_of(requests, Delete("Dome", "DOME_SPEED"))
    (True, False)
    """
    device, name = getattr(message, "device", None), getattr(message, "name", None)
    return device is None or any(
        each.device == device and (each.name is None or name in (None, each.name))
        for each in requests
    )
