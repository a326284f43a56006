"""Frames to live pictures: the part in view, in shades, as JPEG, and how bright its pixels are."""

from typing import Any, NamedTuple

import numpy as np
from astropy import visualization as vis
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.encoding import encode_jpeg
from indinb.images.frame import Frame
from indinb.images.region import Region
from indinb.images.stretch import Midtone, Shades, shades, to_bytes
from indinb.widgets.imaging import drawing
from indinb.widgets.imaging.broadcast import Grade
from indinb.widgets.snapshot import Json

_MARGIN = 1.5  # around what is in view, as nobody here knows how wide the canvas is
_BINS = 256
_AROUND = 0.5  # of the width from black to white, on each side of them
_SAMPLE = 65_536  # pixels by which shades are chosen, and which are counted
_LAST = 65_535
_SAME, _OTHER = 0.01, 0.5  # of the way from black to white: keep, and take at once
_SHARE = 0.3  # of each picture in shades that change slowly


class Look(NamedTuple):
    """How a picture is to be shown.

    Parameters
    ----------
    shades : Shades or None
        None chooses them.
    interval : str
        By which they are chosen.
    curve : astropy.visualization.BaseStretch
        The stretch.
    view : list of float
        The part in view, as of the viewer.
    debayer : bool
        In colours, if the frame has a Bayer pattern.
    """

    shades: Shades | None
    interval: str
    curve: vis.BaseStretch
    view: list[float]
    debayer: bool = False


class Developed(NamedTuple):
    """A picture for browsers.

    Parameters
    ----------
    facts : dict
        What the message tells of it.
    buffers : list of bytes
        JPEG and histogram.
    shades : Shades
        By which it was made.
    """

    facts: Json
    buffers: list[bytes]
    shades: Shades


def develop(frame: Frame, look: Look, grade: Grade, before: Shades | None) -> Developed:
    """Make a live picture of a frame.

    Parameters
    ----------
    frame : Frame
        The frame.
    look : Look
        How to show it.
    grade : Grade
        How fine.
    before : Shades or None
        Of the picture before, from which chosen ones change slowly, so that nothing flickers.

    Raises
    ------
    ImageError
        If it cannot be shown.
    """
    height, width = drawing.pixels(frame).shape[-2:]
    region = part_in_view(look.view, width, height)
    factor = -(-max(region.width, region.height) // grade.longest)
    shown = drawing.part(frame, region, factor, look.debayer and frame.bayer is not None)
    sample = _sample(shown.values)
    chosen = look.shades or steadied(before, shades(sample, look.interval, look.curve))
    grey = shaded(shown.values, chosen, look.curve)
    top_down = frame.is_top_down
    low, high, counts = histogram(sample, chosen)
    rows, columns = grey.shape[-2:]
    facts: Json = {
        "size": [width, height],
        "x": shown.x,
        "y": shown.y,
        "width": columns * shown.factor[0],
        "height": rows * shown.factor[1],
        "planes": 3 if grey.ndim == 3 else 1,
        "top_down": top_down,
        "unit": str(frame.unit or ""),
        "bayer": drawing.colors(frame) is not None,
        "low": low,
        "high": high,
    }
    return Developed(facts, [encode_jpeg(grey, top_down, grade.quality), counts], chosen)


def part_in_view(view: list[float], width: int, height: int) -> Region:
    """Return what is in view, and some pixels around it.

    Examples
    --------
    >>> part_in_view([], 40, 20)
    Region(x=0, y=0, width=40, height=20)
    >>> part_in_view([20, 10, 4], 40, 20)
    Region(x=14, y=7, width=13, height=7)
    """
    whole = Region(0, 0, width, height)
    if not view:
        return whole
    x, y, fov = view
    scale = _MARGIN * fov / 2 / min(width, height)
    left, right = (int(x + side * scale * width) for side in (-1, 1))
    bottom, top = (int(y + side * scale * height) for side in (-1, 1))
    try:
        return Region(left, bottom, right - left + 1, top - bottom + 1).within((height, width))
    except ImageError:  # it was of a larger frame
        return whole


def steadied(before: Shades | None, now: Shades) -> Shades:
    """Change shades slowly, unless the scene is another.

    Examples
    --------
    >>> steadied(Shades(0, 100), Shades(10, 100))
    Shades(black=3.0, white=100.0, midtone=0.5)
    >>> steadied(Shades(0, 100), Shades(500, 900))
    Shades(black=500, white=900, midtone=0.5)
    """
    if before is None or before.white <= before.black:
        return now
    width = before.white - before.black
    steps = (now.black - before.black) / width, (now.white - before.white) / width
    step = max(*map(abs, steps), abs(now.midtone / before.midtone - 1))
    if step < _SAME:
        return before
    if step > _OTHER:
        return now
    return Shades(*(old + _SHARE * (new - old) for old, new in zip(before, now, strict=True)))


def shaded(values: NDArray[Any], chosen: Shades, curve: vis.BaseStretch) -> NDArray[np.uint8]:
    """Turn values into shades of grey by a table, as `stretch.to_bytes` would without.

    Examples
    --------
    >>> shaded(np.array([[1, 3, 5]], np.uint16), Shades(1, 5), vis.LinearStretch())
    array([[  0, 127, 255]], dtype=uint8)
    """
    black, white, midtone = chosen
    stretch = vis.CompositeStretch(curve, Midtone(midtone))
    exact = values.dtype.kind == "u" and values.dtype.itemsize <= 2
    last = np.iinfo(values.dtype).max if exact else _LAST
    limits = {"vmin": black, "vmax": max(black, white)} if exact else {"vmin": 0, "vmax": last}
    table = to_bytes(np.arange(last + 1), vis.ImageNormalize(**limits, stretch=stretch))
    grey: NDArray[np.uint8] = table[values if exact else _in_steps(values, black, white)]
    return grey


def _in_steps(values: NDArray[Any], black: float, white: float) -> NDArray[np.uint16]:
    """Count the way from black to white in whole steps."""
    steps = np.subtract(values, black, dtype=np.result_type(values.dtype, np.float32))
    with np.errstate(all="ignore"):
        steps *= _LAST / (white - black) if white > black else 0.0
        np.nan_to_num(steps, copy=False, nan=0.0, posinf=_LAST, neginf=0.0)
        whole: NDArray[np.uint16] = np.clip(steps, 0, _LAST, out=steps).astype(np.uint16)
    return whole


def _sample(values: NDArray[Any]) -> NDArray[Any]:
    flat = values.reshape(-1)
    return flat[:: max(1, flat.size // _SAMPLE)]


def histogram(sample: NDArray[Any], chosen: Shades) -> tuple[float, float, bytes]:
    """Count values around black and white in 256 bins; of all values, the sky would be in one.

    Parameters
    ----------
    sample : ndarray
        The values.
    chosen : Shades
        Black and white.

    Returns
    -------
    low, high : float
        Where the first bin begins, and the last one ends.
    counts : bytes
        Of numbers of 32 bits.

    Examples
    --------
    >>> low, high, counts = histogram(np.array([0.0, 1.0, 1.0, 70.0, np.nan]), Shades(0.0, 1.0))
    >>> low, high, np.frombuffer(counts, "<u4")[[0, 170, 255]]
    (0.0, 1.5, array([1, 2, 0], dtype=uint32))
    """
    finite = sample[np.isfinite(sample)].astype(float)
    least, most = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    around = _AROUND * (chosen.white - chosen.black)
    low = max(least, min(chosen.black - around, most))
    high = min(most, max(chosen.white + around, low))
    high = high if high > low else low + 1.0
    near = finite[(finite >= low) & (finite <= high)]
    bins = ((near - low) * (_BINS / (high - low))).astype(int)
    counts = np.bincount(np.minimum(bins, _BINS - 1), minlength=_BINS)
    return low, high, counts.astype("<u4").tobytes()
