"""Telescopes, or rather their mounts."""

import time
from functools import partial
from typing import Any, cast

from astropy import units as u
from astropy.coordinates import (
    TETE,
    AltAz,
    EarthLocation,
    SkyCoord,
)
from astropy.time import Time

from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property
from indinb.errors import OutOfRange, Refused, UnknownProperty
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.earth import offline
from indinb.instruments.mountrules import GRACE, approach, arrived, has_parked
from indinb.instruments.targets import is_name, resolve
from indinb.protocol.messages import parse_timestamp
from indinb.protocol.vocabulary import Interface, State

_EOD = "EQUATORIAL_EOD_COORD"
_OBSERVATORY = "Observatory Simulator"  # whose clock may be set, and run faster
_OBJECT = "the name of what a mount was sent to"  # kept with the device, as views come and go
_SLEW_TIMEOUT = 600.0  # seconds: slow mounts cross the sky in minutes


@instrument(Interface.TELESCOPE)
class Telescope(Instrument):
    """A telescope's mount: points, tracks and parks.

    Examples
    --------
    ::

        client.telescope.slew("M31")
        client.telescope.slew("00:42:44 +41:16:09")
        client.telescope.radec
    """

    @property
    def radec(self) -> SkyCoord:
        """Where it points, in ICRS."""
        with offline():
            return self._of_date(self.time).icrs

    @property
    def altaz(self) -> SkyCoord:
        """Where it points over its own horizon."""
        now = self.time
        with offline():
            return self._of_date(now).transform_to(AltAz(obstime=now, location=self.site))

    @property
    def site(self) -> EarthLocation:
        """Where it stands, as the driver knows it.

        Raises
        ------
        OutOfRange
            If the driver was never told.
        """
        coord = self.device["GEOGRAPHIC_COORD"].vector
        if not coord["LAT"] and not coord["LONG"]:
            raise OutOfRange(
                f"{self.name} does not know where it stands: "
                'device["GEOGRAPHIC_COORD"].set(LAT=…, LONG=…, ELEV=…), longitude 0 to 360 east'
            )
        return EarthLocation.from_geodetic(coord["LONG"], coord["LAT"], coord["ELEV"])

    @property
    def time(self) -> Time:
        """What time it is there: by this computer's clock, or that of the embedded observatory."""
        observatory = self.device.connection.devices.get(_OBSERVATORY)
        if observatory is None or "SIMULATION_SPEED" not in observatory:
            return Time.now()
        told = observatory["TIME_UTC"].vector
        utc = parse_timestamp(str(told["UTC"]))
        if utc is None:
            return Time.now()
        speed = cast(float, observatory["SIMULATION_SPEED"]["SPEED"])
        return Time(utc) + (time.time() - told.received) * speed * u.s

    @property
    def object(self) -> str | None:
        """The name of what it was last sent to by this client, such as "M31".

        None if that was a place without a name, while it is on its way, and after it was moved by
        hand or parked.
        """
        name: str | None = self.device.belongings.get(_OBJECT)
        return name

    @property
    def slewing(self) -> bool:
        """Whether it is on its way to a target or to its parking position."""
        return self._coordinates.state is State.BUSY

    @property
    def tracking(self) -> bool:
        """Whether it follows the sky."""
        return self.device["TELESCOPE_TRACK_STATE"]["TRACK_ON"] is True

    @property
    def parked(self) -> bool:
        """Whether it is parked."""
        park = self._find("TELESCOPE_PARK")
        return park is not None and park["PARK"] is True and park.state is not State.BUSY

    def start_slew(
        self, target: Any, dec: Any = None, /, *, name: str | None = None
    ) -> Operation[SkyCoord]:
        """Start to point at a target; see `slew`.

        Returns
        -------
        Operation
            At once, unless a name has to be looked up online, which takes 5 s at most. Its result
            is where the telescope points. ``abort()`` stops the mount.
        """
        with offline():
            aim = self._aim(target, dec)
            icrs = aim.icrs.to_string("hmsdms", precision=0)
        label = f"slew {self.name} to {target if isinstance(target, str) else icrs}"
        if name is None and dec is None and isinstance(target, str) and is_name(target):
            name = target.strip()
        return Procedure(label, self._slewing(label, aim, name))

    def slew(self, target: Any, dec: Any = None, /, *, name: str | None = None) -> SkyCoord:
        """Point at a target and track it; waits with a progress bar, and Ctrl-C stops the mount.

        Parameters
        ----------
        target : str, SkyCoord or Quantity
            A name ("M31", "Vega", "Jupiter"), pasted text ("00:42:44 +41:16:09"), coordinates in
            any frame, or right ascension as an angle with `dec`.
        dec : Quantity, optional
            Declination.
        name : str, optional
            What coordinates are called, to be its `object` then.

        Returns
        -------
        SkyCoord
            Where the telescope points then, in ICRS.

        Raises
        ------
        UnknownTarget
            If no catalogue has the name.
        Refused
            If the mount is parked, or does not begin.
        OperationError
            If it fails or is stopped on the way.
        """
        return self.start_slew(target, dec, name=name).wait()

    def start_sync(self, target: Any, dec: Any = None, /) -> Operation[SkyCoord]:
        """Start to tell the mount where it points; see `sync`."""
        return Procedure(f"sync {self.name}", self._syncing(self._aim(target, dec)))

    def sync(self, target: Any, dec: Any = None, /) -> SkyCoord:
        """Tell the mount that it points at a target, as seen in a picture; it does not move.

        Parameters
        ----------
        target, dec
            As for `slew`.

        Returns
        -------
        SkyCoord
            Where the mount thinks that it points then, in ICRS.

        Raises
        ------
        UnknownTarget
            If no catalogue has the name.
        Refused
            If the mount is parked, or cannot be told.
        OperationError
            If it fails.
        """
        return self.start_sync(target, dec).wait()

    def start_track(self, mode: str | None = None) -> Operation[None]:
        """Start to follow the sky; see `track`."""
        return Procedure(f"track with {self.name}", self._tracking(mode))

    def track(self, mode: str | None = None) -> None:
        """Follow the sky.

        Parameters
        ----------
        mode : str, optional
            "sidereal", "solar", "lunar" or "custom", where the mount has it; as it is by default.
        """
        self.start_track(mode).wait()

    def start_stop_tracking(self) -> Operation[None]:
        """Stop to follow the sky; see `stop_tracking`."""
        return self.device["TELESCOPE_TRACK_STATE"].set("TRACK_OFF")

    def stop_tracking(self) -> None:
        """Stop to follow the sky."""
        self.start_stop_tracking().wait()

    def start_park(self) -> Operation[None]:
        """Start to park; see `park`."""
        return Procedure(f"park {self.name}", self._parking())

    def park(self) -> None:
        """Go to the parking position, and stay there until `unpark`."""
        self.start_park().wait()

    def start_unpark(self) -> Operation[None]:
        """Allow motion again; see `unpark`."""
        return self.device["TELESCOPE_PARK"].set("UNPARK")

    def unpark(self) -> None:
        """Allow motion again after `park`."""
        self.start_unpark().wait()

    def start_abort(self) -> Operation[None]:
        """Stop all motion; see `abort`."""
        return self.device["TELESCOPE_ABORT_MOTION"].set()

    def abort(self) -> None:
        """Stop all motion, and wait until the mount says so."""
        self.start_abort().wait()

    @property
    def _coordinates(self) -> Property:
        return self.device[_EOD]

    def _of_date(self, now: Time) -> SkyCoord:
        """Where it points, in the equator and equinox of date that INDI speaks."""
        here = self._coordinates.vector
        return SkyCoord(here["RA"] * u.hourangle, here["DEC"] * u.deg, frame=TETE(obstime=now))

    def _aim(self, target: Any, dec: Any) -> SkyCoord:
        """Find the target's coordinates; a direction over the horizon is one from here, now."""
        try:
            location = self.site
        except (OutOfRange, UnknownProperty):
            location = None
        aim = resolve(target, dec, location=location)
        if isinstance(aim.frame, AltAz) and aim.location is None:
            frame = AltAz(obstime=self.time, location=self.site)
            aim = SkyCoord(az=aim.az, alt=aim.alt, frame=frame)
        return aim

    def _slewing(self, label: str, aim: SkyCoord, name: str | None) -> Steps[SkyCoord]:
        if self.parked:
            raise Refused(f"{self.name} is parked: telescope.unpark() first")
        asked = self._asked(aim)
        self.device.belongings[_OBJECT] = None
        yield from self._ensure("ON_COORD_SET", "TRACK")
        yield self._coordinates.ask(
            asked,
            partial(arrived, asked),
            label=label,
            timeout=_SLEW_TIMEOUT,
            recheck=GRACE + 1,
            abort=self.start_abort,
            progress=partial(approach, asked),
        )
        self.device.belongings[_OBJECT] = name
        reached: SkyCoord = yield self.device.connection.worker.submit(lambda: self.radec)
        return reached

    def _syncing(self, aim: SkyCoord) -> Steps[SkyCoord]:
        if self.parked:
            raise Refused(f"{self.name} is parked: telescope.unpark() first")
        how = self._find("ON_COORD_SET")
        if how is None or "SYNC" not in how:
            raise Refused(f"{self.name} cannot be told where it points")
        yield how.set("SYNC")
        try:
            yield self._coordinates.set(self._asked(aim))
        finally:  # or the next slew would be one more sync
            yield how.set("TRACK")
        reached: SkyCoord = yield self.device.connection.worker.submit(lambda: self.radec)
        return reached

    def _asked(self, aim: SkyCoord) -> dict[str, float]:
        """Write a target as INDI's mounts understand it."""
        with offline():
            of_date = aim.transform_to(TETE(obstime=self.time))
        return {"RA": of_date.ra.hour, "DEC": of_date.dec.deg}

    def _tracking(self, mode: str | None) -> Steps[None]:
        if self.parked:
            raise Refused(f"{self.name} is parked: telescope.unpark() first")
        if mode is not None:
            yield self.device["TELESCOPE_TRACK_MODE"].set(f"TRACK_{mode.upper()}")
        yield self.device["TELESCOPE_TRACK_STATE"].set("TRACK_ON")

    def _parking(self) -> Steps[None]:
        if self.parked:
            return
        park = self.device["TELESCOPE_PARK"]
        self.device.belongings[_OBJECT] = None
        yield park.ask(
            {"PARK": True},
            has_parked,
            label=f"park {self.name}",
            timeout=_SLEW_TIMEOUT,
            abort=self.start_abort,
        )
