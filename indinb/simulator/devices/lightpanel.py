"""A flat panel, in the lid of the telescope."""

from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.common import Configurable, Debugging, Polling, Simulated
from indinb.simulator.driver import MAIN, OPTIONS
from indinb.simulator.properties import (
    AT_MOST_ONE,
    Numbers,
    Switches,
    Texts,
    number,
    switch,
    text,
)

_SECONDS = 3.0
_BRIGHTEST = 255


class LightPanelSimulator(Simulated, Configurable, Debugging, Polling):
    """A panel that shines into the telescope when the lid that it is part of is closed.

    The lid, which INDI's own simulator lacks, is a dust cap as INDI has it: parked is closed. It
    is open at the begin.
    """

    name = "Light Panel Simulator"
    executable = "indi_simulator_lightpanel"
    interface = Interface.LIGHT_BOX | Interface.AUXILIARY | Interface.DUST_CAP
    settings = ("FLAT_LIGHT_INTENSITY",)

    active_devices = Texts(
        "ACTIVE_DEVICES",
        "Snoop devices",
        OPTIONS,
        text("ACTIVE_FILTER", "Filter", "Filter Simulator"),
        since="start",
    )
    lamp = Switches(
        "FLAT_LIGHT_CONTROL",
        "Flat Light",
        MAIN,
        switch("FLAT_LIGHT_ON", "On"),
        switch("FLAT_LIGHT_OFF", "Off", True),
        timeout=0,
    )
    intensity = Numbers(
        "FLAT_LIGHT_INTENSITY",
        "Brightness",
        MAIN,
        number("FLAT_LIGHT_INTENSITY_VALUE", "Value", 0, (0, _BRIGHTEST), 10),
        timeout=0,
    )
    lid = Switches(
        "CAP_PARK",
        "Dust Cover",
        MAIN,
        switch("PARK", "Park(ed)"),
        switch("UNPARK", "UnPark(ed)", True),
        state=State.OK,
    )
    abort = Switches("CAP_ABORT", "Abort", MAIN, switch("ABORT", "Abort"), rule=AT_MOST_ONE)

    @lamp.asked
    def switch_lamp(self, wanted: str) -> None:
        """Switch the light on or off."""
        self.lamp.select(wanted)
        self._shine()

    @intensity.asked
    def set_intensity(self, intensity: float) -> None:
        """Make the light brighter or darker."""
        self.intensity.show(State.OK, intensity)
        self._shine()

    @lid.asked
    async def move_lid(self, wanted: str) -> None:
        """Close or open the lid, which is in the way until it is open."""
        self.lid.select(wanted, State.BUSY)
        self._shine()
        await self.clock.sleep(_SECONDS)
        self.lid.select(wanted)
        self._shine()

    @abort.asked
    def stop_lid(self, wanted: str | None) -> None:
        """Stop the lid half way, neither closed nor open."""
        if self.stop(self.lid.name):
            self.lid.select(None, State.ALERT)
        self.abort.select(None)

    def end(self) -> None:
        """Leave a lid that has not come to its end half way."""
        if self.lid.state is State.BUSY:
            self.lid.keep(self.lid.only(None))

    def _shine(self) -> None:
        standing = self.lid.state is State.OK
        closed = standing and self.lid.on == "PARK"
        self.light.capped = not (standing and self.lid.on == "UNPARK")
        on = closed and self.lamp["FLAT_LIGHT_ON"]
        self.light.panel = self.intensity.value / _BRIGHTEST if on else 0.0
