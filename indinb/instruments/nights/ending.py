"""What is done to each instrument at the end of a night, and in which order.

Light first, so that no picture is spoiled by what moves; then what protects the telescope: cap,
mount, and the dome over it. What takes long and endangers nothing, warming up a camera, is last.
"""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any, NamedTuple

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property
from indinb.instruments.base import Instrument
from indinb.instruments.cameras.camera import Camera, GuideChip
from indinb.instruments.choice import candidates
from indinb.instruments.domes.dome import Dome
from indinb.instruments.flatpanel import DustCap, FlatPanel
from indinb.instruments.mounts.errands import unparks
from indinb.instruments.mounts.telescope import Telescope
from indinb.instruments.readings import is_on, members, state
from indinb.instruments.roles import roles_of
from indinb.protocol.vocabulary import Interface, State

_EXPOSURES = {
    "CCD_EXPOSURE": "CCD_ABORT_EXPOSURE",
    "GUIDER_EXPOSURE": "GUIDER_ABORT_EXPOSURE",
}
_MOUNT_MOTIONS = (
    "EQUATORIAL_EOD_COORD",
    "EQUATORIAL_COORD",
    "HORIZONTAL_COORD",
    "TELESCOPE_MOTION_NS",
    "TELESCOPE_MOTION_WE",
    "TELESCOPE_TIMED_GUIDE_NS",
    "TELESCOPE_TIMED_GUIDE_WE",
)
_TURNS = ("ABS_DOME_POSITION", "REL_DOME_POSITION")
_SHUTTER = "DOME_SHUTTER"


class Task(NamedTuple):
    """Something that is done at the end of a night to instruments of a kind.

    Parameters
    ----------
    option : str
        The word of `Client.night` that leaves it out; "" for what is always done.
    kind : type
        Of instrument.
    what : str
        What is done, for people.
    needed : callable
        Whether an instrument is not yet as it should be.
    start : callable
        Begins it.
    seconds : float
        That it may take.
    danger : callable
        Tells of an instrument, and of the mounts of the night, why it must not be done, or "".
    """

    option: str
    kind: type[Instrument]
    what: str
    needed: Callable[[Any], bool]
    start: Callable[[Any], Operation[Any]]
    seconds: float
    danger: Callable[[Any, Collection[Device]], str] = lambda *_: ""


def tasks(left_out: Collection[str] = ()) -> tuple[Task, ...]:
    """Return what is to be done, in its order, but for the options that are left out."""
    return tuple(task for task in _TASKS if task.option not in left_out)


def _busy(device: Device, *names: str) -> bool:
    return any(state(device, name) is State.BUSY for name in names)


def _streams(camera: Camera) -> bool:
    return is_on(camera.device, "CCD_VIDEO_STREAM", "STREAM_ON")


def _takes_pictures(camera: Camera) -> bool:
    return bool(_begun(camera)) or _busy(camera.device, *_EXPOSURES) or _streams(camera)


def _begun(camera: Camera) -> list[Operation[Any]]:
    """Return what this program has begun, though the driver may not have heard of it yet."""
    chips = (camera, GuideChip(camera.device))
    return [chip.running for chip in chips if chip.running is not None]


def _stop_pictures(camera: Camera) -> Operation[None]:
    return Procedure(f"stop {camera.name}", _stopping(camera))


def _stopping(camera: Camera) -> Steps[None]:
    for operation in _begun(camera):
        operation.abort()
        yield _over(operation)
    for exposure, abort in _EXPOSURES.items():
        if _busy(camera.device, exposure):
            yield camera.device[abort].set()
    if _streams(camera):
        yield camera.device["CCD_VIDEO_STREAM"].set("STREAM_OFF")


def _over(operation: Operation[Any]) -> "Future[None]":
    """Return what ends with an operation, however that ends."""
    over: Future[None] = Future()
    operation.add_done_callback(lambda _: over.set_result(None))
    return over


def _shines(panel: FlatPanel) -> bool:
    return is_on(panel.device, "FLAT_LIGHT_CONTROL", "FLAT_LIGHT_ON")


def _is_uncovered(cap: DustCap) -> bool:
    return "CAP_PARK" in cap.device and not cap.closed


def _moves(mount: Telescope) -> bool:
    """Whether a mount moves, but for its way to where it is to be."""
    return _busy(mount.device, *_MOUNT_MOTIONS) and not _busy(mount.device, "TELESCOPE_PARK")


def _turns(dome: Dome) -> bool:
    return _busy(dome.device, *_TURNS, "DOME_MOTION") and not _busy(dome.device, "DOME_PARK")


def _can_park(mount: Telescope) -> bool:
    return "PARK" in members(mount.device, "TELESCOPE_PARK")


def _is_out(mount: Telescope) -> bool:
    """Whether a mount is not parked; or tracks, if it cannot be parked."""
    if _can_park(mount):
        return not mount.parked or unparks(mount.device)
    return is_on(mount.device, "TELESCOPE_TRACK_STATE", "TRACK_ON")


def _put_away(mount: Telescope) -> Operation[None]:
    if not _can_park(mount):
        return mount.start_stop_tracking()
    return Procedure(f"park {mount.name}", _parking_mount(mount))


def _parking_mount(mount: Telescope) -> Steps[None]:
    """Park; but hear first what comes of an unparking that nobody has waited for."""
    park = mount.device["TELESCOPE_PARK"]
    if unparks(mount.device):
        yield _when(lambda: not unparks(mount.device), park)
    yield from _parking(mount, park.name)


def _parking(what: Telescope | Dome, name: str) -> Steps[None]:
    """Park; but wait for what parks already: many drivers take a second word for a stop."""
    if _busy(what.device, name):
        yield _when(lambda: not _busy(what.device, name), what.device[name])  # or it has died
    if not what.parked:
        yield what.start_park()


def _when(ready: Callable[[], bool], property: Property) -> Operation[None]:
    """Return an operation that is done when a property, or what became of it, tells so."""
    waiting: Operation[None] = Operation(f"wait for {property.device.name}")

    def look(_: object = None) -> None:
        if ready():
            waiting.succeed(None)

    subscription = property.observe(look)
    waiting.add_done_callback(lambda _: subscription.close())
    property.device.connection.begin(waiting)
    look()
    return waiting


def _is_open(dome: Dome) -> bool:
    return _SHUTTER in dome.device and dome.shutter != "closed"


def _is_unparked(dome: Dome) -> bool:
    return "DOME_PARK" in dome.device and not dome.parked


def _park_dome(dome: Dome) -> Operation[None]:
    return Procedure(f"park {dome.name}", _parking(dome, "DOME_PARK"))


def _looks_out(dome: Dome, mounts: Collection[Device]) -> str:
    """Tell which telescope a roof that rolls off may hit: also one whose driver has died."""
    if any(name in dome.device for name in (_SHUTTER, *_TURNS)):
        return ""
    there = {*mounts, *_mounts(dome.device.connection)}
    out = sorted(each.name for each in there if not Telescope(each).parked or unparks(each))
    return f"it stays open, as {' and '.join(out)} is not parked" if out else ""


def _mounts(connection: Connection) -> list[Device]:
    """Return the mount that is in use, or all of which it could be any."""
    used = roles_of(connection).find("telescope")
    return [used] if used else candidates(connection.devices.values(), Interface.TELESCOPE)


def _cools(camera: Camera) -> bool:
    return camera.cooling


_TASKS = (
    Task("", Camera, "stop", _takes_pictures, _stop_pictures, 30.0),
    Task("", Telescope, "stop", _moves, lambda mount: mount.start_abort(), 30.0),
    Task("", Dome, "stop", _turns, lambda dome: dome.start_abort(), 30.0),
    Task("lights", FlatPanel, "darken", _shines, lambda panel: panel.start_turn_off(), 60.0),
    Task("close_cap", DustCap, "close", _is_uncovered, lambda cap: cap.start_close(), 120.0),
    Task("park", Telescope, "park", _is_out, _put_away, 600.0),
    Task("close_dome", Dome, "close", _is_open, lambda dome: dome.start_close_shutter(), 300.0),
    Task("close_dome", Dome, "park", _is_unparked, _park_dome, 600.0, _looks_out),
    Task("warm_up", Camera, "warm up", _cools, lambda camera: camera.start_warm_up(), 2400.0),
)
