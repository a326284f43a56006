"""Cameras."""

from functools import partial
from typing import Any

from astropy import units as u

from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.request import build
from indinb.errors import Refused
from indinb.images.frame import Frame
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.camerasettings import frame_member, pair_of, seconds_of
from indinb.instruments.chips import MAIN, frame_geometry
from indinb.instruments.exposing import countdown, exposed, stopped
from indinb.instruments.flats import Flats, Target
from indinb.instruments.headers import headers_of, names_of
from indinb.instruments.running import Running
from indinb.instruments.sequence import Series, plan_of
from indinb.instruments.wiring import wire
from indinb.protocol.vocabulary import Interface, State

_DOWNLOAD_TIMEOUT = 180.0  # seconds for reading out and sending, as Ekos gives
_ABORT_TIMEOUT = 10.0  # seconds

_running: Running[Frame] = Running()


@instrument(Interface.CCD)
class Camera(Instrument):
    """A camera: takes exposures and returns frames.

    Examples
    --------
    ::

        frame = client.camera.expose(2 * u.s)
        dark = client.camera.expose(60, frame_type="dark", binning=2)
    """

    chip = MAIN

    @property
    def exposing(self) -> bool:
        """Whether an exposure is under way, as far as is known: not when the link is gone."""
        linked = self.device.connection.status == "connected"
        return linked and self.device[self.chip.exposure].state is State.BUSY

    @property
    def running(self) -> Operation[Frame] | None:
        """The exposure that this program has under way, if there is one."""
        return _running.get(self.device) if _running.has(self.device) else None

    @property
    def binning(self) -> tuple[int, int]:
        """How many pixels are read as one, horizontally and vertically."""
        binning = self.device["CCD_BINNING"].vector
        return int(binning["HOR_BIN"]), int(binning["VER_BIN"])  # type: ignore[arg-type]

    def start_exposure(
        self,
        exposure: float | u.Quantity,
        frame_type: str = "light",
        binning: int | tuple[int, int] | None = None,
    ) -> Operation[Frame]:
        """Start an exposure; see `expose`.

        Returns
        -------
        Operation
            At once; its result is the Frame. ``abort()`` stops the camera.
        """
        seconds = seconds_of(exposure)
        member = frame_member(frame_type)
        pair = None if binning is None else pair_of(binning)
        label = f"expose {self.name} for {seconds:g} s"
        if self.running is not None or self.exposing:
            raise Refused(f"{self.name} is exposing already: camera.abort() stops it")
        operation = Procedure(label, self._exposing(label, seconds, member, pair))
        return _running.keep(self.device, operation)

    def expose(
        self,
        exposure: float | u.Quantity,
        frame_type: str = "light",
        binning: int | tuple[int, int] | None = None,
    ) -> Frame:
        """Take a picture and wait for it, with a progress bar; Ctrl-C stops the camera.

        Parameters
        ----------
        exposure : float or Quantity
            Time; a bare number is in seconds.
        frame_type : str
            "light", "bias", "dark" or "flat".
        binning : int or (int, int), optional
            Pixels to read as one, the same both ways or (horizontal, vertical). Left as it is by
            default.

        Returns
        -------
        Frame
            The picture with its FITS header; its `path` is where ``client.save_to`` has put it.

        Raises
        ------
        Refused
            If the camera is exposing already.
        OutOfRange
            If the camera cannot expose so long or bin so many pixels.
        OperationError
            If it fails, is stopped, or no picture comes.
        ImageError
            If the picture cannot be read. ``camera.device["CCD1"]["CCD1"].save(path)`` keeps it.
        """
        return self.start_exposure(exposure, frame_type, binning).wait()

    def sequence(
        self,
        n: int,
        exposure: float | u.Quantity,
        filter: str | int | None = None,
        frame_type: str = "light",
        dither: u.Quantity | None = None,
        delay: float | u.Quantity = 0,
        **settings: Any,
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
        **settings
            What else `expose` takes, such as ``binning=2``.

        Returns
        -------
        Series
            To iterate over, with ``for`` or ``async for``. Each `Frame` is saved, if
            ``client.save_to`` is set.

        Raises
        ------
        OutOfRange
            If a number, frame type or filter is none.
        UnknownDevice
            If there is no filter wheel or mount to do it with.

        Examples
        --------
        ::

            for frame in client.camera.sequence(10, 60, filter="Red", dither=5 * u.arcsec):
                print(frame.path, np.median(frame.data))
        """
        return Series(plan_of(self, n, exposure, frame_type, filter, dither, delay, settings))

    def flats(
        self,
        n: int,
        counts: float = 30_000,
        filter: str | int | None = None,
        tolerance: float = 0.05,
        shortest: float | u.Quantity | None = None,
        longest: float | u.Quantity = 30,
        **settings: Any,
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
        **settings
            What else `expose` takes, such as ``binning=2``.

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
        return Flats(plan_of(self, n, least, "flat", filter, None, 0, settings), target)

    def start_abort(self) -> Operation[None]:
        """Stop the exposure that is under way; see `abort`."""
        return self.device[self.chip.named("ABORT_EXPOSURE")].ask(
            {"ABORT": True},
            partial(stopped, self.chip, self.exposing),
            label=f"stop {self.name}",
            watch=[self.chip.exposure],
            timeout=_ABORT_TIMEOUT,
        )

    def abort(self) -> None:
        """Stop the exposure that is under way, and wait until the camera says so."""
        self.start_abort().wait()

    def _exposing(
        self, label: str, seconds: float, frame_type: str, binning: tuple[int, int] | None
    ) -> Steps[Frame]:
        exposure = self.device[self.chip.exposure]
        self._check_frame_type(frame_type)
        if frame_type == "FRAME_BIAS":  # which lasts as short as the camera can
            seconds = max(seconds, exposure.elements[self.chip.seconds].min)
        build(exposure.vector, {self.chip.seconds: seconds})  # refuse it before anything is set
        connection = self.device.connection
        connection.enable_blobs(self.name, self.chip.image)
        yield from self._prepare(frame_type, binning)
        yield from wire(self.device, names_of(self.device, frame_type))
        geometry = frame_geometry(self.device, self.chip)
        headers = headers_of(connection)
        with headers.exposing(self.device, self.chip, frame_type):
            blob = yield exposure.ask(
                {self.chip.seconds: seconds},
                partial(exposed, self.chip),
                label=label,
                watch=[self.chip.image],
                timeout=seconds + _DOWNLOAD_TIMEOUT,
                abort=self.start_abort,
                progress=partial(countdown, self.chip, seconds),
            )
            headers.note(self.device, blob, self.chip)
        frame: Frame = yield connection.worker.submit(headers.frame, blob, geometry)
        if connection.archive is not None:
            frame.path = yield connection.archive.stored(blob, self.name)
        return frame

    def _check_frame_type(self, frame_type: str) -> None:
        types = self._find("CCD_FRAME_TYPE") or ()
        if frame_type != "FRAME_LIGHT" and frame_type not in types:
            raise Refused(f"{self.name} has no {frame_type}; it has {', '.join(types) or 'none'}")

    def _prepare(self, frame_type: str, binning: tuple[int, int] | None) -> Steps[None]:
        """Set what differs, one by one: saved configurations are not to be trusted."""
        yield from self._ensure("CCD_VIDEO_STREAM", "STREAM_OFF")
        yield from self._ensure("CCD_FAST_TOGGLE", "INDI_DISABLED")
        yield from self._ensure("CCD_TRANSFER_FORMAT", "FORMAT_FITS")
        if (upload := self._find("UPLOAD_MODE")) and upload.vector.get("UPLOAD_LOCAL"):
            yield upload.set("UPLOAD_CLIENT")
        yield from self._ensure("CCD_FRAME_TYPE", frame_type)
        if binning is not None and binning != self.binning:
            horizontal, vertical = binning
            yield self.device["CCD_BINNING"].set(HOR_BIN=horizontal, VER_BIN=vertical)
