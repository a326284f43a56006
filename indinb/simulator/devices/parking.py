"""Parking a mount."""

from indinb.protocol.numbers import format_number
from indinb.protocol.vocabulary import State
from indinb.simulator.devices.mounted import Activity, Mounted
from indinb.simulator.driver import MAIN, OPTIONS
from indinb.simulator.properties import (
    AT_MOST_ONE,
    Numbers,
    Refused,
    Switches,
    number,
    switch,
)

SITE_MANAGEMENT = "Site Management"

_DEFAULT = {"PARK_HA": -6.0, "PARK_DEC": 0.0}


def sexagesimal(ra: float, dec: float) -> str:
    """Write degrees as INDI's mounts do.

    Examples
    --------
    >>> sexagesimal(127.5, -8.25)
    'RA:  8:30:00 - DEC: -8:15:00'
    """
    return f"RA: {format_number(ra / 15, '%8.6m')} - DEC: {format_number(dec, '%8.6m')}"


class Parking(Mounted):
    """A mount that parks at some hour angle and declination.

    Attributes
    ----------
    parking : Switches
        Whether it is parked; Busy on the way.
    park_position : Numbers
        Where, in hours and degrees.
    """

    parking = Switches(
        "TELESCOPE_PARK",
        "Parking",
        MAIN,
        switch("PARK", "Park(ed)"),
        switch("UNPARK", "UnPark(ed)", True),
        state=State.OK,
    )
    park_position = Numbers(
        "TELESCOPE_PARK_POSITION",
        "Park Position",
        SITE_MANAGEMENT,
        number("PARK_HA", "HA (hh:mm:ss)", _DEFAULT["PARK_HA"], (-12, 12), 0, "%010.6m"),
        number("PARK_DEC", "DEC (dd:mm:ss)", _DEFAULT["PARK_DEC"], (-90, 90), 0, "%010.6m"),
    )
    park_option = Switches(
        "TELESCOPE_PARK_OPTION",
        "Park Options",
        SITE_MANAGEMENT,
        switch("PARK_CURRENT", "Current"),
        switch("PARK_DEFAULT", "Default"),
        switch("PARK_WRITE_DATA", "Write Data"),
        switch("PARK_PURGE_DATA", "Purge Data"),
        rule=AT_MOST_ONE,
    )
    dome_policy = Switches(
        "DOME_POLICY",
        "Dome Policy",
        OPTIONS,
        switch("DOME_IGNORED", "Dome ignored", True),
        switch("DOME_LOCKS", "Dome locks"),
        since="start",
    )

    @parking.asked
    def park_or_unpark(self, wanted: str) -> None:
        """Go to the park position, or be free to leave it; on the way there, stop."""
        parked = "parked" if wanted == "PARK" else "unparked"
        if self.activity is Activity.PARKING:
            self.notice("Parking/Unparking aborted.")
            self.abandon_parking()
        elif (wanted == "PARK") == (self.activity is Activity.PARKED):
            self.notice(f"Telescope already {parked}.")
            self.parking.select(wanted, State.IDLE)
        elif wanted == "PARK":
            self._park()
        else:
            self._unpark()

    @park_option.asked
    def choose_park_position(self, wanted: str | None) -> None:
        """Take where the mount is as its park position, or the default one."""
        if self.activity is not Activity.STANDING:
            raise Refused("Can not change park position while slewing or already parked...")
        match wanted:
            case "PARK_CURRENT":
                ha, dec = self.mount.hour_angle / 15, self.mount.radec[1]
                self.park_position.tell(values={"PARK_HA": ha, "PARK_DEC": dec})
            case "PARK_DEFAULT":
                self.park_position.tell(values={**_DEFAULT})
            case "PARK_WRITE_DATA":
                self.notice("Saved Park Status/Position.")
            case "PARK_PURGE_DATA":
                self.notice("Park data purged.")
        self.park_option.select(None)

    @dome_policy.asked
    def set_dome_policy(self, wanted: str) -> None:
        """Let a dome that is shut keep the mount parked, or not."""
        if wanted == "DOME_LOCKS":
            self.notice(
                "Dome Policy set to: Dome locks. This prevents the mount from unparking when dome "
                "is parked.",
                "WARNING",
            )
        self.dome_policy.select(wanted)

    def arrive_parked(self) -> None:
        """Be parked."""
        self.activity = Activity.PARKED
        self.notice("Mount is parked.")
        self.parking.select("PARK")

    def abandon_parking(self) -> None:
        """Be parked no longer, or not yet."""
        self.mount.stop()
        self.activity = Activity.STANDING
        self.parking.select(None, State.ALERT)

    def leave_off(self) -> None:
        """Do no more what clients have asked for by hand; a subclass tells them."""
        self.mount.stop()

    def _park(self) -> None:
        hour_angle, dec = self.park_position["PARK_HA"] * 15, self.park_position["PARK_DEC"]
        ra = (self.mount.radec[0] + self.mount.hour_angle - hour_angle) % 360
        self.leave_off()
        self.notice(f"Parking to {sexagesimal(ra, dec)}")
        self.mount.park(hour_angle, dec)
        self.activity = Activity.PARKING
        self.parking.select("PARK", State.BUSY)

    def _unpark(self) -> None:
        if self.dome_policy["DOME_LOCKS"] and self.light.shut:
            raise Refused("Cannot unpark mount when dome is locking. See: Dome parking policy.")
        self.activity = Activity.STANDING
        self.notice("Mount is unparked.")
        self.parking.select("UNPARK")
