"""What a camera does for a whole night: series of frames, and flats."""

from typing import Unpack

from astropy import units as u

from indinb.instruments.cameras.flats import Flats, Target
from indinb.instruments.cameras.imager import Imager
from indinb.instruments.cameras.sequence import Series, plan_of
from indinb.instruments.cameras.settings import Options, Settings, seconds_of


class Campaign(Imager):
    """A chip that takes many frames, one after another."""

    def sequence(
        self,
        n: int,
        exposure: float | u.Quantity,
        filter: str | int | None = None,
        frame_type: str = "light",
        dither: u.Quantity | None = None,
        delay: float | u.Quantity = 0,
        retries: int = 0,
        **options: Unpack[Options],
    ) -> Series:
        """Take several frames, each when it is asked for, with one progress bar for all.

        The loop ends with `Aborted` if somebody presses Abort, and with Ctrl-C as ever; both stop
        the camera. When the link to the server is lost, the frame that was being taken is taken
        again once it is back, which is waited for up to ten minutes.

        Parameters
        ----------
        n : int
            How many.
        exposure, frame_type
            As for `expose`.
        filter : str or int, optional
            To turn the filter wheel to before.
        dither : Quantity, optional
            How far to move the telescope between two frames, as `Telescope.dither` does.
        delay : float or Quantity
            Time between two frames; a bare number is in seconds.
        retries : int
            How often each frame is tried again, as by `expose`.
        **options
            As of `expose`, such as ``binning=2``.

        Returns
        -------
        Series
            To iterate over, with ``for`` or ``async for``. Each `Frame` is saved, if
            ``client.save_to`` is set.

        Raises
        ------
        OutOfRange
            If a number, frame type or filter makes no sense, or the camera has no such settings.
        UnknownDevice
            If there is no filter wheel or mount to do it with.

        Examples
        --------
        ::

            for frame in client.camera.sequence(10, 60, filter="Red", dither=5 * u.arcsec):
                print(frame.path, np.median(frame.data))
        """
        seconds, pause = seconds_of(exposure), seconds_of(delay, "delay")
        self._checked(seconds, Settings(frame_type, **options))
        more = {"retries": retries, **options}
        return Series(plan_of(self, n, seconds, frame_type, more, filter, dither, pause))

    def flats(
        self,
        n: int,
        counts: float = 30_000,
        filter: str | int | None = None,
        tolerance: float = 0.05,
        shortest: float | u.Quantity | None = None,
        longest: float | u.Quantity = 30,
        **options: Unpack[Options],
    ) -> Flats:
        """Take flat fields, and find out before how long to expose them.

        Trials are exposed longer or shorter, up to ten times from one to the next, until their
        median is right; light counts in proportion to time, and a bias frame tells what is counted
        without any. Trials are not saved. The light is yours to switch on.

        Parameters
        ----------
        n : int
            How many.
        counts : float
            Median of the pixels that is wanted.
        filter : str or int, optional
            To turn the filter wheel to before.
        tolerance : float
            By which part of `counts` it may be missed.
        shortest, longest : float or Quantity
            Exposure times that are allowed; a bare number is in seconds. The shortest is that of
            the camera by default.
        **options
            As of `expose`, such as ``binning=2``.

        Returns
        -------
        Flats
            To iterate over, as with `sequence`; its `exposure` is what was found.

        Raises
        ------
        OutOfRange
            If there cannot be such flats. What depends on the camera's counts is raised in the
            loop.
        Refused
            In the loop, if the light is too bright or too dark.

        Examples
        --------
        ::

            flats = list(client.camera.flats(5, filter="Red"))
        """
        limits = self.device[self.chip.exposure].elements[self.chip.seconds]
        least = seconds_of(shortest) if shortest is not None else max(limits.min, 1e-3)
        target = Target(counts, tolerance, least, seconds_of(longest))
        target.check()
        self._checked(least, Settings("flat", **options))
        return Flats(plan_of(self, n, least, "flat", options, filter), target)
