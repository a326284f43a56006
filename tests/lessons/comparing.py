"""Whether two runs of a lesson have shown the same: texts exactly, pictures nearly.

Of a picture, the camera's noise is another each time, and a star may be half a pixel further. So
two of them are compared as an eye does from afar: in grey, averaged to 64 x 64 squares. They are
nearly the same if the root mean square of the differences is at most 3 % of white: noise alone
makes less than 1 %, and lines of a plot that move by their width up to 3 %.
"""

import base64
import io
import re
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest

import numpy as np
from nbformat import NotebookNode
from nbval.plugin import get_sanitize_patterns
from numpy.typing import NDArray
from PIL import Image

from tests.lessons import ROOT
from tests.lessons.lesson import IGNORED, WIDGET, Lesson, tags

SANITIZER = ROOT / "tests" / "lessons" / "sanitize.cfg"
SQUARES = (64, 64)
NEARLY = 0.03
AROUND = 30  # letters before and after a difference


def texts(cell: NotebookNode) -> list[str]:
    """Return what a cell has shown in words, without what is another in each run."""
    return [_sanitized(text) for output in cell.outputs for text in _texts(output)]


def _texts(output: NotebookNode) -> list[str]:
    if output.output_type == "stream":
        return [output.text]
    data = output.get("data", {})
    return [f"{kind}: {data[kind]}" for kind in sorted(data) if not _is_picture(kind)]


def _is_picture(kind: str) -> bool:
    return kind == WIDGET or (kind.startswith("image/") and kind != "image/svg+xml")


def _sanitized(text: str) -> str:
    for pattern, replacement in _patterns():
        text = re.sub(pattern, replacement, text)
    return text


@cache
def _patterns() -> list[tuple[str, str]]:
    """Read what nbval takes for the same, from the file that it is given."""
    return list(get_sanitize_patterns(SANITIZER.read_text()))


def pictures(cell: NotebookNode) -> list[NDArray[np.float64]]:
    """Return what a cell has shown in pictures, as an eye sees it from afar; white is 1."""
    return [
        _from_afar(base64.b64decode(data))
        for output in cell.outputs
        for kind, data in output.get("data", {}).items()
        if kind in ("image/png", "image/jpeg")
    ]


def _from_afar(data: bytes) -> NDArray[np.float64]:
    with Image.open(io.BytesIO(data)) as picture:
        grey = picture.convert("RGB").convert("L").resize(SQUARES, Image.Resampling.BOX)
    return np.asarray(grey) / 255


def other_texts(one: Lesson, two: Lesson) -> list[str]:
    """Name the cells of two runs that have not shown the same words, though they should."""
    return [
        f"{name}: {_first_difference(first, second)}"
        for name, first, second in _pairs(one, two)
        if IGNORED not in tags(first) and texts(first) != texts(second)
    ]


def _pairs(one: Lesson, two: Lesson) -> Iterator[tuple[str, NotebookNode, NotebookNode]]:
    for number, pair in enumerate(zip(one.code, two.code, strict=True), 1):
        yield f"cell {number}, {pair[0].source.splitlines()[-1]!r}", *pair


def _first_difference(one: NotebookNode, two: NotebookNode) -> str:
    before, after = texts(one), texts(two)
    if len(before) != len(after):
        return f"{len(before)} outputs, then {len(after)}"
    first, second = next((a, b) for a, b in zip(before, after, strict=True) if a != b)
    place = next(i for i, (a, b) in enumerate(zip_longest(first, second)) if a != b)
    around = slice(max(0, place - AROUND), place + AROUND)
    return f"{first[around]!r}, then {second[around]!r}"


def differences(one: Lesson, two: Lesson) -> dict[str, float]:
    """Return how far the pictures of two runs are apart, from 0 to 1, by the names of cells."""
    return {
        name: _distance(pictures(first), pictures(second))
        for name, first, second in _pairs(one, two)
    }


def _distance(one: list[NDArray[np.float64]], two: list[NDArray[np.float64]]) -> float:
    """Return how far the least similar are apart; another number of them is as far as can be."""
    if len(one) != len(two):
        return 1.0
    squares = [np.mean((a - b) ** 2) for a, b in zip(one, two, strict=True)]
    return float(np.sqrt(max(squares, default=0.0)))
