"""What a camera's chip is set to, and what it can be set to."""

from typing import ClassVar

from astropy import units as u

from indinb.errors import UnknownProperty
from indinb.instruments.base import Instrument
from indinb.instruments.cameras import controls, fieldofview
from indinb.instruments.cameras.chips import Chip, counts, frame_geometry
from indinb.instruments.cameras.settings import CAPTURE_FORMAT, FORMAT, UPLOAD
from indinb.instruments.readings import is_on


class Readout(Instrument):
    """How a chip is read out now, as its driver tells.

    Attributes
    ----------
    chip : Chip
        What its properties are called.
    """

    chip: ClassVar[Chip]

    @property
    def binning(self) -> tuple[int, int]:
        """How many pixels are read as one, horizontally and vertically."""
        binning = self.device[self.chip.named("BINNING")].vector
        return int(binning["HOR_BIN"]), int(binning["VER_BIN"])  # type: ignore[arg-type]

    @property
    def subframe(self) -> tuple[int, int, int, int]:
        """What is read out, in unbinned pixels: x, y, width and height."""
        frame = self.device[self.chip.named("FRAME")].vector
        x, y, width, height = (int(frame[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))  # type: ignore[arg-type]
        return x, y, width, height

    @property
    def shape(self) -> tuple[int, int] | None:
        """Rows and columns of its next picture, as of arrays; None if its driver does not tell."""
        geometry = frame_geometry(self.device, self.chip)
        return None if geometry is None else (geometry.height, geometry.width)

    @property
    def pixel_size(self) -> u.Quantity | None:
        """Width and height of an unbinned pixel, in microns; None if its driver does not tell."""
        name = self.chip.named("INFO")
        for members in (("CCD_PIXEL_SIZE_X", "CCD_PIXEL_SIZE_Y"), ("CCD_PIXEL_SIZE",) * 2):
            if counts(self.device, name, *members):
                return [self.device[name][member] for member in members] * u.micron
        return None

    @property
    def frame_type(self) -> str | None:
        """What the last exposure was, or the next may be: "light", "bias", "dark" or "flat"."""
        member = controls.selected(self.device, self.chip.named("FRAME_TYPE"))
        return None if member is None else controls.short(member)

    @property
    def gain(self) -> float | None:
        """In the units of the camera, wherever its driver has it; None if it has none."""
        return controls.value(self.device, "gain")

    @property
    def offset(self) -> float | None:
        """What is added to each pixel, in the units of the camera; None if it has none."""
        return controls.value(self.device, "offset")

    @property
    def iso(self) -> str | None:
        """The sensitivity of a DSLR, as its driver calls it, such as "800"; None if it has none."""
        return self._selected(controls.ISO)

    @property
    def isos(self) -> list[str]:
        """The sensitivities of a DSLR, as its driver calls them."""
        return self._offered(controls.ISO)

    @property
    def format(self) -> str | None:
        """In which pictures come: "fits", "native" or "xisf"."""
        member = controls.selected(self.device, FORMAT)
        return None if member is None else controls.short(member)

    @property
    def formats(self) -> list[str]:
        """In which pictures can come; "native" is that of the camera itself."""
        return [controls.short(member) for member in self.device.get(FORMAT, ()) if member]

    @property
    def capture_format(self) -> str | None:
        """What the camera reads out, as its driver calls it, such as "Mono"."""
        return self._selected(CAPTURE_FORMAT)

    @property
    def capture_formats(self) -> list[str]:
        """What the camera can read out, as its driver calls it."""
        return self._offered(CAPTURE_FORMAT)

    @property
    def compression(self) -> bool:
        """Whether pictures come compressed."""
        members = list(self.device.get(self.chip.named("COMPRESSION"), ()))
        return bool(members) and is_on(self.device, self.chip.named("COMPRESSION"), members[0])

    @property
    def upload(self) -> str | None:
        """Where pictures go: "client", "local" (the server's disk), or "both"."""
        member = controls.selected(self.device, UPLOAD)
        return None if member is None else controls.short(member)

    @property
    def pixel_scale(self) -> u.Quantity:
        """The angle that a pixel sees, in arcsec / pix, binned as it is now.

        Of pixels that are not square, it is that of a square of the same area.

        Raises
        ------
        UnknownProperty
            If nobody tells the size of a pixel, or the focal length.
        """
        binned = self._pixel * self._binning
        return fieldofview.scale(binned, fieldofview.focal_length(self.device))

    @property
    def field_of_view(self) -> u.Quantity:
        """The angles that its picture covers, across and down, in arcmin: of the subframe.

        Raises
        ------
        UnknownProperty
            If nobody tells the size of the chip, or the focal length.
        """
        geometry = frame_geometry(self.device, self.chip)
        if geometry is None:
            raise UnknownProperty(f"{self.name} does not tell how many pixels it has")
        size = self._pixel * self._binning * geometry[:2]
        return fieldofview.field(size, fieldofview.focal_length(self.device))

    @property
    def _pixel(self) -> u.Quantity:
        pixel = self.pixel_size
        if pixel is None:
            raise UnknownProperty(f"{self.name} does not tell how large its pixels are")
        return pixel

    @property
    def _binning(self) -> tuple[int, int]:
        return self.binning if self.chip.named("BINNING") in self.device else (1, 1)

    def _selected(self, name: str) -> str | None:
        member = controls.selected(self.device, name)
        return None if member is None else controls.word_of(self.device, name, member)

    def _offered(self, name: str) -> list[str]:
        known = self.device.get(name, ())
        return [controls.word_of(self.device, name, member) for member in known if member]
