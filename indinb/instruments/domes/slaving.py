"""Domes that follow a telescope: the driver turns them, and has to know which one."""

from indinb.client.device import Device
from indinb.client.procedure import Steps
from indinb.errors import IndiError, Refused
from indinb.instruments.angles import apart
from indinb.instruments.domes.rules import CIRCLE
from indinb.instruments.mounts.telescope import Telescope
from indinb.instruments.readings import is_on, members, number
from indinb.instruments.roles import roles_of

SLAVING = "DOME_AUTOSYNC"
_ACTIVE = "ACTIVE_DEVICES"
_TELESCOPE = "ACTIVE_TELESCOPE"
_MEASUREMENTS = "DOME_MEASUREMENTS"


def is_slaved(device: Device) -> bool:
    """Tell whether a dome follows the telescope."""
    return is_on(device, SLAVING, "DOME_AUTOSYNC_ENABLE")


def name_telescope(device: Device) -> Steps[None]:
    """Tell a dome which telescope to follow: the one that plays this role.

    Raises
    ------
    Refused
        If there is none, or nobody should guess, and the driver knows none either.
    """
    if _TELESCOPE not in members(device, _ACTIVE):  # some ask the mount themselves
        return
    active = device[_ACTIVE]
    known = str(active[_TELESCOPE]).strip()
    telescope = roles_of(device.connection).find("telescope")
    if telescope is not None and telescope.name != known:
        yield active.set({_TELESCOPE: telescope.name})
    elif telescope is None and known not in device.connection.devices:
        raise Refused(
            f"{device.name} can follow no telescope: client.use(telescope=…) says which one"
        )


def is_aligned(device: Device) -> bool:
    """Tell whether the slit of a slaved dome is before the telescope, as near as it follows.

    What measurements of the dome make of the telescope's direction, only the driver knows.
    """
    if any(number(device, _MEASUREMENTS, name) for name in members(device, _MEASUREMENTS)):
        return True
    here, aim = number(device, CIRCLE.name, CIRCLE.member), _aim(device)
    near = number(device, "DOME_PARAMS", "AUTOSYNC_THRESHOLD") or CIRCLE.near
    return here is not None and aim is not None and apart(here, aim) <= near


def _aim(device: Device) -> float | None:
    """Return the azimuth of the telescope that a dome follows, as far as it is known."""
    devices, roles = device.connection.devices, roles_of(device.connection)
    known = device[_ACTIVE][_TELESCOPE] if _TELESCOPE in members(device, _ACTIVE) else None
    telescope = devices.get(str(known).strip()) or roles.find("telescope")
    try:
        return None if telescope is None else float(Telescope(telescope).altaz.az.deg)
    except IndiError:  # it is not connected, or does not know where it stands
        return None
