"""How a picture is to be taken: what may be asked for, and what is set before it."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Integral, Real
from typing import NamedTuple, TypedDict

from astropy import units as u

from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.client.procedure import Steps
from indinb.client.property import Property
from indinb.client.request import build
from indinb.client.rules import Done, Verdict, holds
from indinb.errors import Failed, OutOfRange, Refused, UnknownProperty
from indinb.instruments.cameras import controls
from indinb.instruments.cameras.chips import MAIN, Chip, whole
from indinb.protocol.messages import Value
from indinb.protocol.vocabulary import State

logger = logging.getLogger(__name__)

_GRACE = 2.0  # seconds after a first report in which a driver may still take a setting
_RECHECK = 3.0  # seconds: some drivers report just once
_TIMEOUT = 60.0  # seconds for a driver to react: some are blocked while they work

FRAME_TYPES = ("light", "bias", "dark", "flat")
"""Kinds of exposure that INDI knows."""

FORMAT = "CCD_TRANSFER_FORMAT"
CAPTURE_FORMAT = "CCD_CAPTURE_FORMAT"
UPLOAD = "UPLOAD_MODE"
LOCAL = "local"
VIDEOS = ("CCD_VIDEO_STREAM", "VIDEO_STREAM", "AUX_VIDEO_STREAM")
FAST = "CCD_FAST_TOGGLE"

Binning = int | tuple[int, int]
Subframe = tuple[int, int, int, int] | str


class Options(TypedDict, total=False):
    """What `Camera.expose` takes by name."""

    binning: Binning | None
    subframe: Subframe | None
    gain: float | None
    offset: float | None
    iso: int | str | None
    format: str
    compression: bool | None
    capture_format: str | None
    upload: str | None


@dataclass(frozen=True)
class Settings:
    """What a picture shall be like; see `Camera.expose`. None leaves it as it is."""

    frame_type: str = "light"
    binning: Binning | None = None
    subframe: Subframe | None = None
    gain: float | None = None
    offset: float | None = None
    iso: int | str | None = None
    format: str = "fits"
    compression: bool | None = None
    capture_format: str | None = None
    upload: str | None = None


class Wish(NamedTuple):
    """Values that a property is to have.

    Parameters
    ----------
    name : str
        Of the property.
    values : mapping
        By member.
    dispensable : bool
        Whether it does not matter if the driver cannot do that.
    """

    name: str
    values: Mapping[str, Value]
    dispensable: bool = False


def wishes(device: Device, chip: Chip, settings: Settings) -> list[Wish]:
    """List what is to be set before an exposure, in this order.

    Saved configurations are not to be trusted, so video and fast exposures are switched off, and
    a picture comes as FITS unless something else was asked for. Some drivers reset the frame when
    the binning is changed, so that comes first.

    Raises
    ------
    OutOfRange
        If it makes no sense.
    Refused, UnknownProperty
        If the camera cannot do it.
    """
    return [
        *(_at_rest() if chip is MAIN else ()),
        *_transfer(device, chip, settings),
        *_frame_type(device, chip, settings.frame_type),
        *_geometry(device, chip, settings),
        *_sensitivity(device, settings),
    ]


def check(device: Device, wished: list[Wish]) -> None:
    """Refuse what a driver would not take, before anything is set."""
    for wish in wished:
        found = device.get(wish.name)
        if wish.dispensable or (found is not None and holds(wish.values, found.vector)):
            continue
        build(device[wish.name].vector, wish.values)


def fulfil(device: Device, wished: list[Wish]) -> Steps[None]:
    """Set what differs, one by one."""
    for wish in wished:
        found = device.get(wish.name)
        if wish.dispensable and not _can(device, wish):
            continue
        if found is None or not holds(wish.values, found.vector):
            yield _ask(device[wish.name], wish.values)
            _look(device[wish.name], wish.values)


def adopted(
    asked: Mapping[str, Value], changes: Sequence[Change], clock: Callable[[], float] = time.time
) -> Verdict:
    """Decide whether a camera has taken a setting.

    The first reports may still be of before, even with the Alert of then; and drivers round to
    what they can do, such as frames to a multiple of eight columns.
    """
    if not changes or changes[-1].new.state is State.BUSY:
        return None
    before, last = changes[0].old or {}, changes[-1].new
    if last.state is State.ALERT:
        return Failed("it went to Alert")
    if holds(asked, last):
        return Done()
    if last.state is State.OK and any(last[name] != before.get(name) for name in asked):
        return Done()
    late = max(clock(), last.received) - changes[0].new.received > _GRACE
    return Refused(f"the driver keeps {_named(asked, last)}") if late else None


def seconds_of(exposure: float | u.Quantity, word: str = "exposure time") -> float:
    """Return an exposure time, or another that may be given as a bare number, in seconds."""
    try:
        seconds = float(u.Quantity(exposure, u.s).value)
    except (TypeError, ValueError, u.UnitConversionError) as error:
        raise OutOfRange(f"{exposure!r} is no {word}: give seconds, or 2 * u.s") from error
    if not math.isfinite(seconds) or seconds < 0:
        raise OutOfRange(f"no {word} is {seconds} s long")
    return seconds


def _ask(found: Property, values: Mapping[str, Value]) -> Operation[None]:
    label = f"set {found.name} of {found.device.name}"
    rule = partial(adopted, values)
    return found.ask(values, rule, label=label, timeout=_TIMEOUT, patient=True, recheck=_RECHECK)


def _look(found: Property, values: Mapping[str, Value]) -> None:
    """Say what a driver has made of what was asked."""
    if found.defined and not holds(values, found.vector):
        got = _named(values, found.vector)
        logger.warning("%s: asked %s, and got %s", found.device.name, _named(values), got)


def _named(asked: Mapping[str, Value], vector: Mapping[str, Value] | None = None) -> str:
    values = asked if vector is None else vector
    return ", ".join(f"{name}={_text(values.get(name))}" for name in asked)


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _can(device: Device, wish: Wish) -> bool:
    found = device.get(wish.name)
    return found is not None and found.permission.writable and wish.values.keys() <= set(found)


def _at_rest() -> Iterator[Wish]:
    for video in VIDEOS:
        yield Wish(video, {"STREAM_OFF": True}, dispensable=True)
    yield Wish(FAST, {"INDI_DISABLED": True}, dispensable=True)


def _transfer(device: Device, chip: Chip, settings: Settings) -> Iterator[Wish]:
    if str(settings.format).casefold() == "fits":
        yield Wish(FORMAT, {"FORMAT_FITS": True}, dispensable=True)
    else:
        yield Wish(FORMAT, {controls.choose(device, FORMAT, settings.format): True})
    if settings.compression is not None:
        yield _compression(device, chip, settings.compression)
    if settings.capture_format is not None:
        member = controls.choose(device, CAPTURE_FORMAT, settings.capture_format)
        yield Wish(CAPTURE_FORMAT, {member: True})
    yield from _upload(device, settings.upload)


def _upload(device: Device, mode: str | None) -> Iterator[Wish]:
    """Wish that pictures come, or go, where they shall: by default here, and it may be there."""
    if mode is not None:
        yield Wish(UPLOAD, {controls.choose(device, UPLOAD, mode): True})
    elif controls.selected(device, UPLOAD) == "UPLOAD_LOCAL":
        yield Wish(UPLOAD, {"UPLOAD_CLIENT": True})


def _compression(device: Device, chip: Chip, on: bool) -> Wish:
    name = chip.named("COMPRESSION")
    members = list(device[name])
    if len(members) < 2:  # yes and no, in this order, whatever they are called
        raise Refused(f"{device.name} does not let its compression be chosen")
    return Wish(name, {members[0 if on else 1]: True})


def _frame_type(device: Device, chip: Chip, frame_type: str) -> Iterator[Wish]:
    if str(frame_type).casefold() not in FRAME_TYPES:
        raise OutOfRange(f"{frame_type!r} is no frame type: use one of {', '.join(FRAME_TYPES)}")
    name, member = chip.named("FRAME_TYPE"), f"FRAME_{frame_type.upper()}"
    known = device.get(name) or ()
    if member in known:
        yield Wish(name, {member: True})
    elif member != "FRAME_LIGHT":
        raise Refused(f"{device.name} has no {member}; it has {', '.join(known) or 'none'}")


def _geometry(device: Device, chip: Chip, settings: Settings) -> Iterator[Wish]:
    if settings.binning is not None:
        horizontal, vertical = _pair(settings.binning)
        yield Wish(chip.named("BINNING"), {"HOR_BIN": horizontal, "VER_BIN": vertical})
    if settings.subframe is not None:
        frame = _subframe(device, chip, settings.subframe)
        values = dict(zip(("X", "Y", "WIDTH", "HEIGHT"), map(float, frame), strict=True))
        yield Wish(chip.named("FRAME"), values)


def _sensitivity(device: Device, settings: Settings) -> Iterator[Wish]:
    for word, value in (("gain", settings.gain), ("offset", settings.offset)):
        if value is not None:
            yield _control(device, word, value)
    if settings.iso is not None:
        yield Wish(controls.ISO, {controls.choose(device, controls.ISO, str(settings.iso)): True})


def _control(device: Device, word: str, value: float) -> Wish:
    place = controls.find(device, word)
    if place is None:
        raise UnknownProperty(f"{device.name} has no {word} that its driver tells of")
    if isinstance(value, bool) or not isinstance(value, Real):
        raise OutOfRange(f"{value!r} is no {word}: give a number, as the driver of the camera does")
    return Wish(place.name, {place.member: float(value)})


def _pair(binning: Binning) -> tuple[float, float]:
    match binning:
        case Integral():
            return float(binning), float(binning)
        case Integral(), Integral():
            return float(binning[0]), float(binning[1])
    raise OutOfRange(f"{binning!r} is no binning: give a whole number, or (horizontal, vertical)")


def _subframe(device: Device, chip: Chip, given: Subframe) -> tuple[int, int, int, int]:
    """Check a subframe: drivers may believe what is too large, and die of it."""
    size = whole(device, chip)
    match given:
        case "full" if size:
            return 0, 0, size[0], size[1]
        case Integral() as x, Integral() as y, Integral() as width, Integral() as height:
            frame = int(x), int(y), int(width), int(height)
            _check_inside(device, size, frame)
            return frame
        case "full":
            raise Refused(f"{device.name} does not tell its size: give (x, y, width, height)")
    raise OutOfRange(
        f'{given!r} is no subframe: give (x, y, width, height) in whole unbinned pixels, or "full"'
    )


def _check_inside(device: Device, size: list[int], frame: tuple[int, int, int, int]) -> None:
    x, y, width, height = frame
    columns, rows = size or (math.inf, math.inf)
    if x < 0 or y < 0 or width < 1 or height < 1 or x + width > columns or y + height > rows:
        raise OutOfRange(
            f"the subframe {frame} is not within the {columns} x {rows} pixels of {device.name}"
        )
