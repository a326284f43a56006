"""Picture after picture, by exposures or by video, until somebody stops that."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Unpack

from astropy import units as u

from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.procedure import Steps
from indinb.client.property import Property
from indinb.client.request import build
from indinb.errors import Aborted, Failed, OperationTimeout, Refused, UnknownProperty
from indinb.instruments.cameras.chips import MAIN
from indinb.instruments.cameras.exposing import exposed
from indinb.instruments.cameras.imager import Imager, check_comes
from indinb.instruments.cameras.live import Live, Plan, live_of, plan_of
from indinb.instruments.cameras.settings import VIDEOS, Options, Wish, check, fulfil, wishes
from indinb.instruments.durations import Pause
from indinb.instruments.readings import can_set, is_on
from indinb.protocol.vocabulary import State

logger = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before it is tried again, after each failure in a row; after one more it is over."""

_SHORT = 0.5  # seconds: exposures that video does as well
_USUAL = 1.0  # seconds, where nothing is said, and there is no video
_EXPOSURE = "STREAMING_EXPOSURE"


class Filming(Imager):
    """A chip that takes picture after picture."""

    def live(
        self,
        exposure: float | u.Quantity | None = None,
        *,
        stream: bool | None = None,
        **options: Unpack[Options],
    ) -> Live:
        """Take picture after picture, to look at: the last line of a cell shows them.

        It begins at once and goes on by itself, so that other cells can be run: the camera alone
        is occupied, until ``stop()`` or the button Stop. A live view of this chip that was running
        is stopped, and this one takes its place.

        Parameters
        ----------
        exposure : float or Quantity, optional
            Time of each; a bare number is in seconds. Without, video as the camera is set to, or
            exposures of 1 s if it has no video.
        stream : bool, optional
            Whether to use the video of the driver: most send 8 bits a pixel, with a gamma curve.
            By default, if the camera has video and the exposure is 0.5 s at most.
        **options
            As of `expose`, such as ``binning=2`` or ``gain=100``.

        Returns
        -------
        Live
            At once. Exposures are pictures like others: ``client.save_to`` keeps them, while video
            is never saved. One that fails is tried again, after a pause that grows.

        Raises
        ------
        Refused
            If the camera is exposing.
        UnknownProperty
            If it has no such setting, or no video.
        PropertyError
            As by `expose`.

        Examples
        --------
        ::

            live = client.camera.live(2 * u.s, binning=2)
            live
        """
        return Live(self, self._live_plan(exposure, stream, options)).begin()

    def check_film(self, plan: Plan) -> None:
        """Refuse what the camera cannot do, before anything is set."""
        check_comes(plan.settings)
        if not plan.streams:
            self._checked(plan.seconds or 0.0, plan.settings)
            return
        check(self.device, wishes(self.device, self.chip, plan.settings))
        if plan.seconds is not None and _EXPOSURE in self.device:
            build(self.device[_EXPOSURE].vector, {f"{_EXPOSURE}_VALUE": plan.seconds})

    def film(self, plan: Plan, tell: Callable[[str], object]) -> Operation[Any]:
        """Take picture after picture, until that is aborted.

        Parameters
        ----------
        plan : Plan
            How.
        tell : callable
            Called with what has gone wrong and is tried again, and with nothing when that is over.
        """
        label = f"live view of {self.name}, {plan.words}"
        return self._begin(label, self._filming(label, plan, tell))

    def start_reading_out(self, subframe: tuple[int, int, int, int]) -> Operation[Any]:
        """Set a subframe, as ``expose(subframe=...)`` does, without an exposure."""
        names = ("X", "Y", "WIDTH", "HEIGHT")
        values = dict(zip(names, map(float, subframe), strict=True))
        steps = fulfil(self.device, [Wish(self.chip.named("FRAME"), values)])
        return self._begin(f"set the subframe of {self.name}", steps)

    def _live_plan(
        self, exposure: float | u.Quantity | None, stream: bool | None, options: Options
    ) -> Plan:
        plan = plan_of(exposure, False, options)
        can = self._video is not None
        if stream and not can:
            raise UnknownProperty(f"{self.name} has no video: leave out stream=True")
        if stream is None:
            stream = can and (plan.seconds is None or plan.seconds <= _SHORT)
        if not stream and plan.seconds is None:
            exposure = _USUAL
        return plan_of(exposure, bool(stream), options)

    @property
    def _video(self) -> Property | None:
        """What switches its video, if it has any."""
        names = [name for name in VIDEOS if can_set(self.device, name)] if self.chip is MAIN else []
        return self.device[names[0]] if names else None

    def _refusal(self) -> Refused:
        if live_of(self.device, self.chip) is not None:
            return Refused(f"{self.name} shows a live view: live.stop() ends that")
        return super()._refusal()

    def _filming(self, label: str, plan: Plan, tell: Callable[[str], object]) -> Steps[None]:
        if plan.streams:
            yield from self._set_for_video(plan)
            attempt = partial(self._stream, plan)
        else:
            seconds = yield from self._prepared(plan.seconds or 0.0, plan.settings)
            attempt = partial(self._expose_once, label, seconds, plan)
        yield from self._persist(attempt, tell)

    def _expose_once(self, label: str, seconds: float, plan: Plan) -> Steps[None]:
        """Expose; what comes is heard of by whoever observes it."""
        rule = partial(exposed, self.chip)
        with self._noted(plan.settings):
            yield self._ask(label, seconds, rule, [self.chip.image])

    def _set_for_video(self, plan: Plan) -> Steps[None]:
        self.device.connection.enable_blobs(self.name, self.chip.image)
        yield from fulfil(self.device, wishes(self.device, self.chip, plan.settings))
        if plan.seconds is not None and _EXPOSURE in self.device:
            yield self.device[_EXPOSURE].set({f"{_EXPOSURE}_VALUE": plan.seconds})

    def _stream(self, plan: Plan) -> Steps[None]:
        video = self._video
        if video is None:
            raise Failed(f"{self.name} has no video any more")
        try:
            with self._noted(plan.settings):
                yield video.set("STREAM_ON")
                yield Video(video)
        finally:
            if video.defined and is_on(self.device, video.name, "STREAM_ON"):
                yield video.set("STREAM_OFF")

    def _persist(
        self, attempt: Callable[[], Steps[None]], tell: Callable[[str], object]
    ) -> Steps[None]:
        """Do it again and again, less and less soon while it fails."""
        failures = 0
        while True:
            try:
                yield from attempt()
                failures = 0
                tell("")
            except (Failed, OperationTimeout) as error:
                if failures == len(PAUSES) or self.chip.exposure not in self.device:
                    raise
                logger.warning("%s; it is tried again", error)
                tell(str(error))
                late = isinstance(error, OperationTimeout)
            else:
                continue
            if late:
                yield self.start_abort()
            yield Pause("wait before trying again", PAUSES[failures], self.device.connection)
            failures += 1


class Video(Operation[None]):
    """Video that is being sent: it ends, never well, when that ends."""

    def __init__(self, video: Property) -> None:
        super().__init__(f"video of {video.device.name}")
        self._property = video
        subscription = video.observe(self._hear)
        self.add_done_callback(lambda _: subscription.close())
        video.device.connection.begin(self)
        self._look()

    def _hear(self, change: Change) -> None:
        if change.type == "deleted":
            self.fail(Failed(f"{self.label}: the driver took {change.name} back"))
        else:
            self._look()

    def _look(self) -> None:
        vector = self._property.vector
        if vector.state is State.ALERT:
            self.fail(Failed(f"{self.label}: it failed"))
        elif vector.get("STREAM_ON") is False:
            self.fail(Aborted(f"{self.label}: it was stopped"))
