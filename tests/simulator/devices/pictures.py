"""What the tests of cameras share: exposures on a bench, and what is in their files."""

import io
from typing import Any

import numpy as np
from astropy.io import fits

from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State
from tests.simulator.bench import Bench

CCD, GUIDE = "CCD Simulator", "Guide Simulator"


def expose(
    bench: Bench, seconds: float = 1.0, chip: str = "CCD", device: str | None = None
) -> Blob:
    """Take one picture, and return what was sent."""
    blob = "CCD1" if chip == "CCD" else "CCD2"
    before = len(bench.blobs(blob, device))
    bench.ask(f"{chip}_EXPOSURE", seconds, device=device)
    assert bench.settle(f"{chip}_EXPOSURE", device=device) is State.OK
    after = bench.blobs(blob, device)
    assert len(after) == before + 1
    return after[-1]


def opened(blob: Blob) -> Any:
    """Return the header and data unit with the picture."""
    hdus = fits.open(io.BytesIO(bytes(blob.data)))
    return hdus[-1]


def picture(bench: Bench, seconds: float = 1.0, **where: Any) -> np.ndarray:
    """Take one picture, and return its pixels."""
    return np.asarray(opened(expose(bench, seconds, **where)).data, dtype=float)


def header(bench: Bench, seconds: float = 0.1, **where: Any) -> fits.Header:
    """Take one picture, and return its header."""
    return opened(expose(bench, seconds, **where)).header


def small(bench: Bench, device: str | None = None) -> None:
    """Read out a small part from the middle, which is quicker."""
    bench.ask("CCD_FRAME", {"X": 540, "Y": 440, "WIDTH": 200, "HEIGHT": 150}, device=device)
    bench.clear()
