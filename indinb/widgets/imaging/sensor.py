"""What the viewer asks of a frame's sensor: rows, and colours of pixels."""
# to be replaced by Frame.is_top_down, Frame.bayer and images.bayer

from importlib import import_module
from typing import Any

from indinb.images.frame import Frame


def is_top_down(frame: Frame) -> bool:
    """Tell whether the first row is the top one."""
    return bool(frame.is_top_down)


def bayer(frame: Frame) -> str | None:
    """Return the colours of the first two rows and columns, if the frame has a Bayer pattern."""
    pattern = getattr(frame, "bayer", None)
    return pattern if pattern and frame.ndim == 2 else None


def colors_of(data: Any, pattern: str, factor: int) -> Any:
    """Return three planes, of bins of pixels."""
    module = import_module("indinb.images.bayer")
    if factor == 1:
        return module.debayer(data, pattern)
    return module.binned_colors(data, pattern, factor)
