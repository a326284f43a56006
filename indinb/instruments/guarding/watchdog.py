"""What INDI's driver ``indi_watchdog`` has to be told, and what it tells.

It waits for heartbeats, needs no connection for that, and has one heart, whoever beats it. When
the heartbeats stop, it becomes a client of its own server, by TCP, and parks. It gives up
altogether when the mount is to be parked, but cannot be.
"""

from collections.abc import Mapping
from typing import NamedTuple

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.request import build
from indinb.client.rules import holds
from indinb.errors import IndiError, UnknownDevice, UnknownProperty
from indinb.protocol.messages import New, Value
from indinb.protocol.vocabulary import State

HEART = "WATCHDOG_HEARTBEAT"
HEART_VALUE = "WATCHDOG_HEARTBEAT_VALUE"
TRIGGER = "WATCHDOG_Trigger"
TRIGGER_VALUE = "TRIGGER_CLIENT"
SHUTDOWN = "WATCHDOG_SHUTDOWN"

OFF: dict[str, dict[str, Value]] = {TRIGGER: {TRIGGER_VALUE: False}, HEART: {HEART_VALUE: 0.0}}
"""What lets it do nothing any more; in this order, as its timer goes on without a heart."""

_ACTING = ("executing shutdown procedure", "Parking mount", "Parking dome", "Executing script")
"""Words of a driver that acts: when it does so once more, it does not get Busy."""


class Parkable(NamedTuple):
    """What the driver calls a kind of device that it can park."""

    active: str
    shutdown: str
    park: str


MOUNT = Parkable("ACTIVE_TELESCOPE", "PARK_MOUNT", "TELESCOPE_PARK")
DOME = Parkable("ACTIVE_DOME", "PARK_DOME", "DOME_PARK")


class Plan:
    """What a watchdog has to do when the heartbeats stop.

    Parameters
    ----------
    device : Device
        The watchdog.
    seconds : float
        Without a heartbeat, after which it acts.
    parked : mapping
        From `MOUNT` and `DOME` to the devices that are to be parked.
    script : str, optional
        Program that is to run then on the server's machine, after the parking.
    port : int
        Of the server, as seen on its own machine.
    """

    def __init__(
        self,
        device: Device,
        seconds: float,
        parked: Mapping[Parkable, Device],
        script: str | None,
        port: int,
    ) -> None:
        self.device = device
        self.seconds = seconds
        self._parked = parked
        self._script = script
        self._port = port

    def check(self) -> None:
        """Refuse what the driver could not do.

        Raises
        ------
        OutOfRange
            If it cannot wait that long.
        UnknownDevice
            If there is nothing to do.
        UnknownProperty
            If a device cannot be parked.
        """
        build(self.device[HEART].vector, {HEART_VALUE: self.seconds})
        if not self._parked and not self._script:
            raise UnknownDevice(
                "there is no mount and no dome to park, and no script to run: "
                "does the server run the mount's driver? See client.devices"
            )
        for kind, device in self._parked.items():
            _check_can_park(device, kind)

    def wanted(self) -> dict[str, dict[str, Value]]:
        """Return what it has to know now, by property, in the order in which it takes it."""
        settings: dict[str, Value] = {
            "INDISERVER_HOST": "localhost",
            "INDISERVER_PORT": str(self._port),
        }
        if self._script:
            settings["SHUTDOWN_SCRIPT"] = self._script
        shutdown = {kind.shutdown: self._can_park(kind) for kind in (MOUNT, DOME)}
        wanted: dict[str, dict[str, Value]] = {
            "WATCHDOG_SETTINGS": settings,
            "ACTIVE_DEVICES": {kind.active: each.name for kind, each in self._parked.items()},
            SHUTDOWN: {**shutdown, "EXECUTE_SCRIPT": bool(self._script)},
            HEART: {HEART_VALUE: self.seconds},
            TRIGGER: {TRIGGER_VALUE: True},
        }
        return {name: asked for name, asked in wanted.items() if asked}

    def heartbeat(self) -> list[New]:
        """Return a heartbeat, if the driver is there to hear it."""
        beat = self._message(HEART, {HEART_VALUE: self.seconds})
        return [] if beat is None else [beat]

    def messages(self) -> list[New]:
        """Return a heartbeat, and before and after it what the driver does not know (any more).

        What it does not offer now is left out; without a heartbeat there is nothing to tell.
        """
        wanted = self.wanted()
        unknown = {name: asked for name, asked in wanted.items() if not self._holds(name, asked)}
        told = {HEART: wanted[HEART]} | unknown
        messages = {name: self._message(name, told[name]) for name in wanted if name in told}
        return [each for each in messages.values() if each] if messages[HEART] else []

    def off(self) -> list[New]:
        """Return what lets the driver do nothing any more, as far as it can be told."""
        messages = [self._message(name, asked) for name, asked in OFF.items()]
        return [message for message in messages if message]

    def missing(self) -> list[str]:
        """Return the properties that the driver ought to offer, but does not now."""
        wanted = self.wanted().items()
        return [name for name, asked in wanted if self._message(name, asked) is None]

    def stale(self) -> bool:
        """Whether the driver has not told all anew since the link was lost."""
        model = self.device.connection.model
        vectors = (model.vector(self.device.name, name) for name in self.wanted())
        return any(vector and vector.epoch != model.epoch for vector in vectors)

    def _message(self, name: str, asked: Mapping[str, Value]) -> New | None:
        """Make a request of what has come over the present link; what is older may be wrong."""
        model = self.device.connection.model
        vector = model.vector(self.device.name, name)
        if vector is None or vector.epoch != model.epoch:
            return None
        try:
            return build(vector, asked)
        except IndiError:  # it is not what this driver used to offer
            return None

    def _holds(self, name: str, asked: Mapping[str, Value]) -> bool:
        return holds(asked, self.device.get(name) or {})

    def known(self) -> bool:
        """Whether it knows everything; the heart may be set to another time by another client."""
        heart = self.device.get(HEART)
        return bool(heart and heart.get(HEART_VALUE)) and all(
            self._holds(name, asked) for name, asked in self.wanted().items() if name != HEART
        )

    def triggers(self) -> bool:
        """Whether it acts without a heartbeat; not so if it was restarted, before it is told."""
        return self._holds(TRIGGER, {TRIGGER_VALUE: True})

    def watched(self) -> list[tuple[str, str]]:
        """Return the devices and properties on which it depends what can be parked."""
        return [(each.name, kind.park) for kind, each in self._parked.items()]

    def unable(self) -> list[str]:
        """Return the devices that cannot be parked now, but should be."""
        return [each.name for kind, each in self._parked.items() if not self._can_park(kind)]

    def _can_park(self, kind: Parkable) -> bool:
        return kind in self._parked and kind.park in self._parked[kind]

    def __str__(self) -> str:
        parks = " and ".join(each.name for each in self._parked.values())
        acts = [f"parks {parks}"] * bool(parks) + [f"runs {self._script}"] * bool(self._script)
        return f"{' and '.join(acts)} after {self.seconds:g} s"


def find(connection: Connection) -> Device:
    """Find the watchdog by what it does, as people may give it any name.

    Raises
    ------
    UnknownDevice
        If the server does not run its driver.
    """
    for device in connection.devices.values():
        if HEART in device:
            return device
    raise UnknownDevice(
        f"{connection.address} has no watchdog that could park: start the server with the driver "
        "indi_watchdog too (it comes with indi-bin), for example "
        "`indiserver indi_watchdog indi_simulator_telescope`"
    )


def acting(change: Change) -> str:
    """Return the words by which a watchdog says that it acts, or nothing."""
    match change:
        case Change(type="message", new=notice) if any(word in notice.message for word in _ACTING):
            return str(notice.message)
        case Change(type="updated", name="WATCHDOG_SHUTDOWN", new=vector):
            return "it is Busy" if vector.state is State.BUSY else ""
    return ""


def _check_can_park(device: Device, kind: Parkable) -> None:
    if kind.park not in device:
        leave_out = "mount=False" if kind is MOUNT else "dome=False"
        raise UnknownProperty(
            f"{device.unknown(kind.park)}; or leave it unguarded: guard(…, {leave_out})"
        )
