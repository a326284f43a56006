"""Stops mounts that track, or are moved by hand, beyond their limits.

The reader thread of the connection looks, once a second, and only while a mount moves: with ERFA
that takes well under a millisecond. So nothing has to be started, and it ends with the connection.
"""

import logging
from time import monotonic

from astropy.time import Time

from indinb.client.device import Device
from indinb.errors import Failed, IndiError, OutOfRange
from indinb.instruments.mounts import apparent
from indinb.instruments.mounts.apparent import Equatorial
from indinb.instruments.mounts.errands import PARK, by_hand, is_parking, running
from indinb.instruments.mounts.frames import HORIZONTAL, J2000, coordinates_of
from indinb.instruments.mounts.limits import Limits
from indinb.instruments.mounts.place import clock_of, place_of
from indinb.instruments.readings import can_set, is_on, number, state
from indinb.printable import printable
from indinb.protocol.vocabulary import State

PERIOD = 1.0
"""Seconds of the mount's clock from one look to the next."""

SHORTEST = 0.1
"""Seconds of ours, however fast the clock of a simulated observatory runs."""

PATIENCE = 5.0
"""Seconds that a mount has to stop, before it is told again."""

ABORT = "TELESCOPE_ABORT_MOTION"
TRACK = "TELESCOPE_TRACK_STATE"
MOTIONS = ("TELESCOPE_MOTION_NS", "TELESCOPE_MOTION_WE")

logger = logging.getLogger(__name__)


def watch_of(device: Device) -> "LimitWatch":
    """Return the watch of a mount, which begins when it is first asked for."""
    watch: LimitWatch | None = device.belongings.get(LimitWatch)
    if watch is None:
        fresh = LimitWatch(device)
        watch = device.belongings.setdefault(LimitWatch, fresh)
        if watch is fresh and not device.connection.read_only:
            device.connection.chores.add(watch.look)
    return watch


class LimitWatch:
    """The limits of a mount, and what keeps it within them.

    Parameters
    ----------
    device : Device
        The mount.

    Attributes
    ----------
    limits : Limits
        How far it may go.
    """

    def __init__(self, device: Device) -> None:
        self.limits = Limits()
        self._device = device
        self._next = 0.0
        self._is_beyond = False
        self._has_warned = False

    def check(self, direction: Equatorial, what: str) -> None:
        """Raise OutOfRange if a mount may not point there.

        Parameters
        ----------
        direction : Equatorial
            Of date.
        what : str
            What stands there, for people.
        """
        broken = self._breach(direction, clock_of(self._device).now)
        if broken is not None:
            raise OutOfRange(f"{what} is {broken}")

    def check_here(self) -> None:
        """Raise OutOfRange if a mount may not track where it points, unless it is on its way."""
        device = self._device
        now = clock_of(device).now
        direction = self._direction(now)
        if direction is not None and state(device, coordinates_of(device).name) is not State.BUSY:
            self.check(direction, "where it points")

    def look(self) -> None:
        """Stop the mount if it has moved beyond its limits; what is not due yet costs nothing."""
        now = monotonic()
        if now < self._next or not self.limits.active:
            return
        self._next = now + PERIOD
        if not self._moves():
            return
        clock = clock_of(self._device)
        self._next = now + max(SHORTEST, PERIOD / clock.speed)
        moment = clock.now
        direction = self._direction(moment)
        broken = None if direction is None else self._breach(direction, moment)
        if broken is None:
            self._is_beyond = False
            return
        self._next = now + PATIENCE
        self._stop(broken)

    def _breach(self, direction: Equatorial, now: Time) -> str | None:
        if not self.limits.active:
            return None
        place = place_of(self._device)
        if place is None:
            self._warn()
            return None
        return self.limits.breach(direction, now, *place)

    def _warn(self) -> None:
        tells = "CONNECTION" not in self._device or self._device.connected
        if tells and not self._has_warned:
            self._has_warned = True
            logger.warning(
                "%s does not know where it stands, so its limits do not hold: "
                "telescope.site = EarthLocation(lat=…, lon=…, height=…)",
                self._device.name,
            )

    def _moves(self) -> bool:
        """Whether it tracks, or is moved by hand: on a slew it was checked where it goes."""
        device = self._device
        if any(state(device, name) is State.BUSY for name in MOTIONS):
            return True
        if is_on(device, PARK, "PARK") or is_parking(device):
            return False  # an abort would keep it from the place where it is safe
        moves = state(device, coordinates_of(device).name)
        if TRACK in device:
            return is_on(device, TRACK, "TRACK_ON") and moves is not State.BUSY
        return moves is State.OK

    def _direction(self, now: Time) -> Equatorial | None:
        """Return where it points, of date, as far as it tells."""
        spoken = coordinates_of(self._device)
        longitude, latitude = (number(self._device, spoken.name, each) for each in spoken.members)
        if longitude is None or latitude is None or abs(latitude) > 90:
            return None
        if spoken is HORIZONTAL:
            place = place_of(self._device)
            return place and apparent.equatorial(latitude, longitude, now, *place)
        if spoken is J2000:
            return apparent.of_date(longitude, latitude, now)
        return Equatorial(longitude, latitude)

    def _stop(self, broken: str) -> None:
        """Stop it, and say so once, until it has been within its limits again."""
        words = f"{self._device.name} was stopped: it points {broken}"
        for operation in (running.get(self._device), by_hand.get(self._device)):
            if operation is not None:
                operation.give_up(Failed(f"{operation.label}: {words}"))
        self._switch(ABORT, "ABORT")
        self._switch(TRACK, "TRACK_OFF")
        if not self._is_beyond:
            self._is_beyond = True
            logger.warning("%s", printable(words))

    def _switch(self, name: str, member: str) -> None:
        if not can_set(self._device, name):
            return
        try:
            self._device[name].set(member)
        except IndiError as error:
            logger.warning("%s: %s", self._device.name, error)
