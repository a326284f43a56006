"""A dome."""

from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.clock import Ramp
from indinb.simulator.common import (
    Configurable,
    Debugging,
    Joystick,
    Polling,
    Presets,
    Serial,
    Simulated,
)
from indinb.simulator.devices import domeproperties as declared
from indinb.simulator.properties import Refused

_DEGREES_PER_SECOND = 10.0
_SHUTTER_SECONDS = 5.0
_MOVING, _SHUTTER, _PARKING = "moving", "shutter", "parking"
_CLOCKWISE, _COUNTER_CLOCKWISE = "DOME_CW", "DOME_CCW"
_BUSY_MOVING = "Please stop dome before issuing any further motion commands."
_PARKED = "Please unpark before issuing any motion commands."


class DomeSimulator(Joystick, Presets, Simulated, Serial, Configurable, Debugging, Polling):
    """A dome with a slit, which parks, and follows the telescope when it is slaved.

    No light comes in, even while nobody is connected, until its shutter is open. As INDI's own
    simulator it closes the shutter when it parks, and opens it when it leaves the parking place,
    whatever the policy. It follows the azimuth of the telescope as if that were in its centre.
    """

    name = "Dome Simulator"
    executable = "indi_simulator_dome"
    interface = Interface.DOME
    group = "Connection"
    settings = (
        "DOME_PARAMS",
        "DOME_MEASUREMENTS",
        "DOME_AUTOSYNC",
        "DM_OTA_SIDE",
        "DOME_SHUTTER_PARK_POLICY",
        "Presets",
    )

    active_devices = declared.ACTIVE_DEVICES
    mount_policy = declared.MOUNT_POLICY
    shutter = declared.SHUTTER
    park_policy = declared.PARK_POLICY
    motion = declared.MOTION
    relative = declared.RELATIVE
    absolute = declared.ABSOLUTE
    abort = declared.ABORT
    presets = declared.PRESETS
    slaving = declared.SLAVING
    telescope_side = declared.TELESCOPE_SIDE
    params = declared.PARAMS
    measurements = declared.MEASUREMENTS
    park = declared.PARK
    park_position = declared.PARK_POSITION
    park_option = declared.PARK_OPTION

    _turn: Ramp | None = None

    def __init__(self, *world: object) -> None:
        super().__init__(*world)
        self._be_at(self.absolute.value)
        self._let_light_in()

    async def run(self) -> None:
        """Follow the telescope."""
        while True:
            self._follow()
            await self.poll()

    def end(self) -> None:
        """Stay where it is; what has not come to its end is half way, neither this nor that."""
        self._be_at(self.azimuth)
        self._turn = None
        self.motion.keep(self.motion.only(None))
        for each in (self.shutter, self.park):
            if each.state is State.BUSY:
                each.keep(each.only(None))

    @property
    def azimuth(self) -> float:
        """Where the slit is now, in degrees."""
        return float(self._turn.now % 360 if self._turn else self.absolute.value)

    @property
    def parked(self) -> bool:
        """Whether it is parked."""
        return bool(self.park["PARK"]) and self.park.state is not State.BUSY

    @absolute.asked
    def turn_to(self, azimuth: float) -> None:
        """Turn to an azimuth, the shorter way round."""
        if self._may_move():
            self.notice(f"Dome is moving to position {azimuth:.2f} degrees azimuth...")
            self.start(_MOVING, self._turn_to(azimuth), self.absolute)

    @relative.asked
    def turn_by(self, degrees: float) -> None:
        """Turn by some degrees, clockwise if above 0."""
        if self._may_move():
            sense = "clockwise" if degrees > 0 else "counter clockwise"
            message = f"Dome is moving {degrees:.2f} degrees {sense}..."
            self.relative.tell(State.BUSY, {"DOME_RELATIVE_POSITION": degrees}, message)
            self.start(_MOVING, self._turn_to((self.azimuth + degrees) % 360), self.absolute)

    @motion.asked
    def turn_until_stopped(self, wanted: str | None) -> None:
        """Turn clockwise or counter clockwise, until told otherwise."""
        if wanted is None:
            self._stop_turning(State.OK)
        elif self.parked:
            self.notice(_PARKED, "WARNING")
        else:
            self._stop_turning(State.OK)
            rate = _DEGREES_PER_SECOND * (1 if wanted == _CLOCKWISE else -1)
            self.start(_MOVING, self._turn_along(Ramp(self.clock, self.azimuth, rate)))

    @abort.asked
    def stop_all(self, wanted: str | None) -> None:
        """Stop whatever moves."""
        self.stop(_PARKING)
        self._stop_turning(State.IDLE)
        halfway = self.stop(_SHUTTER)
        if self.park.state is State.BUSY:
            self.park.select(None, State.IDLE)
        if halfway:
            message = "Shutter operation aborted. Status: unknown."
            self.shutter.tell(State.ALERT, message=message)
        self.abort.select(None, State.ALERT if halfway else State.OK)

    @shutter.asked
    def move_shutter(self, wanted: str | None) -> None:
        """Open or close the shutter."""
        if wanted is None:
            raise Refused("The shutter is either to open or to close.", State.IDLE)
        self._begin_shutter(wanted == "SHUTTER_OPEN")

    @park.asked
    def go_to_park(self, wanted: str) -> None:
        """Park, or leave the parking place."""
        if wanted == "PARK" and self.parked:
            self.park.tell(State.OK)
            self.notice("Dome already parked.")
        elif wanted == "UNPARK" and not self.park["PARK"]:
            self.park.tell(State.OK)
            self.notice("Dome already unparked.")
        else:
            self.stop(_PARKING)
            self._stop_turning(State.IDLE)
            self.park.select(wanted, State.BUSY)
            self._begin_shutter(opens=wanted == "UNPARK")
            if wanted == "PARK":
                self.start(_PARKING, self._park(), self.park)

    @park_option.asked
    def set_park_position(self, wanted: str | None) -> None:
        """Park here from now on, or where it did at the begin."""
        places = {"PARK_CURRENT": self.azimuth, "PARK_DEFAULT": declared.PARK_POSITION.value}
        if wanted in places:
            self.park_position.show(State.IDLE, places[wanted])
        elif wanted:
            self.notice("Saved Park Status/Position.")
        self.park_option.select(None)

    @slaving.asked
    def set_slaving(self, wanted: str) -> None:
        """Follow the telescope, or no longer."""
        follows = wanted == "DOME_AUTOSYNC_ENABLE"
        synced = "now be" if follows else "no longer be"
        message = f"Dome will {synced} synced to mount azimuth position."
        self.slaving.select(wanted, message=message)
        if follows:
            self._follow()

    def move_to_preset(self, place: float) -> None:
        """Go to a place."""
        self.ask(self.absolute.name, {"DOME_ABSOLUTE_POSITION": place})

    def _may_move(self) -> bool:
        if self.park["PARK"]:
            raise Refused(_PARKED)
        if self.running(_MOVING):
            self.notice(_BUSY_MOVING, "WARNING")
        return not self.running(_MOVING)

    def _follow(self) -> None:
        """Begin to turn to the telescope if it is too far beside the slit."""
        busy = self.park["PARK"] or self.running(_MOVING) or self.running(_PARKING)
        if self.slaving["DOME_AUTOSYNC_ENABLE"] and self.light.pointing and not busy:
            azimuth = self.light.pointing().azimuth % 360
            if abs(_way(self.azimuth, azimuth)) > self.params.value:
                self.turn_to(azimuth)

    async def _turn_to(self, azimuth: float) -> None:
        begin = self.azimuth
        end = begin + _way(begin, azimuth)
        await self._turn_along(Ramp.between(self.clock, begin, end, _DEGREES_PER_SECOND))
        self.notice("Dome reached requested azimuth angle.")
        self._stand(State.IDLE if self.park["PARK"] else State.OK, azimuth)

    async def _turn_along(self, turn: Ramp) -> None:
        """Turn, and tell where the slit is."""
        self._turn = turn
        self.absolute.tell(State.BUSY)
        self.motion.select(_CLOCKWISE if turn.rate > 0 else _COUNTER_CLOCKWISE, State.BUSY)
        async for _ in self.countdown(turn.seconds):
            self._be_at(self.azimuth)
            self.absolute.tell(State.BUSY)

    def _stop_turning(self, motion: State) -> None:
        if self.stop(_MOVING) or self._turn:
            self._stand(State.IDLE, self.azimuth, motion)

    def _stand(self, state: State, azimuth: float, motion: State | None = None) -> None:
        self._turn = None
        self._be_at(azimuth)
        self.motion.select(None, motion or state)
        self.absolute.tell(state)
        if self.relative.state is State.BUSY:
            self.relative.tell(state)

    def _begin_shutter(self, opens: bool) -> None:
        message = f"Shutter is {'opening' if opens else 'closing'}..."
        wanted = self.shutter.only("SHUTTER_OPEN" if opens else "SHUTTER_CLOSE")
        self.shutter.tell(State.BUSY, wanted, message)
        self._let_light_in()
        self.start(_SHUTTER, self._end_shutter(opens), self.shutter)

    async def _end_shutter(self, opens: bool) -> None:
        await self.clock.sleep(_SHUTTER_SECONDS)
        self.notice(f"Shutter is {'open' if opens else 'closed'}.")
        self.shutter.tell(State.OK)
        self._let_light_in()
        if self.park.state is State.BUSY and self.park["UNPARK"]:
            self.park.tell(State.OK)
            self.notice("Dome is unparked.")

    async def _park(self) -> None:
        azimuth = self.park_position.value
        self.notice(f"Dome is moving to position {azimuth:.2f} degrees azimuth...")
        await self._turn_to(azimuth)
        self.park.tell(State.OK)
        self.notice("Dome is parked.")

    def _be_at(self, azimuth: float) -> None:
        self.absolute.keep({"DOME_ABSOLUTE_POSITION": azimuth})
        self.light.slit = azimuth

    def _let_light_in(self) -> None:
        """Let light in only while the shutter is wholly open."""
        self.light.shut = not (self.shutter.state is State.OK and self.shutter["SHUTTER_OPEN"])


def _way(begin: float, end: float) -> float:
    """Return the shorter way round from one azimuth to another, above 0 if clockwise."""
    return (end - begin + 180) % 360 - 180
