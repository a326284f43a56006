"""Pulses that correct the tracking of the mount."""

from typing import Any, ClassVar

from indinb.protocol.messages import Value
from indinb.protocol.vocabulary import State
from indinb.simulator.driver import Driver
from indinb.simulator.properties import Numbers, number

_LONGEST = (0, 60_000)  # milliseconds


class Guiding(Driver):
    """A device that sends guiding pulses to the mount.

    Attributes
    ----------
    guide_ns, guide_we : Numbers
        How long to move, in milliseconds; the way that is not to be moved is 0. Busy while the
        mount moves, then Idle and 0.
    """

    guiding_group: ClassVar[str] = "Guider Control"
    """Where the two are shown."""

    guide_ns = Numbers(
        "TELESCOPE_TIMED_GUIDE_NS",
        "Guide N/S",
        guiding_group,
        number("TIMED_GUIDE_N", "North (ms)", 0, _LONGEST, 100),
        number("TIMED_GUIDE_S", "South (ms)", 0, _LONGEST, 100),
    )
    guide_we = Numbers(
        "TELESCOPE_TIMED_GUIDE_WE",
        "Guide E/W",
        guiding_group,
        number("TIMED_GUIDE_W", "West (ms)", 0, _LONGEST, 100),
        number("TIMED_GUIDE_E", "East (ms)", 0, _LONGEST, 100),
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self.guide_ns.group = self.guide_we.group = self.guiding_group

    @guide_ns.asked
    async def guide_north_or_south(self, asked: dict[str, float]) -> None:
        """Move the mount in declination."""
        await self._guide(self.guide_ns, asked)

    @guide_we.asked
    async def guide_west_or_east(self, asked: dict[str, float]) -> None:
        """Move the mount in right ascension."""
        await self._guide(self.guide_we, asked)

    def pulse(self, direction: str, seconds: float) -> None:
        """Move the mount north, south, west or east (N, S, W, E); it may raise `Refused`."""
        if self.light.guide is not None:
            self.light.guide(direction, seconds)

    async def _guide(self, pulses: Numbers, asked: dict[str, float]) -> None:
        name = max(asked, key=lambda member: asked[member] > 0)
        seconds = asked[name] / 1000
        self.pulse(name[-1], seconds)
        pulses.tell(State.BUSY, asked)
        await self.clock.sleep(seconds)
        none: dict[str, Value] = dict.fromkeys(asked, 0.0)
        pulses.tell(State.IDLE, none)
