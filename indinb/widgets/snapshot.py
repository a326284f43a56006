"""What a panel shows, as JSON: the words between panel.py and panel.js."""

import json
import math
import zlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from indinb.client.blocking import blocking
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.model import Definition, Element, Vector
from indinb.protocol.messages import Blob, Notice, Value, parse_timestamp
from indinb.protocol.vocabulary import BlobMode, Kind, State
from indinb.widgets.part import WHOLE, Part

MESSAGES_SHOWN = 100
"""Lines of a device's log that a panel shows."""

Json = dict[str, Any]


def packed(described: Json) -> bytes:
    """Pack a description for a browser: its words recur so often that an eighth is left."""
    return zlib.compress(json.dumps(described).encode())


_GOES_ON = {"CONNECTION", "CCD_TEMPERATURE", "CCD_COOLER", "CCD_VIDEO_STREAM"}
"""Properties that may be Busy for long, of which no abort switch stops anything."""


def of_connection(connection: Connection) -> Json:
    """Describe what is common to all devices of a connection."""
    return {
        **condition(connection),
        "address": connection.address,
        "read_only": connection.read_only,
        "reconnects": connection.reconnects,
        "messages": _lines(connection.messages),
    }


def condition(connection: Connection) -> Json:
    """Describe how a connection is doing, and whether a cell waits for an instrument.

    Properties of an earlier epoch are stale.
    """
    return {
        "status": connection.status,
        "loss": connection.loss,
        "epoch": connection.model.epoch,
        "blocking": blocking.now,
    }


def of_device(device: Device, part: Part = WHOLE) -> Json:
    """Describe a device, or a part of it."""
    connection = device.connection
    vectors = connection.model.vectors(device.name)  # live handles may be gone by their turn
    shown = part.of_these(vectors.values())
    return {
        **heading(device),
        "properties": [of_property(connection, vector) for vector in shown],
        "messages": _lines(device.messages),
    }


def heading(device: Device) -> Json:
    """Describe what stands at the head of a device's panel."""
    can_connect = "CONNECTION" in device
    return {
        "name": device.name,
        "connected": device.connected if can_connect else None,
        "can_connect": can_connect,
        "has_abort": bool(abort_switches(device)),
        "can_abort": can_abort(device),
    }


def abort_switches(device: Device) -> list[Definition]:
    """Return the switches by which the driver stops what it does: push buttons, not settings."""
    definitions = (vector.definition for vector in _vectors(device))
    return [one for one in definitions if _is_abort(one)]


def _is_abort(definition: Definition) -> bool:
    is_button = definition.kind is Kind.SWITCH and len(definition.members) == 1
    return is_button and "ABORT" in definition.name


def can_abort(device: Device) -> bool:
    """Tell whether there is an abort switch, and anything that it would stop."""
    busy = {vector.definition.name for vector in _vectors(device) if vector.state is State.BUSY}
    return not busy <= _GOES_ON and bool(abort_switches(device))


def _vectors(device: Device) -> Collection[Vector]:
    return device.connection.model.vectors(device.name).values()


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
        "epoch": vector.epoch,
        "time": _arrival(vector),
        "expression": f"client.devices[{_quoted(definition.device)}][{_quoted(definition.name)}]",
        "elements": [_element(element) for element in vector.elements.values()],
    }


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)  # what JavaScript writes is Python as well


def of_notice(notice: Notice) -> Json:
    """Describe a line of a log."""
    return {"time": _clock(parse_timestamp(notice.timestamp)), "text": notice.message}


def _arrival(vector: Vector) -> str:
    """Tell when a BLOB came: of other kinds, it is the value that matters."""
    came = any(isinstance(value, Blob) for value in vector.values())
    return _clock(vector.timestamp) if came else ""


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M:%S}" if moment else ""


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
