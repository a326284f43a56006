"""The guide camera, at the guide scope."""

from collections.abc import Mapping

from indinb.protocol.vocabulary import Interface
from indinb.simulator.devices.camera import (
    SimulatedCamera,
    active_devices,
    chip_settings,
    position_error,
)
from indinb.simulator.devices.chip import GUIDE_CAMERA
from indinb.simulator.driver import MAIN
from indinb.simulator.properties import Numbers, Switches, number, switch

CONFIG = "Simulator Settings"


class GuideSimulator(SimulatedCamera):
    """A camera at the guide scope, without cooler and filters.

    Colours, timeouts, saturation and all about the mount are kept as settings and change nothing.
    """

    name = "Guide Simulator"
    executable = "indi_simulator_guide"
    interface = Interface.CCD | Interface.GUIDER
    kind = GUIDE_CAMERA
    at_guide_scope = True
    settings = ("SIMULATOR_SETTINGS", "ACTIVE_DEVICES", "UPLOAD_SETTINGS", "CCD_GAIN")

    active = active_devices("CCD Simulator")
    simulator = chip_settings(
        "Config",
        CONFIG,
        number("SIM_XRES", "CCD X resolution", 1280, (0, 8192), 0, "%4.0f"),
        number("SIM_YRES", "CCD Y resolution", 1024, (0, 8192), 0, "%4.0f"),
        number("SIM_XSIZE", "CCD X Pixel Size", 2.4, (0, 60), 0, "%4.2f"),
        number("SIM_YSIZE", "CCD Y Pixel Size", 2.4, (0, 60), 0, "%4.2f"),
        number("SIM_MAXVAL", "CCD Maximum ADU", 65_000, (0, 65_000), 0, "%4.0f"),
        number("SIM_BIAS", "CCD Bias", 10, (0, 6000), 0, "%4.0f"),
        number("SIM_SATURATION", "Saturation Mag", 1, (0, 20), 0, "%4.1f"),
        number("SIM_LIMITINGMAG", "Limiting Mag", 17, (0, 20), 0, "%4.1f"),
        number("SIM_NOISE", "CCD Noise", 10, (0, 6000), 0, "%4.0f"),
        number("SIM_SKYGLOW", "Sky Glow (magnitudes)", 19.5, (0, 6000), 0, "%4.1f"),
        number("SIM_OAGOFFSET", "Oag Offset (arcminutes)", 0, (0, 6000), 0, "%4.1f"),
        number("SIM_POLAR", "PAE (arcminutes)", 0, (-600, 600), 0, "%4.1f"),
        number("SIM_POLARDRIFT", "PAE Drift (minutes)", 0, (0, 6000), 0, "%4.1f"),
        number("SIM_ROTATION", "Rotation CW (degrees)", 0, (-360, 360), 0, "%4.1f"),
        number("SIM_KING_GAMMA", "(CP,TCP), deg", 0, (0, 10), 0, "%4.1f"),
        number("SIM_KING_THETA", "hour hangle, deg", 0, (0, 360), 0, "%4.1f"),
        number("SIM_TIME_FACTOR", "Time Factor (x)", 1, (0.01, 100), 0, "%.2f"),
    )
    equatorial_pe = position_error(CONFIG)
    rgb = Switches(
        "SIMULATE_RGB",
        "Simulate RGB",
        CONFIG,
        switch("SIMULATE_YES", "Yes"),
        switch("SIMULATE_NO", "No", True),
        since="start",
    )
    timeout = Switches(
        "CCD_TIMEOUT",
        "Timeout",
        CONFIG,
        switch("INDI_ENABLED", "Enabled"),
        switch("INDI_DISABLED", "Disabled", True),
        since="start",
    )
    gain = Numbers("CCD_GAIN", "Gain", MAIN, number("GAIN", "Gain", 50, (0, 100), 10))

    @simulator.asked
    def set_simulator(self, asked: Mapping[str, float]) -> None:
        """Be another chip, under another sky."""
        super().set_simulator(asked)

    @property
    def time_factor(self) -> float:
        """How much longer than asked exposures take."""
        return float(self.simulator["SIM_TIME_FACTOR"])

    @property
    def bias(self) -> float:
        """ADU that are added to each pixel."""
        return float(self.simulator["SIM_BIAS"])
