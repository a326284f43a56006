"""Mounts, as they tell about themselves."""

from astropy import units as u
from astropy.coordinates import AltAz, Angle, EarthLocation, SkyCoord
from astropy.time import Time

from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.client.property import Property
from indinb.errors import OutOfRange, UnknownProperty
from indinb.instruments.base import Instrument
from indinb.instruments.earth import offline
from indinb.instruments.mounts import place
from indinb.instruments.mounts.errands import PARK, errand_of, is_parking
from indinb.instruments.mounts.frames import OF_DATE, Coordinates, coordinates_of
from indinb.instruments.mounts.limits import Limits
from indinb.instruments.mounts.limitwatch import MOTIONS, TRACK, watch_of
from indinb.instruments.readings import is_on, number, state
from indinb.protocol.vocabulary import State

PIER_SIDE = "TELESCOPE_PIER_SIDE"
RATES = "TELESCOPE_SLEW_RATE"
TARGET = "TARGET_EOD_COORD"
MODE = "TELESCOPE_TRACK_MODE"


class Mount(Instrument):
    """What a telescope's mount tells: where it points, when and where it is, what it does.

    From when it is first looked at, its `limits` are watched.
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._watch = watch_of(device)

    @property
    def radec(self) -> SkyCoord:
        """Where it points, in ICRS."""
        with offline():
            return self._pointing(self.time).icrs

    @property
    def altaz(self) -> SkyCoord:
        """Where it points over its own horizon."""
        now = self.time
        with offline():
            return self._pointing(now).transform_to(AltAz(obstime=now, location=self.site))

    @property
    def hour_angle(self) -> Angle:
        """How far west of the meridian it points, from -12 to 12 hours."""
        now = self.time
        with offline():
            of_date = self._pointing(now).transform_to(OF_DATE.frame(now, self._where))
            meridian = now.sidereal_time("apparent", self.site.lon)
        return Angle(meridian - of_date.ra).wrap_at(12 * u.hourangle)

    @property
    def time_to_meridian(self) -> u.Quantity:
        """How long until what it points at crosses the meridian; negative after that."""
        return -self.hour_angle.hour * u.sday.to(u.hour) / 24 * u.hour

    @property
    def pier_side(self) -> str | None:
        """The side of its pier on which the tube is, "east" or "west"; None if it does not tell."""
        sides = {"east": "PIER_EAST", "west": "PIER_WEST"}
        return next((side for side, name in sides.items() if self._is_on(PIER_SIDE, name)), None)

    @property
    def target(self) -> SkyCoord | None:
        """Where it was sent last, by whomever, in ICRS; None if it does not tell."""
        told = [number(self.device, TARGET, name) for name in ("RA", "DEC")]
        if not any(told):  # as before the first slew
            return errand_of(self.device).target
        with offline():
            return OF_DATE.read(self.device[TARGET], self.time, self._where).icrs

    @property
    def object(self) -> str | None:
        """The name of what it was last sent to by this client, such as "M31".

        None if that was a place without a name, while it is on its way, and after it was moved by
        hand or parked.
        """
        return errand_of(self.device).object

    @property
    def slewing(self) -> bool:
        """Whether it is on its way to a target or to its parking position."""
        return self._position.state is State.BUSY

    @property
    def moved_by_hand(self) -> bool:
        """Whether it moves as a key is pressed: here, or of its hand controller."""
        return any(state(self.device, name) is State.BUSY for name in MOTIONS)

    @property
    def tracking(self) -> bool:
        """Whether it follows the sky."""
        return self.device[TRACK]["TRACK_ON"] is True

    @property
    def tracking_mode(self) -> str | None:
        """What it follows when it tracks: "sidereal", "solar", …; None if it does not tell."""
        mode = self._find(MODE)
        return str(mode.value).removeprefix("TRACK_").lower() if mode and mode.value else None

    @property
    def parked(self) -> bool:
        """Whether it is parked."""
        return self._is_on(PARK, "PARK") and not self._is_parking

    @property
    def limits(self) -> Limits:
        """How far it may go; ``telescope.limits.off()`` lets it go everywhere."""
        return self._watch.limits

    @property
    def slew_rates(self) -> list[str]:
        """The speeds at which it can be moved by hand, slowest first."""
        return list(self.device[RATES])

    @property
    def slew_rate(self) -> str | None:
        """The speed at which `move` moves it, one of `slew_rates`, or what it is labelled."""
        rate = self.device[RATES].value
        return None if rate is None else str(rate)

    @slew_rate.setter
    def slew_rate(self, rate: str) -> None:
        elements = self.device[RATES].elements.values()
        known = {each.label.casefold(): each.name for each in elements}
        known |= {name.casefold(): name for name in self.slew_rates}
        name = known.get(str(rate).casefold())
        if name is None:
            raise OutOfRange(f"{self.name} moves at {', '.join(self.slew_rates)}: not at {rate!r}")
        self.device[RATES].set(name).wait()

    @property
    def site(self) -> EarthLocation:
        """Where it stands, as the driver knows it; set it to tell the driver.

        Raises
        ------
        OutOfRange
            If the driver was never told.
        """
        return place.site_of(self.device)

    @site.setter
    def site(self, site: EarthLocation) -> None:
        self.set_site(site)

    def start_set_site(self, site: EarthLocation | None = None) -> Operation[None]:
        """Start to tell it where it stands; see `set_site`."""
        return place.start_set_site(self.device, site)

    def set_site(self, site: EarthLocation | None = None) -> None:
        """Tell it where it stands.

        Parameters
        ----------
        site : EarthLocation, optional
            By default where the observatory's GPS receiver is.

        Raises
        ------
        OutOfRange
            If it is no place, or 0° north, 0° east, which drivers take for none.
        """
        self.start_set_site(site).wait()

    @property
    def time(self) -> Time:
        """What time it is there, by its own clock; set it to set that clock.

        The clock counts as it has told it since this client is there; before, it is the computer's.
        """
        return place.clock_of(self.device).now

    @time.setter
    def time(self, moment: Time) -> None:
        self.set_time(moment)

    def start_set_time(self, moment: Time | None = None) -> Operation[None]:
        """Start to set its clock; see `set_time`."""
        return place.start_set_time(self.device, moment)

    def set_time(self, moment: Time | None = None) -> None:
        """Set its clock, and tell it by how much local time here is ahead of UTC.

        Parameters
        ----------
        moment : Time, optional
            By default what time it is by the computer. Mounts take whole seconds.
        """
        self.start_set_time(moment).wait()

    @property
    def _coordinates(self) -> Coordinates:
        return coordinates_of(self.device)

    @property
    def _position(self) -> Property:
        return self.device[self._coordinates.name]

    @property
    def _is_parking(self) -> bool:
        return is_parking(self.device)

    def _pointing(self, now: Time) -> SkyCoord:
        """Where it points, in the frame that it speaks."""
        return self._coordinates.read(self._position.vector, now, self._where)

    def _where(self) -> EarthLocation:
        return self.site

    def _known_site(self) -> EarthLocation | None:
        try:
            return self.site
        except (OutOfRange, UnknownProperty):
            return None

    def _is_on(self, name: str, member: str) -> bool:
        return is_on(self.device, name, member)
