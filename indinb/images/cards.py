"""Cards that a camera's driver has left out of a FITS header, written into it.

What the driver tells stays as it is, byte by byte, and so do the pixels.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from astropy.io import fits

from indinb.errors import ImageError
from indinb.images.fitsfile import find_header, parse_header
from indinb.images.image import reading

_CARD, _BLOCK = 80, 2880  # bytes
_LONGEST_TEXT = 68  # letters that one card has room for; a quote takes two
_VALUE = 30  # letters of a card before its comment, as others write it
_UNTOLD = ("", "unknown", "nan")


class Fact(NamedTuple):
    """What is known of a picture, for one card.

    Parameters
    ----------
    keyword : str
        As FITS has it: eight letters at most.
    value : str, int or float
        Finite.
    comment : str
        Where it comes from, and the unit in brackets, as FITS recommends.
    """

    keyword: str
    value: str | float
    comment: str


def completed(file: bytes | memoryview, facts: Iterable[Fact]) -> memoryview:
    """Write what is missing into the header of a FITS file.

    A card is missing if it is not there, is empty, or says 'Unknown'. Of an image that fpack has
    packed, it is the header of the packed image. A CHECKSUM, which would be wrong then, is taken
    out; DATASUM stays true.

    Parameters
    ----------
    file : bytes-like
        The whole file, or anything else.
    facts : iterable of Fact
        What to write, of which what is in the header already is left out.

    Returns
    -------
    memoryview
        The completed file; the same bytes if nothing is missing, or it is no FITS file.

    Examples
    --------
    >>> file = b"SIMPLE  = T".ljust(80) + b"OBJECT  = 'Unknown'".ljust(80) + b"END".ljust(2720)
    >>> bytes(completed(file, [Fact("OBJECT", "M31", "Name of the target")])[80:160]).rstrip()
    b"OBJECT  = 'M31     '           / Name of the target"
    """
    view = memoryview(file)
    try:
        with reading(view, "a FITS file"):
            start, stop, data = find_header(view)
            before = bytes(view[start:stop])
            after = _filled(before, facts)
    except ImageError:
        return view
    if after == before:
        return view
    header = _without_checksum(after) + b"END".ljust(_CARD)
    padding = b" " * (-len(header) % _BLOCK)
    return memoryview(b"".join((view[:start], header, padding, view[data:])))


def complete(header: fits.Header, facts: Iterable[Fact]) -> None:
    """Write what is missing into a header, as `completed` does with a file.

    Examples
    --------
    >>> header = fits.Header({"FILTER": "Red", "OBJECT": "Unknown"})
    >>> complete(header, [Fact("OBJECT", "M31", "Name"), Fact("FILTER", "Blue", "Name")])
    >>> dict(header)
    {'FILTER': 'Red', 'OBJECT': 'M31'}
    """
    for fact in facts:
        if not is_told(header.get(fact.keyword)):
            card = fits.Card.fromstring(_line(fact))
            header[fact.keyword] = (card.value, card.comment)
            header.remove("CHECKSUM", ignore_missing=True)


def is_told(value: Any) -> bool:
    """Tell whether a card says something: it is there, not empty, and not 'Unknown'.

    Examples
    --------
    >>> is_told("M31"), is_told(0.0), is_told("Unknown "), is_told(None)
    (True, True, False, False)
    """
    if isinstance(value, str):
        return value.strip().casefold() not in _UNTOLD
    return value is not None and not isinstance(value, fits.card.Undefined)


def plain(text: str) -> str:
    r"""Write a text as a card has room for it: 68 letters of ASCII, without accents.

    Examples
    --------
    >>> plain("Jürgen\tMüller")
    'Jurgen?Muller'
    """
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    known = "".join(letter if " " <= letter <= "~" else "?" for letter in bare).strip()
    while len(known) + known.count("'") > _LONGEST_TEXT:
        known = known[:-1]
    return known


def _filled(cards: bytes, facts: Iterable[Fact]) -> bytes:
    """Return the cards of a header with those that were missing."""
    lines = [cards[at : at + _CARD] for at in range(0, len(cards), _CARD)]
    places: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        places.setdefault(_keyword(line), []).append(place)
    for fact in facts if lines else ():
        there = places.get(fact.keyword)
        if there is None:
            places[fact.keyword] = [len(lines)]
            lines.append(_line(fact))
        elif not any(_tells(lines[place]) for place in there):
            lines[there[0]] = _line(fact)
    return b"".join(lines)


def _without_checksum(cards: bytes) -> bytes:
    lines = [cards[at : at + _CARD] for at in range(0, len(cards), _CARD)]
    return b"".join(line for line in lines if _keyword(line) != "CHECKSUM")


def _keyword(line: bytes) -> str:
    return line[:8].decode("latin-1").strip()


def _tells(line: bytes) -> bool:
    return any(is_told(value) for value in parse_header(line).values())


def _line(fact: Fact) -> bytes:
    """Write a card; a comment that is too long for it is cut."""
    value = plain(fact.value) if isinstance(fact.value, str) else fact.value
    card = str(fits.Card(fact.keyword, value)).rstrip().ljust(_VALUE)
    return f"{card} / {plain(fact.comment)}"[:_CARD].ljust(_CARD).encode("ascii")
