"""The observatory itself: its clock, its place, its air."""

from typing import Any

from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.devices.place import TimeAndPlace
from indinb.simulator.driver import MAIN
from indinb.simulator.properties import READ_ONLY, Numbers, number


class ObservatorySimulator(TimeAndPlace):
    """The observatory that all other devices stand in; it is there from the start."""

    name = "Observatory Simulator"
    executable = "indinb"
    interface = Interface.AUXILIARY

    speed = Numbers(
        "SIMULATION_SPEED",
        "Speed",
        MAIN,
        number("SPEED", "Times real time", 1, (0.1, 3600), 0, "%g"),
        state=State.OK,
    )
    ambient = Numbers(
        "AMBIENT",
        "Air",
        MAIN,
        number("TEMPERATURE", "Temperature (°C)", 0, (-50, 50), 0, "%.1f"),
        state=State.OK,
    )
    seed = Numbers(
        "SEED",
        "Seed",
        MAIN,
        number("SEED", "Of what is drawn by lot"),
        state=State.OK,
        permission=READ_ONLY,
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self.place.label, self.place.state = "Location", State.OK
        self.seed.keep({"SEED": float(self.world.seed)})
        self.connect("CONNECT")

    def begin(self) -> None:
        """Take all values from the observatory."""
        self.speed.keep({"SPEED": self.clock.speed})
        self.ambient.keep({"TEMPERATURE": self.light.temperature})
        self.note_time_and_place()

    async def run(self) -> None:
        """Tell the time, and what other devices have changed."""
        while True:
            await self.poll()
            self.follow_time_and_place()
            self.time.tell()
            if self.ambient.value != self.light.temperature:
                self.ambient.show(State.OK, self.light.temperature)

    @speed.asked
    def set_speed(self, speed: float) -> None:
        """Let the clock run faster or slower, from the time on that is told before."""
        self.clock.speed = speed
        self.note_time_and_place()
        self.time.tell()
        self.speed.show(State.OK, speed)

    @ambient.asked
    def set_temperature(self, celsius: float) -> None:
        """Make it warmer or colder."""
        self.light.temperature = celsius
        self.ambient.show(State.OK, celsius)
