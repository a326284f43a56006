"""One viewer for each frame, and what a cell shows of it.

A notebook keeps whatever it has shown for ever, and frames are large: so only the last ones that
cells have shown are kept, and of those before what others keep. Their overviews stay.
"""

import threading
import weakref
from collections import deque
from typing import Any

from indinb.errors import ImageError
from indinb.images.frame import Frame
from indinb.widgets.imaging.loading import frame_of
from indinb.widgets.imaging.viewer import Viewer

_KEPT = 8  # frames

_viewers: "weakref.WeakKeyDictionary[Frame, weakref.ref[Viewer]]" = weakref.WeakKeyDictionary()
_recent: deque[Frame] = deque(maxlen=_KEPT)
_lock = threading.RLock()


def viewer(image: Any) -> Viewer:
    """Return the viewer of an image, which keeps it.

    Parameters
    ----------
    image : Frame, NDData, array, path-like or bytes
        Rows by columns or three planes of those, or the name or contents of a FITS file.

    Returns
    -------
    Viewer
        A widget, the same one for the same frame until it is closed or shows something else.

    Raises
    ------
    ImageError
        If it cannot be shown.
    """
    frame = frame_of(image)
    with _lock:
        found = _found(frame)
        if found is None:
            found = Viewer(frame)
            _viewers[frame] = weakref.ref(found)
        else:
            found.keep(frame)
        return found


def shown(frame: Frame) -> Viewer:
    """Return the viewer of a frame that a cell shows.

    What cannot be shown has a viewer too, which says why.
    """
    with _lock:
        _remember(frame)
        found = _found(frame)
        try:
            if found is None:
                found = Viewer(frame, weakly=True)
            else:
                found.refresh(frame)
        except ImageError as error:
            found = found or Viewer()
            found.tell(frame, str(error))
        _viewers[frame] = weakref.ref(found)
        return found


def _found(frame: Frame) -> Viewer | None:
    known = _viewers.get(frame)
    found = known() if known else None
    if found is None or found.comm is None or not found.may_show(frame):
        return None
    return found


def _remember(frame: Frame) -> None:
    others = [kept for kept in _recent if kept is not frame]
    _recent.clear()
    _recent.extend([*others, frame])
