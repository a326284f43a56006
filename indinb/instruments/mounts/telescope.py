"""Telescopes, or rather their mounts."""

from typing import Any

from astropy import units as u
from astropy.coordinates import SkyCoord

from indinb.client.operation import Operation
from indinb.client.procedure import Procedure
from indinb.instruments.base import instrument
from indinb.instruments.earth import offline
from indinb.instruments.mounts import dithering, nudging, parking, slewing, trackrates
from indinb.instruments.mounts.errands import take_over
from indinb.instruments.mounts.limitwatch import ABORT, TRACK
from indinb.instruments.mounts.mount import Mount
from indinb.instruments.pulses import start_pulse
from indinb.protocol.vocabulary import Interface


@instrument(Interface.TELESCOPE)
class Telescope(Mount):
    """A telescope's mount: points, tracks and parks.

    Examples
    --------
    ::

        client.telescope.slew("M31")
        client.telescope.slew("00:42:44 +41:16:09")
        client.telescope.radec
        client.telescope.limits.altitude = 20 * u.deg
    """

    marks = ("EQUATORIAL_EOD_COORD", "EQUATORIAL_COORD", "HORIZONTAL_COORD")

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
        slewing.check_free(self)
        with offline():
            aim = slewing.aim_at(self, target, dec)
            icrs = aim.icrs.to_string("hmsdms", precision=0)
        typed = target.strip() if isinstance(target, str) else icrs
        label = f"slew {self.name} to {name or typed}"
        name = slewing.called(target, dec) if name is None else name
        slewing.check_limits(self, aim, name or icrs)
        steps = slewing.slewing(self, label, aim, name)
        return take_over(self.device, lambda: Procedure(label, steps))

    def slew(self, target: Any, dec: Any = None, /, *, name: str | None = None) -> SkyCoord:
        """Point at a target and track it; waits with a progress bar, and Ctrl-C stops the mount.

        Parameters
        ----------
        target : str, SkyCoord or Quantity
            A name ("M31", "Vega", "Jupiter"), pasted text ("00:42:44 +41:16:09"), coordinates in
            any frame, or right ascension as an angle with `dec`. A direction over the horizon
            (``AltAz``) is one from here and now, if it does not say from where and when.
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
        OutOfRange
            If the target is beyond the `limits`.
        Refused
            If the mount is parked, or does not begin.
        OperationError
            If it fails or is stopped on the way.
        """
        return self.start_slew(target, dec, name=name).wait()

    def start_sync(self, target: Any, dec: Any = None, /) -> Operation[SkyCoord]:
        """Start to tell the mount where it points; see `sync`."""
        label = f"sync {self.name}"
        aim = slewing.aim_at(self, target, dec)
        slewing.check_limits(self, aim, slewing.called(target, dec) or "this place")
        return Procedure(label, slewing.syncing(self, label, aim))

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
        OutOfRange
            If the target is beyond the `limits`: so it cannot have been in the picture.
        Refused
            If the mount is parked, or cannot be told.
        OperationError
            If it fails.
        """
        return self.start_sync(target, dec).wait()

    def start_flip(self) -> Operation[SkyCoord]:
        """Start to change to the other side of the pier; see `flip`."""
        label = f"flip {self.name}"
        steps = slewing.flipping(self, label)
        return take_over(self.device, lambda: Procedure(label, steps))

    def flip(self) -> SkyCoord:
        """Point where it points from the other side of the pier, as German mounts have to.

        It is a slew to the same place, once that has crossed the meridian (`time_to_meridian`).

        Returns
        -------
        SkyCoord
            Where the telescope points then, in ICRS.

        Raises
        ------
        Refused
            If the mount sees no reason to.
        """
        return self.start_flip().wait()

    def start_track(self, mode: trackrates.Mode = None) -> Operation[None]:
        """Start following the sky; see `track`."""
        slewing.check_free(self)
        self._watch.check_here()
        return Procedure(f"track with {self.name}", trackrates.tracking(self.device, mode))

    def track(self, mode: trackrates.Mode = None) -> None:
        """Follow the sky.

        Parameters
        ----------
        mode : str, or two Quantities, optional
            "sidereal", "solar", "lunar" or "custom", where the mount has it; or how fast right
            ascension and declination shall turn, such as ``(15 * u.arcsec / u.s, 0 * u.arcsec /
            u.s)``; as it is by default.

        Raises
        ------
        OutOfRange
            If it points beyond its `limits`, or such rates are none.
        Refused
            If it is parked.
        """
        self.start_track(mode).wait()

    def start_stop_tracking(self) -> Operation[None]:
        """Stop following the sky; see `stop_tracking`."""
        return self.device[TRACK].set("TRACK_OFF")

    def stop_tracking(self) -> None:
        """Stop following the sky."""
        self.start_stop_tracking().wait()

    def start_park(self) -> Operation[None]:
        """Start to park; see `park`. If it is parking already, that operation is returned."""
        return parking.start_park(self)

    def park(self) -> None:
        """Go to the parking position, and stay there until `unpark`."""
        self.start_park().wait()

    def start_unpark(self) -> Operation[None]:
        """Allow motion again; see `unpark`."""
        return parking.start_unpark(self)

    def unpark(self) -> None:
        """Allow motion again after `park`; it does not track then, until it is told to."""
        self.start_unpark().wait()

    def start_set_park(self, where: SkyCoord | str | None = None) -> Operation[None]:
        """Start to choose the parking position; see `set_park`."""
        label = f"set where {self.name} parks"
        return Procedure(label, parking.setting_park(self, where))

    def set_park(self, where: SkyCoord | str | None = None) -> None:
        """Choose where it parks, and let the driver remember it.

        Parameters
        ----------
        where : SkyCoord or "default", optional
            Where it points now by default. A direction over the horizon stays as it is.
        """
        self.start_set_park(where).wait()

    def start_home(self) -> Operation[None]:
        """Start to go home; see `home`."""
        return parking.start_home(self, "GO")

    def home(self) -> None:
        """Go to the home position, where the mount has one."""
        self.start_home().wait()

    def start_find_home(self) -> Operation[None]:
        """Start to look for the home position; see `find_home`."""
        return parking.start_home(self, "FIND")

    def find_home(self) -> None:
        """Look for the home position with the mount's own sensors."""
        self.start_find_home().wait()

    def start_set_home(self) -> Operation[None]:
        """Start to take where it points for its home position; see `set_home`."""
        return parking.start_home(self, "SET")

    def set_home(self) -> None:
        """Take where it points for its home position."""
        self.start_set_home().wait()

    def start_move(self, direction: str, duration: u.Quantity) -> Operation[None]:
        """Start to move by hand; see `move`."""
        pressed, seconds = nudging.keys(direction), nudging.seconds_of(duration)
        slewing.check_free(self)
        slewing.check_there(self)
        return nudging.start_move(self, pressed, seconds, f"move {self.name} {direction}")

    def move(self, direction: str, duration: u.Quantity) -> None:
        """Move as by its hand controller, at `slew_rate`; it stops at the end, come what may.

        Parameters
        ----------
        direction : str
            "north", "N", "south-east", "SE" and the like.
        duration : Quantity
            How long, such as ``2 * u.s``.
        """
        self.start_move(direction, duration).wait()

    def start_guide(
        self, direction: str, duration: u.Quantity | None = None, *, ms: float | None = None
    ) -> Operation[None]:
        """Start a guiding pulse; see `guide`."""
        return start_pulse(self.device, direction, duration, ms=ms)

    def guide(
        self, direction: str, duration: u.Quantity | None = None, *, ms: float | None = None
    ) -> None:
        """Correct the tracking by a guiding pulse, and wait for its end.

        Parameters
        ----------
        direction : str
            "north" (to a larger declination), "south", "east" or "west".
        duration : Quantity
            How long, such as ``300 * u.ms``.
        ms : float
            The same in milliseconds, instead of `duration`.
        """
        self.start_guide(direction, duration, ms=ms).wait()

    def start_dither(self, amount: u.Quantity, *, seed: int | None = None) -> Operation[Any]:
        """Start to move aside by a little; see `dither`."""
        radius = dithering.arcsec_of(amount)
        slewing.check_free(self)
        slewing.check_there(self)
        label = f"dither with {self.name}"
        steps = dithering.dithering(self, label, radius, seed)
        return take_over(self.device, lambda: Procedure(label, steps))

    def dither(self, amount: u.Quantity, *, seed: int | None = None) -> None:
        """Move aside by a little between pictures, so that faults of the chip do not add up.

        It goes to a random place around where it was sent, by guiding pulses or else a slew.

        Parameters
        ----------
        amount : Quantity
            How far from there at most, such as ``5 * u.arcsec``.
        seed : int, optional
            The same one draws the same place.

        Raises
        ------
        OutOfRange
            If the amount is no angle.
        Refused
            If it is parked, or on its way.
        OperationError
            If it fails.
        """
        self.start_dither(amount, seed=seed).wait()

    def start_abort(self) -> Operation[None]:
        """Stop all motion; see `abort`."""
        return self.device[ABORT].set()

    def abort(self) -> None:
        """Stop all motion, and wait until the mount says so. A mount that tracked does so again."""
        self.start_abort().wait()
