"""FITS files to arrays: what cameras send every day in one pass, all the rest through astropy."""

import io
import math
import re
import zlib
from collections.abc import Collection
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

from indinb.errors import ImageError
from indinb.images.image import Image, Pixels, reading, unchanging

_BLOCK = 2880  # bytes; FITS files come in multiples of this
_CARD = 80
_LONGEST_HEADERS = 1 << 20  # bytes, where only headers are looked for
_NUMBERS_OF = ("NAXIS", "ZNAXIS", "TFIELDS")  # axes and columns
_MOST = 999  # of those
_SIZE = re.compile(r"Z?(NAXIS\d*|[PG]COUNT)|ZTILE\d+|TFIELDS")
_SIGNATURE = b"SIMPLE  =" + b"T".rjust(21)
_UNPRINTABLE = re.compile(rb"[^ -~]")
_CARDS = re.compile(rb"(?:.{80})*?(?=END(?![A-Z0-9_-]))", re.DOTALL)  # of one header
_PLAIN_CARD = re.compile(  # nobody can misread those
    rb"(?:COMMENT |HISTORY | {8})[ -~]{72}"
    rb"|(?=.{8}= )[A-Z0-9_-]+ *= *"
    rb"(?:'(?:[ -&(-~]|'')*'|[TF]|[+-]?(?:\d+\.?\d*|\.\d+)(?:[ED][+-]?\d+)?)? *(?:/[ -~]*)?"
)


def read_fits(file: bytes | memoryview, limit: int | None = None) -> Image:
    """Read the first image of a FITS file, fpack's compression included.

    Parameters
    ----------
    file : bytes-like
        The whole file. If it is read-only, unsigned integers are read when somebody first looks at
        them, and those of 8 bits are a read-only view of it; else, of a copy.
    limit : int, optional
        Bytes that a compressed image may have once unpacked.

    Returns
    -------
    Image
        Unsigned integers are such: ``BITPIX`` 16 with ``BZERO`` 32768 is uint16.

    Raises
    ------
    ImageError
        If there is no image in it, or it is damaged.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> fits.PrimaryHDU(np.array([[1, 2, 3]], np.uint16)).writeto(file)
    >>> read_fits(file.getvalue()).data
    array([[1, 2, 3]], dtype=uint16)
    """
    view = unchanging(file)
    with reading(view, "a FITS image"):
        return _read_plain(view) or _read_any(view, limit)


def _read_plain(file: memoryview) -> Image | None:
    """Find unsigned integers, or leave the file to astropy.

    One pass over them makes the array, when somebody looks at it.
    """
    if file[: len(_SIGNATURE)] != _SIGNATURE:
        return None
    header, start = _read_header(file)
    if header is None or not (shape := _plain_shape(header)):
        return None
    match header["BITPIX"], header.get("BZERO", 0), header.get("BSCALE", 1):
        case 16, 32768, 1:  # adds it and swaps the bytes at once
            stored = _stored(file, start, ">u2", shape)
            return Image(Pixels(shape, np.uint16, lambda: stored ^ np.uint16(32768)), header)
        case 8, 0, 1 if "BLANK" not in header:
            return Image(_stored(file, start, "u1", shape), header)
    return None


def read_header(file: bytes | memoryview, keywords: Collection[str]) -> fits.Header:
    """Read what a FITS file says of its image, without looking at the pixels.

    Parameters
    ----------
    file : bytes-like
        The whole file, or the beginning of it.
    keywords : collection of str
        The only cards to read, so that others may be as odd as they like.

    Returns
    -------
    astropy.io.fits.Header
        Of the first part of the file; or of the second if the first has no data, as in files that
        fpack has packed. Empty if there is no whole header, or no FITS file.

    Raises
    ------
    ImageError
        If it is damaged.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> fits.PrimaryHDU(header=fits.Header({"OBJECT": "M31", "GAIN": 5})).writeto(file)
    >>> dict(read_header(file.getvalue(), ["OBJECT"]))
    {'OBJECT': 'M31'}
    """
    with reading(file, "a FITS file"):
        start, stop, _ = find_header(file)
        return _chosen(bytes(file[start:stop]), keywords)


def find_header(file: bytes | memoryview) -> tuple[int, int, int]:
    """Find the header of a FITS file's image.

    Parameters
    ----------
    file : bytes-like
        The whole file, or the beginning of it.

    Returns
    -------
    tuple of int
        Where its cards begin, where they end, before the END, and where the data begin. It is that
        of the first part of the file; or of the second if the first has no data, as in files that
        fpack has packed. The first two are the same if there is no whole header, or no FITS file.

    Examples
    --------
    >>> find_header(b"SIMPLE  = T".ljust(80) + b"END".ljust(2800))
    (0, 80, 2880)
    """
    begin = bytes(file[:_LONGEST_HEADERS])
    if not begin.startswith(b"SIMPLE"):
        return 0, 0, 0
    cards, end = _find_cards(begin)
    if begin.startswith(b"XTENSION", end) and _chosen(cards, ["NAXIS"]).get("NAXIS") == 0:
        packed, data = _find_cards(begin, end)
        if packed:
            return end, end + len(packed), data
    return 0, len(cards), end


def _chosen(cards: bytes, keywords: Collection[str]) -> fits.Header:
    """Make a header of some cards; an empty one if there are none."""
    each = [cards[start : start + _CARD] for start in range(0, len(cards), _CARD)]
    wanted = [card for card in each if card[:8].decode("latin-1").strip() in keywords]
    return parse_header(b"".join(wanted)) if wanted else fits.Header()


def _plain_shape(header: fits.Header) -> tuple[int, ...]:
    axes = range(header["NAXIS"], 0, -1) if header["NAXIS"] in (2, 3) else ()
    shape = tuple(header[f"NAXIS{axis}"] for axis in axes)
    return shape if all(isinstance(length, int) and length > 0 for length in shape) else ()


def _read_header(file: bytes | memoryview, start: int = 0) -> tuple[fits.Header | None, int]:
    """Read a header, and find the place of the data after it; None if it has no end."""
    cards, end = _find_cards(file, start)
    return (parse_header(cards) if cards else None), end


def _find_cards(file: bytes | memoryview, start: int = 0) -> tuple[bytes, int]:
    """Find the cards of a header, and the place of the data after it; none if it has no end."""
    found = _CARDS.match(file, start)
    if found is None:
        return b"", start
    end = found.end() + _CARD
    return found[0], end + -end % _BLOCK


def parse_header(cards: bytes) -> fits.Header:
    """Make a header of which every card can be read.

    Parameters
    ----------
    cards : bytes
        80 for each card, without the END. What is not printable ASCII becomes a question mark.

    Returns
    -------
    astropy.io.fits.Header
        With cards against the rules mended, at worst to texts.

    Examples
    --------
    >>> parse_header(b"GAIN    = 2,5".ljust(80))["GAIN"]
    '2,5'
    """
    cards = _UNPRINTABLE.sub(b"?", cards)
    if all(_PLAIN_CARD.fullmatch(cards, at, at + _CARD) for at in range(0, len(cards), _CARD)):
        return fits.Header.fromstring(cards)
    try:
        return _mended(cards)
    except fits.VerifyError:  # of cards that continue what is no text
        return _mended(cards.replace(b"CONTINUE", b"COMMENT "))


def _mended(cards: bytes) -> fits.Header:
    header = fits.Header.fromstring(cards)
    for card in header.cards:
        card.verify("silentfix+ignore")
    return header


def _stored(file: memoryview, start: int, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    count = math.prod(shape)
    _check_end(len(file), start + count * np.dtype(dtype).itemsize)
    return np.frombuffer(file, dtype, count, start).reshape(shape)


def _check_end(available: int, end: int, padding: int = 0) -> None:
    if end > available + padding:
        raise ImageError(f"the FITS file is cut off: {available} of {end} bytes are there")


def _read_any(file: memoryview, limit: int | None) -> Image:
    if bytes(file[:6]) != b"SIMPLE":
        raise ImageError(
            f"these {len(file)} bytes are not a FITS image: they do not begin with SIMPLE"
        )
    padded = b"".join((file, bytes(-len(file) % _BLOCK)))  # some writers leave the last block short
    _check_sizes(padded)
    with fits.open(io.BytesIO(padded)) as hdus:
        hdu = _first_image(hdus)
        place = hdu.fileinfo()
        _check_end(len(file), place["datLoc"] + place["datSpan"], -len(file) % _BLOCK)
        if limit is not None and isinstance(hdu, fits.CompImageHDU):
            _check_unpacked(hdu, limit)
            _check_zipped(hdu, padded, hdus.index(hdu), limit)
        hdu.verify("silentfix+ignore")  # makes every card readable, at worst as text
        return Image(np.require(hdu.data, hdu.data.dtype.newbyteorder("="), "W"), hdu.header)


def _check_sizes(file: bytes) -> None:
    """Refuse what would cost astropy any amount of memory: a billion axes, or a text as length."""
    start = 0
    while start < len(file):
        end = start + _BLOCK
        if file[start : start + 8].strip().upper().startswith((b"SIMPLE", b"XTENSION")):
            header, end = _read_header(file, start)
            if header is None:  # nor do those behind it end
                return
            _check_header(header)
        start = end


def _check_header(header: fits.Header) -> None:
    for card in header.cards:
        if not _is_sound(card.keyword, card.value):
            raise ImageError(f"no FITS file has {card.keyword} = {card.value!r}")


def _is_sound(keyword: str, value: Any) -> bool:
    if not _SIZE.fullmatch(keyword):
        return True
    most = _MOST if keyword in _NUMBERS_OF else math.inf
    return isinstance(value, int) and 0 <= value <= most


def _first_image(hdus: fits.HDUList) -> Any:
    for hdu in hdus:
        if hdu.is_image and len(hdu.shape) >= 2 and 0 not in hdu.shape:
            return hdu
    raise ImageError("the FITS file holds no image of two axes or more")


def _check_unpacked(hdu: fits.CompImageHDU, limit: int) -> None:
    unpacked = math.prod(hdu.shape) * abs(hdu.header["BITPIX"]) // 8
    if unpacked > limit:
        raise ImageError(f"the image has {unpacked} bytes, but {limit} were announced")


def _check_zipped(hdu: fits.CompImageHDU, file: bytes, place: int, limit: int) -> None:
    """Refuse tiles that gzip would blow up: astropy unpacks them to the end, whatever comes."""
    zipped = {"GZIP_COMPRESSED_DATA"} & set(hdu.compressed_data.names)
    if hdu.compression_type.startswith("GZIP"):
        zipped.add("COMPRESSED_DATA")
    if not zipped:
        return
    with fits.open(io.BytesIO(file), disable_image_compression=True) as hdus:
        for column in zipped:
            for tile in filter(len, hdus[place].data[column]):
                _unzip_in_vain(tile.tobytes(), limit)


def _unzip_in_vain(tile: bytes, limit: int) -> None:
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)  # gzip
    inflater.decompress(tile, limit + 1)
    if not inflater.eof or inflater.unused_data:
        raise ImageError(f"a part of the image has more than the {limit} bytes announced")
