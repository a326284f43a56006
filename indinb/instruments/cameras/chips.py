"""The chips that a camera may have, and how large their pictures are."""

import math
from dataclasses import dataclass

from indinb.client.device import Device
from indinb.images.image import Geometry


@dataclass(frozen=True)
class Chip:
    """What INDI calls the properties of a chip.

    Parameters
    ----------
    prefix : str
        Of its properties.
    image : str
        The property, and its member, by which its pictures come.
    """

    prefix: str
    image: str

    @property
    def exposure(self) -> str:
        """The property that starts an exposure, and counts down."""
        return self.named("EXPOSURE")

    @property
    def seconds(self) -> str:
        """The member of it that holds them."""
        return self.named("EXPOSURE_VALUE")

    def named(self, name: str) -> str:
        """Return the name of another of its properties.

        Examples
        --------
        >>> GUIDE_HEAD.named("BINNING")
        'GUIDER_BINNING'
        """
        return f"{self.prefix}_{name}"


MAIN = Chip("CCD", "CCD1")
"""The main chip of a camera."""

GUIDE_HEAD = Chip("GUIDER", "CCD2")
"""A second chip in the same camera, to guide with."""


def frame_geometry(device: Device, chip: Chip = MAIN) -> Geometry | None:
    """Snapshot the size of a camera's pictures, for formats that do not tell it.

    Returns
    -------
    Geometry or None
        From ``CCD_FRAME`` (or the whole sensor of ``CCD_INFO``), ``CCD_BINNING`` and the bits in
        ``CCD_INFO``, each of which may be missing; None unless the camera says how large.
    """
    size = counts(device, chip.named("FRAME"), "WIDTH", "HEIGHT") or whole(device, chip)
    horizontal, vertical = counts(device, chip.named("BINNING"), "HOR_BIN", "VER_BIN") or (1, 1)
    bits = next(iter(counts(device, chip.named("INFO"), "CCD_BITSPERPIXEL")), None)
    return Geometry(size[0] // horizontal, size[1] // vertical, bits) if size else None


def whole(device: Device, chip: Chip) -> list[int]:
    """Read how many columns and rows a chip has, or nothing if its driver does not tell."""
    return counts(device, chip.named("INFO"), "CCD_MAX_X", "CCD_MAX_Y")


def counts(device: Device, name: str, *members: str) -> list[int]:
    """Read some numbers of a property, or nothing unless each of them counts something."""
    found = device.get(name)
    values = [found.vector.get(member) for member in members] if found else []
    sound = all(isinstance(value, float) and 1 <= value < math.inf for value in values)
    return [int(value) for value in values] if sound else []  # type: ignore[arg-type]
