"""The life of an exposure: it begins, is counted down, read out, and sent."""

import asyncio
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, Self

from indinb.protocol.vocabulary import State
from indinb.simulator.common import Polling
from indinb.simulator.devices import fits
from indinb.simulator.devices.chip import LONGEST, SHORTEST, Chip, answer
from indinb.simulator.devices.darkroom import Darkroom, Shot, work
from indinb.simulator.devices.uploading import Uploading
from indinb.simulator.devices.view import Track
from indinb.simulator.driver import OPTIONS
from indinb.simulator.properties import Numbers, Refused, Switches, number, switch
from indinb.simulator.world import Pointing


@dataclass(frozen=True)
class Exposure:
    """What is asked of the darkroom.

    Parameters
    ----------
    shot : Shot
        What decides the picture.
    notes : Notes
        What its header tells.
    """

    shot: Shot
    notes: fits.Notes

    def along(self, track: Track) -> Self:
        """Let the field have moved meanwhile."""
        scene = replace(self.shot.scene, trail=track.trail())
        return replace(self, shot=replace(self.shot, scene=scene))


class Exposing(Uploading, Polling):
    """A camera that takes pictures, of one chip or more.

    Attributes
    ----------
    chip : Chip
        The main one.
    transfer_format : Switches
        FITS, or the bare pixels.
    fast_toggle, fast_count : Switches, Numbers
        Whether to take several pictures, one right after the other, and how many.
    """

    transfer_format = Switches(
        "CCD_TRANSFER_FORMAT",
        "Encode",
        "Image Settings",
        switch("FORMAT_FITS", "FITS", True),
        switch("FORMAT_NATIVE", "Native"),
    )
    fast_toggle = Switches(
        "CCD_FAST_TOGGLE",
        "Fast Exposure",
        OPTIONS,
        switch("INDI_ENABLED", "Enabled"),
        switch("INDI_DISABLED", "Disabled", True),
        timeout=0,
    )
    fast_count = Numbers(
        "CCD_FAST_COUNT",
        "Fast Count",
        OPTIONS,
        number("FRAMES", "Frames", 1, (0, 100_000), 1),
        timeout=0,
    )

    chip: Chip

    @abstractmethod
    def look(self, chip: Chip, seconds: float, pointing: Pointing) -> Exposure:
        """Gather what decides the picture of an exposure that begins now."""

    @property
    def time_factor(self) -> float:
        """How much longer than asked exposures take."""
        return 1.0

    def equip(self, chip: Chip) -> Darkroom:
        """Let a chip take pictures."""
        answer(chip.exposure, lambda seconds: self.expose(chip, seconds))
        answer(chip.abort, lambda wanted: self.abort(chip))
        self._darkrooms[chip] = Darkroom(self.world.seed, chip.kind.number)
        return self._darkrooms[chip]

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self._darkrooms: dict[Chip, Darkroom] = {}

    def expose(self, chip: Chip, seconds: float) -> None:
        """Begin an exposure; one that lasts is given up."""
        if not SHORTEST <= seconds <= LONGEST:
            chip.exposure.keep(dict.fromkeys(chip.exposure.members, 0.0))
            raise Refused(
                f"Requested exposure value ({seconds:g}) seconds out of bounds "
                f"[{SHORTEST:g},{LONGEST:g}]."
            )
        chip.check_size()
        self.refuse_exposure(chip)
        if chip.frame_type["FRAME_BIAS"]:
            seconds = SHORTEST
        fast = chip is self.chip and self.fast_toggle["INDI_ENABLED"]
        series = self._expose_in_series if fast else self._expose_once
        self.start(chip.exposure.name, series(chip, seconds), chip.exposure)
        chip.exposure.show(State.BUSY, seconds)  # before an abort that came along is read

    def refuse_exposure(self, chip: Chip) -> None:
        """Raise `Refused` if the chip is needed for something else."""

    def abort(self, chip: Chip) -> None:
        """Give up an exposure."""
        self.stop(chip.exposure.name)
        chip.abort.select(None)
        chip.exposure.show(State.IDLE, 0.0)
        if chip is self.chip and self.fast_count.state is State.BUSY:
            self.fast_count.show(State.IDLE, 1.0)

    @fast_toggle.asked
    def set_fast(self, wanted: str) -> None:
        """Take pictures in series, or one by one."""
        if wanted == "INDI_ENABLED":
            self.notice(
                "Experimental Feature: After a frame is downloaded, the next frame capture "
                "immediately starts to avoid any delays.",
                "WARNING",
            )
        else:
            if self.chip.exposure.state is State.BUSY:
                self.abort(self.chip)
            self.fast_count.show(State.IDLE, 1.0)
        self.fast_toggle.select(wanted)

    async def _expose_once(self, chip: Chip, seconds: float) -> None:
        exposure = await self._integrate(chip, seconds)
        await self._deliver(chip, exposure)
        chip.exposure.show(State.OK, 0.0)

    async def _expose_in_series(self, chip: Chip, seconds: float) -> None:
        left = max(int(self.fast_count.value), 1)
        while left:
            exposure = await self._integrate(chip, seconds)
            chip.exposure.show(State.OK, 0.0)
            left -= 1
            self.fast_count.show(State.BUSY if left else State.IDLE, float(left or 1))
            await self._deliver(chip, exposure)
            if left:
                chip.exposure.show(State.BUSY, seconds)

    async def _integrate(self, chip: Chip, seconds: float) -> Exposure:
        """Let light in."""
        track = Track(self.light, self.clock)
        lasts = seconds * self.time_factor
        end = self.clock.elapsed + lasts
        chip.frame_number += 1
        begun = self.look(chip, lasts, track.begin)
        following = asyncio.ensure_future(track.follow(lasts))
        try:
            while self.clock.elapsed < end:
                await self.clock.until(end, at_most=self.period)
                chip.exposure.show(State.BUSY, max(end - self.clock.elapsed, 0.0))
        finally:
            following.cancel()
        track.sample()
        return begun.along(track)

    async def _deliver(self, chip: Chip, exposure: Exposure) -> None:
        """Read the chip out, and let the picture go where it is wanted."""
        compress = chip.compressed
        plain = self.transfer_format["FORMAT_NATIVE"]
        data, size = await work(_develop, self._darkrooms[chip], exposure, plain, compress)
        suffix = _suffix(plain, compress)
        if self.saves:
            self.tell_saved(await work(self.save, data, suffix, exposure.notes.when))
        if self.sends:
            chip.blob.send(data, suffix, size)


def _develop(
    darkroom: Darkroom, exposure: Exposure, plain: bool, compress: bool
) -> tuple[bytes, int]:
    picture = darkroom.picture(exposure.shot)
    if plain:
        return fits.native(picture, compress)
    return fits.encode(picture, fits.header(exposure.notes), compress)


def _suffix(plain: bool, compress: bool) -> str:
    if plain:
        return ".bin.z" if compress else ".bin"
    return ".fits.fz" if compress else ".fits"
