"""What a server has, as text and as JSON: devices, instruments and properties."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from indinb.client.device import Device
from indinb.client.model import Element, Vector
from indinb.client.property import Property
from indinb.instruments import instruments
from indinb.instruments.roles import ROLES, roles_of
from indinb.printable import printable
from indinb.protocol.messages import Blob, Value
from indinb.protocol.vocabulary import Kind

Json = dict[str, Any]

_COLUMNS = ("DEVICE", "CONNECTED", "INSTRUMENTS", "ROLES", "DRIVER")


def described(device: Device, properties: bool = False) -> Json:
    """Describe a device, so that it can be written as JSON.

    Parameters
    ----------
    device : Device
        Any.
    properties : bool
        With all that its properties tell now.

    Returns
    -------
    dict
        ``device``, ``connected``, ``instruments`` (names of indinb's classes), ``roles`` (those
        that it plays in a client), ``driver``, and ``properties`` by name. Numbers that are none,
        and BLOBs, are None.
    """
    told: Json = {
        "device": device.name,
        "connected": device.connected,
        "instruments": [type(each).__name__ for each in instruments(device)],
        "roles": _roles(device),
        "driver": _driver(device),
    }
    if properties:
        told["properties"] = {name: _property(each) for name, each in device.items()}
    return told


def table(devices: Iterable[Device]) -> str:
    """Write devices as the rows of a table, for people."""
    rows = [_row(described(device)) for device in devices]
    return _aligned([_COLUMNS, *rows]) if rows else "no devices"


def pages(devices: Iterable[Device]) -> str:
    """Write devices with their properties, group by group, for people."""
    return "\n\n".join(map(_page, devices)) or "no devices"


def _roles(device: Device) -> list[str]:
    found = roles_of(device.connection).find
    return [role for role in ROLES if role != "mount" and found(role) is device]


def _driver(device: Device) -> str:
    told = device.get("DRIVER_INFO")
    words = [told.vector.get(name) for name in ("DRIVER_EXEC", "DRIVER_VERSION")] if told else []
    return " ".join(str(word) for word in words if word)


def _row(told: Json) -> list[str]:
    return [
        told["device"],
        "yes" if told["connected"] else "no",
        ", ".join(told["instruments"]) or "-",
        ", ".join(told["roles"]) or "-",
        told["driver"] or "-",
    ]


def _page(device: Device) -> str:
    told = described(device)
    words = ["connected" if told["connected"] else "not connected", *told["instruments"]]
    title = f"{device.name}: {', '.join(words)} ({told['driver'] or 'unknown driver'})"
    groups = [line for name, held in device.groups.items() for line in _group(name, held)]
    return "\n".join([printable(title), *groups])


def _group(name: str, properties: Sequence[Property]) -> list[str]:
    rows = _aligned([_line(each.vector) for each in properties])
    return [f"  {printable(name) or '-'}", *(f"    {row}" for row in rows.splitlines())]


def _line(vector: Vector) -> list[str]:
    definition = vector.definition
    values = [f"{name}={_shown(definition.kind, each)}" for name, each in vector.elements.items()]
    return [definition.name, str(vector.state), str(definition.permission), " ".join(values)]


def _shown(kind: Kind, element: Element) -> str:
    return repr(element.text) if kind is Kind.TEXT else element.text or "-"


def _property(property: Property) -> Json:
    vector = property.vector
    definition = vector.definition
    return {
        "group": definition.group,
        "label": definition.label,
        "kind": str(definition.kind),
        "state": str(vector.state),
        "permission": str(definition.permission),
        "values": {name: _plain(value) for name, value in vector.items()},
    }


def _plain(value: Value) -> bool | float | str | None:
    """Return a value as JSON has it, which knows no infinity."""
    if isinstance(value, Blob) or value is None:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, bool) else str(value)


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """Write rows in columns that are as wide as what stands in them."""
    clean = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*clean, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in clean]
    return "\n".join(lines)
