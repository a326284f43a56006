"""Which device plays which part behind a connection.

Instruments are views that are made anew each time, so what belongs to an observatory as a whole is
kept here, once for each connection: `roles_of` finds it.
"""

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.errors import UnknownDevice
from indinb.instruments.base import SKY_QUALITY, kinds_of
from indinb.instruments.choice import candidates, choose, spoken
from indinb.instruments.memory import Memory
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
    "sky_quality": SKY_QUALITY,
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
        self._handle = connection.handle
        self._used: dict[str, Device] = {}
        self._recalled: dict[str, Device] = {}
        self._chosen: dict[str, Device] = {}
        self._memory: Memory | None = None
        self.observer: str | None = None

    def use(self, roles: dict[str, str | Device | None]) -> None:
        """Say which device plays which part, all of them or none; see `Client.use`."""
        said = _one_word_each(roles)
        named = {role: _name(device) for role, device in said.items() if device is not None}
        used = {role: self._devices[name] for role, name in named.items()}
        for role in said:
            for known in (self._used, self._recalled, self._chosen):
                known.pop(role, None)
        self._used |= used
        if self._memory is not None:
            names = {role: each.name for role, each in (self._recalled | self._used).items()}
            self._memory.keep(names)

    def remember(self, memory: Memory) -> None:
        """Take up what was said before, tell it in one line, and keep what will be said."""
        self._memory = memory
        names = {role: name for role, name in memory.recall().items() if role in ROLES}
        self._recalled = {role: self._handle(name) for role, name in names.items()}
        there = [(role, name) for role, name in names.items() if name in self._devices]
        if there:
            words = ", ".join(f"{spoken(role)}: {name}" for role, name in there)
            print(printable(f"{words}, as before (client.use({there[0][0]}=None) forgets)"))

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
        role = _OTHER_WORDS.get(role, role)
        return self._known(role) is not None or bool(
            candidates(self._devices.values(), ROLES[role])
        )

    def _known(self, role: str) -> Device | None:
        """Return the device that was said to have a role, or else has been so before."""
        if role in self._used:
            return self._used[role]
        recalled = self._recalled.get(role)
        if recalled is not None and recalled.defined:
            return recalled
        chosen = self._chosen.get(role)
        return chosen if chosen is not None and _may_be(chosen, ROLES[role]) else None

    def _candidates(self, role: str) -> tuple[Device, list[Device]]:
        mount = self.find("telescope") if role == "guider" else None
        if mount is not None and Interface.GUIDER in kinds_of(mount):
            others = candidates(self._devices.values(), Interface.GUIDER)
            return mount, [other for other in others if other is not mount]
        return choose(self._devices.values(), ROLES[role], role, role == "guide_camera")

    def _choose(self, role: str) -> Device:
        device, others = self._candidates(role)
        missing = self._recalled.get(role)
        names = [other.name for other in ([] if missing is None else [missing]) + others]
        if names:
            words = f"{spoken(role)}: {device.name}, not {', '.join(names)}"
            print(printable(f"{words} (client.use({role}=…) chooses another)"))
        return device


def _one_word_each(roles: dict[str, str | Device | None]) -> dict[str, str | Device | None]:
    """Take each role by its first word."""
    unknown = roles.keys() - ROLES.keys()
    if unknown:
        raise TypeError(f"no role is called {', '.join(unknown)}; there is {', '.join(ROLES)}")
    known = {_OTHER_WORDS.get(role, role): device for role, device in roles.items()}
    if len(known) < len(roles):
        raise TypeError("mount and telescope are two words for one role: give one of them")
    return known


def _name(device: str | Device) -> str:
    return device.name if isinstance(device, Device) else device


def _may_be(device: Device, interface: Interface) -> bool:
    """Whether a device that was of a kind is so still, or does not tell at the moment."""
    kinds = kinds_of(device)
    return device.defined and (interface in kinds or not kinds)


def roles_of(connection: Connection) -> Roles:
    """Return the roles of the devices behind a connection.

    Parameters
    ----------
    connection : Connection
        Any; a `Client` is one.
    """
    roles: Roles = connection.belongings.setdefault(Roles, Roles(connection))
    return roles
