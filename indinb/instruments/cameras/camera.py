"""Cameras."""

from collections.abc import Iterable
from numbers import Integral
from typing import Unpack

from astropy import units as u

from indinb.client.operation import Operation
from indinb.client.procedure import Procedure, Steps
from indinb.client.property import Property
from indinb.errors import OutOfRange, UnknownProperty
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from indinb.instruments.base import instrument
from indinb.instruments.cameras.campaign import Campaign
from indinb.instruments.cameras.chips import GUIDE_HEAD, MAIN, frame_geometry
from indinb.instruments.cameras.cooling import Cooling
from indinb.instruments.cameras.exposing import Burst
from indinb.instruments.cameras.filming import Filming
from indinb.instruments.cameras.settings import (
    FAST,
    VIDEOS,
    Options,
    Settings,
    seconds_of,
)
from indinb.instruments.readings import is_on
from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Interface

_COUNT = "CCD_FAST_COUNT"


class GuideChip(Filming):
    """The second chip of a camera, to guide with: it exposes beside the main one."""

    chip = GUIDE_HEAD


@instrument(Interface.CCD)
class Camera(Cooling, Campaign, Filming):
    """A camera: takes exposures and returns frames.

    Examples
    --------
    ::

        frame = client.camera.expose(2 * u.s)
        dark = client.camera.expose(60, frame_type="dark", binning=2)
        client.camera.cool_to(-10 * u.deg_C)
    """

    chip = MAIN
    marks = ("CCD_EXPOSURE",)

    @property
    def guide_chip(self) -> GuideChip:
        """Its second chip.

        Raises
        ------
        UnknownProperty
            If it has none.
        """
        if GUIDE_HEAD.exposure not in self.device:
            raise UnknownProperty(f"{self.name} has no second chip to guide with")
        return GuideChip(self.device)

    def start_burst(
        self,
        count: int,
        exposure: float | u.Quantity,
        frame_type: str = "light",
        **options: Unpack[Options],
    ) -> Operation[list[Frame]]:
        """Start fast exposures; see `burst`."""
        if FAST not in self.device:
            raise UnknownProperty(f"{self.name} has no fast exposures: take one after the other")
        if not isinstance(count, Integral) or count < 1:
            raise OutOfRange(f"{count!r} is no number of pictures: it is 1 or more")
        seconds, one = self._plan(exposure)
        label = f"{one}, {count} times"
        steps = self._bursting(label, int(count), seconds, Settings(frame_type, **options))
        return self._begin(label, steps)

    def burst(
        self,
        count: int,
        exposure: float | u.Quantity,
        frame_type: str = "light",
        **options: Unpack[Options],
    ) -> list[Frame]:
        """Take many short pictures, as fast as the camera can: it begins each by itself.

        Parameters
        ----------
        count : int
            How many. All are kept in memory.
        exposure : float or Quantity
            Time; a bare number is in seconds. Drivers give up if it takes longer to send a
            picture than to expose it.
        frame_type : str
            "light", "bias", "dark" or "flat".
        **options
            As of `expose`.

        Returns
        -------
        list of Frame
            In the order in which they came.

        Raises
        ------
        UnknownProperty
            If the camera has no fast exposures.
        PropertyError, OperationError
            As by `expose`.
        """
        return self.start_burst(count, exposure, frame_type, **options).wait()

    @property
    def streaming(self) -> bool:
        """Whether it sends video."""
        return any(is_on(self.device, video, "STREAM_ON") for video in VIDEOS)

    def start_streaming(self, exposure: float | u.Quantity | None = None) -> Operation[None]:
        """Start video, which `watch` receives; it goes on until `stop_streaming`.

        Parameters
        ----------
        exposure : float or Quantity, optional
            Time of each picture; a bare number is in seconds.

        Returns
        -------
        Operation
            At once; done when the camera has begun.

        Raises
        ------
        UnknownProperty
            If the camera sends no video.
        Refused
            If it is exposing.
        """
        if self.running is not None or self.exposing:
            raise self._refusal()
        seconds = None if exposure is None else seconds_of(exposure)
        return Procedure(f"start video of {self.name}", self._streaming(seconds))

    def start_stop_streaming(self) -> Operation[None]:
        """Ask for the end of video; see `stop_streaming`."""
        return self._some_video.set("STREAM_OFF")

    def stop_streaming(self) -> None:
        """End video, and wait until the camera says so."""
        self.start_stop_streaming().wait()

    @property
    def _some_video(self) -> Property:
        return self._video or self.device[VIDEOS[0]]

    def _streaming(self, seconds: float | None) -> Steps[None]:
        video = self._some_video
        if seconds is not None:
            yield self.device["STREAMING_EXPOSURE"].set(STREAMING_EXPOSURE_VALUE=seconds)
        yield video.set("STREAM_ON")

    def _bursting(
        self, label: str, count: int, seconds: float, settings: Settings
    ) -> Steps[list[Frame]]:
        seconds = yield from self._prepared(seconds, settings)
        geometry = frame_geometry(self.device)
        try:
            yield self.device[FAST].set("INDI_ENABLED")
            yield self.device[_COUNT].set(count)
            burst = Burst(self.chip, count)
            with self._noted(settings):
                pictures = yield self._ask(
                    label, seconds, burst, [self.chip.image], count, burst.progress
                )
        finally:
            yield from self._ensure(FAST, "INDI_DISABLED")
        return (yield from self._all_developed(pictures, geometry))

    def _all_developed(
        self, pictures: Iterable[Blob], geometry: Geometry | None
    ) -> Steps[list[Frame]]:
        frames = []
        for blob in pictures:
            frames.append((yield from self._developed(blob, geometry)))
        return frames
