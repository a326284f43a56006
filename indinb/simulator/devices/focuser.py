"""A focuser."""

from indinb.protocol.vocabulary import Interface, State
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

_MOVING = "moving"


class FocuserSimulator(Joystick, Presets, Serial, Configurable, Debugging, Polling):
    """A focuser that knows its position, and the temperature of the tube."""

    name = "Focuser Simulator"
    executable = "indi_simulator_focus"
    interface = Interface.FOCUSER
    group = CONNECTION
    settings = ("FOCUS_MAX", "Presets", "DELAY")

    motion = Switches(
        "FOCUS_MOTION",
        "Direction",
        MAIN,
        switch("FOCUS_INWARD", "Focus In", True),
        switch("FOCUS_OUTWARD", "Focus Out"),
        state=State.OK,
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
        number("FOCUS_ABSOLUTE_POSITION", "Steps", 36_700, (0, 100_000), 1000),
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
    presets = presets((0, 100_000), 1000)
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

    def begin(self) -> None:
        """Put the focuser into the way of the light."""
        self.light.focus = self.absolute.value
        self.temperature.keep({"TEMPERATURE": self.light.temperature})

    async def run(self) -> None:
        """Tell the temperature when it has changed."""
        while True:
            if self.temperature.value != self.light.temperature:
                self.temperature.show(State.OK, self.light.temperature)
            await self.poll()

    @absolute.asked
    def move_to(self, position: float) -> None:
        """Move to a position."""
        self.start(_MOVING, self._move(position))

    @relative.asked
    def move_by(self, steps: float) -> None:
        """Move by some steps, in the direction that is set."""
        inward = self.motion.on == "FOCUS_INWARD"
        target = self.absolute.value + (-steps if inward else steps)
        if not 0 <= target <= self.maximum.value:
            raise Refused(f"Requested position {target:.0f} is out of bounds")
        self.relative.show(State.BUSY, steps)
        self.start(_MOVING, self._move(target))

    @abort.asked
    def stop_moving(self, wanted: str | None) -> None:
        """Stop where the focuser is."""
        if self.stop(_MOVING):
            self.absolute.tell(State.IDLE)
            self.relative.tell(State.IDLE)
        self.abort.select(None)

    @maximum.asked
    def set_maximum(self, steps: float) -> None:
        """Set how far the focuser goes."""
        self.maximum.show(State.OK, steps)
        self.absolute.limit("FOCUS_ABSOLUTE_POSITION", 0, steps, steps / 100)
        self.relative.limit("FOCUS_RELATIVE_POSITION", 0, steps, steps / 100)

    def move_to_preset(self, place: float) -> None:
        """Go to a place."""
        self.move_to(place)

    async def _move(self, position: float) -> None:
        begin = self.absolute.value
        seconds = abs(position - begin) * self.delay.value * 1e-6
        self.absolute.tell(State.BUSY)
        async for left in self.countdown(seconds):
            self._be_at(position + (begin - position) * left / seconds, State.BUSY)
        self._be_at(position, State.OK)
        if self.relative.state is State.BUSY:
            self.relative.tell(State.OK)

    def _be_at(self, position: float, state: State) -> None:
        self.light.focus = float(round(position))
        self.absolute.show(state, self.light.focus)
