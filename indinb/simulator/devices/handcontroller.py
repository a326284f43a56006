"""Moving a mount by hand: the four keys, and guiding pulses."""

from typing import Any

from indinb.protocol.messages import Member
from indinb.protocol.vocabulary import State
from indinb.simulator.devices.guiding import Guiding
from indinb.simulator.devices.mount import SIDEREAL
from indinb.simulator.devices.mounted import Mounted
from indinb.simulator.properties import (
    ANY_OF_MANY,
    AT_MOST_ONE,
    READ_ONLY,
    Numbers,
    Switches,
    number,
    switch,
)

MOTION = "Motion Control"

_SPEEDS = {"1x": SIDEREAL / 3600, "2x": 0.5, "3x": 2.5, "4x": 6.0}
"""Degrees per second, as INDI's simulator has them."""

_OPPOSITE = {"N": "S", "S": "N", "W": "E", "E": "W"}


def coordinates() -> tuple[Member, Member]:
    """Declare a right ascension and a declination."""
    return (
        number("RA", "RA (hh:mm:ss)", 0, (0, 24), 0, "%010.6m"),
        number("DEC", "DEC (dd:mm:ss)", 0, (-90, 90), 0, "%010.6m"),
    )


class HandController(Guiding, Mounted):
    """A mount that moves while a key is pressed, and by guiding pulses.

    Attributes
    ----------
    target : Numbers
        Where the mount was sent last, or where it was when a key was let go.
    """

    guiding_group = MOTION

    move_ns = Switches(
        "TELESCOPE_MOTION_NS",
        "Motion N/S",
        MOTION,
        switch("MOTION_NORTH", "North"),
        switch("MOTION_SOUTH", "South"),
        rule=AT_MOST_ONE,
    )
    move_we = Switches(
        "TELESCOPE_MOTION_WE",
        "Motion W/E",
        MOTION,
        switch("MOTION_WEST", "West"),
        switch("MOTION_EAST", "East"),
        rule=AT_MOST_ONE,
    )
    reverse = Switches(
        "TELESCOPE_REVERSE_MOTION",
        "Reverse",
        MOTION,
        switch("REVERSE_NS", "North/South"),
        switch("REVERSE_WE", "West/East"),
        rule=ANY_OF_MANY,
    )
    speed = Switches(
        "TELESCOPE_SLEW_RATE",
        "Slew Rate",
        MOTION,
        switch("1x", "Guide"),
        switch("2x", "Centering"),
        switch("3x", "Find", True),
        switch("4x", "Max"),
        timeout=0,
    )
    target = Numbers(
        "TARGET_EOD_COORD", "Slew Target", MOTION, *coordinates(), permission=READ_ONLY
    )
    guide_rate = Numbers(
        "GUIDE_RATE",
        "Guiding Rate",
        MOTION,
        number("GUIDE_RATE_WE", "W/E Rate", 0.5, (0, 1), 0.1, "%g"),
        number("GUIDE_RATE_NS", "N/S Rate", 0.5, (0, 1), 0.1, "%g"),
        timeout=0,
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self.light.guide = self.guide_mount

    @move_ns.asked
    def move_north_or_south(self, wanted: str | None) -> None:
        """Move in declination until told to stop."""
        self._move(self.move_ns, wanted, bool(self.reverse["REVERSE_NS"]))

    @move_we.asked
    def move_west_or_east(self, wanted: str | None) -> None:
        """Move in right ascension until told to stop."""
        self._move(self.move_we, wanted, bool(self.reverse["REVERSE_WE"]))

    def guide_mount(self, direction: str, seconds: float) -> None:
        """Do what a guiding pulse asks, from whichever port it comes."""
        self.require_unparked()
        rate = self.guide_rate["GUIDE_RATE_NS" if direction in "NS" else "GUIDE_RATE_WE"]
        self.mount.guide(direction, float(rate), seconds)

    def let_go(self) -> None:
        """Let go of all keys, and tell it."""
        for keys in (self.move_ns, self.move_we):
            if keys.on:
                self._let_go(keys)

    def where(self) -> dict[str, float]:
        """Return the coordinates that are reported, in hours and degrees."""
        ra, dec = self.mount.radec
        return {"RA": ra / 15, "DEC": dec}

    def _move(self, keys: Switches, wanted: str | None, reverse: bool) -> None:
        if wanted is None:
            self._let_go(keys)
            return
        self.require_rest()
        direction = wanted.removeprefix("MOTION_")[0]
        self.mount.push(
            _OPPOSITE[direction] if reverse else direction, _SPEEDS[self.speed.on or "3x"]
        )
        keys.select(wanted, State.BUSY)

    def _let_go(self, keys: Switches) -> None:
        self.mount.release("N" if keys is self.move_ns else "W")
        if keys.on:
            self.target.tell(State.IDLE, {**self.where()})
        keys.select(None, State.IDLE)
