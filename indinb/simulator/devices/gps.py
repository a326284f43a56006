"""A GPS receiver."""

from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.common import Configurable
from indinb.simulator.driver import MAIN, SHORTEST_PERIOD
from indinb.simulator.properties import (
    AT_MOST_ONE,
    READ_ONLY,
    Numbers,
    Switches,
    Texts,
    number,
    switch,
    text,
)

_REFRESHING = "refreshing"


class GPSSimulator(Configurable):
    """A receiver that always knows the time and the place of the observatory."""

    name = "GPS Simulator"
    executable = "indi_simulator_gps"
    interface = Interface.GPS
    settings = ("GPS_REFRESH_PERIOD",)

    location = Numbers(
        "GEOGRAPHIC_COORD",
        "Location",
        MAIN,
        number("LAT", "Lat (dd:mm:ss)", 0, (-90, 90), 0, "%010.6m"),
        number("LONG", "Lon (dd:mm:ss)", 0, (0, 360), 0, "%010.6m"),
        number("ELEV", "Elevation (m)", 0, (-200, 10_000), 0, "%g"),
        state=State.OK,
        permission=READ_ONLY,
    )
    time = Texts(
        "TIME_UTC",
        "UTC",
        MAIN,
        text("UTC", "UTC Time"),
        text("OFFSET", "UTC Offset", "0.00"),
        state=State.OK,
        permission=READ_ONLY,
    )
    refresh = Switches(
        "GPS_REFRESH",
        "Refresh",
        MAIN,
        switch("REFRESH", "GPS"),
        rule=AT_MOST_ONE,
        state=State.OK,
        timeout=0,
    )
    refresh_period = Numbers(
        "GPS_REFRESH_PERIOD",
        "Refresh",
        MAIN,
        number("PERIOD", "Period (s)", 0, (0, 3600), 60),
        timeout=0,
    )

    def begin(self) -> None:
        """Receive the time and the place."""
        self._receive()

    async def run(self) -> None:
        """Refresh as often as is wanted."""
        self._refresh_every(self.refresh_period.value)

    @refresh.asked
    def refresh_now(self, wanted: str | None) -> None:
        """Tell the time and the place."""
        self.refresh.select(None)
        self._tell()

    @refresh_period.asked
    def set_refresh_period(self, seconds: float) -> None:
        """Tell the time and the place again and again, or (0) no longer."""
        self.notice(f"GPS Update Timer {'enabled' if seconds else 'disabled'}.")
        self.refresh_period.show(State.OK, seconds)
        self._refresh_every(seconds)

    def _refresh_every(self, seconds: float) -> None:
        self.stop(_REFRESHING)
        if seconds:
            self.start(_REFRESHING, self._keep_refreshing(seconds))

    async def _keep_refreshing(self, seconds: float) -> None:
        while True:
            await self.clock.sleep(max(seconds, SHORTEST_PERIOD * self.clock.speed))
            self._tell()

    def _receive(self) -> None:
        site = self.world.site
        self.location.keep(
            {"LAT": site.latitude, "LONG": site.longitude % 360, "ELEV": site.elevation}
        )
        self.time.keep({"UTC": f"{self.clock.utc:%Y-%m-%dT%H:%M:%S}"})

    def _tell(self) -> None:
        self._receive()
        self.location.tell(State.OK)
        self.time.tell(State.OK)
