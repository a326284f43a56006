"""What a simulated mount is like: its kind, its axes, its errors."""

import enum
from typing import Any

from indinb.protocol.messages import Member
from indinb.protocol.vocabulary import State
from indinb.simulator.devices.mount import Mount
from indinb.simulator.devices.pointing import drawn
from indinb.simulator.driver import MAIN, Driver
from indinb.simulator.properties import (
    AT_MOST_ONE,
    READ_ONLY,
    WRITE_ONLY,
    Numbers,
    Refused,
    Switches,
    number,
    switch,
)

_SIMULATION = "Simulation"


class Activity(enum.Enum):
    """What a mount is doing, but for tracking, which goes on beside all but parking."""

    STANDING = enum.auto()
    SLEWING = enum.auto()
    PARKING = enum.auto()
    PARKED = enum.auto()


def _error(name: str, label: str) -> Member:
    return number(name, label, 0, (-5, 5), 0.01, "%g")


class Mounted(Driver):
    """A device that is a mount.

    Attributes
    ----------
    mount : Mount
        Its mechanics.
    activity : Activity
        What it is doing.
    pointing_error : Switches
        Whether the telescope looks a little beside what is reported. INDI's simulator has no such.
    """

    mount_type = Switches(
        "MOUNT_TYPE",
        "Mount Type",
        _SIMULATION,
        switch("ALTAZ", "AltAz"),
        switch("EQ_FORK", "Fork (Eq)"),
        switch("EQ_GEM", "GEM", True),
        permission=WRITE_ONLY,
        since="start",
    )
    pier_side_known = Switches(
        "SIM_PIER_SIDE",
        "Sim Pier Side",
        _SIMULATION,
        switch("PS_OFF", "Off"),
        switch("PS_ON", "On", True),
        permission=WRITE_ONLY,
        since="start",
    )
    mount_model = Numbers(
        "MOUNT_MODEL",
        "Mount Model",
        _SIMULATION,
        _error("MM_IH", "Ha Zero (IH)"),
        _error("MM_ID", "Dec Zero (ID)"),
        _error("MM_CH", "Cone (CH)"),
        _error("MM_NP", "Ha/Dec (NP)"),
        _error("MM_MA", "Pole Azm (MA)"),
        _error("MM_ME", "Pole elev (ME)"),
        permission=WRITE_ONLY,
        timeout=0,
        since="start",
    )
    mount_axes = Numbers(
        "MOUNT_AXES",
        "Mount Axes",
        _SIMULATION,
        number("PRIMARY", "Primary (Ha)", 90, (-180, 180), 0.01, "%g"),
        number("SECONDARY", "Secondary (Dec)", 90, (-180, 180), 0.01, "%g"),
        permission=READ_ONLY,
        timeout=0,
        since="start",
    )
    flip_hour_angle = Numbers(
        "FLIP_HA",
        "Flip Posn.",
        _SIMULATION,
        number("FLIP_HA", "Hour Angle (deg)", 0, (-20, 20), 0.1, "%g"),
        permission=WRITE_ONLY,
        timeout=0,
        since="start",
    )
    pointing_error = Switches(
        "POINTING_ERROR",
        "Pointing Error",
        _SIMULATION,
        switch("INDI_ENABLED", "Enabled", True),
        switch("INDI_DISABLED", "Disabled"),
        since="start",
    )
    pier_side = Switches(
        "TELESCOPE_PIER_SIDE",
        "Pier Side",
        MAIN,
        switch("PIER_WEST", "West (pointing east)"),
        switch("PIER_EAST", "East (pointing west)", True),
        rule=AT_MOST_ONE,
        state=State.OK,
        permission=READ_ONLY,
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self.mount = Mount(self.world)
        self.activity = Activity.STANDING
        self.light.pointing = self.mount.pointing

    @mount_type.asked
    def set_mount_type(self, wanted: str) -> None:
        """Be German or a fork; one on an alt-azimuth mount would be a fork that is turned along."""
        self.mount.german = wanted == "EQ_GEM"
        self.mount_type.select(wanted)

    @mount_model.asked
    def set_mount_model(self, model: dict[str, float]) -> None:
        """Have more errors than were drawn by lot."""
        self.mount.errors = drawn(self.world.seed).more(*model.values())
        self.mount_model.tell(State.OK, {**model})

    @flip_hour_angle.asked
    def set_flip_hour_angle(self, degrees: float) -> None:
        """Change sides later, or earlier, than at the meridian."""
        self.mount.flip_at = degrees
        self.flip_hour_angle.show(State.OK, degrees)

    @pointing_error.asked
    def set_pointing_error(self, wanted: str) -> None:
        """Let the telescope look exactly where it is reported to, or not."""
        self.mount.perfect = wanted == "INDI_DISABLED"
        self.pointing_error.select(wanted)

    @property
    def moving(self) -> bool:
        """Whether the mount goes somewhere by itself."""
        return self.activity in (Activity.SLEWING, Activity.PARKING)

    def require_unparked(self) -> None:
        """Refuse what a parked mount cannot do."""
        if self.activity is Activity.PARKED:
            raise Refused(
                "Please unpark the mount before issuing any motion/sync commands.", State.IDLE
            )

    def require_rest(self) -> None:
        """Refuse what can be done neither parked nor on the way."""
        self.require_unparked()
        if self.moving:
            raise Refused("The mount is on its way: abort that before.", State.IDLE)

    def note_axes(self) -> bool:
        """Take the axes' angles from the mount, and return whether they are others."""
        before = self.mount_axes.values
        self.mount_axes.keep(dict(zip(("PRIMARY", "SECONDARY"), self.mount.axes, strict=True)))
        return self.mount_axes.values != before

    def note_pier_side(self) -> bool:
        """Take the side of the pier from the mount, and return whether it is another."""
        before = self.pier_side.on
        self.pier_side.keep(self.pier_side.only(self._side()))
        return self.pier_side.on != before

    def _side(self) -> str | None:
        if not (self.mount.german and self.pier_side_known["PS_ON"]):
            return None
        return "PIER_WEST" if self.mount.over_the_pole else "PIER_EAST"
