"""A rotator."""

from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.clock import Ramp
from indinb.simulator.common import Configurable, Debugging, Presets, Serial, presets
from indinb.simulator.driver import CONNECTION, MAIN
from indinb.simulator.properties import AT_MOST_ONE, Numbers, Switches, number, switch

_DEGREES_PER_SECOND = 10.0
_TURNING = "turning"


class RotatorSimulator(Presets, Serial, Configurable, Debugging):
    """A rotator, whose angle can be given another zero and another sense."""

    name = "Rotator Simulator"
    executable = "indi_simulator_rotator"
    interface = Interface.ROTATOR
    group = CONNECTION
    settings = ("ROTATOR_REVERSE", "Presets")
    place = "angle"

    angle = Numbers(
        "ABS_ROTATOR_ANGLE",
        "Goto",
        MAIN,
        number("ANGLE", "Angle", 0, (0, 360), 10, "%.2f"),
        timeout=0,
    )
    abort = Switches(
        "ROTATOR_ABORT_MOTION",
        "Abort Motion",
        MAIN,
        switch("ABORT", "Abort"),
        rule=AT_MOST_ONE,
        timeout=0,
    )
    sync = Numbers(
        "SYNC_ROTATOR_ANGLE",
        "Sync",
        MAIN,
        number("ANGLE", "Angle", 0, (0, 360), 10, "%.2f"),
        timeout=0,
    )
    reverse = Switches(
        "ROTATOR_REVERSE",
        "Reverse",
        MAIN,
        switch("INDI_ENABLED", "Enabled"),
        switch("INDI_DISABLED", "Disabled", True),
        timeout=0,
    )
    presets = presets((0, 360), 10)

    _zero = 0.0
    _motion: Ramp | None = None

    @angle.asked
    async def rotate_to(self, angle: float) -> None:
        """Rotate to an angle, the shorter way round."""
        self.notice(f"Rotator moving to {angle:.2f} degrees...")
        begin = self.angle.value
        way = (angle - begin + 180) % 360 - 180
        self._motion = Ramp.between(self.clock, begin, begin + way, _DEGREES_PER_SECOND)
        async for _ in self.countdown(self._motion.seconds):
            self._be_at(self._motion.now % 360, State.BUSY)
        self._motion = None
        self._be_at(angle, State.OK)

    @abort.asked
    def stop_rotating(self, wanted: str | None) -> None:
        """Stop at whatever angle it is; as of INDI's rotators that is Ok."""
        self.abort.select(None)
        self._stop()

    @sync.asked
    def call_angle(self, angle: float) -> None:
        """Call the angle that it is at by another number."""
        self.sync.show(State.OK, angle)
        self._stop()
        self.angle.show(State.OK, angle)
        self._keep_still()

    @reverse.asked
    def set_sense(self, wanted: str) -> None:
        """Count angles the other way, from the one that it is at."""
        reversed_ = wanted == "INDI_ENABLED"
        self.notice(f"Rotator direction is {'reversed' if reversed_ else 'normal'}.")
        self.reverse.select(wanted)
        self._keep_still()

    def move_to_preset(self, place: float) -> None:
        """Go to a place."""
        self.ask(self.angle.name, {"ANGLE": place})

    def end(self) -> None:
        """Stay where it is."""
        self._stop()
        self._motion = None

    def _stop(self) -> None:
        self.stop(self.angle.name)
        if self._motion:
            self._be_at(self._motion.now % 360, State.OK)
            self._motion = None

    def _be_at(self, angle: float, state: State) -> None:
        self.angle.show(state, angle)
        self.light.rotation = (self._zero + self._sense * angle) % 360

    def _keep_still(self) -> None:
        """Choose the zero so that the new angle is where the rotator really is."""
        self._zero = (self.light.rotation or 0.0) - self._sense * self.angle.value

    @property
    def _sense(self) -> int:
        return -1 if self.reverse["INDI_ENABLED"] else 1
