"""BLOBs that a driver has packed with zlib, which a ``.z`` at the end of their format tells."""

import sys
import zlib

from indinb.errors import ImageError
from indinb.protocol.messages import Blob

_SUFFIX = ".z"
_PIECE = 1 << 16  # bytes that are inflated at a time


def inflated(blob: Blob) -> Blob:
    """Undo the compression with zlib that a ``.z`` at the end of a format tells of.

    Parameters
    ----------
    blob : Blob
        With any format.

    Returns
    -------
    Blob
        The same one if its format has no ``.z``.

    Raises
    ------
    ImageError
        If it is damaged, or not of the size announced.

    Examples
    --------
    >>> bytes(inflated(Blob(memoryview(zlib.compress(b"hello")), ".txt.z", 5)))
    b'hello'
    """
    format = blob.format.strip()
    if not format.lower().endswith(_SUFFIX):
        return blob
    return Blob(_inflate(blob), format[: -len(_SUFFIX)], blob.size)


def _inflate(blob: Blob) -> memoryview:
    try:
        data = _unpacked(blob)
    except (zlib.error, OverflowError) as error:
        raise ImageError(f"these {len(blob)} bytes are not zlib data: {error}") from error
    if len(data) != blob.size:
        raise ImageError(f"{blob!r} does not inflate to the {blob.size} bytes announced")
    return memoryview(data).toreadonly()


def _unpacked(blob: Blob) -> bytearray:
    """Inflate piece by piece, as zlib would hold all of it twice at the end."""
    inflater = zlib.decompressobj()  # stops at the end of the data: servers pad them
    data = bytearray()
    for start in range(0, len(blob), _PIECE):
        # One byte more than was announced shows that it is wrong. A limit of 0 would mean none.
        room = min(blob.size + 1 - len(data), sys.maxsize)
        data += inflater.decompress(blob.data[start : start + _PIECE], room)
        if inflater.eof or len(data) > blob.size:
            break
    return data
