"""A connection whose devices are instruments, each by the part that it plays."""

from astropy import units as u

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.instruments.cameras.camera import Camera
from indinb.instruments.domes.dome import Dome
from indinb.instruments.durations import seconds_of
from indinb.instruments.filterwheel import FilterWheel
from indinb.instruments.flatpanel import DustCap, FlatPanel
from indinb.instruments.focusers.focuser import Focuser
from indinb.instruments.guider import Guider
from indinb.instruments.mounts.telescope import Telescope
from indinb.instruments.nights.ending import tasks
from indinb.instruments.nights.night import Night
from indinb.instruments.power import Power
from indinb.instruments.roles import roles_of
from indinb.instruments.rotator import Rotator
from indinb.instruments.sensors.gps import GPS
from indinb.instruments.sensors.skyquality import SkyQuality
from indinb.instruments.sensors.weather import Weather

_PATIENCE = 60.0  # seconds in which a lost link may come back at the end of a night


class Ensemble(Connection):
    """One INDI server, with its devices as instruments; see `Connection` for the parameters.

    With several devices of a kind, the likeliest is taken, and that is printed once; between two
    mounts or domes nobody guesses. `use` chooses others.
    """

    @property
    def telescope(self) -> Telescope:
        """The telescope's mount."""
        return Telescope(self._playing("telescope"))

    @property
    def mount(self) -> Telescope:
        """The telescope's mount: the same as `telescope`."""
        return self.telescope

    @property
    def camera(self) -> Camera:
        """The main camera."""
        return Camera(self._playing("camera"))

    @property
    def guide_camera(self) -> Camera:
        """The camera for guiding, which has "guide" in its name."""
        return Camera(self._playing("guide_camera"))

    @property
    def focuser(self) -> Focuser:
        """The focuser."""
        return Focuser(self._playing("focuser"))

    @property
    def filter_wheel(self) -> FilterWheel:
        """The filter wheel, which may be a camera."""
        return FilterWheel(self._playing("filter_wheel"))

    @property
    def guider(self) -> Guider:
        """What takes guiding pulses: the mount, if it does."""
        return Guider(self._playing("guider"))

    @property
    def rotator(self) -> Rotator:
        """The rotator of the camera."""
        return Rotator(self._playing("rotator"))

    @property
    def dome(self) -> Dome:
        """The dome, or the roof."""
        return Dome(self._playing("dome"))

    @property
    def weather(self) -> Weather:
        """The weather station."""
        return Weather(self._playing("weather"))

    @property
    def gps(self) -> GPS:
        """The GPS receiver."""
        return GPS(self._playing("gps"))

    @property
    def flat_panel(self) -> FlatPanel:
        """The flat panel."""
        return FlatPanel(self._playing("flat_panel"))

    @property
    def dust_cap(self) -> DustCap:
        """The dust cap, which may be the flat panel."""
        return DustCap(self._playing("dust_cap"))

    @property
    def power(self) -> Power:
        """The power box, or whatever has outputs to switch."""
        return Power(self._playing("power"))

    @property
    def sky_quality(self) -> SkyQuality:
        """The sky quality meter."""
        return SkyQuality(self._playing("sky_quality"))

    @property
    def observer(self) -> str | None:
        """Who observes, for the headers of frames; assign a name, or None."""
        return roles_of(self).observer

    @observer.setter
    def observer(self, name: str | None) -> None:
        roles_of(self).observer = name

    def use(self, **roles: str | Device | None) -> None:
        """Say which device has which role.

        A client of `connect` remembers it: the next one of the same server begins with it, where
        those devices are there. It is kept in ``roles.json``, in indinb's folder of settings.

        Parameters
        ----------
        **roles : str, Device or None
            Devices, or their names, by role: ``telescope`` or ``mount``, which is the same,
            ``camera``, ``guide_camera``, ``guider``, ``focuser``, ``filter_wheel``, ``rotator``,
            ``dome``, ``weather``, ``gps``, ``flat_panel``, ``dust_cap``, ``power``,
            ``sky_quality``. None forgets what was said, and leaves the choice to indinb.

        Raises
        ------
        TypeError
            If there is no such role, or one is given by two words.
        UnknownDevice
            If there is no such device.
        """
        roles_of(self).use(roles)

    def device_of(self, role: str) -> Device:
        """Return the device that has a role now, without printing which of several it is.

        Parameters
        ----------
        role : str
            As in `use`.

        Raises
        ------
        UnknownDevice
            If there is none, or nobody should guess which of several.
        """
        return roles_of(self).peek(role)

    def night(
        self,
        *,
        lights: bool = True,
        close_cap: bool = True,
        park: bool = True,
        close_dome: bool = True,
        warm_up: bool = True,
        patience: u.Quantity | None = None,
    ) -> Night:
        """Begin a night that ends in safety, in a ``with``, whatever ends it.

        At its end, be it an error, Ctrl-C or `close`, exposures, video, guiding and slews are
        stopped; lamps are switched off, dust caps closed, the mount is parked, and then the dome
        closed and parked; at last cameras are warmed up and their coolers switched off. Each step
        is printed, takes a limited time, and keeps no other from being tried. What is not there,
        or is as it should be, is passed over.

        Ctrl-C at the end stops the present step and goes on to the next; a second one leaves the
        rest alone. What else kills the program ends no night: `guard` is for that.

        All instruments count that are connected, or were until something failed; of several
        mounts or domes, the one in use. A roof that rolls off stays open while the mount is not
        parked.

        Parameters
        ----------
        lights, close_cap, park, close_dome, warm_up : bool
            What to do at the end.
        patience : Quantity, optional
            Time in which a lost link may come back at the end, all in all; a minute by default.

        Returns
        -------
        Night
            To use in a ``with``; its `Night.report` tells what was done.

        Raises
        ------
        Failed
            At the end, if a step failed and nothing else was raised. Otherwise what has failed
            stands in the notes of what was raised.

        Examples
        --------
        ::

            with client.night(warm_up=False):
                client.telescope.slew("M31")
                frame = client.camera.expose(60)
        """
        wanted = {
            "lights": lights,
            "close_cap": close_cap,
            "park": park,
            "close_dome": close_dome,
            "warm_up": warm_up,
        }
        seconds = _PATIENCE if patience is None else seconds_of(patience, "night(patience=…)")
        return Night(self, tasks([name for name in wanted if not wanted[name]]), seconds)

    def _playing(self, role: str) -> Device:
        return roles_of(self).device(role)
