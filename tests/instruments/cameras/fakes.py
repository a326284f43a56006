"""Cameras that do as they are told: what they announce, and how they answer."""

from collections.abc import Callable, Iterable

from indinb import Camera, Client
from indinb.protocol.messages import Define, Message, New, Update
from indinb.protocol.vocabulary import Kind, Permission, State
from tests.client.fakes import ABORT, CCD, CONNECTION, IMAGE, numbers, obey, switches, texts, update
from tests.instruments.evidence import EXPOSURE, exposing, picture

BUSY, OK = exposing(State.BUSY, 1.0), exposing(State.OK)
IDLE, ALERT = exposing(State.IDLE), exposing(State.ALERT)

INFO = numbers(
    "CCD_INFO",
    {
        "CCD_MAX_X": 1280.0,
        "CCD_MAX_Y": 1024.0,
        "CCD_PIXEL_SIZE": 5.2,
        "CCD_PIXEL_SIZE_X": 5.2,
        "CCD_PIXEL_SIZE_Y": 5.2,
        "CCD_BITSPERPIXEL": 16.0,
    },
    permission=Permission.READ_ONLY,
)
FRAME = numbers("CCD_FRAME", {"X": 0.0, "Y": 0.0, "WIDTH": 1280.0, "HEIGHT": 1024.0})
BINNING = numbers("CCD_BINNING", {"HOR_BIN": 1.0, "VER_BIN": 1.0}, 1, 4)
FRAME_TYPE = switches(
    "CCD_FRAME_TYPE",
    {"FRAME_LIGHT": True, "FRAME_BIAS": False, "FRAME_DARK": False, "FRAME_FLAT": False},
)
FORMAT = switches("CCD_TRANSFER_FORMAT", {"FORMAT_FITS": True, "FORMAT_NATIVE": False, "": False})
UPLOAD = switches(
    "UPLOAD_MODE", {"UPLOAD_CLIENT": True, "UPLOAD_LOCAL": False, "UPLOAD_BOTH": False}
)
FILE_PATH = texts("CCD_FILE_PATH", {"FILE_PATH": ""}, permission=Permission.READ_ONLY)
COMPRESSION = switches("CCD_COMPRESSION", {"INDI_ENABLED": False, "INDI_DISABLED": True})
VIDEO = switches("CCD_VIDEO_STREAM", {"STREAM_ON": False, "STREAM_OFF": True})
FAST = switches("CCD_FAST_TOGGLE", {"INDI_ENABLED": False, "INDI_DISABLED": True})
COUNT = numbers("CCD_FAST_COUNT", {"FRAMES": 1.0}, 0, 100_000)
GAIN = numbers("CCD_GAIN", {"GAIN": 90.0}, 0, 100)
OFFSET = numbers("CCD_OFFSET", {"OFFSET": 0.0}, 0, 6000)
CONTROLS = numbers("CCD_CONTROLS", {"Gain": 50.0, "Offset": 8.0, "BandWidth": 40.0}, 0, 600)
ISO = switches("CCD_ISO", {"ISO1": True, "ISO2": False, "ISO3": False})

SMALL = (CONNECTION, EXPOSURE, ABORT, IMAGE)
"""What each camera has."""

WHOLE = (*SMALL, INFO, FRAME, BINNING, FRAME_TYPE, FORMAT, UPLOAD, COMPRESSION, VIDEO, FAST, COUNT)
"""What INDI's own simulator has, as far as it matters for a picture."""

Make = Callable[..., tuple[Camera, "Driver"]]
"""Makes a camera, and its driver, of definitions and lessons."""


def labelled(definition: Define, **labels: str) -> Define:
    """Return a definition whose members have other labels."""
    members = (
        each._replace(label=labels.get(each.name, each.label)) for each in definition.members
    )
    return definition._replace(members=tuple(members))


def at(definition: Define, **values: object) -> Define:
    """Return a definition with other values."""
    members = (
        each._replace(value=values.get(each.name, each.value)) for each in definition.members
    )
    return definition._replace(members=tuple(members))


class Driver:
    """Does what it is asked, and answers to exposures, and what else it is taught, in turn.

    Parameters
    ----------
    *definitions
        Of its properties.
    **lessons
        Lists of what to say, by the name of a property: one after the other, the last for ever.
    """

    def __init__(self, *definitions: Define, **lessons: list[list[Message]]) -> None:
        self.definitions = {each.name: each for each in definitions}
        self.lessons = {"CCD_EXPOSURE": [[BUSY, picture(), OK]], **lessons}
        self.asked: list[tuple[str, dict[str, object]]] = []

    def __call__(self, new: New) -> Iterable[Message]:
        self.asked.append((new.name, dict(new.values)))
        told = self.lessons.get(new.name)
        if told is None:
            return map(self._whole, obey(new))
        return told.pop(0) if len(told) > 1 else told[0]

    def _whole(self, report: Update) -> Update:
        """Tell of a switch that all others are off."""
        if report.kind is not Kind.SWITCH:
            return report
        off = {member.name: False for member in self.definitions[report.name].members}
        return report._replace(values={**off, **report.values})

    @property
    def settings(self) -> list[tuple[str, dict[str, object]]]:
        """What was set before the first exposure, and how; of switches, those that are to be on."""
        names = [name for name, _ in self.asked]
        end = names.index("CCD_EXPOSURE") if "CCD_EXPOSURE" in names else len(names)
        return [(name, _on(values)) for name, values in self.asked[:end]]


def _on(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not False}


def of(client: Client) -> Camera:
    """Return the camera of a client."""
    return Camera(client.devices[CCD])


def stopping() -> list[Message]:
    """Return the answer of a camera that stops when it is told to."""
    return [update(ABORT, State.OK, ABORT=False), IDLE]


def saved_to(path: str) -> Update:
    """Return how a driver tells where it has saved a picture."""
    return update(FILE_PATH, State.OK, FILE_PATH=path)
