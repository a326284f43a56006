"""What a camera's driver is told before an exposure, so that it writes a whole header.

Drivers listen to the mount, focuser and filter wheel that ``ACTIVE_DEVICES`` names, and write what
those tell into each FITS file. Object and observer they have to be told. All this is a kindness to
whoever reads the file with another program: none of it may keep a picture from being taken.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from indinb.client.device import Device
from indinb.client.model import Definition
from indinb.client.procedure import Steps
from indinb.client.property import Property
from indinb.client.rules import settled
from indinb.errors import Aborted, OperationError, PropertyError
from indinb.images.cards import plain
from indinb.instruments.readings import can_set
from indinb.instruments.roles import roles_of

logger = logging.getLogger(__name__)

PARTS = {
    "telescope": "ACTIVE_TELESCOPE",
    "focuser": "ACTIVE_FOCUSER",
    "filter_wheel": "ACTIVE_FILTER",
    "rotator": "ACTIVE_ROTATOR",
}
"""Whom a camera's driver may listen to, and by which text it is told."""

_ACTIVE, _HEADER = "ACTIVE_DEVICES", "FITS_HEADER"
_MEMBERS = {"OBJECT": "FITS_OBJECT", "OBSERVER": "FITS_OBSERVER"}  # up to libindi 1.9
_COMMENTS = {"OBJECT": "Object name", "OBSERVER": "Observer name"}  # from libindi 2.0 on
_UNKNOWN = "Unknown"
_TIMEOUT = 5.0  # seconds, as pictures wait for it


def companions(camera: Device) -> dict[str, Device]:
    """Find the instruments that stand in the light of a camera, or turn it to the sky.

    Parameters
    ----------
    camera : Device
        Any. Focuser, filter wheel and rotator are those of the observatory's main camera; another
        one, such as a guide camera, has the mount alone.

    Returns
    -------
    dict
        Devices that are connected, by role.
    """
    roles = roles_of(camera.connection)
    parts = PARTS if roles.find("camera") is camera else ("telescope",)
    found = ((part, roles.find(part)) for part in parts)
    return {part: device for part, device in found if device is not None and device.connected}


def wire(camera: Device, names: Mapping[str, str | None]) -> Steps[None]:
    """Tell a camera's driver whom to listen to, and what else belongs in its headers.

    Only what differs is set, one by one. What the driver does not take is logged, and not tried
    again until the driver announces the property anew.

    Parameters
    ----------
    camera : Device
        Whose driver.
    names : mapping
        The cards OBJECT and OBSERVER, or None where that is not known. What others have told the
        driver stays then; what this client has told it before is taken back.
    """
    if can_set(camera, _ACTIVE):
        parts = companions(camera).items()
        yield from _tell(camera[_ACTIVE], {PARTS[part]: device.name for part, device in parts})
    if can_set(camera, _HEADER):
        header = camera[_HEADER]
        tell = _tell_keywords if "KEYWORD_NAME" in header else _tell_members
        yield from tell(header, {key: name and plain(name) for key, name in names.items()})


@dataclass
class _Memory:
    """What a driver was told of one property, until it announces that anew."""

    definition: Definition
    told: dict[str, str | None] = field(default_factory=dict)
    refused: list[Mapping[str, str]] = field(default_factory=list)


def _memory(prop: Property) -> _Memory:
    belongings, key = prop.device.belongings, (_Memory, prop.name)
    if key not in belongings or belongings[key].definition is not prop.definition:
        belongings[key] = _Memory(prop.definition)
    memory: _Memory = belongings[key]
    return memory


def _tell_members(header: Property, names: Mapping[str, str | None]) -> Steps[None]:
    """Tell names to a driver of libindi up to 1.9, which has a text for each of them."""
    told, vector = _memory(header).told, header.vector
    asked = {}
    for keyword, name in names.items():
        member = _MEMBERS[keyword]
        if name is not None:
            asked[member] = told[member] = name
        elif member in told and told.pop(member) == vector.get(member):
            asked[member] = _UNKNOWN
    yield from _tell(header, asked)


def _tell_keywords(header: Property, names: Mapping[str, str | None]) -> Steps[None]:
    """Tell names to a driver of libindi from 2.0 on, which takes any card, and shows none."""
    told = _memory(header).told
    for keyword, name in names.items():
        if told.get(keyword) != name:
            told[keyword] = name
            members = {"NAME": keyword, "VALUE": name or _UNKNOWN, "COMMENT": _COMMENTS[keyword]}
            yield from _ask(header, {f"KEYWORD_{key}": text for key, text in members.items()})


def _tell(prop: Property, values: Mapping[str, str]) -> Steps[None]:
    """Set the texts that differ."""
    vector = prop.vector
    asked = {key: text for key, text in values.items() if key in vector and vector[key] != text}
    if asked:
        yield from _ask(prop, asked)


def _ask(prop: Property, asked: dict[str, str]) -> Steps[None]:
    """Set texts, unless the driver has not taken just these before."""
    refused = _memory(prop).refused
    if asked in refused:
        return
    try:
        yield prop.ask(asked, partial(settled, prop.definition, asked), timeout=_TIMEOUT)
    except Aborted:
        raise
    except (OperationError, PropertyError) as error:
        refused.append(asked)
        logger.warning("headers of %s may lack something: %s", prop.device.name, error)
