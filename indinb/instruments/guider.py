"""Guiders: mounts, cameras and boxes that take guiding pulses."""

from astropy import units as u

from indinb.client.operation import Operation
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.pulses import start_pulse
from indinb.protocol.vocabulary import Interface


@instrument(Interface.GUIDER)
class Guider(Instrument):
    """What corrects the tracking of the mount: itself, or a camera with a guide port.

    Examples
    --------
    ::

        client.guider.guide("north", 500 * u.ms)
        client.guider.guide("west", ms=250)
    """

    marks = ("TELESCOPE_TIMED_GUIDE_NS", "TELESCOPE_TIMED_GUIDE_WE")

    def start_guide(
        self, direction: str, duration: u.Quantity | None = None, *, ms: float | None = None
    ) -> Operation[None]:
        """Start a guiding pulse; see `guide`.

        Returns
        -------
        Operation
            At once. INDI has no word to stop a pulse: ``abort()`` asks for one of no length,
            which ends it in some drivers; in others it ends by itself.
        """
        return start_pulse(self.device, direction, duration, ms=ms)

    def guide(
        self, direction: str, duration: u.Quantity | None = None, *, ms: float | None = None
    ) -> None:
        """Move the mount a little while it tracks, and wait until it has moved.

        A pulse in declination and one in right ascension may be under way at the same time: see
        `start_guide`.

        Parameters
        ----------
        direction : str
            "north" (to a larger declination), "south", "east" (to a larger right ascension) or
            "west".
        duration : Quantity
            How long, such as ``500 * u.ms``. How far that is depends on the mount's guide rate,
            mostly half as fast as the sky turns: 7.5 arcsec in a second.
        ms : float
            The same in milliseconds, instead of `duration`.

        Raises
        ------
        OutOfRange
            If there is no such direction, or the driver takes no such length.
        UnknownProperty
            If the device takes no pulses.
        Refused
            If a pulse on the same axis is under way, or the mount does not begin.
        OperationError
            If it fails: mounts that do not track, or are parked, take no pulses.
        """
        self.start_guide(direction, duration, ms=ms).wait()
