"""Flat fields: frames of an even light, exposed so that they are well filled."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u

from indinb.client.operation import Operation
from indinb.client.procedure import Steps
from indinb.errors import Failed, OutOfRange, Refused
from indinb.images.frame import Frame
from indinb.instruments.cameras.chips import counts as numbers_of
from indinb.instruments.cameras.sequence import Plan, Series
from indinb.instruments.readings import grouped

_TRIALS = 12
_STEP = 10.0  # times longer or shorter, at most, is a trial than the one before
_LINEAR = 0.9  # of what the camera can tell: beyond, it may not count all of the light
_DARK = 0.01  # of the counts that are wanted: below, they are mostly noise
_MOST_BITS = 64  # of a pixel
_PIXELS = 1 << 18  # that are enough for a median


@dataclass(frozen=True)
class Target:
    """What a flat field is to be like, and how it may be exposed.

    Parameters
    ----------
    counts : float
        Wanted, as the median of all pixels.
    tolerance : float
        By which part of that it may be missed.
    shortest, longest : float
        Seconds.
    """

    counts: float
    tolerance: float
    shortest: float
    longest: float

    def check(self) -> None:
        """Raise OutOfRange for what cannot be."""
        if not 0 < self.tolerance < 1:
            raise OutOfRange(f"tolerance is a part of the counts, such as 0.05: {self.tolerance}")
        if not 0 < self.shortest <= self.longest:
            raise OutOfRange(
                f"flats cannot be from {self.shortest:g} s to {self.longest:g} s long: "
                "give shortest and longest as times above 0"
            )

    def check_counts(self, bias: float, full: float) -> None:
        """Raise OutOfRange for counts that the camera does not have."""
        if not bias < self.counts <= _LINEAR * full:
            raise OutOfRange(
                f"this camera counts from {grouped(bias)}, its bias, to {grouped(full)}, and well "
                f"up to {_LINEAR:.0%} of that: ask for other counts than {grouped(self.counts)}"
            )

    def is_met(self, level: float) -> bool:
        """Whether a trial has the counts that are wanted."""
        return abs(level - self.counts) <= self.tolerance * self.counts

    def next(self, seconds: float, level: float, bias: float, full: float) -> float:
        """Return how long to expose after a trial: light counts in proportion to its time.

        Raises
        ------
        Refused
            If that is shorter or longer than it may be.

        Examples
        --------
        >>> target = Target(30_000, 0.05, shortest=0.01, longest=30)
        >>> target.next(seconds=0.1, level=11_000, bias=1000, full=65535)
        0.29
        >>> target.next(seconds=0.1, level=65535, bias=1000, full=65535)  # or even brighter
        0.01
        """
        factor = (self.counts - bias) / max(level - bias, _DARK * (self.counts - bias))
        if level > _LINEAR * full:
            factor = 1 / _STEP
        wanted = seconds * min(max(factor, 1 / _STEP), _STEP)
        allowed = min(max(wanted, self.shortest), self.longest)
        is_sure = 1 / _STEP < factor < _STEP
        if allowed != wanted and (is_sure or allowed == seconds):
            raise Refused(self._complaint(seconds, level, wanted))
        return round(allowed, 4) or allowed

    def _complaint(self, seconds: float, level: float, wanted: float) -> str:
        is_dark = wanted > self.longest
        limit = f"longest={self.longest:g}" if is_dark else f"shortest={self.shortest:g}"
        return (
            f"the light is too {'dark' if is_dark else 'bright'} for flats of "
            f"{grouped(self.counts)} counts: {seconds:g} s give {grouped(level)}, and {limit} s is "
            f"allowed; make it {'brighter' if is_dark else 'darker'}, or ask for other counts"
        )


class Flats(Series):
    """Flat fields, of which the first finds out how long they are exposed.

    Attributes
    ----------
    exposure : Quantity or None
        What has been found.
    """

    def __init__(self, plan: Plan, target: Target) -> None:
        super().__init__(plan)
        self.exposure: u.Quantity | None = None
        self._target = target

    def _label(self) -> str:
        counts = grouped(self._target.counts)
        return f"{self.plan.count} flats of {counts} counts with {self.plan.camera.name}"

    def _pace(self) -> float:
        known = self.exposure
        return self.plan.delay + (self._target.shortest if known is None else known.to_value(u.s))

    def _prepare(self) -> Steps[None]:
        yield from super()._prepare()
        if self.exposure is None:
            archive = self.plan.camera.device.connection.archive
            name = self.plan.camera.name
            with archive.leaving_out(name) if archive is not None else contextlib.nullcontext():
                self.exposure = (yield from self._find()) * u.s

    def _expose(self) -> Operation[Frame]:
        return self._trial(self._pace() - self.plan.delay, "flat")

    def _trial(self, seconds: float, frame_type: str) -> Operation[Frame]:
        return self.plan.camera.start_exposure(seconds, frame_type, **self.plan.options)

    def _find(self) -> Steps[float]:
        """Take trials until one is right."""
        target = self._target
        bias = yield from self._bias()
        seconds = min(max(0.1, target.shortest), target.longest)
        levels: list[float] = []
        while len(levels) < _TRIALS:
            frame = yield self._trial(seconds, "flat")
            level, full = level_of(frame), self._full(frame)
            target.check_counts(bias, full)
            if target.is_met(level):
                return seconds
            seconds = target.next(seconds, level, bias, full)
            levels.append(level)
        raise Failed(_unsteady(levels))

    def _bias(self) -> Steps[float]:
        """Measure what the camera counts without light, if it can."""
        types = self.plan.camera.device.get("CCD_FRAME_TYPE") or ()
        if "FRAME_BIAS" not in types:
            return 0.0
        frame = yield self._trial(0, "bias")
        return level_of(frame)

    def _full(self, frame: Frame) -> float:
        """Return the most that a pixel can count."""
        bits = numbers_of(self.plan.camera.device, "CCD_INFO", "CCD_BITSPERPIXEL") or [16]
        most = np.iinfo(frame.data.dtype).max if frame.data.dtype.kind in "iu" else np.inf
        return float(min(most, 2.0 ** min(bits[0], _MOST_BITS) - 1))


def level_of(frame: Frame) -> float:
    """Return the median of a frame's pixels, or of a part of them that are spread over it.

    Examples
    --------
    >>> level_of(Frame(np.full((4, 5), 7, np.uint16), unit="adu"))
    7.0
    """
    step = max(1, int((frame.data.size / _PIXELS) ** 0.5))
    return float(np.median(frame.data[..., ::step, ::step]))


def _unsteady(levels: Sequence[float]) -> str:
    told = ", ".join(grouped(level) for level in levels[-3:])
    return (
        f"no exposure was found in {_TRIALS} trials, the last of which have {told} counts: "
        "is the light steady?"
    )
