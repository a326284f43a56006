"""What the simulated cameras have in common: what they see, and what their headers tell."""

from collections.abc import Mapping
from typing import Any, ClassVar

from indinb.protocol.messages import Member
from indinb.protocol.vocabulary import State
from indinb.simulator.common import Configurable, Debugging
from indinb.simulator.devices import fits, view
from indinb.simulator.devices.chip import IMAGE_SETTINGS, LARGEST, SMALLEST, Chip, Kind
from indinb.simulator.devices.darkroom import BAYER, Shot, warm_up, work
from indinb.simulator.devices.exposing import Exposure
from indinb.simulator.devices.guiding import Guiding
from indinb.simulator.devices.streaming import Streaming
from indinb.simulator.driver import OPTIONS
from indinb.simulator.imaging.optics import Optics
from indinb.simulator.imaging.scene import Scene
from indinb.simulator.imaging.sensor import Sensor, egain
from indinb.simulator.properties import (
    Numbers,
    Refused,
    Switches,
    Texts,
    number,
    switch,
    text,
)
from indinb.simulator.world import Pointing

TELESCOPE, ROTATOR, FOCUSER = "Telescope Simulator", "Rotator Simulator", "Focuser Simulator"
"""Devices of the observatory that headers speak of."""


def active_devices(wheel: str) -> Texts:
    """Declare the devices that a camera's headers tell of, and the wheel whose filter it has."""
    return Texts(
        "ACTIVE_DEVICES",
        "Snoop devices",
        OPTIONS,
        text("ACTIVE_TELESCOPE", "Telescope", TELESCOPE),
        text("ACTIVE_ROTATOR", "Rotator", ROTATOR),
        text("ACTIVE_FOCUSER", "Focuser", FOCUSER),
        text("ACTIVE_FILTER", "Filter", wheel),
        text("ACTIVE_SKYQUALITY", "Sky Quality", "SQM"),
        since="start",
    )


def chip_settings(label: str, group: str, *members: Member) -> Numbers:
    """Declare the properties of a simulated chip and its sky."""
    return Numbers("SIMULATOR_SETTINGS", label, group, *members, since="start")


def position_error(group: str) -> Numbers:
    """Declare the equatorial error, which is kept but changes nothing: the mount has its own."""
    return Numbers(
        "EQUATORIAL_PE",
        "EQ PE",
        group,
        number("RA_PE", "RA (hh:mm:ss)", 0, (0, 24), 0, "%010.6m"),
        number("DEC_PE", "DEC (dd:mm:ss)", 0, (-90, 90), 0, "%010.6m"),
        since="start",
    )


class SimulatedCamera(Guiding, Configurable, Debugging, Streaming):
    """A camera under the sky of the observatory; it has a port that guides the mount.

    Attributes
    ----------
    kind : Kind
        Of its main chip.
    at_guide_scope : bool
        Whether it is at the guide scope instead of the telescope.
    """

    kind: ClassVar[Kind]
    at_guide_scope: ClassVar[bool] = False

    active: Texts
    simulator: Numbers
    gain: Numbers

    capture_format = Switches(
        "CCD_CAPTURE_FORMAT", "Format", IMAGE_SETTINGS, switch("INDI_MONO", "Mono", True)
    )
    fits_header = Texts(
        "FITS_HEADER",
        "FITS Header",
        "General Info",
        text("FITS_OBSERVER", "Observer", "Unknown"),
        text("FITS_OBJECT", "Object", "Unknown"),
    )
    scope = Numbers(
        "SCOPE_INFO",
        "Scope",
        OPTIONS,
        number("FOCAL_LENGTH", "Focal Length (mm)", 0, (10, 10_000), 100, "%.2f"),
        number("APERTURE", "Aperture (mm)", 0, (10, 3000), 100, "%.2f"),
    )
    wcs_control = Switches(
        "WCS_CONTROL",
        "WCS",
        "WCS",
        switch("WCS_ENABLE", "Enable"),
        switch("WCS_DISABLE", "Disable", True),
        timeout=0,
    )
    fov_rotation = Numbers(
        "CCD_ROTATION",
        "CCD FOV",
        "WCS",
        number("CCD_ROTATION_VALUE", "Rotation", 0, (-360, 360), 1, "%g"),
        since="later",
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        first = {name: each for name, each in self.properties.items() if each.since == "start"}
        others, self.properties = self.properties, first
        self.chip = Chip(self, self.kind, self._size, self._pixel)
        self.chip.add_reset(self)
        self.equip(self.chip)
        self.properties |= {name: each for name, each in others.items() if name not in first}

    def begin(self) -> None:
        """Load what the first picture needs, so that it is not slow."""
        super().begin()
        self.start("warm up", work(warm_up, self.world.seed))

    @wcs_control.asked
    def set_wcs(self, wanted: str) -> None:
        """Tell in headers where each pixel is on the sky, as it is in truth.

        The rotation that clients may then write is not needed for it.
        """
        enabled = wanted == "WCS_ENABLE"
        self.notice(f"World Coordinate System is {'enabled' if enabled else 'disabled'}.")
        if enabled:
            self.fov_rotation.define()
        else:
            self.fov_rotation.delete()
        self.wcs_control.select(wanted)

    def set_simulator(self, asked: Mapping[str, float]) -> None:
        """Be another chip."""
        if not all(SMALLEST <= asked[name] <= LARGEST for name in ("SIM_XRES", "SIM_YRES")):
            raise Refused(f"Chips have {SMALLEST} to {LARGEST} rows and columns.")
        if not all(asked[name] >= 1 for name in ("SIM_XSIZE", "SIM_YSIZE")):
            raise Refused("Pixels have a micrometre at least.")
        if self.chip.exposure.state is State.BUSY:
            self.abort(self.chip)
        self.simulator.keep(dict(asked))
        if (self._size, self._pixel) != (self.chip.size, self.chip.pixel):
            self.chip.resize(self._size, self._pixel)
        self.simulator.tell(State.OK)

    def look(self, chip: Chip, seconds: float, pointing: Pointing) -> Exposure:
        """Gather what decides the picture of an exposure that begins now."""
        shot = self._shot_of(chip, seconds, pointing)
        return Exposure(shot, self._notes(chip, seconds, shot, pointing))

    @property
    def chip_temperature(self) -> float:
        """°C."""
        return self.light.temperature

    @property
    def seeing(self) -> float:
        """Arcseconds of a star at the zenith."""
        return 3.5

    @property
    def bias(self) -> float:
        """ADU that are added to each pixel."""
        return 0.0

    @property
    def in_color(self) -> bool:
        """Whether each pixel has a filter of its own."""
        return False

    def _guides(self, chip: Chip) -> bool:
        """Tell whether a chip is at the guide scope."""
        return self.at_guide_scope or chip is not self.chip

    def filter_of(self, chip: Chip) -> str | None:
        """Name of the filter before a chip; the guide scope has none."""
        return None if self._guides(chip) else self.light.filters.get(self.active["ACTIVE_FILTER"])

    def defocus(self, chip: Chip) -> float:
        """Tell the steps from the best focus; the guide scope is always there."""
        if self._guides(chip) or self.light.focus is None:
            return 0.0
        return self.light.focus - self.light.best_focus

    @property
    def _size(self) -> tuple[int, int]:
        return int(self.simulator["SIM_XRES"]), int(self.simulator["SIM_YRES"])

    @property
    def _pixel(self) -> tuple[float, float]:
        return float(self.simulator["SIM_XSIZE"]), float(self.simulator["SIM_YSIZE"])

    def _optics(self, chip: Chip) -> Optics:
        """Return the telescope: what the camera is told of it wins over what the mount says."""
        if self._guides(chip):
            focal_length, aperture = self.light.guide_focal_length, self.light.guide_aperture
        else:
            focal_length, aperture = self.light.focal_length, self.light.aperture
        if chip is self.chip:
            focal_length = self.scope["FOCAL_LENGTH"] or focal_length
            aperture = self.scope["APERTURE"] or aperture
        return Optics(float(focal_length), float(aperture))

    def _sensor(self, chip: Chip) -> Sensor:
        return Sensor(
            *chip.size,
            *chip.pixel,
            read_noise=float(self.simulator["SIM_NOISE"]),
            max_adu=int(self.simulator["SIM_MAXVAL"]),
            seed=self.world.seed * 8 + chip.kind.number,
        )

    def _scene(self, chip: Chip, seconds: float, pointing: Pointing) -> Scene:
        shutter = chip.frame_type["FRAME_LIGHT"] or chip.frame_type["FRAME_FLAT"]
        rotator = 0.0 if self._guides(chip) else self.light.rotation or 0.0
        return Scene(
            pointing.ra,
            pointing.dec,
            rotation=(pointing.rotation + rotator + self.simulator["SIM_ROTATION"]) % 360,
            exposure=0.0 if chip.frame_type["FRAME_BIAS"] else seconds,
            temperature=self.chip_temperature,
            altitude=pointing.altitude,
            seeing=self.seeing,
            focus=self.defocus(chip),
            filter=self.filter_of(chip) or "Luminance",
            glow=float(self.simulator["SIM_SKYGLOW"]),
            clouds=self.light.clouds,
            light=view.source(self.light, pointing, shutter, self._guides(chip)),
            panel=self.light.panel * view.PANEL,
            region=chip.region,
        )

    def _shot_of(self, chip: Chip, seconds: float, pointing: Pointing) -> Shot:
        return Shot(
            scene=self._scene(chip, seconds, pointing),
            optics=self._optics(chip),
            sensor=self._sensor(chip),
            when=self.clock.utc,
            site=self.world.site,
            limit=float(self.simulator["SIM_LIMITINGMAG"]),
            frame_number=chip.frame_number,
            gain=float(self.gain.value),
            offset=self.bias,
            binning=chip.bins,
            bayer=self.in_color and chip is self.chip,
        )

    def _notes(self, chip: Chip, seconds: float, shot: Shot, pointing: Pointing) -> fits.Notes:
        mount = self.light.pointing is not None and self._has("TELESCOPE", TELESCOPE)
        frame_type = str(chip.frame_type.on).removeprefix("FRAME_").title()
        wcs = self.wcs_control["WCS_ENABLE"] and shot.scene.light == "sky"
        return fits.Notes(
            instrument=self.name,
            when=shot.when,
            exposure=seconds,
            temperature=self.chip_temperature,
            pixel=chip.pixel,
            binning=chip.bins,
            frame_type=frame_type,
            focal_length=shot.optics.focal_length,
            aperture=shot.optics.aperture,
            gain=shot.gain,
            egain=egain(shot.gain),
            observer=self.fits_header["FITS_OBSERVER"],
            object=self.fits_header["FITS_OBJECT"],
            offset=shot.offset,
            saturation=shot.sensor.saturation(shot.gain, shot.offset, shot.binning),
            telescope=TELESCOPE if mount else None,
            filter=None if shot.bayer else self.filter_of(chip),
            site=self.world.site if mount else None,
            pointing=pointing if mount else None,
            bayer=BAYER if shot.bayer else None,
            wcs=shot.projection.cards(shot.scene.region, chip.bins) if wcs else {},
            **self._notes_of_tube(chip),
        )

    def _notes_of_tube(self, chip: Chip) -> dict[str, float | None]:
        """Tell what rotator and focuser do, if the chip is behind them."""
        here = not self._guides(chip)
        focuser = here and self.light.focus is not None and self._has("FOCUSER", FOCUSER)
        return {
            "rotator": self.light.rotation if here and self._has("ROTATOR", ROTATOR) else None,
            "focus": self.light.focus if focuser else None,
            "air": self.light.temperature if focuser else None,
        }

    def _has(self, role: str, name: str) -> bool:
        return bool(self.active[f"ACTIVE_{role}"] == name)
