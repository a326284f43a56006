"""How a mount is sent somewhere, step by step."""

from functools import partial
from typing import Any

from astropy.coordinates import SkyCoord

from indinb.client.operation import Operation
from indinb.client.procedure import Steps
from indinb.errors import ConnectionLost, Refused
from indinb.instruments.earth import offline
from indinb.instruments.mounts.apparent import Equatorial
from indinb.instruments.mounts.errands import begin_errand
from indinb.instruments.mounts.frames import OF_DATE, complete
from indinb.instruments.mounts.limitwatch import ABORT
from indinb.instruments.mounts.mount import Mount
from indinb.instruments.mounts.rules import GRACE, approach, arrived, flipped, synced
from indinb.instruments.mounts.targets import is_name, resolve

TIMEOUT = 600.0
"""Seconds: slow mounts cross the sky in minutes."""

_HOW = "ON_COORD_SET"


def aim_at(mount: Mount, target: Any, dec: Any) -> SkyCoord:
    """Find a target's coordinates; a direction over the horizon is one from here, now."""
    now = mount.time
    aim = resolve(target, dec, time=now, location=mount._known_site())
    return complete(aim, now, mount._where)


def called(target: Any, dec: Any) -> str | None:
    """Return the name of a target, if it has one."""
    named = dec is None and isinstance(target, str) and is_name(target)
    return target.strip() if named else None


def check_limits(mount: Mount, aim: SkyCoord, what: str) -> None:
    """Raise OutOfRange if a mount may not point there."""
    now = mount.time
    direction = OF_DATE.write(aim, now, mount._where)
    mount._watch.check(Equatorial(direction["RA"], direction["DEC"]), what)


def check_free(mount: Mount) -> None:
    """Raise Refused if a mount is parked, or goes to park; ConnectionLost if nobody knows."""
    link = mount.device.connection
    if link.status != "connected":
        raise ConnectionLost(f"{mount.name}: {link.loss}")
    if mount._is_parking:
        raise Refused(f"{mount.name} is on its way to park: telescope.abort() stops it")
    if mount.parked:
        raise Refused(f"{mount.name} is parked: telescope.unpark() first")


def check_there(mount: Mount) -> None:
    """Raise Refused if a mount is on its way to somewhere."""
    if mount.slewing and not mount.moved_by_hand:
        raise Refused(f"{mount.name} is on its way: telescope.abort() stops it")


def slewing(mount: Mount, label: str, aim: SkyCoord, name: str | None) -> Steps[SkyCoord]:
    """Go to a place and track it."""
    check_free(mount)
    asked = mount._coordinates.write(aim, mount.time, mount._where)
    with offline():
        errand = begin_errand(mount.device, aim.icrs)
    yield from mount._ensure(_HOW, "TRACK")
    yield _going(mount, label, asked, partial(arrived, asked))
    errand.object = name
    reached: SkyCoord = yield _where_it_is(mount)
    return reached


def flipping(mount: Mount, label: str) -> Steps[SkyCoord]:
    """Go to where it points, from the other side of the pier."""
    check_free(mount)
    told = mount._position.vector
    asked = {name: float(told[name]) for name in mount._coordinates.members}  # type: ignore[arg-type]
    how = mount._find(_HOW)
    offered = how is not None and "FLIP" in how
    yield from mount._ensure(_HOW, "FLIP" if offered else "TRACK")
    try:
        yield _going(mount, label, asked, partial(flipped, asked))
    finally:
        yield from mount._ensure(_HOW, "TRACK")
    reached: SkyCoord = yield _where_it_is(mount)
    return reached


def syncing(mount: Mount, label: str, aim: SkyCoord) -> Steps[SkyCoord]:
    """Tell a mount where it points."""
    check_free(mount)
    how = mount._find(_HOW)
    if how is None or "SYNC" not in how:
        raise Refused(f"{mount.name} cannot be told where it points")
    asked = mount._coordinates.write(aim, mount.time, mount._where)
    yield from mount._ensure(_HOW, "SYNC")
    try:
        yield mount._position.ask(
            asked, partial(synced, asked), label=label, timeout=TIMEOUT, recheck=GRACE + 1
        )
    finally:  # or the next slew would be one more sync
        yield how.set("TRACK")
    reached: SkyCoord = yield _where_it_is(mount)
    return reached


def _going(mount: Mount, label: str, asked: dict[str, float], rule: Any) -> Operation[None]:
    return mount._position.ask(
        asked,
        rule,
        label=label,
        timeout=TIMEOUT,
        recheck=GRACE + 1,
        abort=lambda: mount.device[ABORT].set(),
        progress=partial(approach, asked),
    )


def _where_it_is(mount: Mount) -> Any:
    return mount.device.connection.worker.submit(lambda: mount.radec)
