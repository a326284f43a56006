"""How a mount parks and goes home, step by step."""

from functools import partial
from typing import Any

from astropy import units as u
from astropy.coordinates import AltAz, HADec, SkyCoord

from indinb.client.clock import call_later
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property
from indinb.client.rules import Done
from indinb.errors import Aborted, Failed, IndiError, OperationTimeout, Refused
from indinb.instruments.earth import offline
from indinb.instruments.mounts.errands import (
    PARK,
    UNPARKING,
    begin_errand,
    parkings,
    take_over,
)
from indinb.instruments.mounts.frames import OF_DATE, complete
from indinb.instruments.mounts.limitwatch import ABORT
from indinb.instruments.mounts.mount import Mount
from indinb.instruments.mounts.rules import finished, has_parked
from indinb.instruments.mounts.slewing import TIMEOUT, check_free
from indinb.protocol.vocabulary import State

HOME = "TELESCOPE_HOME"
_OPTION = "TELESCOPE_PARK_OPTION"
_POSITION = "TELESCOPE_PARK_POSITION"


def parking(mount: Mount) -> Steps[None]:
    """Go to the parking position."""
    if mount.parked:
        return
    park = mount.device[PARK]
    begin_errand(mount.device)
    yield park.ask(
        {"PARK": True},
        has_parked,
        label=f"park {mount.name}",
        timeout=TIMEOUT,
        abort=lambda: mount.device[ABORT].set(),
    )


def start_park(mount: Mount) -> Operation[Any]:
    """Go to the parking position; asked for twice, drivers would stop half-way."""
    device = mount.device
    under_way = parkings.get(device)
    if under_way is not None:
        return under_way
    if mount._is_parking:  # as another client wants it
        return Arrival(device[PARK])
    operation = take_over(device, lambda: Procedure(f"park {mount.name}", parking(mount)))
    return parkings.keep(device, operation)


class Arrival(Operation[None]):
    """Waits for a mount that is on its way to park, without asking it for anything.

    Parameters
    ----------
    park : Property
        That is Busy.
    """

    def __init__(self, park: Property) -> None:
        super().__init__(f"wait until {park.device.name} is parked")
        self._park = park
        self._changes: list[Change] = []
        subscription = park.observe(self._hear)
        timer = call_later(TIMEOUT, self._expire)
        self.add_done_callback(lambda _: subscription.close())
        self.add_done_callback(lambda _: timer.cancel())
        park.device.connection.begin(self)
        self._hear(Change("updated", park, park.name, None, park.vector))

    def _hear(self, change: Change) -> None:
        if change.type == "deleted":
            self.fail(Failed(f"{self.label}: the driver took {change.name} back"))
            return
        self._changes.append(change)
        verdict = has_parked(self._changes)
        if isinstance(verdict, Done):
            self.succeed(None)
        elif verdict is not None:
            self.fail(type(verdict)(f"{self.label}: {verdict}"))

    def _expire(self) -> None:
        self.fail(OperationTimeout(f"{self.label}: not done after {TIMEOUT:g} s"))

    def _stop(self) -> None:
        try:
            self._park.device[ABORT].set()
        except IndiError as error:
            words = f"{self.label}: aborted, but the mount goes on: {error}"
            self.fail(Aborted(words, goes_on=True))
        super()._stop()


def start_unpark(mount: Mount) -> Operation[None]:
    """Allow motion again."""
    park = mount.device[PARK]
    if mount._is_parking:  # drivers would stop it half-way
        raise Refused(f"{mount.name} is on its way to park: telescope.abort() stops it")
    if "UNPARK" not in park:
        raise Refused(f"{mount.name} has no switch to unpark it: it can only be parked from here")
    before = park.vector
    operation = park.set("UNPARK")
    mount.device.belongings[UNPARKING] = before
    return operation


def setting_park(mount: Mount, where: SkyCoord | str | None) -> Steps[None]:
    """Choose the parking position, and let the driver remember it."""
    check_free(mount)
    if mount.slewing:
        raise Refused(f"{mount.name} is on its way: wait until it is there")
    if isinstance(where, SkyCoord):
        yield mount.device[_POSITION].set(_position(mount, where))
    else:
        yield mount.device[_OPTION].set("PARK_DEFAULT" if where == "default" else "PARK_CURRENT")
    option = mount._find(_OPTION)
    if option is not None and "PARK_WRITE_DATA" in option:
        yield option.set("PARK_WRITE_DATA")


def _position(mount: Mount, where: SkyCoord) -> dict[str, float]:
    """Write a parking position as the mount has it."""
    members = set(mount.device[_POSITION])
    now = mount.time
    where = complete(where, now, mount._where)
    with offline():
        if "PARK_HA" in members:
            there = where.transform_to(HADec(obstime=now, location=mount.site))
            angle = there.ha.wrap_at(12 * u.hourangle).hour
            return {"PARK_HA": float(angle), "PARK_DEC": float(there.dec.deg)}
        if "PARK_RA" in members:
            there = where.transform_to(OF_DATE.frame(now, mount._where))
            return {"PARK_RA": float(there.ra.hour), "PARK_DEC": float(there.dec.deg)}
        there = where.transform_to(AltAz(obstime=now, location=mount.site))
    return {"PARK_AZ": float(there.az.deg), "PARK_ALT": float(there.alt.deg)}


def start_home(mount: Mount, member: str) -> Operation[Any]:
    """Press a button of those for the home position."""
    check_free(mount)
    home = mount._find(HOME)
    if home is None:
        raise Refused(f"{mount.name} has no home position")
    if member not in home:
        offered = ", ".join(home)
        raise Refused(f"{mount.name} offers {offered} for its home position, not {member}")
    if home.state is State.BUSY:  # pressed again, it would stop the mount
        raise Refused(f"{mount.name} is on its way home: telescope.abort() stops it")
    if member != "SET":
        begin_errand(mount.device)
    ask = partial(
        home.ask,
        {member: True},
        finished,
        label=f"{member.lower()} home with {mount.name}",
        timeout=TIMEOUT,
        abort=lambda: mount.device[ABORT].set(),
    )
    return take_over(mount.device, ask)
