"""What the cards of a dashboard have in common: each is one instrument, as an observer sees it.

A card reads the newest values whenever it is drawn, and keeps but what it was asked to do: the
operation that it follows, and what has to be said about it.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, ClassVar

from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.client.pace import words
from indinb.errors import Aborted, ConnectionLost, IndiError, UnknownDevice
from indinb.instruments.readings import state
from indinb.protocol.vocabulary import State
from indinb.widgets.snapshot import Json

if TYPE_CHECKING:
    from indinb.observatory import Client

logger = logging.getLogger(__name__)


class Card:
    """One instrument on a dashboard.

    Parameters
    ----------
    client : Client
        Whose instrument it is.
    changed : callable
        Called, from any thread, when there is something new to draw.

    Attributes
    ----------
    role : str
        Which instrument, as in `Client.use`.
    """

    role: ClassVar[str]
    _actions: ClassVar[dict[str, Callable[..., None]]] = {}

    def __init__(self, client: "Client", changed: Callable[[], None]) -> None:
        self._client = client
        self._changed = changed
        self._operation: Operation[Any] | None = None
        self._note: Json | None = None
        self._is_odd = False

    @property
    def device(self) -> Device:
        """The device that has the role now; UnknownDevice if there is none."""
        return self._client.device_of(self.role)

    @property
    def operation(self) -> Operation[Any] | None:
        """What takes its time, and can be aborted."""
        operation = self._operation
        return None if operation is None or operation.done() else operation

    @property
    def is_busy(self) -> bool:
        """Whether something is under way whose progress nobody tells but its operation."""
        try:
            return self.operation is not None
        except UnknownDevice:
            return False

    def describe(self) -> Json:
        """Describe what it shows; an odd driver spoils its own card, and no other."""
        try:
            return self._describe()
        except Exception as error:
            if not self._is_odd:  # else it would be said ten times a second
                self._is_odd = True
                logger.exception("the %s cannot be shown", self.role)
            return {"condition": "odd", "hint": str(error), "note": self._note}

    def _describe(self) -> Json:
        try:
            device = self.device
        except UnknownDevice as error:
            return {"condition": "missing", "hint": str(error), "note": self._note}
        described = {
            "device": device.name,
            "condition": _condition(device),
            "note": self._note,
            "progress": self._progress(device),
        }
        if described["condition"] != "ready":
            return described
        return described | self._readings(device)

    def act(self, action: str, values: Json) -> None:
        """Do what a browser asks for; on the worker, as that may take time.

        Parameters
        ----------
        action : str
            One of the card's own, "connect" or "dismiss".
        values : dict
            Its arguments.
        """
        self._note = None
        try:
            (self._actions | Card._actions)[action](self, **values)
        except IndiError as error:
            self._tell(error)
        self._changed()

    def abort(self) -> None:
        """Stop the instrument; on any thread, at once."""
        self._note = None
        try:
            self._stop()
        except IndiError as error:
            self._tell(error)
        self._changed()

    def _readings(self, device: Device) -> Json:
        raise NotImplementedError

    def _stop(self) -> None:
        operation = self.operation
        if operation is not None:
            operation.abort()

    def _progress(self, device: Device) -> Json | None:
        operation = self.operation
        if operation is None:
            return None
        progress = operation.progress
        fraction = None if progress.fraction is None else round(progress.fraction, 3)
        return {"fraction": fraction, "detail": words(progress)}

    def _run(self, operation: Operation[Any]) -> None:
        """Show the progress of what takes its time, and how it ends."""
        self._operation = operation
        self._note = None  # of what this has replaced
        self._watch(operation)

    def _watch(self, operation: "Future[Any]") -> None:
        """Say so when what was asked for fails, unless something else has been asked since."""

        def report(done: "Future[Any]") -> None:
            error = done.exception()
            if error is not None and self._operation in (None, done):
                self._tell(error)
            if self._operation is done:
                self._operation = None  # and with it its result, which may be a picture
            self._changed()

        operation.add_done_callback(report)

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, ConnectionLost):
            return  # the whole dashboard says so
        level = "info" if isinstance(error, Aborted) else "alert"
        self._note = {"text": str(error), "level": level}

    def _connect(self) -> None:
        self._watch(self.device.start_connect())

    def _dismiss(self) -> None:
        pass  # as any action takes back what was said before


Card._actions = {"connect": Card._connect, "dismiss": Card._dismiss}


def _condition(device: Device) -> str:
    """Tell what can be done with a device; some have nothing to be connected to."""
    if not device.defined:
        return "gone"
    if "CONNECTION" not in device or device.connected:
        return "ready"
    return "connecting" if state(device, "CONNECTION") is State.BUSY else "disconnected"


def celsius(degrees: float | None) -> str | None:
    """Write a temperature.

    Examples
    --------
    >>> celsius(20.04)
    '20.0 °C'
    """
    return None if degrees is None else f"{degrees:.1f} °C".replace("-", "\N{MINUS SIGN}")
