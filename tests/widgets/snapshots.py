"""What Python tells the control panel, made from definitions that real drivers sent."""

import copy
from pathlib import Path
from typing import Any

from lxml import etree

from indinb.protocol.numbers import format_number

CAPTURES = Path(__file__).parents[1] / "data" / "captures" / "indi-1.9.9"
Json = dict[str, Any]


def device(capture: str, **facts: Any) -> Json:
    """A connected device, as defined in e.g. ``ccd.xml``."""
    text = (CAPTURES / f"{capture}.xml").read_bytes()
    elements = etree.fromstring(b"<all>" + text + b"</all>")
    vectors = [element for element in elements if str(element.tag).startswith("def")]
    properties = {vector.get("name"): _property(vector) for vector in vectors}
    state = {"name": vectors[0].get("device"), "connected": True, "can_connect": True}
    listed = list(properties.values())
    state |= {"has_abort": any("ABORT" in name for name in properties), "can_abort": False}
    return state | {"properties": listed, "messages": []} | facts


def snapshot(*devices: Json, **facts: Any) -> Json:
    """The whole state of a panel: of one device, or with ``form="window"`` of several."""
    title = devices[0]["name"] if devices else "CCD Simulator"
    facts = {"loss": ""} | facts
    state = {"title": title, "seq": 0, "form": "device", "wanted": None, "status": "connected"}
    state |= {"epoch": 1, "address": "localhost:7624", "reconnects": True, "blocking": False}
    return state | {"read_only": False, "devices": list(devices), "messages": []} | facts


def find(device: Json, name: str) -> Json:
    """A property of a device."""
    return next(one for one in device["properties"] if one["name"] == name)


def changed(prop: Json, state: str | None = None, **values: Any) -> Json:
    """A copy of a property with other facts and values, as after an update."""
    new = copy.deepcopy(prop)
    new["state"] = state or new["state"]
    for element in new["elements"]:
        if element["name"] in values:
            element["value"] = values[element["name"]]
            element["text"] = str(element["value"])
    return new


def message(time: str, text: str) -> Json:
    """A line of a log."""
    return {"time": time, "text": text}


def set_message(name: str, property_name: str, **values: Any) -> Json:
    """What the browser sends when the user sets a property."""
    return {"type": "set", "device": name, "property": property_name, "values": values}


def _property(vector: etree._Element) -> Json:
    kind = str(vector.tag).removeprefix("def").removesuffix("Vector")
    device, name = vector.get("device"), vector.get("name")
    return {
        "name": name,
        "label": vector.get("label"),
        "group": vector.get("group"),
        "kind": kind,
        "state": vector.get("state"),
        "permission": vector.get("perm", "ro"),
        "rule": vector.get("rule"),
        "message": None,
        "receiving": False,
        "epoch": 1,
        "time": "",
        "elements": [_element(kind, element) for element in vector],
        "expression": f'client.devices["{device}"]["{name}"]',
    }


def _element(kind: str, element: etree._Element) -> Json:
    text = (element.text or "").strip()
    named = {"name": element.get("name"), "label": element.get("label")}
    if kind == "Number":
        limits = {name: float(element.get(name, "0")) for name in ("min", "max", "step")}
        value = float(text)
        shown = format_number(value, element.get("format", "%g")).strip()
        return named | limits | {"value": value, "text": shown}
    if kind == "BLOB":
        return named | {"value": None, "text": ""}
    return named | {"value": text == "On" if kind == "Switch" else text, "text": text}
