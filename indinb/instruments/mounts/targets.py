"""What an observer types for a target, as coordinates.

A name is looked for where no network is needed: the Sun, Moon and planets (astropy's built-in
ephemeris), PyEphem's named stars, OpenNGC's deep-sky objects (through pyongc). Only then is Sesame
asked, the name service of the CDS in Strasbourg, and for ``ONLINE_SECONDS`` at most.
"""

import difflib
import re
import threading
from collections import defaultdict
from concurrent.futures import Future
from functools import cache
from typing import Any

import ephem.stars
from astropy import units as u
from astropy.coordinates import (
    Angle,
    BaseCoordinateFrame,
    EarthLocation,
    SkyCoord,
    get_body,
    jparser,
)
from astropy.time import Time
from pyongc import ongc

from indinb.errors import UnknownTarget
from indinb.instruments.earth import offline

ONLINE_SECONDS = 5.0
_BODIES = ("sun", "moon", "mercury", "venus", "mars", "jupiter", "saturn", "uranus", "neptune")
_CATALOGUES = {"messier": "M", "caldwell": "C", "barnard": "B", "collinder": "Cl", "melotte": "Mel"}
_OF_A_KIND = re.compile(r"(?:the )?([A-Z\d].*) (?i:nebula|galaxy|galaxies|cluster)")
_COORDINATES = re.compile(r"""[+-]?\d[\d\s.:,;/+\-hdms°'"]*""")
_UNFINISHED = re.compile(r"[^.]*[hd°m']")  # smaller parts may follow
_BARE = re.compile(r"[+-]?[\d.]+")
_TYPED = str.maketrans("−–‐′’″”ºʰᵐˢ", "---''\"\"°hms")  # noqa: RUF001  what web pages print
_HOW_TO = 'write coordinates like "00:42:44 +41:16:09" or "10.68d 41.27d"'


def resolve(
    target: SkyCoord | BaseCoordinateFrame | u.Quantity | str,
    dec: u.Quantity | str | None = None,
    /,
    *,
    time: Time | None = None,
    location: EarthLocation | None = None,
) -> SkyCoord:
    """Find the coordinates of a target.

    Parameters
    ----------
    target : SkyCoord, frame, str or Quantity
        One of: a position, as SkyCoord or as one of astropy's frames; a name ("M31",
        "Whirlpool", "Vega", "Moon"); RA and Dec as text, with RA
        in hours unless marked as degrees ("00:42:44 +41:16:09", "10.68d 41.27d"); RA as an angle.
    dec : Quantity or str, optional
        Dec, if `target` is RA alone.
    time : Time, optional
        The moment, since planets move, and stars by their proper motion: now by default.
    location : EarthLocation, optional
        Where the observer is: the Moon stands up to 1° from where the centre of the Earth sees it.

    Returns
    -------
    SkyCoord
        `target` itself if it is a SkyCoord, in whatever frame; a direction in ICRS otherwise. For
        the Sun, Moon and planets it is the astrometric direction at `time`, so that transforming it
        to an apparent frame of that time and place finds them.

    Raises
    ------
    UnknownTarget
        If `target` is not one position on the sky, or its name was not found.
    TypeError
        If it is nothing of the above, such as two numbers without a unit.

    Examples
    --------
    >>> print(resolve("M 31").get_constellation())
    Andromeda
    >>> resolve("00:42:44 +41:16:09").to_string()
    '10.6833 41.2692'
    """
    match target, dec:
        case SkyCoord(isscalar=True), None:
            return target
        case SkyCoord(), None:
            raise UnknownTarget(f"a target is one position, not {target.size}: choose one of them")
        case BaseCoordinateFrame(has_data=True), None:
            return resolve(SkyCoord(target))
        case u.Quantity(), u.Quantity():
            return _position(target, dec)
        case str(), str():
            return _coordinates(_typed(f"{target}, {dec}"))
        case str(), None if not is_name(target):
            return _coordinates(_typed(target))
        case str(), None:
            return _named(target.strip(), Time.now() if time is None else time, location)
    given = f"{target!r}, {dec!r}".removesuffix(", None")
    raise TypeError(
        "a target is a name, coordinates as text, a SkyCoord, or RA and Dec with units like "
        f"10 * u.deg, 41 * u.deg (a bare 10 could be hours or degrees), not {given}"
    )


def is_name(text: str) -> bool:
    """Tell whether a text names a target, or else holds its coordinates.

    Examples
    --------
    >>> is_name("M31"), is_name("00:42:44 +41:16:09")
    (True, False)
    """
    return not _COORDINATES.fullmatch(_typed(text))


def is_body(name: str) -> bool:
    """Tell whether a name is of the Sun, the Moon or a planet, which move among the stars.

    Examples
    --------
    >>> is_body("the Moon"), is_body("Vega")
    (True, False)
    """
    return _key(name) in _BODIES


def _position(ra: u.Quantity, dec: u.Quantity) -> SkyCoord:
    try:
        ra, dec = Angle(ra), Angle(dec)
    except u.UnitsError:
        message = f"RA and Dec are angles (u.deg, u.hourangle), not {ra}, {dec}"
        raise UnknownTarget(message) from None
    if ra.isscalar and dec.isscalar and 0 <= ra.degree <= 360 and abs(dec.degree) <= 90:
        return SkyCoord(ra, dec)
    raise UnknownTarget(
        f"RA {ra}, Dec {dec} is not one place on the sky: "
        "RA runs from 0° to 360° (24 h), Dec from -90° to 90°"
    )


def _typed(text: str) -> str:
    plain = text.casefold().translate(_TYPED).strip()
    return plain.replace("''", '"').replace("deg", "d")


def _coordinates(text: str) -> SkyCoord:
    ra, dec = _halves(text)
    if _BARE.fullmatch(ra):
        raise UnknownTarget(f"RA {ra} in {text!r} could be hours or degrees: {_HOW_TO}")
    return _position(_angle(ra, u.hourangle), _angle(dec, u.deg))


def _halves(text: str) -> list[str]:
    """Cut RA from Dec: at a comma, at Dec's sign, or half-way through the words."""
    parts = [part.strip() for part in re.split(r"[,;/]|(?=[+-])", text) if part.strip()]
    words = text.split()
    if len(parts) == 1 and len(words) % 2 == 0:
        half = len(words) // 2
        parts = [" ".join(words[:half]), " ".join(words[half:])]
        if _UNFINISHED.fullmatch(parts[0]) and _BARE.fullmatch(parts[1]):
            parts = [text]  # after "6h" a bare 30 might be minutes
    if len(parts) != 2:
        raise UnknownTarget(f"cannot tell RA from Dec in {text!r}: {_HOW_TO}")
    return parts


def _angle(text: str, unit: u.UnitBase) -> Angle:
    # Astropy would take the last mark of "0 42 44s" for the unit of the whole.
    if re.search(r"[ms'\"]", text) and not re.search(r"[hd°]", text):
        raise UnknownTarget(f"{text!r} has no h, d or °: {_HOW_TO}")
    try:
        return Angle(text, unit)
    except ValueError as error:
        raise UnknownTarget(f"cannot read {text!r} ({error}): {_HOW_TO}") from None


def _named(name: str, time: Time, location: EarthLocation | None) -> SkyCoord:
    key = _key(name)
    if not key:
        raise UnknownTarget(f"{name!r} is not a name: give one, or {_HOW_TO}")
    if is_body(name):
        return _body(key, time, location)
    if key in _stars():
        return _star(_stars()[key], time)
    if jparser.search(name):
        return _position(*jparser.to_ra_dec_angles(name))
    return _deep_sky(name) or _online(name)


def _key(name: str) -> str:
    """Return what is left of a name when case, spaces and punctuation do not count."""
    return "".join(filter(str.isalnum, name.casefold().removeprefix("the ")))


def _body(name: str, time: Time, location: EarthLocation | None) -> SkyCoord:
    # Astropy would download the rotation of the Earth; here the packaged tables are as good.
    with offline():
        seen = get_body(name, time, location, ephemeris="builtin")
    # A direction has no distance: with it, ICRS would look from the centre of the solar system.
    return SkyCoord(seen.ra, seen.dec, frame=seen.frame.replicate_without_data()).icrs


@cache
def _stars() -> dict[str, Any]:
    return {_key(name): star for name, star in ephem.stars.stars.items()}


def _star(star: Any, time: Time) -> SkyCoord:
    # The underscores are PyEphem's public spelling; its stars are of J2000, motions in mas/year.
    years = (time - Time("J2000")).to(u.year)
    ra, dec = (motion * u.mas / u.year * years for motion in (star._pmra, star._pmdec))
    return SkyCoord(star._ra, star._dec, unit=u.rad).spherical_offsets_by(ra, dec)


def _deep_sky(name: str) -> SkyCoord | None:
    found = _common_names().get(_key(name)) or ongc.get(_designation(name))
    if found is None or found.rad_coords is None:
        return None
    return SkyCoord(*found.rad_coords, unit=u.rad)


def _designation(name: str) -> str:
    """Spell a number in a catalogue as pyongc does: "Messier-31" is "M31"."""
    parts = re.fullmatch(r"([a-z]+)[\s-]*(\d+[a-z]*)", name.casefold())
    if parts is None:
        return name
    catalogue, number = parts.groups()
    return _CATALOGUES.get(catalogue, catalogue) + number


@cache
def _common_names() -> dict[str, Any]:
    """Objects by their common names, and by "Whirlpool" alone if that is no other kind's name."""
    named: dict[str, Any] = {}
    short = defaultdict(set)
    for thing in ongc.listObjects(withname=True):
        for name in thing.identifiers[3]:
            named.setdefault(_key(name), thing)
            # In small letters it would be the name of a star, as in "lam Cen Nebula".
            if kind := _OF_A_KIND.fullmatch(name):
                short[_key(kind[1])].add(_key(name))
    return {key: named[name] for key, (name, *others) in short.items() if not others} | named


def _online(name: str) -> SkyCoord:
    answer: Future[SkyCoord] = Future()

    def ask() -> None:
        try:
            answer.set_result(SkyCoord.from_name(name))
        except Exception as error:
            answer.set_exception(error)

    # Astropy's own time-out does not reach a name server that hangs, so the waiting is limited.
    threading.Thread(target=ask, name="indinb name look-up", daemon=True).start()
    try:
        return answer.result(ONLINE_SECONDS)
    except Exception as error:
        lines = str(error).splitlines() or [f"no answer within {ONLINE_SECONDS:g} s"]
    raise UnknownTarget(_not_found(name, reason=lines[-1]))


def _not_found(name: str, reason: str) -> str:
    close = _close_names(name)
    hint = f" (did you mean {' or '.join(close)}?)" if close else ""
    packaged = "Sun, Moon and planets, bright stars of PyEphem, NGC, IC and Messier of OpenNGC"
    return (
        f"{name!r} is not known{hint}. It is not in the packaged catalogues ({packaged}), and the "
        f"online look-up failed: {reason}. Check the name, or {_HOW_TO}"
    )


def _close_names(name: str) -> list[str]:
    deep_sky = [known for thing in _common_names().values() for known in thing.identifiers[3]]
    names = sorted({*map(str.title, _BODIES), *ephem.stars.stars, *deep_sky})
    begin = [known for known in names if known.casefold().startswith(name.casefold())]
    return begin[:3] or difflib.get_close_matches(name.title(), names, cutoff=0.7)
