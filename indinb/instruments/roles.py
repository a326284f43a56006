"""Which device plays which part behind a connection.

Instruments are views that are made anew each time, so what belongs to an observatory as a whole is
kept here, once for each connection: `roles_of` finds it.
"""

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.errors import UnknownDevice
from indinb.instruments.choice import candidates, choose
from indinb.printable import printable
from indinb.protocol.vocabulary import Interface

ROLES: dict[str, Interface] = {
    "telescope": Interface.TELESCOPE,
    "mount": Interface.TELESCOPE,
    "camera": Interface.CCD,
    "guide_camera": Interface.CCD,
    "guider": Interface.GUIDER,
    "focuser": Interface.FOCUSER,
    "filter_wheel": Interface.FILTER,
    "rotator": Interface.ROTATOR,
    "dome": Interface.DOME,
    "weather": Interface.WEATHER,
    "gps": Interface.GPS,
    "flat_panel": Interface.LIGHT_BOX,
    "dust_cap": Interface.DUST_CAP,
    "power": Interface.POWER,
}
"""The parts that devices play, and the kind that each asks for."""

_OTHER_WORDS = {"mount": "telescope"}


class Roles:
    """Which device plays which part, as it was said or chosen.

    Parameters
    ----------
    connection : Connection
        Whose devices.

    Attributes
    ----------
    observer : str or None
        Who observes, for the headers of frames.
    """

    def __init__(self, connection: Connection) -> None:
        self._devices = connection.devices
        self._used: dict[str, Device] = {}
        self._chosen: dict[str, Device] = {}
        self.observer: str | None = None

    def use(self, roles: dict[str, str | Device]) -> None:
        """Say which device plays which part, all of them or none; see `Client.use`."""
        unknown = roles.keys() - ROLES.keys()
        if unknown:
            raise TypeError(f"no role is called {', '.join(unknown)}; there is {', '.join(ROLES)}")
        known = {_OTHER_WORDS.get(role, role): device for role, device in roles.items()}
        if len(known) < len(roles):
            raise TypeError("mount and telescope are two words for one role: give one of them")
        names = {r: d.name if isinstance(d, Device) else d for r, d in known.items()}
        self._used |= {role: self._devices[name] for role, name in names.items()}

    def device(self, role: str) -> Device:
        """Return the device of a role; with several of a kind, the choice is printed, once.

        Raises
        ------
        UnknownDevice
            If there is none, or nobody should guess which of several.
        """
        role = _OTHER_WORDS.get(role, role)
        known = self._known(role)
        if known is None:
            known = self._chosen[role] = self._choose(role)
        return known

    def peek(self, role: str) -> Device:
        """Return the device of a role as `device` does, without a choice or a word."""
        role = _OTHER_WORDS.get(role, role)
        return self._known(role) or self._candidates(role)[0]

    def find(self, role: str) -> Device | None:
        """Return the device of a role as `peek` does, or None."""
        try:
            return self.peek(role)
        except UnknownDevice:
            return None

    def has(self, role: str) -> bool:
        """Whether there is a device for a role, or several."""
        return role in self._used or bool(candidates(self._devices.values(), ROLES[role]))

    def _known(self, role: str) -> Device | None:
        if role in self._used:
            return self._used[role]
        chosen = self._chosen.get(role)
        return chosen if chosen is not None and chosen.defined else None

    def _candidates(self, role: str) -> tuple[Device, list[Device]]:
        return choose(self._devices.values(), ROLES[role], role, role == "guide_camera")

    def _choose(self, role: str) -> Device:
        device, others = self._candidates(role)
        if others:
            rest = ", ".join(other.name for other in others)
            words = f"{role}: {device.name}, not {rest} (client.use({role}=…) chooses another)"
            print(printable(words))
        return device


def roles_of(connection: Connection) -> Roles:
    """Return the roles of the devices behind a connection.

    Parameters
    ----------
    connection : Connection
        Any; a `Client` is one.
    """
    roles: Roles = connection.belongings.setdefault(Roles, Roles(connection))
    return roles
