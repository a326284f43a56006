"""One chip of a camera: what it is, and what part of it is read out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from indinb.protocol.messages import Limits, Member, Value
from indinb.protocol.vocabulary import State
from indinb.simulator.driver import MAIN, Driver
from indinb.simulator.imaging.inputs import Region
from indinb.simulator.properties import (
    AT_MOST_ONE,
    READ_ONLY,
    WRITE_ONLY,
    Blobs,
    Numbers,
    Property,
    Refused,
    Switches,
    number,
    switch,
)

IMAGE_SETTINGS, IMAGE_INFO = "Image Settings", "Image Info"

SHORTEST, LONGEST = 0.01, 3600.0
"""Seconds of an exposure."""

SMALLEST, LARGEST = 64, 4096
"""Rows and columns that a simulated chip may have: more would take too much memory."""

_LARGEST_BINNING = 4


@dataclass(frozen=True)
class Kind:
    """What the properties of a chip are called.

    Parameters
    ----------
    number : int
        What tells it from other chips of the observatory.
    prefix, blob : str
        Of its properties, and of the one that its pictures come by.
    exposure, picture, info, settings : str
        Labels of its exposure, picture and information, and the group of its settings.
    formats : tuple of str
        Of counts, sizes and bits.
    """

    number: int
    prefix: str
    blob: str
    exposure: str
    picture: str
    info: str
    settings: str
    formats: tuple[str, str, str]


MAIN_CHIP = Kind(
    0,
    "CCD",
    "CCD1",
    "Expose",
    "Image",
    "CCD Information",
    IMAGE_SETTINGS,
    ("%.f", "%.2f", "%.f"),
)
GUIDE_HEAD = Kind(
    1,
    "GUIDER",
    "CCD2",
    "Guide Head",
    "Guider Image",
    "Info",
    "Guider Head",
    ("%4.0f", "%5.2f", "%3.0f"),
)
GUIDE_CAMERA = replace(MAIN_CHIP, number=2)


class Chip:
    """A chip of a camera, whose properties the camera adopts.

    Parameters
    ----------
    camera : Driver
        What it is part of.
    kind : Kind
        Which of its chips it is.
    size : tuple of int
        Columns and rows.
    pixel : tuple of float
        Size of a pixel in microns, across and down.
    """

    def __init__(
        self, camera: Driver, kind: Kind, size: tuple[int, int], pixel: tuple[float, float]
    ) -> None:
        self.kind = kind
        self.size, self.pixel = size, pixel
        self.frame_number = 0
        self.reshaped: Callable[[], None] = lambda: None
        prefix, group = kind.prefix, kind.settings
        self.exposure = camera.adopt(_exposure(kind))
        self.abort = camera.adopt(
            Switches(
                f"{prefix}_ABORT_EXPOSURE",
                "Abort",
                MAIN,
                switch("ABORT", "Abort"),
                rule=AT_MOST_ONE,
            )
        )
        self.frame = camera.adopt(_frame(f"{prefix}_FRAME", group, size))
        self.binning = camera.adopt(_binning(f"{prefix}_BINNING", group))
        self.frame_type = camera.adopt(_frame_type(f"{prefix}_FRAME_TYPE", group))
        self.info = camera.adopt(_info(kind, size, pixel))
        self.compression = camera.adopt(_compression(f"{prefix}_COMPRESSION", group))
        self.blob = camera.adopt(
            Blobs(
                kind.blob,
                "Image Data",
                IMAGE_INFO,
                Member(kind.blob, kind.picture, None),
                permission=READ_ONLY,
            )
        )
        answer(self.frame, self.set_frame)
        answer(self.binning, self.set_binning)

    def add_reset(self, camera: Driver) -> None:
        """Have a button that undoes binning and frame."""
        self.reset = camera.adopt(
            Switches(
                f"{self.kind.prefix}_FRAME_RESET",
                "Frame Values",
                self.kind.settings,
                switch("RESET", "Reset"),
                permission=WRITE_ONLY,
                timeout=0,
            )
        )
        answer(self.reset, self.reset_frame)

    @property
    def region(self) -> Region:
        """What is read out, in unbinned pixels."""
        return Region(*(int(self.frame[name]) for name in ("X", "Y", "WIDTH", "HEIGHT")))

    @property
    def bins(self) -> tuple[int, int]:
        """Columns and rows that are read as one."""
        return int(self.binning["HOR_BIN"]), int(self.binning["VER_BIN"])

    @property
    def binned_size(self) -> tuple[int, int]:
        """Columns and rows of a picture."""
        across, down = self.bins
        return self.region.width // across, self.region.height // down

    def check_size(self) -> None:
        """Raise `Refused` if nothing is left of the frame when it is binned."""
        if not all(self.binned_size):
            raise Refused("Error: the frame is smaller than its binning.")

    @property
    def compressed(self) -> bool:
        """Whether pictures are sent compressed."""
        return bool(self.compression["INDI_ENABLED"])

    def set_frame(self, asked: Mapping[str, float]) -> None:
        """Read out a part, within the chip."""
        whole = {name: float(int(value)) for name, value in asked.items()}
        for start, length, end in (("X", "WIDTH", self.size[0]), ("Y", "HEIGHT", self.size[1])):
            if whole[start] + whole[length] > end:
                raise Refused(
                    f"Error: the frame ends at {start} = {whole[start] + whole[length]:.0f}, "
                    f"the chip at {end}"
                )
        self._accept_frame(whole)
        self.frame.tell()
        self.frame.tell(State.OK)

    def set_binning(self, asked: Mapping[str, float]) -> None:
        """Read columns and rows together."""
        if not all(value in range(1, _LARGEST_BINNING + 1) for value in asked.values()):
            across, down = asked["HOR_BIN"], asked["VER_BIN"]
            raise Refused(f"{across:g}x{down:g} binning is not supported.")
        if asked != self.binning.values:
            self.binning.keep(asked)
            self.reshaped()
        self.binning.tell()  # first in its old state, as INDI's drivers do
        self.binning.tell(State.OK)

    def reset_frame(self, wanted: str) -> None:
        """Read out all pixels, each by itself."""
        self.binning.tell(State.OK, dict.fromkeys(self.binning.members, 1.0))
        self._accept_frame(_whole(self.size))
        self.frame.tell(State.OK)
        self.reset.select(None)

    def resize(self, size: tuple[int, int], pixel: tuple[float, float]) -> None:
        """Be another chip, which is read out as a whole."""
        self.size, self.pixel = size, pixel
        self.info.tell(values=_sizes(size, pixel))
        for name, (low, high) in _frame_limits(size).items():
            self.frame.members[name] = self.frame.members[name]._replace(min=low, max=high)
        self._accept_frame(_whole(size))
        limits = {name: Limits(low, high, 0) for name, (low, high) in _frame_limits(size).items()}
        self.frame.tell(limits=limits)

    def _accept_frame(self, values: Mapping[str, Value]) -> None:
        self.frame.keep(values)
        self.reshaped()


def answer(target: Property, method: Callable[[Any], Any]) -> None:
    """Let a part of a device, instead of the device, answer what is asked of a property."""
    target.asked(lambda driver, asked: method(asked))


def _exposure(kind: Kind) -> Numbers:
    return Numbers(
        f"{kind.prefix}_EXPOSURE",
        kind.exposure,
        MAIN,
        number(f"{kind.prefix}_EXPOSURE_VALUE", "Duration (s)", 1, (SHORTEST, LONGEST), 1, "%5.2f"),
        checked=False,
    )


def _frame(name: str, group: str, size: tuple[int, int]) -> Numbers:
    labels = {"X": "Left ", "Y": "Top", "WIDTH": "Width", "HEIGHT": "Height"}
    limits, values = _frame_limits(size), _whole(size)
    members = (
        number(each, label, values[each], limits[each], 0, "%4.0f")
        for each, label in labels.items()
    )
    return Numbers(name, "Frame", group, *members)


def _binning(name: str, group: str) -> Numbers:
    members = (
        number(each, label, 1, (1, _LARGEST_BINNING), 1, "%2.0f")
        for each, label in (("HOR_BIN", "X"), ("VER_BIN", "Y"))
    )
    return Numbers(name, "Binning", group, *members, checked=False)


def _frame_type(name: str, group: str) -> Switches:
    kinds = ("Light", "Bias", "Dark", "Flat")
    members = (switch(f"FRAME_{kind.upper()}", kind, kind == "Light") for kind in kinds)
    return Switches(name, "Type", group, *members)


def _compression(name: str, group: str) -> Switches:
    return Switches(
        name,
        "Compression",
        group,
        switch("INDI_ENABLED", "Enabled"),
        switch("INDI_DISABLED", "Disabled", True),
    )


def _info(kind: Kind, size: tuple[int, int], pixel: tuple[float, float]) -> Numbers:
    counts, sizes, bits = kind.formats
    values = _sizes(size, pixel)
    labels = {
        "CCD_MAX_X": ("Max. Width", (1, 16_000), counts),
        "CCD_MAX_Y": ("Max. Height", (1, 16_000), counts),
        "CCD_PIXEL_SIZE": ("Pixel size (um)", (1, 40), sizes),
        "CCD_PIXEL_SIZE_X": ("Pixel size X", (1, 40), sizes),
        "CCD_PIXEL_SIZE_Y": ("Pixel size Y", (1, 40), sizes),
    }
    members = [
        number(name, label, values[name], limits, 0, format)
        for name, (label, limits, format) in labels.items()
    ]
    members.append(number("CCD_BITSPERPIXEL", "Bits per pixel", 16, (8, 64), 0, bits))
    name = f"{kind.prefix}_INFO"
    return Numbers(name, kind.info, IMAGE_INFO, *members, permission=READ_ONLY)


def _sizes(size: tuple[int, int], pixel: tuple[float, float]) -> dict[str, float]:
    return {
        "CCD_MAX_X": float(size[0]),
        "CCD_MAX_Y": float(size[1]),
        "CCD_PIXEL_SIZE": pixel[0],
        "CCD_PIXEL_SIZE_X": pixel[0],
        "CCD_PIXEL_SIZE_Y": pixel[1],
    }


def _whole(size: tuple[int, int]) -> dict[str, float]:
    return {"X": 0.0, "Y": 0.0, "WIDTH": float(size[0]), "HEIGHT": float(size[1])}


def _frame_limits(size: tuple[int, int]) -> dict[str, tuple[float, float]]:
    width, height = size
    return {"X": (0, width - 1), "Y": (0, height - 1), "WIDTH": (1, width), "HEIGHT": (1, height)}
