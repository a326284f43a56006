"""The live view: what a camera sends, as it comes, in a notebook."""

import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import traitlets
from astropy import visualization as vis

from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation
from indinb.errors import ImageError, IndiError, Refused
from indinb.images.frame import Frame
from indinb.images.naming import safe
from indinb.images.region import Region
from indinb.images.stretch import Shades
from indinb.instruments.cameras.audience import Changed, Hear, Picture
from indinb.instruments.cameras.live import Live
from indinb.printable import printable
from indinb.widgets.feed import Feed
from indinb.widgets.imaging import drawing
from indinb.widgets.imaging.asked import values_at
from indinb.widgets.imaging.broadcast import Broadcast, Grade, Message
from indinb.widgets.imaging.colors import color_table
from indinb.widgets.imaging.curves import MANUAL, stretch_name, stretch_named
from indinb.widgets.imaging.developing import Look, develop
from indinb.widgets.imaging.settings import CONTROLS
from indinb.widgets.imaging.viewer import Viewer
from indinb.widgets.snapshot import Json

_TICK = 0.5  # seconds between two words of how it is


class Source(Protocol):
    """Pictures as they arrive: a `Live` or a `Watch`."""

    device: Device

    @property
    def words(self) -> str:
        """How they are taken."""

    @property
    def running(self) -> bool:
        """Whether there are still some to come."""

    @property
    def trouble(self) -> str:
        """What goes wrong."""

    def join(self, hear: Hear, changed: Changed) -> Callable[[], None]:
        """Call back with each picture, and with other changes; return what ends that."""

    def start_stop(self) -> Operation[None]:
        """End it."""


class LiveViewer(Viewer):
    """Shows what a camera sends, as it comes.

    At the end, the newest picture stays, with all of its pixels.

    Parameters
    ----------
    source : Live or Watch
        From `Camera.live` or `Camera.watch`.
    """

    def __init__(self, source: Source) -> None:
        self._source: Source | None = source
        self._name = repr(source)
        self._filter = ""
        self._size = ""
        self._failure = ""  # of the picture that came last
        self._said = ""  # to what somebody wished
        self._before: Shades | None = None  # of the picture that was sent last
        self._developed: Frame | None = None
        self._sent_last: tuple[int, Frame | None] = 0, None
        self._place: Any = None  # on the sky, of the picture that was sent last
        worker = source.device.connection.worker
        self._broadcast = Broadcast(worker.submit, self._develop, self._send_picture, self._fail)
        self._feed = Feed(self._flush, _TICK)
        super().__init__(live=self._describe(source))
        self._leave = source.join(self._hear, self._feed.poke)
        self._subscription = source.device.connection.observe(self._look)
        self._feed.poke()

    def close(self) -> None:
        """Show no more; the camera goes on."""
        self._rest()
        self._source = None
        super().close()

    def __repr__(self) -> str:
        return printable(f"<LiveViewer of {self._name}>")

    # ---- What comes ----

    def _hear(self, picture: Picture) -> None:
        self._broadcast.hear(picture)
        self._feed.poke()

    def _look(self, change: Change) -> None:
        """Look how it is when the link has come or gone."""
        if change.type == "status":
            self._feed.poke()

    def _develop(self, picture: Picture, grade: Grade) -> Message:
        frame = picture.frame
        done = develop(frame, self._wish(), grade, self._before)
        self._before, self._developed = done.shades, frame
        self._filter = safe(frame.header.get("FILTER"))
        self._size = " \N{MULTIPLICATION SIGN} ".join(map(str, done.facts["size"]))
        grid, vectors = self._grid(frame, done.facts["size"])
        return done.facts | grid, done.buffers + vectors

    def _wish(self) -> Look:
        shades = Shades(self.black, self.white, self.midtone)
        by_hand = self.interval == MANUAL
        return Look(
            shades if by_hand else None, self.interval, self._curve(), self.view, self.debayer
        )

    def _curve(self) -> vis.BaseStretch:
        return stretch_named(self.stretch, self.parameter)

    def _grid(self, frame: Frame, size: list[int]) -> tuple[Json, list[bytes]]:
        """Tell where on the sky it is, if that is not where the one before was."""
        wcs = drawing.celestial(frame)
        place = (*size, "" if wcs is None else wcs.to_header_string())
        if place == self._place:
            return {}, []
        self._place = place
        grid = drawing.grid(wcs, *size)
        if grid is None:
            return {"grid": None}, []
        return {"grid": {"shape": grid["shape"]}}, [grid["vectors"]]

    def _send_picture(self, message: Json, buffers: list[bytes]) -> None:
        self._sent_last = message["serial"], self._developed
        self.send(message, buffers=buffers)
        self._feed.poke()

    def _fail(self, words: str) -> None:
        if words != self._failure:
            self._failure = words
            self._feed.poke()

    # ---- How it is ----

    def _describe(self, source: Source) -> Json:
        fps = getattr(source, "fps", None)
        words = filter(None, (self._size, source.words, self._filter))
        return {
            "state": "running" if source.running else "stopped",
            "words": " · ".join(words),
            "fps": None if fps is None else round(fps, 2),
            "shown": self._broadcast.shown,
            "dropped": self._broadcast.dropped,
            "message": printable(source.trouble or self._said or self._failure),
        }

    def _flush(self) -> None:
        """Tell how it is; on the clock's thread."""
        source = self._source
        if source is None or self.comm is None:
            return
        told = self._describe(source)
        with self._lock:
            self._push_state(told)
        if told["state"] == "stopped":
            self._end(source)

    def _push_state(self, told: Json) -> None:
        self._pushes = True
        try:
            with self.hold_sync():
                if self._before is not None and self.interval != MANUAL:
                    self.black, self.white, self.midtone = self._before
                self.live = told
        finally:
            self._pushes = False

    def _end(self, source: Source) -> None:
        """Leave the newest picture in the notebook, and let go of all else."""
        self._rest()
        self._source = None
        with suppress(RuntimeError):  # the client is closed: what was sent last stays
            source.device.connection.worker.submit(self._load_newest)

    def _load_newest(self) -> None:
        newest = self._broadcast.newest
        if newest is not None and self.comm is not None:
            with suppress(ImageError):  # which has been told
                self.load_image(newest.frame)

    def _rest(self) -> None:
        self._developed, self._sent_last = None, (0, None)
        self._broadcast.close()
        self._feed.close()
        self._leave()
        self._subscription.close()

    # ---- What browsers wish ----

    @traitlets.observe(*CONTROLS)
    def _changed(self, change: Any) -> None:
        if self._source is None:
            super()._changed(change)
        elif not self._pushes:
            self._show_differently(change["name"])

    def _show_differently(self, control: str) -> None:
        if control in ("interval", "stretch", "parameter", "debayer"):
            self._before = None
        _, parameter = stretch_name(self._curve())
        if control == "colormap":
            self.colors = color_table(self.colormap)
        elif control in ("stretch", "parameter") and parameter != self.parameter:
            self.parameter = parameter  # by which it comes here again
        elif control != "box":
            self._broadcast.repeat()

    def _heard(self, content: Any) -> None:
        if self._source is None:
            super()._heard(content)
            return
        match content:
            case {"type": "seen", "serial": 0}:
                self._place = None
                self._broadcast.begin_anew()
            case {"type": "seen", "serial": int(serial)}:
                self._broadcast.seen(serial)
                self._feed.poke()
            case {"type": "stop"}:
                self._wish_for(self._source.start_stop)
            case {"type": "subframe"}:
                self._wish_for(self._reframe)
            case {"type": "value", "id": number}:
                self._tell_value(number, content)

    def _wish_for(self, act: Callable[[], object]) -> None:
        """Do what somebody clicked for, and say why it cannot be done."""
        try:
            act()
            self._said = ""
        except IndiError as error:
            self._said = str(error)
        self._feed.poke()

    def _reframe(self) -> None:
        """Make the box the camera's subframe."""
        source, newest = self._source, self._broadcast.newest
        if not isinstance(source, Live):
            raise Refused("who only watches sets nothing: camera.live() has subframes")
        if newest is None:
            return
        if not self.box:
            source.change(subframe="full")
            return
        x, y, width, height = newest.frame.on_sensor(Region(*self.box))
        source.change(subframe=(x, y, width, height))
        self.box, self.view = [], []

    def _tell_value(self, number: Any, wish: Json) -> None:
        serial, frame = self._sent_last
        told = {"type": "value", "id": number, "serial": serial}
        self.send({**told, **values_at(frame, wish)})


_viewers: "weakref.WeakKeyDictionary[Source, LiveViewer]" = weakref.WeakKeyDictionary()


def live_viewer(source: Source) -> LiveViewer:
    """Return the viewer of what a camera sends: the same one for the same source."""
    found = _viewers.get(source)
    if found is None or found.comm is None:
        found = _viewers[source] = LiveViewer(source)
    return found
