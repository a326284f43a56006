"""A telescope on an equatorial mount."""

from collections.abc import Mapping

from indinb.protocol.messages import Value
from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.common import Configurable, Debugging, Joystick, Polling, Serial
from indinb.simulator.devices.handcontroller import HandController, coordinates
from indinb.simulator.devices.mount import LUNAR, SIDEREAL, SOLAR
from indinb.simulator.devices.mounted import Activity
from indinb.simulator.devices.optics import Optics
from indinb.simulator.devices.parking import SITE_MANAGEMENT, Parking, sexagesimal
from indinb.simulator.devices.place import TimeAndPlace
from indinb.simulator.driver import CONNECTION, MAIN, OPTIONS
from indinb.simulator.properties import (
    AT_MOST_ONE,
    Numbers,
    Refused,
    Switches,
    Texts,
    number,
    switch,
    text,
)

_RATES = {"TRACK_SIDEREAL": SIDEREAL, "TRACK_SOLAR": SOLAR, "TRACK_LUNAR": LUNAR}

_WORTH_TELLING = 0.1 / 3600  # degrees, as INDI's simulator has it


class _Goal(Numbers):
    """Where to go, which takes both coordinates; a mistake in them stops no mount."""

    def accept(self, asked: Mapping[str, Value]) -> dict[str, Value]:
        try:
            values = super().accept(asked)
        except Refused as refused:
            raise Refused(str(refused), self.state) from None
        if len(asked) < len(self.members):
            raise Refused("Error: both RA and DEC are needed.", self.state)
        return values


class TelescopeSimulator(
    Parking,
    HandController,
    TimeAndPlace,
    Optics,
    Joystick,
    Serial,
    Configurable,
    Debugging,
    Polling,
):
    """A telescope that goes to places on the sky, follows them, and is never quite right there."""

    name = "Telescope Simulator"
    executable = "indi_simulator_telescope"
    interface = Interface.TELESCOPE | Interface.GUIDER
    group = CONNECTION
    place_group = SITE_MANAGEMENT
    settings = ("TELESCOPE_INFO", "GUIDE_RATE", "TELESCOPE_SLEW_RATE", "TELESCOPE_REVERSE_MOTION")

    polling = Numbers(
        "POLLING_PERIOD",
        "Polling",
        OPTIONS,
        number("PERIOD_MS", "Period (ms)", 250, (10, 600_000), 1000),
        timeout=0,
        since="start",
    )
    active_devices = Texts(
        "ACTIVE_DEVICES",
        "Snoop devices",
        OPTIONS,
        text("ACTIVE_GPS", "GPS", "GPS Simulator"),
        text("ACTIVE_DOME", "DOME", "Dome Simulator"),
        since="start",
    )
    on_coordinates = Switches(
        "ON_COORD_SET",
        "On Set",
        MAIN,
        switch("TRACK", "Track", True),
        switch("SLEW", "Slew"),
        switch("SYNC", "Sync"),
    )
    position = _Goal("EQUATORIAL_EOD_COORD", "Eq. Coordinates", MAIN, *coordinates())
    abort = Switches(
        "TELESCOPE_ABORT_MOTION",
        "Abort Motion",
        MAIN,
        switch("ABORT", "Abort"),
        rule=AT_MOST_ONE,
    )
    track_mode = Switches(
        "TELESCOPE_TRACK_MODE",
        "Track Mode",
        MAIN,
        switch("TRACK_SIDEREAL", "Sidereal", True),
        switch("TRACK_SOLAR", "Solar"),
        switch("TRACK_LUNAR", "Lunar"),
        switch("TRACK_CUSTOM", "Custom"),
        timeout=0,
    )
    track_state = Switches(
        "TELESCOPE_TRACK_STATE",
        "Tracking",
        MAIN,
        switch("TRACK_ON", "On"),
        switch("TRACK_OFF", "Off", True),
        timeout=0,
    )
    track_rate = Numbers(
        "TELESCOPE_TRACK_RATE",
        "Track Rates",
        MAIN,
        number("TRACK_RATE_RA", "RA (arcsecs/s)", SIDEREAL, (-16384, 16384), 1e-6, "%.6f"),
        number("TRACK_RATE_DE", "DE (arcsecs/s)", 0, (-16384, 16384), 1e-6, "%.6f"),
    )

    def begin(self) -> None:
        """Take all values from the mount."""
        self.note_axes()
        self.note_pier_side()
        self.note_time_and_place()
        self.position.keep({**self.where()})
        self.notice("Telescope simulator is online.")

    async def run(self) -> None:
        """Report what the mount does."""
        while True:
            self.report()
            await self.poll()

    def end(self) -> None:
        """Stop whatever nobody could stop any more."""
        if self.moving:
            self.parking.keep(self.parking.only("UNPARK"))
            self.activity = Activity.STANDING
        self.leave_off()
        self.notice("Telescope simulator is offline.")

    def report(self) -> None:
        """Tell what has changed since the report before."""
        if self.moving and not self.mount.slewing:
            self._arrive()
        if self.note_pier_side():
            self.pier_side.tell()
        if self.note_axes():
            self.mount_axes.tell()
        self.follow_time_and_place()
        self._report_tracking()
        self._report_position()

    @position.asked
    def go(self, asked: dict[str, float]) -> None:
        """Slew to coordinates, or be told that the telescope looks there."""
        self.require_unparked()
        ra, dec = asked["RA"] * 15, asked["DEC"]
        if self.on_coordinates["SYNC"]:
            self._sync(ra, dec)
        else:
            self._slew(ra, dec)

    @abort.asked
    def abort_motion(self, wanted: str | None) -> None:
        """Stop where the mount is; it tracks on if it did before."""
        if self.activity is Activity.PARKING:
            self.abandon_parking()
        if self.activity is not Activity.PARKED:
            self.activity = Activity.STANDING
            self.mount.stop()
            self.position.tell(State.IDLE, {**self.where()})
            self.notice("Slew/Track aborted.")
            self.let_go()
        self.abort.select(None)

    @track_mode.asked
    def set_track_mode(self, wanted: str) -> None:
        """Follow the stars, the Sun, the Moon, or at any rate."""
        self.track_mode.select(wanted)
        self._use_rates()

    @track_rate.asked
    def set_track_rate(self, rates: dict[str, float]) -> None:
        """Set the rates of custom tracking."""
        self.track_rate.tell(State.OK, {**rates})
        self._use_rates()

    @track_state.asked
    def track_or_stand(self, wanted: str) -> None:
        """Follow the sky, or stand still."""
        if self.activity is Activity.PARKED:
            raise Refused("Telescope is Parked, Unpark before tracking.", State.IDLE)
        self.require_rest()
        self.mount.track(wanted == "TRACK_ON")
        self._report_tracking(always=True)

    def leave_off(self) -> None:
        """Let go of the keys, and neither slew nor park."""
        self.let_go()
        self.mount.stop()

    def _slew(self, ra: float, dec: float) -> None:
        if self.activity is Activity.PARKING:
            self.abandon_parking()
        self.leave_off()
        self.notice(f"Slewing to {sexagesimal(ra, dec)}")
        then_track = self.on_coordinates.on == "TRACK" or self.mount.tracking
        self.mount.slew(ra, dec, then_track)
        self.activity = Activity.SLEWING
        self.target.tell(State.IDLE, {"RA": ra / 15, "DEC": dec})
        self.position.tell(State.BUSY, {**self.where()})

    def _sync(self, ra: float, dec: float) -> None:
        if self.moving:
            raise Refused("The mount is on its way: sync when it is there.", self.position.state)
        self.mount.sync(ra, dec)
        self.notice("Sync is successful.")
        self.position.tell(State.OK, {**self.where()})

    def _arrive(self) -> None:
        if self.activity is Activity.PARKING:
            self.arrive_parked()
        else:
            self.activity = Activity.STANDING
        parked, tracking = self.activity is Activity.PARKED, self.mount.tracking
        then = "Parked" if parked else "Tracking..." if tracking else "Stopped"
        self.notice(f"Telescope slew is complete. {then}")

    def _report_tracking(self, always: bool = False) -> None:
        tracking = self.mount.tracking and not self.moving
        if always or tracking != self.track_state["TRACK_ON"]:
            state = State.BUSY if tracking else State.IDLE
            self.track_state.select("TRACK_ON" if tracking else "TRACK_OFF", state)

    def _report_position(self) -> None:
        where = self.where()
        state = State.OK if self.mount.tracking else State.IDLE
        state = State.BUSY if self.moving else state
        ra, dec = (abs(now - self.position[name]) for name, now in where.items())
        moved = max(15 * ra, dec)
        if state != self.position.state or moved > _WORTH_TELLING:
            self.position.tell(state, {**where})

    def _use_rates(self) -> None:
        west, north = (float(self.track_rate[name]) for name in self.track_rate.members)
        self.mount.rates = (_RATES.get(self.track_mode.on or "", west), 0.0)
        if self.track_mode["TRACK_CUSTOM"]:
            self.mount.rates = (west, north)
        if self.mount.tracking:
            self.mount.track(True)
