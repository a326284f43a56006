"""A focuser."""

import math

from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.clock import Ramp
from indinb.simulator.common import (
    Configurable,
    Debugging,
    Joystick,
    Polling,
    Presets,
    Serial,
    presets,
)
from indinb.simulator.driver import CONNECTION, MAIN, OPTIONS
from indinb.simulator.properties import (
    AT_MOST_ONE,
    READ_ONLY,
    Numbers,
    Refused,
    Switches,
    number,
    switch,
)
from indinb.simulator.world import BEST_FOCUS

_MOVING = "moving"
_STEPS_PER_SECOND = 5000  # by the timer, at the lowest speed
_MILLIMETRES_PER_STEP = 5e-5

_POSITION = {"ABS_FOCUS_POSITION", "FOCUS_MAX", "FOCUS_SYNC", "Presets", "Goto"}
_BACKLASH = {"FOCUS_BACKLASH_TOGGLE", "FOCUS_BACKLASH_STEPS"}
_MODAL = {*_POSITION, *_BACKLASH, "REL_FOCUS_POSITION", "FOCUS_SPEED", "FOCUS_TIMER"}
_HIDDEN = {
    "All": {"FOCUS_TIMER"},
    "Absolute": _MODAL - _POSITION,
    "Relative": _MODAL - {"REL_FOCUS_POSITION"},
    "Timer": _MODAL - {"FOCUS_SPEED", "FOCUS_TIMER"},
}
"""Properties that the modes do not have."""


class FocuserSimulator(Joystick, Presets, Serial, Configurable, Debugging, Polling):
    """A focuser that knows its position, and the temperature of the tube."""

    name = "Focuser Simulator"
    executable = "indi_simulator_focus"
    interface = Interface.FOCUSER
    group = CONNECTION
    settings = ("FOCUS_MAX", "FOCUS_BACKLASH_TOGGLE", "Presets", "DELAY")

    mode = Switches(
        "Mode",
        "Mode",
        MAIN,
        switch("All", "All", True),
        *(switch(name, name) for name in _HIDDEN if name != "All"),
        since="start",
    )
    motion = Switches(
        "FOCUS_MOTION",
        "Direction",
        MAIN,
        switch("FOCUS_INWARD", "Focus In", True),
        switch("FOCUS_OUTWARD", "Focus Out"),
        state=State.OK,
    )
    speed = Numbers(
        "FOCUS_SPEED",
        "Speed",
        MAIN,
        number("FOCUS_SPEED_VALUE", "Focus Speed", 1, (1, 5), 1, "%3.0f"),
        state=State.OK,
    )
    timer = Numbers(
        "FOCUS_TIMER",
        "Timer",
        MAIN,
        number("FOCUS_TIMER_VALUE", "Focus Timer (ms)", 1000, (0, 5000), 50, "%4.0f"),
        state=State.OK,
        since="later",
    )
    relative = Numbers(
        "REL_FOCUS_POSITION",
        "Relative Position",
        MAIN,
        number("FOCUS_RELATIVE_POSITION", "Steps", 0, (0, 100_000), 1000),
        state=State.OK,
    )
    absolute = Numbers(
        "ABS_FOCUS_POSITION",
        "Absolute Position",
        MAIN,
        number("FOCUS_ABSOLUTE_POSITION", "Steps", BEST_FOCUS, (0, 100_000), 1000),
        state=State.OK,
        checked=False,
    )
    sync = Numbers(
        "FOCUS_SYNC",
        "Sync",
        MAIN,
        number("FOCUS_SYNC_VALUE", "Steps", 0, (0, 100_000), 1000),
        state=State.OK,
    )
    abort = Switches(
        "FOCUS_ABORT_MOTION", "Abort Motion", MAIN, switch("ABORT", "Abort"), rule=AT_MOST_ONE
    )
    maximum = Numbers(
        "FOCUS_MAX",
        "Max. Position",
        MAIN,
        number("FOCUS_MAX_VALUE", "Steps", 100_000, (1000, 1_000_000), 10_000),
        state=State.OK,
    )
    backlash = Switches(
        "FOCUS_BACKLASH_TOGGLE",
        "Backlash",
        MAIN,
        switch("INDI_ENABLED", "Enabled"),
        switch("INDI_DISABLED", "Disabled", True),
    )
    backlash_steps = Numbers(
        "FOCUS_BACKLASH_STEPS",
        "Backlash",
        MAIN,
        number("FOCUS_BACKLASH_VALUE", "Steps", 0, (0, 1_000_000), 100),
        state=State.OK,
    )
    presets = presets((0, 100_000), 1000)
    seeing = Numbers(
        "SEEING_SETTINGS",
        "Seeing",
        MAIN,
        number("SIM_SEEING", "arcseconds", 3.5, (0, 60), 0, "%4.2f"),
    )
    fwhm = Numbers(
        "FWHM",
        "FWHM",
        MAIN,
        number("SIM_FWHM", "arcseconds", 3.5, (0, 60), 0, "%4.2f"),
        permission=READ_ONLY,
    )
    temperature = Numbers(
        "FOCUS_TEMPERATURE",
        "Temperature",
        MAIN,
        number("TEMPERATURE", "Celsius", 0, (-50, 70), 0, "%6.2f"),
        permission=READ_ONLY,
        timeout=0,
    )
    delay = Numbers(
        "DELAY", "Delay", OPTIONS, number("DELAY_VALUE", "Value (uS)", 100, (0, 60_000), 100)
    )

    _zero = 0.0
    _motion: Ramp | None = None

    def begin(self) -> None:
        """Put the focuser into the way of the light."""
        self._be_at(self.absolute.value)
        self.temperature.keep({"TEMPERATURE": self.light.temperature})

    async def run(self) -> None:
        """Tell the temperature when it has changed."""
        while True:
            if self.temperature.value != self.light.temperature:
                self.temperature.show(State.OK, self.light.temperature)
            await self.poll()

    def end(self) -> None:
        """Stay where it is."""
        self._be_at(self.position)
        self._motion = None

    @property
    def position(self) -> float:
        """Where it is now, in steps."""
        return float(round(self._motion.now) if self._motion else self.absolute.value)

    @mode.asked
    def set_mode(self, wanted: str) -> None:
        """Be a focuser that knows less: show its properties, and no other."""
        self.mode.select(wanted)
        for each in self.properties.values():
            if each.name in _MODAL:
                each.since = "later" if each.name in _HIDDEN[wanted] else "connect"
                if each.since == "later":
                    each.delete()
                elif self.connected and not each.defined:
                    each.define()

    @absolute.asked
    def move_to(self, position: float) -> None:
        """Move to a position."""
        self._check(position)
        self._begin_moving(position, f"Focuser moved to position {position:.0f}")

    @relative.asked
    def move_by(self, steps: float) -> None:
        """Move by some steps, in the direction that is set."""
        target = self.position + self._direction * steps
        self._check(target)
        self.relative.show(State.BUSY, steps)
        sense = "inward" if self._direction < 0 else "outward"
        self._begin_moving(target, f"Focuser moved {steps:.0f} steps {sense}", self.relative)

    @timer.asked
    def move_for(self, milliseconds: float) -> None:
        """Move for some time, at the speed that is set, but not beyond the ends."""
        steps = self._direction * milliseconds * 1e-3 * self.speed.value * _STEPS_PER_SECOND
        target = min(max(self.position + steps, 0.0), self.maximum.value)
        self.timer.show(State.BUSY, milliseconds)
        self._begin_moving(target, None, self.timer)

    @abort.asked
    def stop_moving(self, wanted: str | None) -> None:
        """Stop where the focuser is."""
        if self.stop(_MOVING):
            self._stand(State.IDLE)
        self.abort.select(None)

    @sync.asked
    def call_position(self, steps: float) -> None:
        """Call the position that it is at by another number."""
        if self.running(_MOVING):
            raise Refused("The focuser is moving")
        self._zero += self.absolute.value - steps
        self.sync.show(State.OK, steps)
        self._be_at(steps)
        self.absolute.tell(State.OK)

    @maximum.asked
    def set_maximum(self, steps: float) -> None:
        """Set how far the focuser goes."""
        self.absolute.limit("FOCUS_ABSOLUTE_POSITION", 0, steps, steps / 50)
        self.relative.limit("FOCUS_RELATIVE_POSITION", 0, steps / 2, steps / 100)
        self.sync.limit("FOCUS_SYNC_VALUE", 0, steps, steps / 50)
        self.maximum.show(State.OK, steps)

    @backlash_steps.asked
    def set_backlash(self, steps: float) -> None:
        """Keep how many steps to make up for; there is no backlash here."""
        if not self.backlash["INDI_ENABLED"]:
            raise Refused("Focuser backlash must be enabled first.", State.IDLE)
        self.backlash_steps.show(State.OK, steps)

    @seeing.asked
    def set_seeing(self, arcseconds: float) -> None:
        """Set what the air adds to `fwhm`."""
        self.seeing.show(State.OK, arcseconds)
        self._measure()
        self.fwhm.tell()

    def move_to_preset(self, place: float) -> None:
        """Go to a place."""
        self.ask(self.absolute.name, {"FOCUS_ABSOLUTE_POSITION": place})

    @property
    def _direction(self) -> int:
        return -1 if self.motion["FOCUS_INWARD"] else 1

    def _check(self, position: float) -> None:
        end, limit = ("minimum", 0.0) if position < 0 else ("maximum", self.maximum.value)
        if not 0 <= position <= self.maximum.value:
            raise Refused(f"Requested position out of bound. Focus {end} position is {limit:.0f}")

    def _begin_moving(
        self, position: float, message: str | None, by: Numbers | None = None
    ) -> None:
        begin = self.position
        for each in (self.relative, self.timer):
            if each is not by and each.state is State.BUSY:
                each.tell(State.IDLE)
        rate = 1e6 / max(self.delay.value, 1.0)
        self._motion = Ramp.between(self.clock, begin, float(round(position)), rate)
        self.absolute.tell(State.BUSY)
        self.start(_MOVING, self._move(self._motion, message, by), self.absolute)

    async def _move(self, motion: Ramp, message: str | None, by: Numbers | None) -> None:
        async for _ in self.countdown(motion.seconds):
            self._be_at(self.position)
            self.absolute.tell(State.BUSY)
        if message and by is None:
            self.notice(message)
        self._stand(State.OK, message if by else None)

    def _stand(self, state: State, message: str | None = None) -> None:
        self._be_at(self.position)
        self._motion = None
        self.fwhm.tell()
        for each in (self.relative, self.timer):
            if each.state is State.BUSY:
                each.tell(state, message=message)
        self.absolute.tell(state)

    def _be_at(self, position: float) -> None:
        self.absolute.keep({"FOCUS_ABSOLUTE_POSITION": position})
        self.light.focus = self._zero + position
        self._measure()

    def _measure(self) -> None:
        """Find the width of stars: of the air, and of the blur out of focus."""
        optics = self.light
        offset = abs((optics.focus or 0.0) - optics.best_focus) * _MILLIMETRES_PER_STEP
        blur = offset * optics.aperture / optics.focal_length**2  # radians
        width = math.hypot(self.seeing.value, math.degrees(blur) * 3600)
        self.fwhm.keep({"SIM_FWHM": min(width, 60.0)})
