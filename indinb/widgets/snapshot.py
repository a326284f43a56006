"""What a panel shows, as JSON: the words between panel.py and panel.js."""

import json
import math
import zlib
from typing import Any

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.model import Definition, Element, Vector
from indinb.protocol.messages import Blob, Notice, Value, parse_timestamp
from indinb.protocol.vocabulary import BlobMode, Kind, State

MESSAGES_SHOWN = 100
"""Lines of a device's log that a panel shows."""

Json = dict[str, Any]


def packed(described: Json) -> bytes:
    """Pack a description for a browser: its words recur so often that an eighth is left."""
    return zlib.compress(json.dumps(described).encode())


def of_connection(connection: Connection) -> Json:
    """Describe what is common to all devices of a connection."""
    return {
        "status": connection.status,
        "loss": connection.loss,
        "read_only": connection.read_only,
        "messages": _lines(connection.messages),
    }


def of_device(device: Device) -> Json:
    """Describe a device whole."""
    connection = device.connection
    vectors = connection.model.vectors(device.name)  # live handles may be gone by their turn
    return {
        **heading(device),
        "properties": [of_property(connection, vector) for vector in vectors.values()],
        "messages": _lines(device.messages),
    }


def heading(device: Device) -> Json:
    """Describe what stands at the head of a device's panel."""
    can_connect = "CONNECTION" in device
    return {
        "name": device.name,
        "connected": device.connected if can_connect else None,
        "can_connect": can_connect,
        "stale": device.stale,
    }


def of_property(connection: Connection, vector: Vector) -> Json:
    """Describe a property whole."""
    definition = vector.definition
    return {
        "name": definition.name,
        "label": definition.label,
        "group": definition.group,
        "kind": definition.kind,
        "state": vector.state,
        "permission": definition.permission,
        "rule": definition.rule,
        "message": vector.message if vector.state is State.ALERT else None,
        "receiving": definition.kind is Kind.BLOB and _receives(connection, definition),
        "expression": f"client.devices[{definition.device!r}][{definition.name!r}]",
        "elements": [_element(element) for element in vector.elements.values()],
    }


def of_notice(notice: Notice) -> Json:
    """Describe a line of a log."""
    moment = parse_timestamp(notice.timestamp)
    return {"time": f"{moment:%H:%M:%S}" if moment else "", "text": notice.message}


def _lines(notices: tuple[Notice, ...]) -> list[Json]:
    return [of_notice(notice) for notice in notices[-MESSAGES_SHOWN:]]


def _receives(connection: Connection, definition: Definition) -> bool:
    return connection.blob_mode(definition.device, definition.name) is not BlobMode.NEVER


def _element(element: Element) -> Json:
    described: Json = {
        "name": element.name,
        "label": element.label,
        "value": _value(element.value),
        "text": _text(element),
    }
    limits = {"min": element.min, "max": element.max, "step": element.step}
    if isinstance(element.value, float) and all(map(math.isfinite, limits.values())):
        described |= limits
    return described


def _value(value: Value) -> str | float | bool | None:
    match value:
        case Blob():
            return len(value)
        case float() if not math.isfinite(value):  # which JSON has no word for
            return None
    return value


def _text(element: Element) -> str:
    if isinstance(element.value, Blob):
        return f"{element.value.format}, {len(element.value) / 1e6:.1f} MB"
    return element.text
