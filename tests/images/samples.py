"""Small FITS files with the headers of real ones, and files of whatever is hostile.

``data/exposure.hdr`` and ``data/exposure_wcs.hdr`` are what indi_simulator_ccd 1.9.9 wrote, the
second with WCS_CONTROL enabled and CCD_ROTATION at 30 degrees.
"""

import io
import tracemalloc
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from astropy.io import fits

from indinb.protocol.messages import Blob

DATA = Path(__file__).parents[1] / "data"


def real_header(name="exposure"):
    lines = (DATA / f"{name}.hdr").read_text().splitlines()
    return fits.Header.fromstring("".join(line.ljust(80) for line in lines))


def pixels(shape=(4, 6)):
    """Numbers all over the range of uint16, all different."""
    return np.linspace(0, 65535, np.prod(shape)).astype(np.uint16).reshape(shape)


def fits_bytes(data, header=None, compressed=False, **compression):
    hdus = fits.HDUList([fits.PrimaryHDU(data, header)])
    if compressed:
        hdus = fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(data, header, **compression)])
    file = io.BytesIO()
    hdus.writeto(file, output_verify="silentfix+ignore")
    return file.getvalue()


def cards(**values):
    """Cards as FITS wants them: ``cards(NAXIS=2)``."""
    return [f"{key:8}= {value!s:>20}" for key, value in values.items()]


def header_block(*lines):
    """A header of these cards, padded."""
    header = b"".join(line.ljust(80).encode("latin-1") for line in [*lines, "END"])
    return header + b" " * (-len(header) % 2880)


def with_cards(*lines, bitpix=8):
    """An image of 3 x 2 zeros, with cards just as they are given."""
    needed = cards(SIMPLE="T", BITPIX=bitpix, NAXIS=2, NAXIS1=3, NAXIS2=2)
    return header_block(*needed, *lines) + bytes(2880)


def blob(data, format=".fits", size=None):
    return Blob(memoryview(data), format, len(data) if size is None else size)


@contextmanager
def at_most(allowed):
    """Fail what takes more memory than so many bytes at a time."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < allowed
