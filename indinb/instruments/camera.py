"""Cameras."""

import math
import time
from collections.abc import Sequence
from functools import partial
from numbers import Integral

from astropy import units as u

from indinb.client.arrivals import arrived
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation, Progress
from indinb.client.procedure import Procedure, Steps
from indinb.client.request import build
from indinb.client.rules import Done, Verdict
from indinb.errors import Aborted, Failed, OutOfRange, Refused
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.running import Running
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Interface, State

FRAME_TYPES = ("light", "bias", "dark", "flat")
"""Kinds of exposure that INDI knows."""

_EXPOSURE = "CCD_EXPOSURE"
_SECONDS = "CCD_EXPOSURE_VALUE"
_IMAGE = "CCD1"
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

    marks = ("CCD_EXPOSURE",)

    @property
    def exposing(self) -> bool:
        """Whether an exposure is under way, as far as is known: not when the link is gone."""
        linked = self.device.connection.status == "connected"
        return linked and self.device[_EXPOSURE].state is State.BUSY

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
        seconds = _seconds(exposure)
        frame_member = _frame_member(frame_type)
        pair = None if binning is None else _pair(binning)
        label = f"expose {self.name} for {seconds:g} s"
        if self.running is not None or self.exposing:
            raise Refused(f"{self.name} is exposing already: camera.abort() stops it")
        operation = Procedure(label, self._exposing(label, seconds, frame_member, pair))
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

    def start_abort(self) -> Operation[None]:
        """Stop the exposure that is under way; see `abort`."""
        return self.device["CCD_ABORT_EXPOSURE"].ask(
            {"ABORT": True},
            partial(stopped, self.exposing),
            label=f"stop {self.name}",
            watch=[_EXPOSURE],
            timeout=_ABORT_TIMEOUT,
        )

    def abort(self) -> None:
        """Stop the exposure that is under way, and wait until the camera says so."""
        self.start_abort().wait()

    def _exposing(
        self, label: str, seconds: float, frame_type: str, binning: tuple[int, int] | None
    ) -> Steps[Frame]:
        exposure = self.device[_EXPOSURE]
        self._check_frame_type(frame_type)
        if frame_type == "FRAME_BIAS":  # which lasts as short as the camera can
            seconds = max(seconds, exposure.elements[_SECONDS].min)
        build(exposure.vector, {_SECONDS: seconds})  # refuse it before anything is set
        connection = self.device.connection
        connection.enable_blobs(self.name, _IMAGE)
        yield from self._prepare(frame_type, binning)
        geometry = frame_geometry(self.device)
        blob = yield exposure.ask(
            {_SECONDS: seconds},
            partial(exposed, seconds),
            label=label,
            watch=[_IMAGE],
            timeout=seconds + _DOWNLOAD_TIMEOUT,
            abort=self.start_abort,
            progress=partial(countdown, seconds),
        )
        frame: Frame = yield connection.worker.submit(Frame.from_blob, blob, geometry)
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


def frame_geometry(device: Device) -> Geometry | None:
    """Snapshot the size of a camera's pictures, for formats that do not tell it.

    Returns
    -------
    Geometry or None
        From ``CCD_FRAME`` (or the whole sensor of ``CCD_INFO``), ``CCD_BINNING`` and the bits in
        ``CCD_INFO``, each of which may be missing; None unless the camera says how large.
    """
    size = _counts(device, "CCD_FRAME", "WIDTH", "HEIGHT")
    size = size or _counts(device, "CCD_INFO", "CCD_MAX_X", "CCD_MAX_Y")
    horizontal, vertical = _counts(device, "CCD_BINNING", "HOR_BIN", "VER_BIN") or (1, 1)
    bits = next(iter(_counts(device, "CCD_INFO", "CCD_BITSPERPIXEL")), None)
    return Geometry(size[0] // horizontal, size[1] // vertical, bits) if size else None


def _counts(device: Device, name: str, *members: str) -> list[int]:
    """Read some numbers of a property, or nothing unless each of them counts something."""
    found = device.get(name)
    values = [found.vector.get(member) for member in members] if found else []
    sound = all(isinstance(value, float) and 1 <= value < math.inf for value in values)
    return [int(value) for value in values] if sound else []  # type: ignore[arg-type]


def exposed(seconds: float, changes: Sequence[Change]) -> Verdict:
    """Decide whether an exposure is over: picture and Ok have come, in either order.

    Before the camera has begun, what comes is late: a picture of an exposure before, or the Idle
    after an abort.
    """
    begun = False
    blob: Blob | None = None
    state = State.BUSY
    for change in changes:
        if change.name == _EXPOSURE:
            state = change.new.state
            begun = begun or _begins(change)
        elif begun:
            blob = arrived(change).get(_IMAGE, blob)
    match state:
        case State.ALERT:
            return Failed("the exposure failed")
        case State.IDLE if begun:
            return Aborted("the exposure was stopped")
        case State.OK if blob is not None:
            return Done(blob)
    return None


def _begins(change: Change) -> bool:
    """Whether a camera has begun: some are never Busy, but an Ok may also be only repeated."""
    was_ok = change.old is not None and change.old.state is State.OK
    return change.new.state is State.BUSY or (change.new.state is State.OK and not was_ok)


def countdown(seconds: float, changes: Sequence[Change]) -> Progress:
    """Tell how far an exposure is, going on from the camera's last word."""
    for change in reversed(changes):
        if change.name == _EXPOSURE:
            left = change.new[_SECONDS] - (time.time() - change.new.received)
            if left <= 0:
                return Progress(1.0, "reading out")
            return Progress(1 - left / max(left, seconds), f"{left:.0f} s left")
    return Progress(0.0, "starting")


def stopped(exposing: bool, changes: Sequence[Change]) -> Verdict:
    """Decide whether a camera has stopped: it first says that it will, and then is no more Busy."""
    confirmed = False
    for change in changes:
        state = change.new.state
        if change.name == _EXPOSURE:
            exposing = state is State.BUSY
        elif state is State.ALERT:
            return Failed("the camera could not stop")
        else:
            confirmed = True
    return Done() if confirmed and not exposing else None


def _seconds(exposure: float | u.Quantity) -> float:
    try:
        seconds = float(u.Quantity(exposure, u.s).value)
    except (TypeError, ValueError, u.UnitConversionError) as error:
        raise OutOfRange(f"{exposure!r} is no exposure time: give seconds, or 2 * u.s") from error
    if not math.isfinite(seconds) or seconds < 0:
        raise OutOfRange(f"an exposure cannot last {seconds} s")
    return seconds


def _frame_member(frame_type: str) -> str:
    if str(frame_type).casefold() not in FRAME_TYPES:
        raise OutOfRange(f"{frame_type!r} is no frame type: use one of {', '.join(FRAME_TYPES)}")
    return f"FRAME_{frame_type.upper()}"


def _pair(binning: int | tuple[int, int]) -> tuple[int, int]:
    match binning:
        case Integral():
            return binning, binning
        case Integral(), Integral():
            return binning[0], binning[1]
    raise OutOfRange(f"{binning!r} is no binning: give a whole number, or (horizontal, vertical)")
