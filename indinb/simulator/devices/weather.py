"""A weather station, with the weather."""

from collections.abc import Mapping
from typing import NamedTuple

from indinb.protocol.messages import Value
from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.common import Configurable, Debugging
from indinb.simulator.driver import MAIN, OPTIONS, SHORTEST_PERIOD
from indinb.simulator.properties import (
    ANY_OF_MANY,
    AT_MOST_ONE,
    READ_ONLY,
    Lights,
    Numbers,
    Switches,
    Texts,
    light,
    number,
    switch,
    text,
)

_PARAMETERS = "Parameters"
_UPDATING = "updating"
_VEIL, _OVERCAST = 1.0, 5.0  # magnitudes


class _Quantity(NamedTuple):
    """What the station measures, and between which values it is safe."""

    name: str
    label: str
    control: str
    low: float
    high: float
    critical: bool = True


_QUANTITIES = (
    _Quantity("WEATHER_FORECAST", "Weather", "Weather", 0, 0),
    _Quantity("WEATHER_TEMPERATURE", "Temperature (C)", "Temperature", -10, 30),
    _Quantity("WEATHER_WIND_SPEED", "Wind (kph)", "Wind", 0, 20),
    _Quantity("WEATHER_WIND_GUST", "Gust (kph)", "Gust", 0, 20, critical=False),
    _Quantity("WEATHER_RAIN_HOUR", "Precip (mm)", "Precip", 0, 0),
)
_RANGES = {quantity.name for quantity in _QUANTITIES}


def _range(index: int) -> Numbers:
    quantity = _QUANTITIES[index]
    widest = (-1_000_000, 1_000_000)
    return Numbers(
        quantity.name,
        quantity.label,
        _PARAMETERS,
        number("MIN_OK", "OK range min", quantity.low, widest, 0, "%4.2f"),
        number("MAX_OK", "OK range max", quantity.high, widest, 0, "%4.2f"),
        number("PERC_WARN", "% for Warning", 15, (0, 100), 1, "%g"),
    )


class WeatherSimulator(Configurable, Debugging):
    """A station that measures the weather, which `control` makes, from one update to the next.

    Clouds come with bad weather, one magnitude of them, and with rain, five; the air has its
    temperature.
    """

    name = "Weather Simulator"
    executable = "indi_simulator_weather"
    interface = Interface.WEATHER
    settings = ("WEATHER_UPDATE", *sorted(_RANGES))

    update_period = Numbers(
        "WEATHER_UPDATE", "Update", MAIN, number("PERIOD", "Period (s)", 60, (0, 3600), 60)
    )
    refresh = Switches(
        "WEATHER_REFRESH",
        "Weather",
        MAIN,
        switch("REFRESH", "Refresh"),
        rule=AT_MOST_ONE,
        timeout=0,
    )
    override = Switches(
        "WEATHER_OVERRIDE",
        "Safety",
        MAIN,
        switch("OVERRIDE", "Override Status"),
        rule=ANY_OF_MANY,
        timeout=0,
    )
    status = Lights(
        "WEATHER_STATUS",
        "Status",
        MAIN,
        *(light(each.name, each.label) for each in _QUANTITIES if each.critical),
        timeout=0,
    )
    parameters = Numbers(
        "WEATHER_PARAMETERS",
        "Parameters",
        _PARAMETERS,
        *(number(q.name, q.label, 0, (q.low, q.high), 0, "%4.2f") for q in _QUANTITIES),
        state=State.OK,
        permission=READ_ONLY,
    )
    forecast_range = _range(0)
    temperature_range = _range(1)
    wind_range = _range(2)
    gust_range = _range(3)
    rain_range = _range(4)
    location = Numbers(
        "GEOGRAPHIC_COORD",
        "Location",
        "Site Management",
        number("LAT", "Lat (dd:mm:ss)", 0, (-90, 90), 0, "%010.6m"),
        number("LONG", "Lon (dd:mm:ss)", 0, (0, 360), 0, "%010.6m"),
        number("ELEV", "Elevation (m)", 0, (-200, 10_000), 0, "%g"),
        state=State.OK,
    )
    active_devices = Texts(
        "ACTIVE_DEVICES", "Snoop devices", OPTIONS, text("ACTIVE_GPS", "GPS", "GPS Simulator")
    )
    control = Numbers(
        "WEATHER_CONTROL",
        "Control",
        MAIN,
        number("Weather", "Weather", 0, (0, 1), 1),
        number("Temperature", "Temperature", 15, (-50, 70), 10, "%.2f"),
        number("Wind", "Wind", 0, (0, 100), 5, "%.2f"),
        number("Gust", "Gust", 0, (0, 50), 5, "%.2f"),
        number("Precip", "Precip", 0, (0, 100), 10),
        timeout=0,
    )

    def begin(self) -> None:
        """Measure for the first time."""
        site = self.world.site
        self.location.keep(
            {"LAT": site.latitude, "LONG": site.longitude % 360, "ELEV": site.elevation}
        )
        self._measure()
        self.status.keep(self._zones())
        self.status.state = _worst(self.status.values)

    async def run(self) -> None:
        """Measure as often as is wanted."""
        self._update_every(self.update_period.value)

    def end(self) -> None:
        """Override nothing any longer."""
        self.override.keep({"OVERRIDE": False})

    @update_period.asked
    def set_update_period(self, seconds: float) -> None:
        """Measure again and again, or (0) no longer."""
        self.update_period.show(State.OK, seconds)
        if not seconds:
            self.notice("Periodic updates are disabled.")
        self._update_every(seconds)

    @refresh.asked
    def refresh_now(self, wanted: str | None) -> None:
        """Measure now."""
        self.refresh.select(None)
        self._update()

    @override.asked
    def set_override(self, wanted: Mapping[str, bool]) -> None:
        """Call any weather safe, or no longer; the lights of the quantities still tell."""
        on = wanted["OVERRIDE"]
        if on:
            self.notice(
                "Weather override is enabled. Observatory is not safe. "
                "Turn off override as soon as possible.",
                "WARNING",
            )
        else:
            self.notice("Weather override is disabled")
        self.override.keep(wanted)
        self._judge()
        self.override.tell(State.BUSY if on else State.IDLE)

    @control.asked
    def make_weather(self, weather: Mapping[str, float]) -> None:
        """Make the weather that the next update is to find."""
        self.control.tell(State.OK, weather)
        self.notice("Values are updated and should be active on the next weather update.")

    def ask(self, name: str, asked: Mapping[str, Value]) -> None:
        """Do what a client asks, and judge the weather anew by a new range."""
        super().ask(name, asked)
        if name in _RANGES and self.connected:
            self._judge()

    def _update_every(self, seconds: float) -> None:
        self.stop(_UPDATING)
        if seconds:
            self.start(_UPDATING, self._keep_updating(seconds))

    async def _keep_updating(self, seconds: float) -> None:
        while True:
            await self.clock.sleep(max(seconds, SHORTEST_PERIOD * self.clock.speed))
            self._update()

    def _update(self) -> None:
        self._measure()
        self._judge()
        self.parameters.tell(State.OK)

    def _measure(self) -> None:
        weather = self.control
        self.parameters.keep({each.name: weather[each.control] for each in _QUANTITIES})
        self.light.temperature = weather["Temperature"]
        self.light.clouds = _OVERCAST if weather["Precip"] else _VEIL * weather["Weather"]

    def _judge(self) -> None:
        """Tell how safe it is, and warn of what is not."""
        zones = self._zones()
        overridden = self.override["OVERRIDE"]
        if not overridden:
            for quantity in _QUANTITIES:
                self._warn(quantity, zones.get(quantity.name, State.OK))
        state = State.OK if overridden else _worst(zones)
        if (state, zones) != (self.status.state, self.status.values):
            self.status.tell(state, zones)

    def _warn(self, quantity: _Quantity, zone: State) -> None:
        value = self.parameters[quantity.name]
        words = {State.BUSY: ("Warning", "warning"), State.ALERT: ("Caution", "danger")}
        if zone in words:
            word, name = words[zone]
            self.notice(
                f"{word}: Parameter {quantity.label} value ({value:g}) is in the {name} zone!",
                "WARNING",
            )

    def _zones(self) -> dict[str, State]:
        return {
            each.name: _zone(self.parameters[each.name], self.properties[each.name].values)
            for each in _QUANTITIES
            if each.critical
        }


def _zone(value: float, safe: Mapping[str, object]) -> State:
    """Return whether a value is safe (Ok), near the limits (Busy), or beyond (Alert)."""
    low, high, percent = (float(str(safe[name])) for name in ("MIN_OK", "MAX_OK", "PERC_WARN"))
    margin = (high - low) * percent / 100
    if not low <= value <= high:
        return State.ALERT
    near_low = low != 0 and value < low + margin  # a low of 0 is none: no wind is safe
    return State.BUSY if near_low or value > high - margin else State.OK


def _worst(zones: Mapping[str, object]) -> State:
    return next((each for each in (State.ALERT, State.BUSY) if each in zones.values()), State.OK)
