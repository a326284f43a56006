"""Which device is meant, when several could be."""

from collections.abc import Iterable

from indinb.client.device import Device
from indinb.errors import UnknownDevice
from indinb.protocol.vocabulary import Interface

_NEVER_GUESSED = (Interface.TELESCOPE, Interface.DOME)


def candidates(
    devices: Iterable[Device], interface: Interface, guide: bool = False
) -> list[Device]:
    """Return the devices of a kind, the likeliest first.

    A device that is nothing else (pulse guiding aside) comes before one that combines several
    kinds, as a camera with a built-in filter wheel does.

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
    able = [device for device in devices if interface in device.interfaces]
    if interface is Interface.CCD:
        able = [d for d in able if _is_guide(d) is guide] or ([] if guide else able)
    if interface is Interface.GUIDER:
        return sorted(able, key=lambda device: Interface.TELESCOPE not in device.interfaces)
    return sorted(able, key=lambda device: device.interfaces & ~Interface.GUIDER != interface)


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


def _is_guide(device: Device) -> bool:
    return "guide" in device.name.casefold()
