"""The cooler of a camera."""

from indinb.protocol.vocabulary import State
from indinb.simulator.driver import MAIN, Driver
from indinb.simulator.properties import WRITE_ONLY, Numbers, Refused, Switches, number, switch

_SLOWEST = 0.001  # K/s
_FASTEST = 0.5  # kelvins per second, as INDI's simulator has it
_LOWEST, _HIGHEST = -50.0, 50.0
_COOLING = "cooling"


class Cooling(Driver):
    """A camera whose chip can be cooled below the air, or warmed above it.

    Attributes
    ----------
    temperature, ramp : Numbers
        Of the chip, and how fast it may change.
    cooler : Switches
        Busy while it is on.
    """

    temperature = Numbers(
        "CCD_TEMPERATURE",
        "Temperature",
        MAIN,
        number("CCD_TEMPERATURE_VALUE", "Temperature (C)", 0, (_LOWEST, _HIGHEST), 0, "%5.2f"),
        checked=False,
    )
    ramp = Numbers(
        "CCD_TEMP_RAMP",
        "Temp. Ramp",
        MAIN,
        number("RAMP_SLOPE", "Max. dT (C/min)", 0, (0, 30), 1),
        number("RAMP_THRESHOLD", "Threshold (C)", 0.2, (0.1, 2), 0.1, "%.1f"),
    )
    cooler = Switches(
        "CCD_COOLER",
        "Cooler",
        MAIN,
        switch("COOLER_ON", "ON"),
        switch("COOLER_OFF", "OFF", True),
        permission=WRITE_ONLY,
        timeout=0,
    )

    @property
    def ambient(self) -> float:
        """Of the air, as far as the chip can be so cold or warm."""
        return min(max(self.light.temperature, _LOWEST), _HIGHEST)

    def begin(self) -> None:
        """Begin as warm as the air."""
        super().begin()
        self.cooler.keep(self.cooler.only("COOLER_OFF"))
        self.temperature.keep({"CCD_TEMPERATURE_VALUE": self.ambient})
        self._wanted = self.ambient

    def follow_air(self) -> None:
        """Be as warm as the air while the cooler is off."""
        idle = self.cooler["COOLER_OFF"] and not self.running(_COOLING)
        if idle and self.temperature.value != self.ambient:
            self.temperature.show(self.temperature.state, self.ambient)

    @temperature.asked
    def set_temperature(self, celsius: float) -> None:
        """Cool or warm the chip."""
        if not _LOWEST <= celsius <= _HIGHEST:
            raise Refused(
                f"Error: Bad temperature value! Range is [{_LOWEST:.1f}, {_HIGHEST:.1f}] [C]."
            )
        self._wanted = celsius
        self.set_cooler("COOLER_ON")

    @cooler.asked
    def set_cooler(self, wanted: str) -> None:
        """Cool to what was asked last, or let the chip become as warm as the air."""
        on = wanted == "COOLER_ON"
        self.cooler.select(wanted, State.BUSY if on else State.IDLE)
        self.start(_COOLING, self._change(self._wanted if on else self.ambient), self.temperature)

    @ramp.asked
    def set_ramp(self, asked: dict[str, float]) -> None:
        """Change the temperature slowly."""
        self.ramp.tell(State.OK, asked)
        if asked["RAMP_SLOPE"]:
            self.notice(
                "Temperature ramp is enabled. Gradual cooling and warming is regulated at "
                f"{asked['RAMP_SLOPE']:g} Celsius per minute."
            )

    async def _change(self, target: float) -> None:
        begin = float(self.temperature.value)
        slope = self.ramp["RAMP_SLOPE"] / 60
        rate = min(max(slope, _SLOWEST), _FASTEST) if slope else _FASTEST
        seconds = abs(target - begin) / rate
        async for left in self.countdown(seconds):
            now = target + (begin - target) * left / seconds
            self.temperature.show(self._reached(now - target), now)
        self.temperature.show(State.OK, target)

    def _reached(self, difference: float) -> State:
        return State.OK if abs(difference) <= self.ramp["RAMP_THRESHOLD"] else State.BUSY
