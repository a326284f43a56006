"""Names of files by a template that people write, like ``{object}/{type}_{number}.fits``.

What is filled in comes from headers, so from the wire: no part of it is ever a path.
"""

import datetime as dt
import os
import re
import string
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from astropy.io import fits

from indinb.errors import ImageError
from indinb.images.fitsfile import read_header
from indinb.images.naming import Label, allowed, exposure, frame_type, safe
from indinb.protocol.messages import parse_timestamp

_DIGITS = "03"  # of numbers, unless the template says otherwise
_WHEN = ("date", "time")
_LARGEST = 1e9  # number that is believed; the digits of others would make names too long
_KEYWORDS = (
    *("OBJECT", "FRAME", "IMAGETYP", "FILTER", "EXPTIME", "DATE-OBS", "INSTRUME", "CCD-TEMP"),
    *("XBINNING", "YBINNING", "GAIN"),
)

Fields = Mapping[str, str]


def is_template(path: object) -> bool:
    """Whether a path has fields to fill in."""
    return "{" in str(path)


def fields(header: Any, arrived: dt.datetime | None = None) -> dict[str, str]:
    """Return what can be filled in, as far as a header tells; the rest is empty.

    Parameters
    ----------
    header : mapping
        Of the image.
    arrived : datetime.datetime, optional
        Date and time if the header does not tell when the exposure began, in UTC.

    Examples
    --------
    >>> found = fields({"OBJECT": "M 31", "EXPTIME": 60.0, "CCD-TEMP": -10.02, "XBINNING": 2})
    >>> {name: text for name, text in found.items() if text}
    {'object': 'M-31', 'exposure': '60s', 'temperature': '-10C', 'binning': '2x2'}
    """
    told = header.get("DATE-OBS")
    begun = (parse_timestamp(told) if isinstance(told, str) else None) or arrived
    when = begun.replace(tzinfo=None).isoformat(timespec="milliseconds") if begun else "T"
    date, time = when.split("T")
    across = _number(header, "XBINNING", ".0f")
    down = _number(header, "YBINNING", ".0f") or across
    temperature = _number(header, "CCD-TEMP", ".0f")
    return {
        "object": safe(header.get("OBJECT")),
        "type": frame_type(header),
        "filter": safe(header.get("FILTER")),
        "exposure": exposure(header, "s"),
        "date": date,
        "time": time.replace(":", "-"),
        "camera": safe(header.get("INSTRUME")),
        "temperature": temperature and f"{temperature}C".replace("-0C", "0C"),
        "binning": across and f"{across}x{down}",
        "gain": _number(header, "GAIN", "g"),
    }


def check(template: str) -> None:
    """Raise ValueError if a template has a field that is not known.

    Examples
    --------
    >>> check("{object}_{colour}.fits")
    Traceback (most recent call last):
    ...
    ValueError: '{colour}' is none of {object}, {type}, {filter}, {exposure}, {date}, {time}, \
{camera}, {temperature}, {binning}, {gain}, {number}
    """
    known = [*fields({}), "number"]
    for name, spec in _fields_in(template):
        if name not in known:
            raise ValueError(f"'{{{name}}}' is none of {{{'}, {'.join(known)}}}")
        if spec and (name != "number" or not re.fullmatch(r"0[1-9]", spec)):
            raise ValueError(f"'{{{name}:{spec}}}' has a format; only {{number:04}} may have one")


def filled(template: str, known: Fields, number: int | str = "") -> Path:
    """Fill a template in.

    What is not known is left out, with the ``_`` before it, or the whole folder if it has no
    other name.

    Parameters
    ----------
    template : str
        Folders and name; its own ``..`` and ``~`` mean what they do everywhere.
    known : mapping
        From `fields`.
    number : int or str
        For ``{number}``; a text is taken as it is.

    Returns
    -------
    pathlib.Path
        Not expanded.

    Raises
    ------
    ValueError
        If the template has a field that is not known.

    Examples
    --------
    >>> filled("{object}/{type}_{filter}_{number}.fits", {"type": "Dark"}, 7).as_posix()
    'Dark_007.fits'
    """
    check(template)
    *folders, name = template.replace(os.sep, "/").split("/")
    names = [_part(folder, known, number) for folder in folders]
    kept = [each for each, folder in zip(names, folders, strict=True) if each or not folder]
    return Path("/".join([*kept, _name(name, known, number)]))


def free(template: str, known: Fields) -> Path:
    """Fill a template in with the first number for which there is no file, at any date and time.

    Examples
    --------
    >>> free("/nowhere/{number}_{date}.fits", {"date": "2026-11-22"}).name
    '001_2026-11-22.fits'
    """
    if not any(name == "number" for name, _ in _fields_in(template)):
        return filled(template, known).expanduser().absolute()
    return next(path for path in _numbered(template, known) if not path.exists())


def _numbered(template: str, known: Fields) -> Iterator[Path]:
    start = _highest(template, known) + 1
    return (filled(template, known, number).expanduser().absolute() for number in count(start))


def _highest(template: str, known: Fields) -> int:
    """Find the highest number that a file of the folder has already, whenever it was taken."""
    marks = {name: f"\0{name}\0" for name in _WHEN if known.get(name)}
    name = filled(template, {**known, **marks}, "\0number\0").name
    pattern = re.escape(name).replace(re.escape("\0number\0"), "([0-9]{1,9})", 1)
    pattern = pattern.replace(re.escape("\0number\0"), "[0-9]+")
    for mark in marks.values():
        pattern = pattern.replace(re.escape(mark), ".*")
    folder = filled(template, known, "").expanduser().absolute().parent
    found = (re.fullmatch(pattern, path.name) for path in _listed(folder))
    return max((int(each[1]) for each in found if each and each.groups()), default=0)


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _name(template: str, known: Fields, number: int | str) -> str:
    """Fill in the name, of which there may be left no more than the suffix."""
    suffix = template[template.rfind("}") + 1 :]
    name = _part(template, known, number)
    return f"frame{suffix}" if not name or f".{name}" == suffix else name


def _part(template: str, known: Fields, number: int | str) -> str:
    """Fill in one part of a path, so that it stays one."""
    if "{" not in template:
        return template
    text = ""
    for literal, name, spec, _ in string.Formatter().parse(template):
        text += literal
        value = _value(name, spec, known, number) if name else ""
        text = text.removesuffix("_") if name and not value else text + value
    return _tidy(text)


def _tidy(text: str) -> str:
    text = text.lstrip("._ ").rstrip(" ")
    if text.startswith("-"):  # which programs take for an option
        return f"_{text}"
    return allowed(text)


def _value(name: str, spec: str | None, known: Fields, number: int | str) -> str:
    if name == "number":
        return number if isinstance(number, str) else format(number, spec or _DIGITS)
    return known.get(name, "")


def _fields_in(template: str) -> Iterator[tuple[str, str]]:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:  # in the words of format strings
        raise ValueError(f"a brace of {template!r} is not closed, or not opened") from None
    for _, name, spec, conversion in parts:
        if name is not None:
            yield name + (f"!{conversion}" if conversion else ""), spec or ""


def _number(header: Any, keyword: str, spec: str) -> str:
    told = header.get(keyword)
    sound = isinstance(told, int | float) and not isinstance(told, bool) and abs(told) < _LARGEST
    return format(told, spec) if sound else ""


def split(template: str) -> tuple[str, str]:
    """Part a template into the folder that it begins with, and the rest.

    Raises
    ------
    ValueError
        If a field is not known, or the number is not in the name itself.

    Examples
    --------
    >>> split("~/astro/{object}/{date}/{type}_{number}")
    ('~/astro', '{object}/{date}/{type}_{number}')
    """
    template = template.replace(os.sep, "/")
    check(template)
    if any(name == "number" for name, _ in _fields_in(template.rpartition("/")[0])):
        raise ValueError("{number} goes into the last part, the name of the file")
    folder, _, _ = template.partition("{")[0].rpartition("/")
    return folder or ("/" if template.startswith("/") else "."), template[len(folder) :].lstrip("/")


def label(template: str, plain: Label, device: str, arrived: dt.datetime) -> Label:
    """Name the file of a BLOB by a template, instead of as `naming.label` does.

    Parameters
    ----------
    template : str
        Folders and name. The number is set off by ``_``, and comes last if there is none; a suffix
        of FITS is left out, as that of the BLOB counts.
    plain : Label
        From `naming.label`.
    device : str
        Whose it is, for the camera if the header does not tell.
    arrived : datetime.datetime
        For date and time, likewise.
    """
    try:
        header = read_header(plain.data, _KEYWORDS)
    except ImageError:
        header = fits.Header()
    told = fields(header, arrived)
    known = {**told, "camera": told["camera"] or safe(device)}
    before, after = _around_number(re.sub(r"(\.fits?|\.fts)?(\.[fg]z)?$", "", template))
    end = filled(after, known).name if after else ""
    return plain._replace(stem=filled(before, known).as_posix(), start=end)


def _around_number(template: str) -> tuple[str, str]:
    found = re.search(r"_?\{number[^}]*\}_?", template)
    return (template[: found.start()], template[found.end() :]) if found else (template, "")
