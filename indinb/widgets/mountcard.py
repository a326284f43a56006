"""The mount on a dashboard: where it points, and where it shall."""

from astropy.coordinates import AltAz, EarthLocation, SkyCoord

from indinb.client.device import Device
from indinb.errors import OutOfRange, UnknownProperty, UnknownTarget
from indinb.instruments.earth import offline
from indinb.instruments.mounts import apparent
from indinb.instruments.mounts.targets import is_name, resolve
from indinb.instruments.mounts.telescope import Telescope
from indinb.instruments.readings import can_set, is_on, members, number, state
from indinb.protocol.vocabulary import State
from indinb.widgets import pointing
from indinb.widgets.card import Card
from indinb.widgets.snapshot import Json

_EOD = "EQUATORIAL_EOD_COORD"
_PARK = "TELESCOPE_PARK"
_TRACK = "TELESCOPE_TRACK_STATE"
_MOVES = ("TELESCOPE_MOTION_NS", "TELESCOPE_MOTION_WE", "TELESCOPE_HOME")  # by hand, and home


class MountCard(Card):
    """A telescope's mount."""

    role = "telescope"
    _target: Json | None = None
    _sought: str = ""

    def _readings(self, device: Device) -> Json:
        light, words = _motion(device)
        return {
            "light": light,
            "words": words,
            "parked": words == "Parked",
            "tracking": is_on(device, _TRACK, "TRACK_ON"),
            "target": self._target,
            "can": {
                "slew": can_set(device, _EOD),
                "sync": "SYNC" in members(device, "ON_COORD_SET"),
                "track": can_set(device, _TRACK),
                "park": can_set(device, _PARK),
                "abort": light is State.BUSY or self.operation is not None,
            },
            **_direction(device),
        }

    def _progress(self, device: Device) -> Json | None:
        if self._sought:
            return {"fraction": None, "detail": f"looking up {self._sought}"}
        return super()._progress(device)

    def _tell(self, error: BaseException) -> None:
        super()._tell(error)
        if self._note is None:
            return
        if isinstance(error, UnknownTarget):  # it is a long story
            self._note["text"] = f"{str(error).partition('. ')[0].rstrip('.')}."
        elif isinstance(error, OutOfRange):  # whose end says what to write in a program
            self._note["text"] = str(error).partition(": telescope.")[0]

    def _slew(self, target: str) -> None:
        mount = Telescope(self.device)
        aim = self._find(mount, target)
        self._run(mount.start_slew(aim, name=target.strip() if is_name(target) else None))

    def _sync(self, target: str) -> None:
        mount = Telescope(self.device)
        aim = self._find(mount, target)
        self._watch(mount.start_sync(aim))

    def _track(self, on: bool) -> None:
        mount = Telescope(self.device)
        self._watch(mount.start_track() if on else mount.start_stop_tracking())

    def _park(self, on: bool) -> None:
        mount = Telescope(self.device)
        if on:
            self._run(mount.start_park())
        else:
            self._watch(mount.start_unpark())

    def _stop(self) -> None:
        operation = self.operation
        if operation is not None:
            operation.abort()
        else:
            self._watch(Telescope(self.device).start_abort())

    def _find(self, mount: Telescope, target: str) -> SkyCoord:
        """Find a target, and show how high it stands."""
        self._target = None
        name = target.strip()
        now, site = mount.time, _site(mount)
        self._sought = name
        self._changed()
        try:
            aim = resolve(name, time=now, location=site)
        finally:
            self._sought = ""
        altitude = None
        if site is not None:
            with offline():
                altitude = float(aim.transform_to(AltAz(obstime=now, location=site)).alt.deg)
        place = f"{pointing.hms(aim.icrs.ra.hour)}  {pointing.dms(aim.icrs.dec.deg)}"
        self._target = {"name": name, "place": place, "height": _height(altitude)}
        return aim

    _actions = {  # noqa: RUF012
        "slew": _slew,
        "sync": _sync,
        "track": _track,
        "park": _park,
    }


def _site(mount: Telescope) -> EarthLocation | None:
    try:
        return mount.site
    except (OutOfRange, UnknownProperty):  # it was never told
        return None


def _motion(device: Device) -> tuple[State, str]:
    """Tell in a colour and a word what a mount does."""
    moves = state(device, _EOD)
    if state(device, _PARK) is State.BUSY:
        return State.BUSY, "Parking"
    if is_on(device, _PARK, "PARK"):
        return State.IDLE, "Parked"
    if moves is State.BUSY:
        return State.BUSY, "Slewing"
    if any(state(device, name) is State.BUSY for name in _MOVES):
        return State.BUSY, "Moving"
    if moves is State.ALERT:
        return State.ALERT, "Reports an error"
    if is_on(device, _TRACK, "TRACK_ON"):
        return State.OK, "Tracking"
    return State.IDLE, "Not tracking"


def _direction(device: Device) -> Json:
    """Tell where a mount points, in ICRS and over its horizon, as far as is known."""
    ra, dec = _angle(device, _EOD, "RA", 24), _angle(device, _EOD, "DEC", 90)
    if ra is None or dec is None:
        return {}
    now = Telescope(device).time
    right_ascension, declination = apparent.icrs(ra, dec, now)
    told = {"ra": pointing.hms(right_ascension), "dec": pointing.dms(declination)}
    latitude = _angle(device, "GEOGRAPHIC_COORD", "LAT", 90)
    longitude = _angle(device, "GEOGRAPHIC_COORD", "LONG", 360)
    if not latitude and not longitude:  # it was never told
        return told
    altitude, azimuth = apparent.horizontal(ra, dec, now, latitude or 0.0, longitude or 0.0)
    return told | {"alt": pointing.altitude(altitude), "az": pointing.azimuth(azimuth)}


def _angle(device: Device, name: str, member: str, most: float) -> float | None:
    """Return an angle that a driver tells, unless there is none so large."""
    value = number(device, name, member)
    return value if value is not None and abs(value) <= most else None


def _height(altitude: float | None) -> str:
    if altitude is None:
        return ""
    return f"{altitude:.0f}° up" if altitude >= 0 else f"{-altitude:.0f}° below the horizon"
