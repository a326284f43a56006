"""Whatever astronomers have images in, as a frame."""

from os import PathLike
from typing import Any

import numpy as np
from astropy import units as u
from astropy.nddata import NDData

from indinb.errors import ImageError
from indinb.images.frame import Frame


def frame_of(data: Any) -> Frame:
    """Return an image as a frame: the very one, if it is one.

    Parameters
    ----------
    data : Frame, NDData, array, path-like or bytes
        Pixels, or the name or the contents of a FITS file.

    Raises
    ------
    ImageError
        If there is no image in it.

    Examples
    --------
    >>> frame_of([[1, 2], [3, 4]])
    <Frame 2x2 int64>
    """
    match data:
        case Frame():
            return data
        case NDData():
            return Frame(data.data, unit=data.unit or _NO_UNIT, wcs=data.wcs, meta=data.meta)
        case str() | PathLike() | bytes() | memoryview():
            return Frame.from_fits(data)
    pixels = np.asarray(data)
    if pixels.dtype.kind not in "buifc":
        raise ImageError(f"no picture of {type(data).__name__}: give a frame, an array or a file")
    return Frame(pixels, unit=_NO_UNIT)


_NO_UNIT = u.dimensionless_unscaled
