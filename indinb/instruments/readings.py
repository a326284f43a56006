"""What drivers tell, read with care: any property may be missing, and any number be nonsense."""

import math

from indinb.client.device import Device
from indinb.protocol.vocabulary import State


def number(device: Device, name: str, member: str) -> float | None:
    """Return a number that a driver tells, unless it has none or it makes no sense."""
    vector = device.connection.model.vector(device.name, name)
    value = None if vector is None else vector.get(member)
    return value if isinstance(value, float) and math.isfinite(value) else None


def is_on(device: Device, name: str, member: str) -> bool:
    """Tell whether a driver has a switch that is on."""
    vector = device.connection.model.vector(device.name, name)
    return vector is not None and vector.get(member) is True


def state(device: Device, name: str) -> State | None:
    """Return the state of a property, if the driver has it."""
    vector = device.connection.model.vector(device.name, name)
    return None if vector is None else vector.state


def can_set(device: Device, name: str) -> bool:
    """Tell whether a driver has a property that can be set."""
    vector = device.connection.model.vector(device.name, name)
    return vector is not None and vector.definition.permission.writable


def members(device: Device, name: str) -> list[str]:
    """Return the names of a property's members, or none."""
    return list(device.connection.model.vector(device.name, name) or ())


def grouped(count: float) -> str:
    """Write a large number so that it can be read at a glance.

    Examples
    --------
    >>> grouped(30000.0)
    '30 000'
    """
    return f"{count:,.0f}".replace(",", " ").replace("-", "\N{MINUS SIGN}")
