"""What is in view, drawn into a file without a browser."""

import io
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.region import Region
from indinb.images.stretch import to_bytes
from indinb.widgets.imaging import drawing
from indinb.widgets.imaging.colors import color_table
from indinb.widgets.imaging.images import LoadedImage
from indinb.widgets.snapshot import Json

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST = 1024  # pixels of a file
_USEFUL = ".png, .jpg, .pdf or .svg"  # of the formats that there are
_DPI = 72  # so that a point is a pixel
_MARKERS = {
    "circle": ("o", 1.0),
    "square": ("s", 1.0),
    "diamond": ("D", 0.5**0.5),
    "plus": ("+", 1.0),
}
_GAP = 0.4  # of the arms of a crosshair is left out, so that the star is seen

Extent = tuple[float, float, float, float]
"""Left, right, bottom and top, in pixels of an image."""


def save_view(
    filename: str | PathLike[str], overwrite: bool, image: LoadedImage | None, markers: list[Json]
) -> Path:
    """Draw what is in view of an image, and markers over it, into a file, and return its path.

    Raises
    ------
    FileExistsError
        If the file is there and is not to be replaced.
    FileNotFoundError
        If its folder is not there.
    ValueError
        If its format is not known.
    """
    path = Path(filename).expanduser().absolute()
    kind = path.suffix.removeprefix(".").lower()
    if path.exists() and not overwrite:
        raise FileExistsError(f"{path} is there already; overwrite=True replaces it")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}")
    path.write_bytes(drawn(kind, image, markers))
    return path


def drawn(kind: str, image: LoadedImage | None, markers: list[Json]) -> bytes:
    """Draw a file of some kind."""
    from matplotlib.figure import Figure

    extent = (0.0, 4.0, 0.0, 3.0) if image is None else _extent(image)
    width, height = extent[1] - extent[0], extent[3] - extent[2]
    inches = _LONGEST / _DPI / max(width, height)
    figure = Figure(figsize=(width * inches, height * inches), dpi=_DPI, facecolor="black")
    if kind not in figure.canvas.get_supported_filetypes():
        given = f".{kind}" if kind else "a name without a suffix"
        raise ValueError(f"{given} is no format of pictures: write {_USEFUL}")
    axes = figure.add_axes((0, 0, 1, 1))
    if image is not None:
        _draw(axes, image, extent)
    axes.set_axis_off()
    axes.set(xlim=extent[:2], ylim=extent[2:])
    if image is not None and image.picture["top_down"]:
        axes.invert_yaxis()
    for marks in markers:
        _mark(axes, marks)
    file = io.BytesIO()
    figure.savefig(file, format=kind)
    return file.getvalue()


def _extent(image: LoadedImage) -> Extent:
    """Return what is in view, in the shape of the image: that of the browser's is its own."""
    width, height = image.size
    if not image.settings.view:
        return -0.5, width - 0.5, -0.5, height - 0.5
    x, y, fov = image.settings.view
    across, up = fov * width / min(image.size) / 2, fov * height / min(image.size) / 2
    return x - across, x + across, y - up, y + up


def _draw(axes: "Axes", image: LoadedImage, extent: Extent) -> None:
    values, (left, bottom, width, height) = _pixels_in(image, extent)
    axes.imshow(
        _colored(to_bytes(values, image.settings.norm()), image.settings.colormap),
        origin="lower",
        interpolation="nearest",
        extent=(left - 0.5, left + width - 0.5, bottom - 0.5, bottom + height - 0.5),
        aspect="auto",
    )


def _colored(shades: NDArray[np.uint8], colormap: str) -> NDArray[np.uint8]:
    """Return rows by columns of red, green and blue."""
    table = np.frombuffer(color_table(colormap), np.uint8).reshape(-1, 3)
    if shades.ndim == 3:
        return np.moveaxis(shades, 0, -1)
    return table[shades] if table.size else np.stack([shades] * 3, -1)


def _pixels_in(image: LoadedImage, extent: Extent) -> tuple[NDArray[Any], tuple[float, ...]]:
    """Return the pixels of a part, of the frame if it is still there, and where they are."""
    frame = image.frame
    left, right, bottom, top = (round(edge + 0.5) for edge in extent)
    try:
        region = Region(left, bottom, right - left + 1, top - bottom + 1).within(image.size[::-1])
    except ImageError:  # nothing of the image is in view
        return np.full((1, 1), np.nan), (left, bottom, 1, 1)
    if frame is None:
        values, (columns, rows) = image.values, image.picture["factor"]
        x = y = 0
    else:
        factor = -(-max(region.width, region.height) // _LONGEST)
        values, (columns, rows), x, y = drawing.part(frame, region, factor, image.settings.debayer)
    return values, (x, y, values.shape[-1] * columns, values.shape[-2] * rows)


def _mark(axes: "Axes", marks: Json) -> None:
    xs, ys = (np.frombuffer(marks[name], "<f4") for name in ("xs", "ys"))
    size, color = marks["size"], marks["color"]
    form, part = _MARKERS.get(marks["shape"]) or (_crosshair(), 1.0)
    axes.plot(
        xs,
        ys,
        linestyle="none",
        marker=form,
        markersize=size * part,
        markeredgecolor=color,
        markerfacecolor="none",
        markeredgewidth=1.2,
    )
    for x, y, text in zip(xs, ys, marks["texts"], strict=False):
        axes.annotate(
            text,
            (x, y),
            (size / 2 + 3, 0),
            textcoords="offset points",
            color=color,
            va="center",
            annotation_clip=True,
            parse_math=False,
        )


def _crosshair() -> Any:
    from matplotlib.path import Path as Outline

    arms = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    ends = [(x * part / 2, y * part / 2) for x, y in arms for part in (_GAP, 1.0)]
    return Outline(ends, [Outline.MOVETO, Outline.LINETO] * len(arms))
