"""Where drivers of cameras hide gain and offset, and what their switches offer."""

from collections.abc import Iterator
from typing import NamedTuple

from indinb.client.device import Device
from indinb.errors import OutOfRange
from indinb.instruments.readings import number
from indinb.protocol.vocabulary import Kind

ISO = "CCD_ISO"

_PREFIXES = ("FORMAT_", "UPLOAD_", "FRAME_", "INDI_")


class Place(NamedTuple):
    """A member of a property."""

    name: str
    member: str


def find(device: Device, word: str) -> Place | None:
    """Find the number that a driver calls "gain" or "offset".

    Its usual place comes first, as ``CCD_GAIN.GAIN``; then any number property that has a member
    of that name or label, whatever its case, as ``CCD_CONTROLS`` of many makers' drivers.

    Parameters
    ----------
    device : Device
        A camera.
    word : str
        In lower case.

    Returns
    -------
    Place or None
        None if it has none.
    """
    usual = Place(f"CCD_{word.upper()}", word.upper())
    places = list(_places(device, word))
    return usual if usual in places else next(iter(places), None)


def _places(device: Device, word: str) -> Iterator[Place]:
    for name, found in device.items():
        if found.kind is Kind.NUMBER:
            for member, element in found.elements.items():
                if word in (member.casefold(), element.label.strip().casefold()):
                    yield Place(name, member)


def value(device: Device, word: str) -> float | None:
    """Read the gain or the offset; None if there is none."""
    place = find(device, word)
    return None if place is None else number(device, *place)


def selected(device: Device, name: str) -> str | None:
    """Return the member of a switch that is on; None if there is none."""
    vector = device.connection.model.vector(device.name, name)
    return next((member for member, on in (vector or {}).items() if on is True), None)


def word_of(device: Device, name: str, member: str) -> str:
    """Return a member of a switch in the words of people: as its driver labels it."""
    return device[name].elements[member].label.strip() or member


def short(member: str) -> str:
    """Return a member's name without what all of them begin with.

    Examples
    --------
    >>> short("FORMAT_FITS"), short("UPLOAD_CLIENT")
    ('fits', 'client')
    """
    for prefix in _PREFIXES:
        member = member.removeprefix(prefix)
    return member.casefold()


def choose(device: Device, name: str, word: object) -> str:
    """Return the member of a switch that somebody means by its name, its end, or its label.

    Raises
    ------
    UnknownProperty
        If the driver does not offer the choice.
    OutOfRange
        If there is none of that name.
    """
    wanted = str(word).strip().casefold()
    known = {member: word_of(device, name, member) for member in device[name] if member}
    for member, label in known.items():
        if wanted in (member.casefold(), short(member), label.casefold()):
            return member
    raise OutOfRange(f"{device.name} has no {word!r} in {name}; it has {', '.join(known.values())}")
