"""GPS receivers."""

import math
import time

from astropy import units as u
from astropy.coordinates import EarthLocation
from astropy.time import Time

from indinb.client.operation import Operation
from indinb.errors import OutOfRange
from indinb.instruments.base import Instrument, instrument
from indinb.instruments.readings import number, state
from indinb.instruments.sensors.refreshing import start_refresh
from indinb.protocol.messages import parse_timestamp
from indinb.protocol.vocabulary import Interface, State

_PLACE = "GEOGRAPHIC_COORD"
_TIME = "TIME_UTC"


@instrument(Interface.GPS)
class GPS(Instrument):
    """A GPS receiver: where and when it is.

    Examples
    --------
    ::

        client.gps.refresh()
        client.gps.site
        client.gps.time
    """

    marks = ("GPS_REFRESH", "GPS_REFRESH_PERIOD")

    @property
    def has_fix(self) -> bool:
        """Whether it knows where and when it is, as far as is known: not when the link is gone."""
        told = {state(self.device, _PLACE), state(self.device, _TIME)}
        return told == {State.OK} and not self.device[_PLACE].stale

    @property
    def site(self) -> EarthLocation:
        """Where it is.

        Raises
        ------
        OutOfRange
            While it does not know.
        """
        place = [number(self.device, _PLACE, name) for name in ("LONG", "LAT", "ELEV")]
        longitude, latitude, height = (math.nan if each is None else each for each in place)
        if self._seeks(_PLACE) or not (math.isfinite(longitude) and abs(latitude) <= 90):
            raise OutOfRange(f"{self.name} does not know where it is: wait for gps.has_fix")
        height = height if math.isfinite(height) else 0.0
        return EarthLocation.from_geodetic(longitude * u.deg, latitude * u.deg, height * u.m)

    @property
    def time(self) -> Time:
        """What time it is: what the receiver told last, and the time since that came.

        A receiver that does not tell the time again and again (``GPS_REFRESH_PERIOD``) may have
        got it long before this client came: `refresh` asks for it anew.

        Raises
        ------
        OutOfRange
            While it does not know.
        """
        vector = self.device[_TIME].vector
        utc = parse_timestamp(str(vector.get("UTC")))
        if utc is None or self._seeks(_TIME):
            raise OutOfRange(f"{self.name} does not know the time: wait for gps.has_fix")
        return Time(utc) + (time.time() - vector.received) * u.s

    def start_refresh(self) -> Operation[None]:
        """Ask the receiver for place and time; see `refresh`."""
        return start_refresh(self.device, "GPS_REFRESH", (_PLACE, _TIME))

    def refresh(self) -> None:
        """Ask the receiver for place and time now, and wait until it has told them.

        Raises
        ------
        OperationTimeout
            If it has no fix within a minute.
        """
        self.start_refresh().wait()

    def _seeks(self, name: str) -> bool:
        """Whether a property is missing, or not Ok, as it is before the first fix."""
        if name not in self.device:
            raise self.device.unknown(name)
        return state(self.device, name) is not State.OK
