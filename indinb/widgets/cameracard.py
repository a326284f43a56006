"""The camera on a dashboard: exposures, one or many, and how cold it is."""

import contextlib
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from astropy import units as u

from indinb.client.device import Device
from indinb.errors import IndiError, OutOfRange, Refused
from indinb.instruments.cameras.camera import Camera
from indinb.instruments.cameras.settings import FRAME_TYPES
from indinb.instruments.readings import can_set, is_on, members, number, state
from indinb.protocol.vocabulary import State
from indinb.widgets.card import Card, celsius
from indinb.widgets.snapshot import Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from indinb.client.operation import Operation
    from indinb.images.frame import Frame
    from indinb.observatory import Client

_EXPOSURE = "CCD_EXPOSURE"
_TEMPERATURE = "CCD_TEMPERATURE"
_COOLER = "CCD_COOLER"
_MOST_BINNING = 8  # that is offered, whatever the driver tells


class CameraCard(Card):
    """The main camera."""

    role = "camera"

    def __init__(self, client: "Client", changed: "Callable[[], None]") -> None:
        super().__init__(client, changed)
        self._plan: Json = {"exposure": "1", "count": "1", "binning": None, "frame_type": "light"}
        self._loop = False
        self._series: _Series | None = None

    @property
    def operation(self) -> "Operation[Any] | None":
        """The exposure that is under way, whichever cell has begun it."""
        return Camera(self.device).running

    def _readings(self, device: Device) -> Json:
        busy = state(device, _EXPOSURE) is State.BUSY or self.operation is not None
        series = self._series
        return {
            "light": State.BUSY if busy else state(device, _EXPOSURE) or State.IDLE,
            "words": self._words(busy),
            "exposing": busy,
            "plan": self._plan,
            "loop": self._loop,
            "series": series is not None,
            "binnings": _binnings(device),
            "frame_types": _frame_types(device),
            "temperature": celsius(number(device, _TEMPERATURE, "CCD_TEMPERATURE_VALUE")),
            "cooler": is_on(device, _COOLER, "COOLER_ON") if _COOLER in device else None,
            "can": {
                "expose": can_set(device, _EXPOSURE),
                "cool": can_set(device, _TEMPERATURE),
                "switch": can_set(device, _COOLER),
                "abort": busy or series is not None,
            },
        }

    def _words(self, busy: bool) -> str:
        series = self._series
        word = "Exposing" if busy or series is not None else "Ready"
        if series is None or (series.wanted == 1 and not self._loop):
            return word
        return f"{word} {series.taken}" + ("" if self._loop else f" of {series.wanted}")

    def _progress(self, device: Device) -> Json | None:
        told = super()._progress(device)
        if told is None and state(device, _EXPOSURE) is State.BUSY:  # another client has begun it
            left = number(device, _EXPOSURE, "CCD_EXPOSURE_VALUE") or 0.0
            return {"fraction": None, "detail": f"{left:.0f} s left"}
        return told

    def _expose(self, exposure: str, count: str, binning: int | None, frame_type: str) -> None:
        if self._series is not None:
            raise Refused("the exposures that were asked for are not over: Abort stops them")
        seconds, wanted = _seconds(exposure), _count(count)
        self._plan = {
            "exposure": exposure,
            "count": count,
            "binning": binning,
            "frame_type": frame_type,
        }
        start = partial(Camera.start_exposure, exposure=seconds, frame_type=frame_type)
        self._series = _Series(partial(start, binning=binning), wanted)
        self._take(self._series)

    def _take(self, series: "_Series") -> None:
        """Begin the next exposure of a series, or end it."""
        try:
            operation = series.begin(Camera(self.device))
        except IndiError:
            self._series = None
            raise
        operation.add_done_callback(partial(self._taken, series))
        self._watch(operation)
        if series.stopped:  # while it began
            operation.abort()

    def _taken(self, series: "_Series", operation: "Future[Frame]") -> None:
        if operation.exception() is not None or series.is_over(self._loop):
            self._series = None
            return
        with contextlib.suppress(RuntimeError):  # the client is closed
            self._client.worker.submit(self._take_next, series)

    def _take_next(self, series: "_Series") -> None:
        try:
            if series.is_over(self._loop):
                self._series = None
            else:
                self._take(series)
        except IndiError as error:
            self._tell(error)
        self._changed()

    def _stop(self) -> None:
        if self._series is not None:
            self._series.stopped = True
        operation = self.operation
        if operation is not None:
            operation.abort()
        elif state(self.device, _EXPOSURE) is State.BUSY:
            self._watch(Camera(self.device).start_abort())

    def _repeat(self, on: bool) -> None:
        self._loop = on

    def _cool(self, celsius: str) -> None:
        self._watch(self.device[_TEMPERATURE].set(_number(celsius, "temperature in °C")))

    def _switch_cooler(self, on: bool) -> None:
        self._watch(self.device[_COOLER].set("COOLER_ON" if on else "COOLER_OFF"))

    _actions = {  # noqa: RUF012
        "expose": _expose,
        "loop": _repeat,
        "cool": _cool,
        "cooler": _switch_cooler,
    }


class _Series:
    """Exposures one after another.

    Parameters
    ----------
    start : callable
        Starts one with a camera.
    wanted : int
        How many.
    """

    def __init__(self, start: "Callable[[Camera], Operation[Frame]]", wanted: int) -> None:
        self._start = start
        self.wanted = wanted
        self.taken = 0
        self.stopped = False

    def begin(self, camera: Camera) -> "Operation[Frame]":
        operation = self._start(camera)
        self.taken += 1
        return operation

    def is_over(self, loop: bool) -> bool:
        return self.stopped or (self.taken >= self.wanted and not loop)


def _binnings(device: Device) -> list[int]:
    """Tell how many pixels a camera can read as one, the same both ways."""
    vector = device.connection.model.vector(device.name, "CCD_BINNING")
    if vector is None or not vector.definition.permission.writable:
        return []
    most = min([_MOST_BINNING, *(element.max for element in vector.elements.values())])
    return list(range(1, int(most) + 1)) if most >= 1 else []


def _frame_types(device: Device) -> list[str]:
    known = members(device, "CCD_FRAME_TYPE")
    return [one for one in FRAME_TYPES if f"FRAME_{one.upper()}" in known] or ["light"]


def _seconds(text: str) -> u.Quantity:
    """Read an exposure time: "30", "0,5" or "2 min".

    Examples
    --------
    >>> float(_seconds("2 min").to_value("s"))
    120.0
    """
    try:
        found = u.Quantity(text.replace(",", "."))
    except (TypeError, ValueError):
        raise OutOfRange(f"{text!r} is no exposure time: write seconds, or 2 min") from None
    return found * u.s if found.unit == u.dimensionless_unscaled else found


def _count(text: str) -> int:
    count = _number(text, "number of frames")
    if count < 1 or not count.is_integer():
        raise OutOfRange(f"{text!r} is no number of frames: write 1 or more")
    return int(count)


def _number(text: str, what: str) -> float:
    """Read a number as people write it.

    Examples
    --------
    >>> _number("-10,5", "temperature")
    -10.5
    """
    plain = text.replace("\N{MINUS SIGN}", "-").replace(",", ".")
    try:
        return float("".join(plain.split()))
    except ValueError:
        raise OutOfRange(f"{text!r} is no {what}") from None
