"""The viewer: a frame in a notebook, sent once, that is stretched and zoomed in the browser.

The overview of a frame goes out in 16 bits, and finer parts of it when somebody looks closely.
"""

import threading
from typing import Any

import traitlets

from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.printable import printable
from indinb.widgets.imaging.curves import INTERVAL_NAMES, STRETCH_NAMES
from indinb.widgets.imaging.images import LoadedImage
from indinb.widgets.imaging.loading import frame_of
from indinb.widgets.imaging.script import SCRIPT, STYLE
from indinb.widgets.imaging.settings import Settings
from indinb.widgets.line import Widget
from indinb.widgets.snapshot import Json

DEFAULT_LABEL = "image"


class Viewer(Widget):
    """Shows frames."""

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
    view = traitlets.List(traitlets.Float()).tag(sync=True)
    box = traitlets.List(traitlets.Int()).tag(sync=True)
    curve = traitlets.Bytes().tag(sync=True)
    colors = traitlets.Bytes().tag(sync=True)
    markers = traitlets.List(traitlets.Dict()).tag(sync=True)
    live = traitlets.Dict().tag(sync=True)

    def __init__(self, data: Any = None, **traits: Any) -> None:
        self._lock = threading.RLock()
        self._images: dict[str, LoadedImage] = {}
        self._shown: LoadedImage | None = None
        self._serial = 0
        super().__init__(**traits)
        if data is not None:
            self.load_image(data)

    def __repr__(self) -> str:
        return printable(f"<Viewer of {self._shown.name if self._shown else 'no image'}>")

    def load_image(self, data: Any, image_label: str | None = None, **kwargs: Any) -> None:
        """Show an image."""
        image = LoadedImage(frame_of(data), Settings())
        with self._lock:
            self._images[image_label or DEFAULT_LABEL] = self._shown = image
            self._serial += 1
            self.picture = {"serial": self._serial, **image.picture}
            for name in ("black", "white", "midtone"):
                setattr(self, name, getattr(image.settings, name))
