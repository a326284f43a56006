"""Several frames, one after another, with one progress bar for all of them."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any, Protocol

from astropy import units as u

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.errors import ConnectionLost, OutOfRange
from indinb.images.frame import Frame
from indinb.instruments.cameras.seriesrun import Return, Run
from indinb.instruments.durations import Pause
from indinb.instruments.filterwheel import FilterWheel, slot_of
from indinb.instruments.mounts.dithering import arcsec_of
from indinb.instruments.mounts.telescope import Telescope
from indinb.instruments.roles import roles_of
from indinb.printable import printable

logger = logging.getLogger(__name__)

_ATTEMPTS = 5  # of one frame, as often as the link is lost meanwhile


class Exposer(Protocol):
    """What a series needs of a camera."""

    device: Device

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def exposing(self) -> bool:
        """Whether an exposure is under way."""

    @property
    def start_exposure(self) -> Callable[..., Operation[Frame]]:
        """What starts an exposure."""

    def start_abort(self) -> Operation[None]:
        """Stop an exposure."""


@dataclass(frozen=True)
class Plan:
    """How the frames of a series are taken.

    Parameters
    ----------
    camera : Exposer
        By which camera.
    count : int
        How many.
    seconds : float
        How long each is exposed.
    frame_type : str
        "light", "bias", "dark" or "flat".
    wheel, filter : FilterWheel and str or int, optional
        Through which filter.
    mount, dither : Telescope and Quantity, optional
        How far the telescope is moved between two of them.
    delay : float
        Seconds between two of them.
    options : mapping
        What else `Camera.start_exposure` takes.
    """

    camera: Exposer
    count: int
    seconds: float
    frame_type: str = "light"
    wheel: FilterWheel | None = None
    filter: str | int | None = None
    mount: Telescope | None = None
    dither: u.Quantity | None = None
    delay: float = 0.0
    options: Mapping[str, Any] = field(default_factory=dict)


def plan_of(
    camera: Exposer,
    count: int,
    seconds: float,
    frame_type: str,
    options: Mapping[str, Any],
    filter: str | int | None = None,
    dither: u.Quantity | None = None,
    delay: float = 0.0,
) -> Plan:
    """Check how a series is to be taken, and find the instruments that it takes.

    Raises
    ------
    OutOfRange
        If it cannot be taken like that.
    UnknownDevice
        If there is no filter wheel, or no mount.
    """
    if not isinstance(count, Integral) or count < 1:
        raise OutOfRange(f"{count!r} is no number of frames: give a whole one, from 1 on")
    roles = roles_of(camera.device.connection)
    wheel = mount = None
    if filter is not None:
        wheel = FilterWheel(roles.device("filter_wheel"))
        slot_of(filter, wheel.filters, wheel.name)
    if dither is not None:
        arcsec_of(dither)  # so that what is no angle is refused before the first frame
        mount = Telescope(roles.device("telescope"))
    kind = frame_type.casefold()
    return Plan(camera, int(count), seconds, kind, wheel, filter, mount, dither, delay, options)


class Series:
    """Frames that are taken one after another, each when it is asked for.

    Iterate over it, with ``for`` or ``async for``. One progress bar is shown for all; its Abort
    stops the camera, and ends the loop with `Aborted`. No more than one frame is held.

    When the link to the server is lost, the frame that was being taken is taken again once it is
    back.

    Parameters
    ----------
    plan : Plan
        How they are taken.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __len__(self) -> int:
        return self.plan.count

    def __repr__(self) -> str:
        return printable(f"<{type(self).__name__}: {self._label()}>")

    def __iter__(self) -> Iterator[Frame]:
        with Run(self._label(), self.plan.count, self._take, self._pace) as run:
            while run.goes_on:
                yield run.next()

    async def __aiter__(self) -> AsyncIterator[Frame]:
        with Run(self._label(), self.plan.count, self._take, self._pace) as run:
            while run.goes_on:
                yield await run.soon()

    def _label(self) -> str:
        plan = self.plan
        frames = "biases" if plan.frame_type == "bias" else f"{plan.frame_type}s"
        return f"{plan.count} {frames} of {plan.seconds:g} s with {plan.camera.name}"

    def _pace(self) -> float:
        """Return the seconds that a frame is expected to take."""
        return self.plan.seconds + self.plan.delay

    def _take(self, number: int) -> Operation[Frame]:
        label = f"frame {number + 1} of {self.plan.count} with {self.plan.camera.name}"
        return Procedure(label, self._taking(label, number))

    def _taking(self, label: str, number: int) -> Steps[Frame]:
        """Take a frame, and take it again if the link is lost meanwhile."""
        connection = self.plan.camera.device.connection
        attempt = 1
        while True:
            try:
                return (yield from self._attempt(number, attempt, connection))
            except ConnectionLost:
                comes_back = connection.reconnects and connection.status != "closed"
                if attempt == _ATTEMPTS or not comes_back:
                    raise
                logger.warning("%s is taken again when the link is back", label)
            attempt += 1

    def _attempt(self, number: int, attempt: int, connection: Connection) -> Steps[Frame]:
        if attempt > 1:
            yield from self._return(connection)
        elif number:
            yield from self._between()
        yield from self._prepare()
        frame: Frame = yield self._expose()
        return frame

    def _between(self) -> Steps[None]:
        """Move the telescope a little, and wait, before every frame but the first."""
        if self.plan.mount is not None:
            yield self.plan.mount.start_dither(self.plan.dither)
        if self.plan.delay:
            yield Pause(f"wait for {self.plan.delay:g} s", self.plan.delay)

    def _prepare(self) -> Steps[None]:
        """Turn the filter wheel, unless it stands right."""
        wheel, wanted = self.plan.wheel, self.plan.filter
        if wheel is not None and wanted is not None:
            slot = slot_of(wanted, wheel.filters, wheel.name)
            if wheel.slot != slot:
                yield wheel.start_select(slot)

    def _expose(self) -> Operation[Frame]:
        plan = self.plan
        return plan.camera.start_exposure(plan.seconds, plan.frame_type, **plan.options)

    def _return(self, connection: Connection) -> Steps[None]:
        """Wait for the link, and make the instruments ready: a server may have begun anew."""
        wheel = () if self.plan.wheel is None else (self.plan.wheel.device,)
        for device in (self.plan.camera.device, *wheel):
            yield Return(device)
            yield connection.quiet(device.name)
            yield device.start_connect()
        if self.plan.camera.exposing:  # the camera has gone on without us
            yield self.plan.camera.start_abort()
