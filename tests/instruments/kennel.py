"""A server with a watchdog, for tests: it takes what it is told, and never bites."""

from collections.abc import Callable, Iterable

import pytest

from indinb import Client
from indinb.client.model import Model
from indinb.client.operation import Operation
from indinb.instruments.guarding import watchdog
from indinb.instruments.guarding.guard import Guard
from indinb.protocol.messages import Define, Message, New, Update
from indinb.protocol.vocabulary import Permission, State, SwitchRule
from tests.client.fakes import MOUNT, SOON, FakeServer, numbers, switches, texts, update

DOG = "Rex"  # people may call it anything
ROOF = "Dome Simulator"


def info(device: str, interface: int):
    """Return the definition by which a driver says what it is."""
    values = {"DRIVER_NAME": device, "DRIVER_INTERFACE": str(interface)}
    return texts("DRIVER_INFO", values, device=device, permission=Permission.READ_ONLY)


def _parking(name: str, device: str):
    return switches(name, {"PARK": False, "UNPARK": True}, device=device, state=State.OK)


HEART = numbers("WATCHDOG_HEARTBEAT", {"WATCHDOG_HEARTBEAT_VALUE": 0.0}, 0.0, 3600.0, device=DOG)
SETTINGS = texts(
    "WATCHDOG_SETTINGS",
    {"INDISERVER_HOST": "localhost", "INDISERVER_PORT": "7624", "SHUTDOWN_SCRIPT": ""},
    device=DOG,
)
TRIGGER = switches(
    "WATCHDOG_Trigger",
    {"TRIGGER_CLIENT": False, "TRIGGER_WEATHER": True},
    SwitchRule.ANY_OF_MANY,
    device=DOG,
)
SHUTDOWN = switches(
    "WATCHDOG_SHUTDOWN",
    {"PARK_MOUNT": False, "PARK_DOME": False, "EXECUTE_SCRIPT": True},
    SwitchRule.ANY_OF_MANY,
    device=DOG,
)
ACTIVE = texts(
    "ACTIVE_DEVICES",
    {"ACTIVE_TELESCOPE": "", "ACTIVE_DOME": "", "ACTIVE_WEATHER": "Vane"},
    device=DOG,
)
CONNECTION = switches("CONNECTION", {"CONNECT": False, "DISCONNECT": True}, device=DOG)
PARK = _parking("TELESCOPE_PARK", MOUNT)
ROOF_PARK = _parking("DOME_PARK", ROOF)

WATCHDOG = (CONNECTION, HEART, SETTINGS, TRIGGER, SHUTDOWN, ACTIVE)
"""What the driver announces when it begins."""

DEVICES = (info(MOUNT, 1), PARK, info(ROOF, 32), ROOF_PARK)
OBSERVATORY = (*WATCHDOG, *DEVICES)

BEAT = (HEART.name, {"WATCHDOG_HEARTBEAT_VALUE": 60.0})
OFF = (TRIGGER.name, {"TRIGGER_CLIENT": False})
STILL = (HEART.name, {"WATCHDOG_HEARTBEAT_VALUE": 0.0})
PLAN = f"parks {MOUNT} and {ROOF} after 60 s"


def obey(new: New) -> list[Message]:
    """Answer as a driver that takes whatever it is told."""
    values = dict(new.values)
    if new.name == "CONNECTION":
        values = {member: member in new.values for member in ("CONNECT", "DISCONNECT")}
    return [Update(new.kind, new.device, new.name, values, State.OK)]


def beating(value: float) -> Define:
    """Return the definition of a heart that waits for so many seconds."""
    return HEART._replace(members=tuple(each._replace(value=value) for each in HEART.members))


def remembered(client: Client) -> tuple[Define, ...]:
    """Return what drivers define over a new link that live on with what they have been told."""
    return tuple(_as_known(each, client.model) for each in OBSERVATORY)


def _as_known(of: Define, model: Model) -> Define:
    known = model.vector(of.device, of.name)
    members = tuple(each._replace(value=known[each.name]) for each in of.members)
    return of._replace(members=members, state=known.state)


def told(messages: Iterable[New]) -> list[tuple[str, dict]]:
    """Return what was asked, by property."""
    return [(message.name, dict(message.values)) for message in messages]


def since(server: FakeServer) -> list[tuple[str, dict]]:
    """Return what was asked since the last time, when it has been answered."""
    found = told(server.heard(New))
    server.received.clear()
    server.tell()  # the answers to it have arrived
    return found


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what guards have warned of since the last time."""
    found = [
        record.getMessage()
        for record in caplog.records
        if record.name == "indinb.instruments.guarding.guard"
    ]
    caplog.clear()
    return found


def another(client: Client, seconds: float) -> Guard:
    """Return a guard of the mount that is not armed yet."""
    return Guard(client, seconds, {watchdog.MOUNT: client.devices[MOUNT]}, None, 7000)


def in_an_observer(client: Client, server: FakeServer, act: Callable[[], object]) -> object:
    """Do something in an observer, and return what it raises, or what its operation comes to."""
    said: list[object] = []

    def hear(change: object) -> None:
        try:
            said.append(act())
        except RuntimeError as error:
            said.append(error)

    with client.devices[ROOF].observe(hear):
        server.tell(update(ROOF_PARK, State.OK))
    (found,) = said
    return found.result(SOON) if isinstance(found, Operation) else found
