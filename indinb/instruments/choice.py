"""Which device is meant, when several could be."""

from collections.abc import Iterable
from functools import partial

from indinb.client.device import Device
from indinb.errors import UnknownDevice
from indinb.instruments.base import kinds_of, lacks_marks
from indinb.protocol.vocabulary import Interface

_NEVER_GUESSED = (Interface.TELESCOPE, Interface.DOME)
_BESIDE = Interface.GUIDER | Interface.AUXILIARY  # many devices are that, too


def candidates(
    devices: Iterable[Device], interface: Interface, guide: bool = False
) -> list[Device]:
    """Return the devices of a kind, the likeliest first.

    A device that is nothing else (pulse guiding aside) comes before one that combines several
    kinds, as a camera with a built-in filter wheel does; last comes one that is connected, but has
    nothing of what marks the kind, whatever its driver says.

    Parameters
    ----------
    devices : iterable of Device
        To choose from.
    interface : Interface
        The kind.
    guide : bool
        Of cameras, want those with "guide" in their name, which are not taken otherwise unless
        there is no other.
    """
    able = [device for device in devices if interface in kinds_of(device)]
    if interface is Interface.CCD:
        able = [d for d in able if _is_guide(d) is guide] or ([] if guide else able)
    return sorted(able, key=partial(_unlikeliness, interface))


def choose(
    devices: Iterable[Device], interface: Interface, role: str, guide: bool = False
) -> tuple[Device, list[Device]]:
    """Choose the device for a role.

    Returns
    -------
    device : Device
        The likeliest.
    others : list of Device
        That would do too.

    Raises
    ------
    UnknownDevice
        If there is none, or several of a kind that nobody should guess.
    """
    known = list(devices)
    found = candidates(known, interface, guide)
    names = " or ".join(repr(device.name) for device in found)
    if not found:
        there = ", ".join(device.name for device in known) or "none at all"
        raise UnknownDevice(f"no device is a {role}; there is {there}. client.use({role}=name)")
    if len(found) > 1 and interface in _NEVER_GUESSED:
        raise UnknownDevice(f"which {role}? Say client.use({role}=…) with {names}")
    return found[0], found[1:]


def _unlikeliness(interface: Interface, device: Device) -> tuple[bool, bool]:
    kinds = kinds_of(device)
    if interface is Interface.GUIDER:
        unlikely = Interface.TELESCOPE not in kinds
    else:
        unlikely = kinds & ~_BESIDE != interface
    return lacks_marks(device, interface), unlikely


def _is_guide(device: Device) -> bool:
    return "guide" in device.name.casefold()
