"""When and where: the observatory's clock and site, as devices with a say in them show them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from indinb.protocol.messages import Value
from indinb.protocol.numbers import format_number
from indinb.protocol.vocabulary import State
from indinb.simulator.astrometry import Site
from indinb.simulator.clock import check_year
from indinb.simulator.driver import MAIN, Driver
from indinb.simulator.properties import Numbers, Refused, Texts, number, text


class _Coordinates(Numbers):
    """A place, whose longitude may be west as well."""

    def accept(self, asked: Mapping[str, Value]) -> dict[str, Value]:
        longitude = asked.get("LONG")
        if isinstance(longitude, float) and -180 <= longitude < 0:
            asked = {**asked, "LONG": longitude + 360}
        return super().accept(asked)


class TimeAndPlace(Driver):
    """A device that shows time and place of the observatory, and sets them for all devices.

    Attributes
    ----------
    time : Texts
        UTC, and what local time is ahead of it in hours.
    place : Numbers
        Degrees north, degrees east from 0 to 360, and metres.
    """

    place_group: ClassVar[str] = MAIN
    """Where the two are shown."""

    time = Texts(
        "TIME_UTC",
        "UTC",
        place_group,
        text("UTC", "UTC Time"),
        text("OFFSET", "UTC Offset", "0.00"),
        state=State.OK,
    )
    place = _Coordinates(
        "GEOGRAPHIC_COORD",
        "Scope Location",
        place_group,
        number("LAT", "Lat (dd:mm:ss.s)", 0, (-90, 90), 0, "%012.8m"),
        number("LONG", "Lon (dd:mm:ss.s)", 0, (0, 360), 0, "%012.8m"),
        number("ELEV", "Elevation (m)", 0, (-200, 10_000), 0, "%g"),
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self.time.group = self.place.group = self.place_group
        self._began = self.clock.at(0)
        self.note_time_and_place()

    @time.asked
    def set_time(self, asked: dict[str, str]) -> None:
        """Set the observatory's clock."""
        try:
            now = dt.datetime.fromisoformat(asked["UTC"])
            float(asked["OFFSET"])
            check_year(now)
        except ValueError:
            raise Refused(f"Date/Time is invalid: {asked['UTC']}.") from None
        self.clock.utc = now if now.tzinfo else now.replace(tzinfo=dt.UTC)
        self._began = self.clock.at(0)
        self.time.tell(State.OK, {"UTC": asked["UTC"], "OFFSET": asked["OFFSET"]})

    @place.asked
    def set_place(self, asked: dict[str, float]) -> None:
        """Move the observatory; who has no place says that it is at 0, 0."""
        latitude, longitude, elevation = asked.values()
        if latitude == longitude == 0:
            self.place.tell(State.IDLE)
            return
        self.world.site = Site(latitude, _turned(longitude), elevation)
        values: dict[str, Value] = {**asked}
        self.place.tell(State.OK, values)
        self.notice(f"Observer location updated: {_shown(self.world.site)}")

    def note_time_and_place(self) -> None:
        """Take both from the observatory, without telling them."""
        self.time.keep({"UTC": self.clock.utc.strftime("%Y-%m-%dT%H:%M:%S")})
        latitude, longitude, elevation = self.world.site
        self.place.keep({"LAT": latitude, "LONG": longitude % 360, "ELEV": elevation})

    def follow_time_and_place(self) -> None:
        """Tell both where another device has set them."""
        shown = self.place.values
        self.note_time_and_place()
        if self.place.values != shown:
            self.place.tell(State.OK)
        if self._began != self.clock.at(0):
            self._began = self.clock.at(0)
            self.time.tell(State.OK)


def _turned(longitude: float) -> float:
    """Return a longitude from -180 to 180, as astronomers have it."""
    return longitude - 360 if longitude > 180 else longitude


def _shown(site: Site) -> str:
    latitude, longitude = (format_number(angle, "%10.8m") for angle in site[:2])
    return f"Latitude {latitude} ({site.latitude:.2f}) Longitude {longitude} ({site.longitude:.2f})"
