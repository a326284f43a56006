"""What takes pictures: the main chip of a camera, or its second one to guide with."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from numbers import Integral
from pathlib import PurePosixPath
from typing import Any, Unpack

from astropy import units as u

from indinb.client.observers import Change
from indinb.client.operation import Operation, Progress
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property
from indinb.client.request import build
from indinb.client.rules import Rule
from indinb.errors import Failed, OperationTimeout, OutOfRange, Refused
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from indinb.instruments.cameras import controls
from indinb.instruments.cameras.chips import GUIDE_HEAD, MAIN, Chip, frame_geometry
from indinb.instruments.cameras.exposing import (
    FILE_PATH,
    countdown,
    exposed,
    path_in,
    saved,
    stopped,
)
from indinb.instruments.cameras.headers import Headers, headers_of, names_of
from indinb.instruments.cameras.readout import Readout
from indinb.instruments.cameras.settings import (
    LOCAL,
    UPLOAD,
    Binning,
    Options,
    Settings,
    Subframe,
    Wish,
    check,
    fulfil,
    seconds_of,
    wishes,
)
from indinb.instruments.cameras.watching import Watch
from indinb.instruments.cameras.wiring import wire
from indinb.instruments.running import Running
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State

logger = logging.getLogger(__name__)

_DOWNLOAD_TIMEOUT = 180.0  # seconds for reading out and sending, as Ekos gives
_ABORT_TIMEOUT = 10.0  # seconds

_running: dict[Chip, Running[Any]] = {MAIN: Running(), GUIDE_HEAD: Running()}


class Imager(Readout):
    """A chip that is exposed, and the pictures of it."""

    @property
    def exposing(self) -> bool:
        """Whether an exposure is under way, as far as is known: not when the link is gone."""
        linked = self.device.connection.status == "connected"
        return linked and self.device[self.chip.exposure].state is State.BUSY

    @property
    def running(self) -> Operation[Any] | None:
        """The exposure that this program has under way, if there is one."""
        running = _running[self.chip]
        return running.get(self.device) if running.has(self.device) else None

    def start_exposure(
        self,
        exposure: float | u.Quantity,
        frame_type: str = "light",
        binning: Binning | None = None,
        *,
        subframe: Subframe | None = None,
        gain: float | None = None,
        offset: float | None = None,
        iso: int | str | None = None,
        format: str = "fits",
        compression: bool | None = None,
        capture_format: str | None = None,
        upload: str | None = None,
        retries: int = 0,
    ) -> Operation[Frame]:
        """Start an exposure; see `expose`.

        Returns
        -------
        Operation
            At once; its result is the Frame. ``abort()`` stops the camera.
        """
        settings = Settings(
            frame_type, binning, subframe, gain, offset, iso, format, compression, capture_format,
            upload,
        )  # fmt: skip
        check_comes(settings)
        seconds, label = self._plan(exposure)
        return self._begin(label, self._exposing(label, seconds, settings, _count(retries)))

    def expose(
        self,
        exposure: float | u.Quantity,
        frame_type: str = "light",
        binning: Binning | None = None,
        *,
        subframe: Subframe | None = None,
        gain: float | None = None,
        offset: float | None = None,
        iso: int | str | None = None,
        format: str = "fits",
        compression: bool | None = None,
        capture_format: str | None = None,
        upload: str | None = None,
        retries: int = 0,
    ) -> Frame:
        """Take a picture and wait for it, with a progress bar; Ctrl-C stops the camera.

        What is left out stays as it is, unless something else is said.

        Parameters
        ----------
        exposure : float or Quantity
            Time; a bare number is in seconds.
        frame_type : str
            "light", "bias", "dark" or "flat".
        binning : int or (int, int), optional
            Pixels to read as one, the same both ways or (horizontal, vertical).
        subframe : (int, int, int, int) or "full", optional
            What to read out: (x, y, width, height) in unbinned pixels, or all of the chip.
        gain, offset : float, optional
            In the units of the camera, wherever its driver has them.
        iso : int or str, optional
            One of `Camera.isos`.
        format : str
            In which the picture comes, one of `Camera.formats`; FITS by default.
        compression : bool, optional
            Whether the picture comes compressed.
        capture_format : str, optional
            What the camera reads out, one of `Camera.capture_formats`.
        upload : str, optional
            "both" keeps the picture on the server's disk as well: `Frame.server_path` is where;
            "client" does not. By default, whichever of the two is set.
        retries : int
            How often it is tried again when the camera fails, or no picture comes in time.

        Returns
        -------
        Frame
            The picture with its FITS header; its `path` is where ``client.save_to`` has put it.

        Raises
        ------
        Refused
            If the camera is exposing already, whoever has asked for that; or has no such thing.
        OutOfRange
            If the camera cannot expose so long or bin so many pixels, or has no such pixels.
        UnknownProperty
            If it has no such setting.
        OperationError
            If it fails, is stopped, or no picture comes.
        ImageError
            If the picture cannot be read. ``camera.device["CCD1"]["CCD1"].save(path)`` keeps it.
        """
        return self.start_exposure(
            exposure,
            frame_type,
            binning,
            subframe=subframe,
            gain=gain,
            offset=offset,
            iso=iso,
            format=format,
            compression=compression,
            capture_format=capture_format,
            upload=upload,
            retries=retries,
        ).wait()

    def start_exposure_to_server(
        self, exposure: float | u.Quantity, frame_type: str = "light", **options: Unpack[Options]
    ) -> Operation[PurePosixPath | None]:
        """Start an exposure that stays on the server's disk; see `expose_to_server`."""
        options["upload"] = LOCAL
        settings = Settings(frame_type, **options)
        seconds, label = self._plan(exposure)
        return self._begin(label, self._saving(label, seconds, settings))

    def expose_to_server(
        self, exposure: float | u.Quantity, frame_type: str = "light", **options: Unpack[Options]
    ) -> PurePosixPath | None:
        """Take a picture that its driver saves on the server's disk; no picture comes here.

        Parameters
        ----------
        exposure : float or Quantity
            Time; a bare number is in seconds.
        frame_type : str
            "light", "bias", "dark" or "flat".
        **options
            As of `expose`. The folder and the name are those of ``UPLOAD_SETTINGS``.

        Returns
        -------
        pathlib.PurePosixPath or None
            The file, on the server's machine; None if its driver does not tell.

        Raises
        ------
        PropertyError, OperationError
            As by `expose`.
        """
        return self.start_exposure_to_server(exposure, frame_type, **options).wait()

    def watch(self, room: int = 4) -> Watch:
        """Return the pictures that arrive from now on, whoever has asked for them, and video.

        Parameters
        ----------
        room : int
            Pictures that may wait to be looked at; of more, the newest are kept.

        Returns
        -------
        Watch
            To iterate over, also by ``async for``, and to close: best in a ``with``.

        Examples
        --------
        ::

            with client.camera.watch() as frames:
                for frame in frames:
                    print(frame.data.max())
        """
        self._headers.attend(self.device, self.chip)
        return Watch(self.device, self.chip, room, self._headers.frame)

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

    def _plan(self, exposure: float | u.Quantity) -> tuple[float, str]:
        seconds = seconds_of(exposure)
        return seconds, f"expose {self.name} for {seconds:g} s"

    def _begin(self, label: str, steps: Steps[Any]) -> Operation[Any]:
        """Begin, unless the camera exposes already: it would silently begin anew."""
        start = partial(Procedure[Any], label, steps)
        begun = None if self.exposing else _running[self.chip].begin(self.device, start)
        if begun is None:
            raise self._refusal()
        return begun

    def _refusal(self) -> Refused:
        """Say why the camera cannot expose now."""
        return Refused(f"{self.name} is exposing already: camera.abort() stops it")

    def _exposing(
        self, label: str, seconds: float, settings: Settings, retries: int
    ) -> Steps[Frame]:
        seconds = yield from self._prepared(seconds, settings)
        geometry = frame_geometry(self.device, self.chip)
        rule = partial(exposed, self.chip)
        ask = partial(self._ask, label, seconds, rule, [self.chip.image])
        with self._noted(settings):
            blob = yield from self._tried(ask, retries)
        return (yield from self._developed(blob, geometry))

    def _saving(
        self, label: str, seconds: float, settings: Settings
    ) -> Steps[PurePosixPath | None]:
        seconds = yield from self._prepared(seconds, settings)
        tells = FILE_PATH in self.device
        rule = partial(saved, self.chip, tells)
        path = yield self._ask(label, seconds, rule, [FILE_PATH] if tells else [])
        return PurePosixPath(path) if path else None

    @property
    def _headers(self) -> Headers:
        return headers_of(self.device.connection)

    def _noted(self, settings: Settings) -> AbstractContextManager[None]:
        """Know what belongs in the headers of what comes now."""
        return self._headers.exposing(self.device, self.chip, settings.frame_type)

    def _prepared(self, seconds: float, settings: Settings) -> Steps[float]:
        """Set all that differs, and return how long to expose."""
        seconds, wished = self._checked(seconds, settings)
        if settings.upload != LOCAL:
            self.device.connection.enable_blobs(self.name, self.chip.image)
        yield from fulfil(self.device, wished)
        yield from wire(self.device, names_of(self.device, settings.frame_type))
        return seconds

    def _checked(self, seconds: float, settings: Settings) -> tuple[float, list[Wish]]:
        """Refuse what the camera cannot do before anything is set; a bias is as short as can be."""
        exposure = self.device[self.chip.exposure]
        wished = wishes(self.device, self.chip, settings)
        if settings.frame_type.casefold() == "bias":
            seconds = max(seconds, exposure.elements[self.chip.seconds].min)
        self._check_time(exposure, seconds)
        check(self.device, wished)
        return seconds, wished

    def _check_time(self, exposure: Property, seconds: float) -> None:
        member = exposure.elements[self.chip.seconds]
        shortest, longest = member.min, member.max
        if shortest < longest and not shortest <= seconds <= longest:
            raise OutOfRange(
                f"{self.name} exposes from {shortest:g} s to {longest:g} s, not for {seconds:g} s"
            )
        build(exposure.vector, {self.chip.seconds: seconds})

    def _ask(
        self,
        label: str,
        seconds: float,
        rule: Rule,
        watch: list[str],
        count: int = 1,
        progress: Callable[[float, Sequence[Change]], Progress] | None = None,
    ) -> Operation[Any]:
        """Ask the camera to expose."""
        return self.device[self.chip.exposure].ask(
            {self.chip.seconds: seconds},
            rule,
            label=label,
            watch=watch,
            timeout=count * seconds + _DOWNLOAD_TIMEOUT,
            abort=self.start_abort,
            progress=partial(progress or partial(countdown, self.chip), seconds),
        )

    def _tried(self, ask: Callable[[], Operation[Blob]], retries: int) -> Steps[Blob]:
        """Expose, and again if that fails; a camera that is too late is stopped before."""
        while True:
            try:
                blob: Blob = yield ask()
                return blob
            except (Failed, OperationTimeout) as error:
                if retries == 0 or self.chip.exposure not in self.device:
                    raise
                logger.warning("%s; it is tried again", error)
                late = isinstance(error, OperationTimeout)
            retries -= 1
            if late:
                yield self.start_abort()

    def _developed(self, blob: Blob, geometry: Geometry | None) -> Steps[Frame]:
        """Make a frame of a picture, and know where it is saved."""
        connection = self.device.connection
        frame: Frame = yield connection.worker.submit(self._headers.frame, blob, geometry)
        if controls.selected(self.device, UPLOAD) == "UPLOAD_BOTH":
            frame.server_path = path_in(self.device)
        if connection.archive is not None:
            frame.path = yield connection.archive.stored(blob, self.name)
        return frame


def check_comes(settings: Settings) -> None:
    """Refuse settings by which no picture would come to this client."""
    if str(settings.upload).casefold().removeprefix("upload_") == LOCAL:
        raise OutOfRange("then no picture comes here: camera.expose_to_server(…) does that")


def _count(retries: int) -> int:
    if not isinstance(retries, Integral) or retries < 0:
        raise OutOfRange(f"{retries!r} is no number of retries: it is 0 or more")
    return int(retries)
