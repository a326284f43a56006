"""The main camera: cooled, with a filter wheel, a focus that drifts, and a head to guide."""

from collections.abc import Mapping
from typing import Any

from indinb.protocol.vocabulary import Interface, State
from indinb.simulator.devices.camera import (
    SimulatedCamera,
    active_devices,
    chip_settings,
    position_error,
)
from indinb.simulator.devices.chip import GUIDE_HEAD, MAIN_CHIP, Chip
from indinb.simulator.devices.cooling import Cooling
from indinb.simulator.devices.filters import Filters
from indinb.simulator.driver import MAIN
from indinb.simulator.properties import Numbers, Switches, number, switch

CONFIG = "Simulator Config"

_STEPS_PER_KELVIN = -20.0
_FOCUS_OF_FILTERS = {
    "Green": 40.0,
    "Blue": 120.0,
    "H_Alpha": -60.0,
    "SII": -80.0,
    "OIII": 80.0,
    "LPR": 20.0,
}


class CCDSimulator(Cooling, Filters, SimulatedCamera):
    """A camera at the telescope.

    Of its settings for simulation, those of saturation, an off-axis guider, polar alignment and
    periodic error are kept and change nothing: a chip has a full well, and a mount has errors.
    """

    name = "CCD Simulator"
    executable = "indi_simulator_ccd"
    interface = Interface.CCD | Interface.GUIDER | Interface.FILTER
    kind = MAIN_CHIP
    settings = (
        "SIMULATOR_SETTINGS",
        "SIM_FOCUSING",
        "ACTIVE_DEVICES",
        "UPLOAD_SETTINGS",
        "CCD_GAIN",
        "CCD_OFFSET",
        "FILTER_NAME",
    )

    active = active_devices("Filter Simulator")
    simulator = chip_settings(
        "Settings",
        CONFIG,
        number("SIM_XRES", "CCD X resolution", 1280, (512, 8192), 512, "%4.0f"),
        number("SIM_YRES", "CCD Y resolution", 1024, (512, 8192), 512, "%4.0f"),
        number("SIM_XSIZE", "CCD X Pixel Size", 5.2, (1, 30), 5, "%4.2f"),
        number("SIM_YSIZE", "CCD Y Pixel Size", 5.2, (1, 30), 5, "%4.2f"),
        number("SIM_MAXVAL", "CCD Maximum ADU", 65_000, (255, 65_000), 1000, "%4.0f"),
        number("SIM_SATURATION", "Saturation Mag", 1, (0, 20), 1, "%4.1f"),
        number("SIM_LIMITINGMAG", "Limiting Mag", 17, (0, 20), 1, "%4.1f"),
        number("SIM_NOISE", "CCD Noise", 10, (0, 6000), 500, "%4.0f"),
        number("SIM_SKYGLOW", "Sky Glow (magnitudes)", 19.5, (0, 6000), 500, "%4.1f"),
        number("SIM_OAGOFFSET", "Oag Offset (arcminutes)", 0, (0, 6000), 500, "%4.1f"),
        number("SIM_POLAR", "PAE (arcminutes)", 0, (-600, 600), 100, "%4.1f"),
        number("SIM_POLARDRIFT", "PAE Drift (minutes)", 0, (0, 60), 5, "%4.1f"),
        number("SIM_PEPERIOD", "PE Period (seconds)", 0, (0, 60), 5, "%4.1f"),
        number("SIM_PEMAX", "PE Max (arcsec)", 0, (0, 6000), 500, "%4.1f"),
        number("SIM_TIME_FACTOR", "Time Factor (x)", 1, (0.01, 100), 10, "%.2f"),
        number("SIM_ROTATION", "CCD Rotation", 0, (0, 360), 10, "%.2f"),
    )
    equatorial_pe = position_error(CONFIG)
    focusing = Numbers(
        "SIM_FOCUSING",
        "Focus Simulation",
        CONFIG,
        number("SIM_FOCUS_POSITION", "Focus", 36_700, (0, 100_000), 1),
        number("SIM_FOCUS_MAX", "Max. Position", 100_000, (0, 100_000), 1),
        number("SIM_SEEING", "Seeing (arcsec)", 3.5, (0, 60), 0, "%4.2f"),
        since="start",
    )
    bayer = Switches(
        "SIMULATE_BAYER",
        "Bayer",
        CONFIG,
        switch("INDI_ENABLED", "Enabled"),
        switch("INDI_DISABLED", "Disabled", True),
        since="start",
    )
    gain = Numbers("CCD_GAIN", "Gain", MAIN, number("GAIN", "value", 90, (0, 100), 10))
    offset = Numbers("CCD_OFFSET", "Offset", MAIN, number("OFFSET", "value", 0, (0, 6000), 500))

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self._focus_in_red = float(self.focusing["SIM_FOCUS_POSITION"])
        self.guide_head = Chip(self, GUIDE_HEAD, (500, 290), (9.8, 12.6))
        self.equip(self.guide_head)

    async def run(self) -> None:
        """Follow the temperature of the air, and the filter."""
        while True:
            self.follow_air()
            self.follow_focus()
            await self.poll()

    @simulator.asked
    def set_simulator(self, asked: Mapping[str, float]) -> None:
        """Be another chip, under another sky."""
        super().set_simulator(asked)

    @focusing.asked
    def set_focusing(self, asked: dict[str, float]) -> None:
        """Have the best focus elsewhere now; it goes on to move with temperature and filter."""
        self._focus_in_red += asked["SIM_FOCUS_POSITION"] - self._best_focus
        self.focusing.tell(State.OK, dict(asked))
        self.follow_focus()

    def follow_focus(self) -> None:
        """Know where the best focus is, and tell it if it has moved."""
        self.light.best_focus = self._best_focus
        shown = float(round(self._best_focus))
        if shown != self.focusing["SIM_FOCUS_POSITION"]:
            self.focusing.tell(values={"SIM_FOCUS_POSITION": shown})

    @property
    def time_factor(self) -> float:
        """How much longer than asked exposures take."""
        return float(self.simulator["SIM_TIME_FACTOR"])

    @property
    def chip_temperature(self) -> float:
        """°C."""
        return float(self.temperature.value)

    @property
    def seeing(self) -> float:
        """Arcseconds of a star at the zenith."""
        return float(self.focusing["SIM_SEEING"])

    @property
    def bias(self) -> float:
        """ADU that are added to each pixel."""
        return float(self.offset.value)

    @property
    def in_color(self) -> bool:
        """Whether each pixel has a filter of its own."""
        return bool(self.bayer["INDI_ENABLED"])

    def defocus(self, chip: Chip) -> float:
        """Tell the steps from the best focus."""
        self.follow_focus()
        return super().defocus(chip)

    @property
    def _best_focus(self) -> float:
        filter_name = self.filter_of(self.chip) or ""
        drift = _STEPS_PER_KELVIN * self.light.temperature
        return self._focus_in_red + drift + _FOCUS_OF_FILTERS.get(filter_name, 0.0)
