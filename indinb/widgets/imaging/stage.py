"""Where pictures are shown: what a browser is sent of them, and what it may change.

What the controls are set to is kept with each picture. The traits are those of the picture that
is shown: whichever side changes one, the picture takes it, and what follows from it goes out.
"""

import itertools
import threading
from typing import Any

import traitlets

from indinb.images.frame import Frame
from indinb.printable import printable
from indinb.widgets.imaging import checks
from indinb.widgets.imaging.asked import tile, values_at
from indinb.widgets.imaging.catalogs import Catalog, choose
from indinb.widgets.imaging.colors import color_table
from indinb.widgets.imaging.curves import INTERVAL_NAMES, STRETCH_NAMES
from indinb.widgets.imaging.images import LoadedImage
from indinb.widgets.imaging.script import SCRIPT, STYLE
from indinb.widgets.imaging.settings import CONTROLS, Settings
from indinb.widgets.line import Widget
from indinb.widgets.snapshot import Json

DEFAULT_LABEL = "image"

_THUMBNAIL = 480  # pixels on the longer side


class Stage(Widget):
    """Shows one of several pictures, with controls.

    Parameters
    ----------
    frame : Frame, optional
        What to show at first.
    weakly : bool
        Let it go when nobody else has it any more.
    **traits
        First values of controls.
    """

    _esm = SCRIPT
    _css = STYLE
    picture = traitlets.Dict().tag(sync=True)
    black = traitlets.Float(0.0).tag(sync=True)
    white = traitlets.Float(1.0).tag(sync=True)
    midtone = traitlets.Float(0.5).tag(sync=True)
    stretch = traitlets.Enum(STRETCH_NAMES, "linear").tag(sync=True)
    parameter = traitlets.Float(0.0).tag(sync=True)
    interval = traitlets.Enum(INTERVAL_NAMES, "auto").tag(sync=True)
    colormap = traitlets.Unicode("gray").tag(sync=True)
    debayer = traitlets.Bool().tag(sync=True)
    view = traitlets.List[float]().tag(sync=True)
    box = traitlets.List[int]().tag(sync=True)
    curve = traitlets.Bytes().tag(sync=True)  # of a stretch without a name
    colors = traitlets.Bytes().tag(sync=True)  # of a colour map that is not grey
    markers = traitlets.List[Json]().tag(sync=True)
    live = traitlets.Dict().tag(sync=True)

    def __init__(self, frame: Frame | None = None, weakly: bool = False, **traits: Any) -> None:
        self._lock = threading.RLock()  # handlers of clicks may run beside a cell
        self._images: dict[str, LoadedImage] = {}
        self._catalogs: dict[str, Catalog] = {}
        self._shown: LoadedImage | None = None
        self._serials = itertools.count(1)
        self._pushes = False
        self._title = "no image"
        self._sent: Json = {}  # the picture without its number
        if frame is not None:  # all of it goes out as the widget opens
            self._shown = LoadedImage(frame, Settings(), weakly)
            self._images[DEFAULT_LABEL] = self._shown
            traits = {**self._state(), **traits}
        super().__init__(**traits)

    def close(self) -> None:
        """Show no more, and let go of the images."""
        super().close()
        self._images, self._shown = {}, None

    def __repr__(self) -> str:
        return printable(f"<Viewer of {self._shown.name if self._shown else self._title}>")

    # ---- Both sides change the controls ----

    @traitlets.validate("black", "white", "midtone", "parameter", "view", "colormap")
    def _check(self, proposal: Any) -> Any:
        return checks.CHECKS[proposal["trait"].name](proposal["value"])

    @traitlets.validate("box")
    def _check_box(self, proposal: Any) -> list[int]:
        return checks.box(proposal["value"], self._shown.size if self._shown else None)

    @traitlets.observe(*CONTROLS)
    def _changed(self, _: Any) -> None:
        with self._lock:
            image = self._shown
            if image is None or self._pushes:
                return
            before = image.settings.controls()
            news = {name: getattr(self, name) for name in CONTROLS}
            news = {name: value for name, value in news.items() if value != before[name]}
            if news:
                image.take(news)
                self._push()

    def set_state(self, sync_data: Json) -> None:
        """Take what a browser has changed: controls alone, and nothing that makes no sense."""
        with self._lock:
            taken = {name: value for name, value in sync_data.items() if self._takes(name, value)}
            super().set_state(taken)
            refused = [name for name in sync_data if name in CONTROLS and name not in taken]
            if refused:
                self.send_state(refused)

    def _takes(self, name: str, value: Any) -> bool:
        try:
            return name in CONTROLS and bool([self.traits()[name]._validate(self, value)])
        except (traitlets.TraitError, ValueError, TypeError, OverflowError):
            return False

    # ---- Images ----

    def _image(self, label: str | None) -> LoadedImage:
        return choose(self._images, label, "image")

    def _put(self, frame: Frame, label: str, weakly: bool = False) -> None:
        """Load an image and show it, as the one before of that label was shown."""
        image = LoadedImage(frame, self._first_settings(label, frame), weakly)
        with self._lock:
            self._images[label] = image
            self._show(image)

    def _first_settings(self, label: str, frame: Frame) -> Settings:
        before = self._images.get(label)
        if before is not None:
            return before.settings.for_size(before.size == frame.shape[:-3:-1])
        if self._images:
            return Settings()
        return Settings(**{name: getattr(self, name) for name in CONTROLS})

    def _show(self, image: LoadedImage) -> None:
        self._shown = image
        self._push()

    def _settle(self, image: LoadedImage) -> None:
        """Show what has been set, if it is of the image that is shown."""
        if image is self._shown:
            self._push()

    def _push(self) -> None:
        """Set the traits to what is true of the image that is shown."""
        self._pushes = True
        try:
            with self.hold_sync():
                for name, value in self._state().items():
                    setattr(self, name, value)
        finally:
            self._pushes = False

    def _state(self) -> Json:
        image = self._shown
        if image is None:
            return {"markers": self._markers()}
        settings = image.settings
        return {
            "picture": self._numbered(image.picture),
            **settings.controls(),
            "curve": settings.samples(),
            "colors": color_table(settings.colormap),
            "markers": self._markers(),
        }

    def _numbered(self, picture: Json) -> Json:
        if picture is not self._sent:
            self._sent, self._current = picture, {"serial": next(self._serials), **picture}
        return self._current

    def _markers(self) -> list[Json]:
        wcs = self._shown and self._shown.wcs
        return [catalog.markers(label, wcs) for label, catalog in self._catalogs.items()]

    # ---- Frames that cells show ----

    def may_show(self, frame: Frame) -> bool:
        """Tell whether a frame is what is shown, or nothing is, as the frame could not be."""
        image = self._shown
        return image is None or image.frame is frame

    def keep(self, frame: Frame) -> None:
        """Keep a frame that may have been let go otherwise."""
        with self._lock:
            for image in self._of(frame):
                image.keep(frame)

    def refresh(self, frame: Frame) -> None:
        """Show a frame as it is now, as its pixels may have been changed.

        Raises
        ------
        ImageError
            If it cannot be shown any more.
        """
        with self._lock:
            if not self._images:
                self._put(frame, DEFAULT_LABEL, weakly=True)
            for image in self._of(frame):
                image.refresh(frame)
                self._settle(image)

    def tell(self, frame: Frame, trouble: str) -> None:
        """Say in one line why a frame is not shown."""
        with self._lock:
            self._title, self._images, self._shown = repr(frame), {}, None
            self.picture = {"error": " ".join(trouble.split())}

    def thumbnail(self) -> bytes | None:
        """Return a small PNG of what is shown, if there is something."""
        image = self._shown
        return image.thumbnail(_THUMBNAIL) if image else None

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show it, and its thumbnail in pages where no widget lives."""
        view = super()._repr_mimebundle_(**options)
        bundle = view[0] if isinstance(view, tuple) else view or {}
        png = self.thumbnail()
        return bundle if png is None else {**bundle, "image/png": png}

    def _of(self, frame: Frame) -> list[LoadedImage]:
        return [image for image in self._images.values() if image.frame is frame]

    # ---- What a browser asks for ----

    def _heard(self, content: Any) -> None:
        with self._lock:  # the number of the very picture, which may give way meanwhile
            image, serial = self._shown, self.picture.get("serial")
        match content:
            case {"type": "need", "id": number}:
                layer, buffers = tile(image, content)
                self.send({"type": "tile", "id": number, "serial": serial, **layer}, buffers)
            case {"type": "value", "id": number}:
                told = {"type": "value", "id": number, "serial": serial}
                self.send({**told, **values_at(image.frame if image else None, content)})
