"""Headers that can be archived: what a driver has left out is written into them on arrival.

A picture's `Scene` is taken when its exposure begins, or, if another client has asked for it, when
it arrives. The frame in memory and the file that ``client.save_to`` writes are completed with the
same one. Who observes, and what, is told only of exposures of this client: nobody knows where
another one has sent the telescope.
"""

import datetime as dt
import logging
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from astropy.io import fits

from indinb.client.arrivals import arrived, is_video
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.model import Vector
from indinb.client.observers import Change
from indinb.errors import ImageError
from indinb.images import naming, templates
from indinb.images.blobs import decode
from indinb.images.cards import Fact, complete, completed
from indinb.images.fitsfile import read_header
from indinb.images.frame import Frame
from indinb.images.image import Geometry
from indinb.instruments.cameras import controls
from indinb.instruments.cameras.chips import GUIDE_HEAD, MAIN, Chip, counts
from indinb.instruments.cameras.facts import NEEDED, SETTINGS, Scene, facts
from indinb.instruments.cameras.wiring import companions
from indinb.instruments.mounts.telescope import Telescope
from indinb.instruments.readings import number
from indinb.instruments.roles import roles_of
from indinb.protocol.messages import Blob

logger = logging.getLogger(__name__)

_TOLD = {  # by the other instruments, for headers
    "telescope": (
        "EQUATORIAL_EOD_COORD",
        "EQUATORIAL_COORD",
        "HORIZONTAL_COORD",
        "GEOGRAPHIC_COORD",
    ),
    "filter_wheel": ("FILTER_SLOT", "FILTER_NAME"),
    "focuser": ("ABS_FOCUS_POSITION", "FOCUS_TEMPERATURE"),
}


_STREAMING = "STREAMING_EXPOSURE"
_FRESH = dt.timedelta(seconds=1)  # for as long as a scene of video is believed


class _Exposure(NamedTuple):
    """An exposure of this client, and the camera's last word before it."""

    scene: Scene
    before: Vector | None


class Headers:
    """Completes the headers of all pictures that come over one connection.

    It holds what is known of a BLOB for as long as that lives, and does not know the connection.
    """

    def __init__(self) -> None:
        self._exposures: dict[tuple[str, str], _Exposure] = {}
        self._attended: set[tuple[str, str]] = set()
        self._videos: dict[tuple[str, str], Scene] = {}
        self._scenes: dict[int, Scene] = {}  # by the id() of BLOBs that are alive

    @contextmanager
    def exposing(self, camera: Device, chip: Chip, frame_type: str) -> Iterator[None]:
        """Say that this client exposes, for as long as the context lasts.

        Parameters
        ----------
        camera : Device
            With which.
        chip : Chip
            And which of its chips.
        frame_type : str
            "light", "bias", "dark" or "flat".
        """
        self.attend(camera, chip)
        key = (camera.name, chip.image)
        names = names_of(camera, frame_type)
        scene = scene_of(camera, chip, frame_type)
        scene = replace(scene, object=names["OBJECT"], observer=names["OBSERVER"])
        before = camera.connection.model.vector(camera.name, chip.exposure)
        self._exposures[key] = _Exposure(scene, before)
        try:
            yield
        finally:
            self._exposures.pop(key, None)

    def attend(self, camera: Device, chip: Chip) -> None:
        """Note what arrives of a chip before anybody else hears of it."""
        key = (camera.name, chip.image)
        if key not in self._attended:
            self._attended.add(key)
            camera.connection.observers.add(key, self.hear)

    def note(self, camera: Device, blob: Blob, chip: Chip = MAIN) -> None:
        """Take the scene of a BLOB that has arrived, unless that has been done."""
        if id(blob) not in self._scenes:
            scene = self._video_scene if is_video(blob) else self._scene
            self._scenes[id(blob)] = scene(camera, chip)
            weakref.finalize(blob, self._scenes.pop, id(blob), None).atexit = False

    def frame(self, blob: Blob, geometry: Geometry | None = None) -> Frame:
        """Make a frame of a BLOB, as `Frame.from_blob` does, with a complete header."""
        image = decode(blob, geometry)
        complete(image.header, self._moments(blob))
        complete(image.header, self._facts(image.header, blob))
        return Frame.from_image(image)

    def label(
        self, blob: Blob, device: str, arrived: dt.datetime, template: str | None = None
    ) -> naming.Label:
        """Find out how to write a BLOB, as `naming.label` does, with a complete header."""
        plain = naming.label(blob, device, arrived, partial(self.completed, of=blob))
        return plain if template is None else templates.label(template, plain, device, arrived)

    def completed(self, blob: Blob, of: Blob) -> Blob:
        """Complete the header of a BLOB, if it is a FITS file.

        Parameters
        ----------
        blob : Blob
            Not deflated.
        of : Blob
            What had arrived.
        """
        try:
            header = read_header(blob.data, NEEDED)
        except ImageError:
            return blob
        data = completed(blob.data, self._facts(header, of))
        return Blob(data, blob.format, max(blob.size, len(data)))

    def hear(self, change: Change) -> None:
        """Note what arrives, whoever has asked for it."""
        for blob in arrived(change, video=True).values():
            chip = GUIDE_HEAD if change.name == GUIDE_HEAD.image else MAIN
            self.note(change.owner.device, blob, chip)

    def _scene(self, camera: Device, chip: Chip) -> Scene:
        """Return the scene of what arrives now: what comes before a camera has begun is late."""
        exposure = self._exposures.get((camera.name, chip.image))
        last = camera.connection.model.vector(camera.name, chip.exposure)
        if exposure is not None and last is not exposure.before:
            return exposure.scene
        return scene_of(camera, chip, _frame_type(camera, chip))

    def _video_scene(self, camera: Device, chip: Chip) -> Scene:
        """Return the scene of one of many pictures: the instruments are looked at now and then."""
        key = (camera.name, chip.image)
        known = self._videos.get(key)
        now = dt.datetime.now(dt.UTC)
        if known is None or not dt.timedelta() <= now - known.moment < _FRESH:
            known = self._videos[key] = scene_of(camera, chip, _frame_type(camera, chip))
        ours = self._exposures.get(key)
        return replace(
            known,
            moment=now,
            settings={**known.settings, **_streaming(camera)},
            object=ours and ours.scene.object,
            observer=ours and ours.scene.observer,
            readout=_video_readout(camera, chip),
        )

    def _moments(self, of: Blob) -> list[Fact]:
        """Tell when a picture of video was taken, as far as can be known from its arrival."""
        scene = self._scenes.get(id(of))
        if scene is None or not is_video(of):
            return []
        source, seconds = scene.settings.get(_STREAMING, ("", 0.0))
        begun = (scene.moment - dt.timedelta(seconds=seconds)).replace(tzinfo=None)
        told = begun.isoformat(timespec="milliseconds")
        moment = Fact("DATE-OBS", told, "UTC, arrival - EXPTIME" if source else "UTC of arrival")
        return [moment, Fact("EXPTIME", seconds, f"[s] {source}")] if source else [moment]

    def _facts(self, header: fits.Header, of: Blob) -> list[Fact]:
        """Tell what is known; a mistake in that must not cost the picture."""
        scene = self._scenes.get(id(of))
        try:
            return facts(scene, header) if scene is not None else []
        except Exception:
            logger.exception("the header of %r is not completed", of)
            return []


def headers_of(connection: Connection) -> Headers:
    """Return what completes the headers of a connection's pictures.

    Parameters
    ----------
    connection : Connection
        Any; a `Client` is one.
    """
    headers: Headers = connection.belongings.setdefault(Headers, Headers())
    return headers


def names_of(camera: Device, frame_type: str) -> dict[str, str | None]:
    """Return what a camera looks at, and who observes, as far as this client knows.

    No bias, dark or flat shows what the telescope points at.
    """
    roles = roles_of(camera.connection)
    mount = companions(camera).get("telescope") if frame_type.casefold() == "light" else None
    target = Telescope(mount).object if mount is not None else None
    return {"OBJECT": target, "OBSERVER": roles.observer}


def scene_of(camera: Device, chip: Chip, frame_type: str) -> Scene:
    """Take what the instruments tell now: some vectors, but no pictures."""
    others = companions(camera)
    if chip is not MAIN:  # which has no filter, and a focus of its own
        others = {role: device for role, device in others.items() if role == "telescope"}
    vectors = {role: _some(others[role], names) for role, names in _TOLD.items() if role in others}
    names = {role: device.name for role, device in others.items()}
    now = dt.datetime.now(dt.UTC)
    return Scene(
        camera.name,
        frame_type.casefold(),
        names,
        vectors,
        _settings(camera),
        now,
        readout=_readout(camera, chip),
    )


def _streaming(camera: Device) -> dict[str, tuple[str, float]]:
    """Tell how long each picture of video is exposed, if the driver does."""
    seconds = number(camera, _STREAMING, f"{_STREAMING}_VALUE")
    return {} if seconds is None or not 0 <= seconds < 1e5 else {_STREAMING: (_STREAMING, seconds)}


def _video_readout(camera: Device, chip: Chip) -> tuple[float, float, float, float] | None:
    """Tell the same of video, which may be a part of that part, in binned pixels."""
    if (readout := _readout(camera, chip)) is None:
        return None
    left, top, across, down = readout
    x, y = (number(camera, "CCD_STREAM_FRAME", member) or 0.0 for member in ("X", "Y"))
    return left + x * across, top + y * down, across, down


def _readout(camera: Device, chip: Chip) -> tuple[float, float, float, float] | None:
    """Tell which part of the chip is read out, if its driver tells."""
    left, top = (number(camera, chip.named("FRAME"), member) for member in ("X", "Y"))
    across, down = counts(camera, chip.named("BINNING"), "HOR_BIN", "VER_BIN") or (1, 1)
    return None if left is None or top is None else (left, top, across, down)


def _some(device: Device, names: tuple[str, ...]) -> dict[str, Vector]:
    model = device.connection.model
    told = ((name, model.vector(device.name, name)) for name in names)
    return {name: vector for name, vector in told if vector is not None}


def _settings(camera: Device) -> dict[str, tuple[str, float]]:
    places = {word: controls.find(camera, word) for word in SETTINGS}
    told = {word: (place.name, number(camera, *place)) for word, place in places.items() if place}
    return {word: (name, value) for word, (name, value) in told.items() if value is not None}


def _frame_type(camera: Device, chip: Chip) -> str:
    """Return the frame type that is set, which another client may have done."""
    told = camera.connection.model.vector(camera.name, chip.named("FRAME_TYPE"))
    on = next((name for name, is_on in (told or {}).items() if is_on is True), "")
    return on.removeprefix("FRAME_")
