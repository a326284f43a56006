"""Small FITS files with the headers of real ones.

``data/exposure.hdr`` and ``data/exposure_wcs.hdr`` are what indi_simulator_ccd 1.9.9 wrote, the
second with WCS_CONTROL enabled and CCD_ROTATION at 30 degrees.
"""

import io
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


def fits_bytes(data, header=None, compressed=False):
    hdus = fits.HDUList([fits.PrimaryHDU(data, header)])
    if compressed:
        hdus = fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(data, header)])
    file = io.BytesIO()
    hdus.writeto(file, output_verify="silentfix+ignore")
    return file.getvalue()


def with_cards(*cards):
    """An image of 3 x 2 uint8 zeros, with cards just as they are given."""
    needed = ["SIMPLE  =                    T", "BITPIX  =                    8",
              "NAXIS   =                    2", "NAXIS1  =                    3",
              "NAXIS2  =                    2"]  # fmt: skip
    header = "".join(card.ljust(80) for card in [*needed, *cards, "END"])
    return header.ljust(2880).encode("latin-1") + bytes(2880)


def blob(data, format=".fits", size=None):
    return Blob(memoryview(data), format, len(data) if size is None else size)
