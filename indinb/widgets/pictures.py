"""Pictures that people look at in a panel: the newest, one at a time under way.

A browser acknowledges each picture when it is on the screen; only then comes the next, and what
has arrived in between is left out. So no picture waits in a slow network's queue.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from indinb.client.property import Property
from indinb.errors import IndiError
from indinb.images.frame import Frame
from indinb.instruments.cameras.chips import frame_geometry
from indinb.protocol.messages import Blob
from indinb.widgets.snapshot import Json

LONGEST = 900
"""Pixels on the longer side of a picture in a panel."""

Send = Callable[[Json, list[bytes] | None], None]


@dataclass
class _Look:
    """Somebody looks at an element."""

    under_way: bool = False
    is_due: bool = True


class Pictures:
    """Sends pictures of the elements that are looked at.

    Parameters
    ----------
    send : callable
        Called with a message and its buffers, on the worker of the client, which draws them.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._looks: dict[tuple[Property, str], _Look] = {}
        self._lock = threading.Lock()

    def look(self, found: Property, element: str) -> None:
        """Show an element from now on: at once, and whenever another picture has come."""
        with self._lock:
            self._looks[found, element] = _Look()
        self._go_on(found, element)

    def look_away(self, found: Property, element: str) -> None:
        """Show it no more."""
        with self._lock:
            self._looks.pop((found, element), None)

    def end(self) -> None:
        """Show nothing any more."""
        with self._lock:
            self._looks.clear()

    def arrived(self, found: Property) -> None:
        """Hear of a BLOB; from any thread."""
        if not self._looks:
            return
        with self._lock:
            elements = [element for of, element in self._looks if of is found]
            for element in elements:
                self._looks[found, element].is_due = True
        for element in elements:
            self._go_on(found, element)

    def seen(self, found: Property, element: str) -> None:
        """Hear that a picture is on the screen."""
        self._set_down(found, element)
        self._go_on(found, element)

    def _go_on(self, found: Property, element: str) -> None:
        with self._lock:
            look = self._looks.get((found, element))
            if look is None or look.under_way or not look.is_due:
                return
            look.under_way, look.is_due = True, False
        found.device.connection.worker.submit(self._show, found, element)

    def _set_down(self, found: Property, element: str) -> None:
        with self._lock:
            if (found, element) in self._looks:
                self._looks[found, element].under_way = False

    def _show(self, found: Property, element: str) -> None:
        where: Json = {"device": found.device.name, "property": found.name, "element": element}
        try:
            blob = found.vector[element]
            if not isinstance(blob, Blob):  # none has come yet
                self._set_down(found, element)
                return
            png, caption = _drawn(blob, found)
        except (IndiError, KeyError) as error:
            self._set_down(found, element)
            self._send({"type": "failed", **where, "message": str(error)}, None)
        else:
            self._send({"type": "picture", **where, "caption": caption}, [png])


def _drawn(blob: Blob, found: Property) -> tuple[bytes, str]:
    frame: Any = Frame.from_blob(blob, frame_geometry(found.device))
    height, width = frame.shape[-2:]
    return frame.to_png(longest=LONGEST), f"{width} × {height}, {blob.format}"  # noqa: RUF001
