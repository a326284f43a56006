"""Numbers as INDI writes, reads and shows them: decimal or sexagesimal, in printf's formats."""

import math
import re
from decimal import Decimal

_MAX_TEXT = 127  # libindi's drivers read no more characters of a number
_DECIMAL = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_DOUBLE = rf"(?:[+-]?(?:0[xX][0-9a-fA-F]+|[iI][nN][fF]|[nN][aA][nN]|{_DECIMAL}))"
_SEXAGESIMAL = re.compile(rf"\s*({_DOUBLE})(?:[^0-9]+({_DOUBLE})(?:[^0-9]+({_DOUBLE}))?)?")
_DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9]*,[0-9]+\s*")

_SEXAGESIMAL_FORMAT = re.compile(r"%0*([0-9]{1,2})\.([0-9]{1,2})m")
_PRINTF_FORMAT = re.compile(
    r"(?:[^%]|%%)*%[-+ 0#]*[0-9]{0,2}(?:\.[0-9]{0,2})?l{0,2}[diouxXeEfFgG](?:[^%]|%%)*"
)
# The fraction's width in a "%w.fm" format chooses the unit to which the number is rounded.
_UNITS_PER_WHOLE = {9: 360_000, 8: 36_000, 6: 3_600, 5: 600}
_WHOLE_MINUTES = 60


def scan_sexagesimal(text: str) -> float:
    """Read a number by the rule of libindi's drivers (``f_scansexa``).

    One to three numbers, separated by anything that is not a digit, count as whole, minutes and
    seconds; a minus sign in front is for all of it; blanks are dropped before reading.

    Parameters
    ----------
    text : str
        Of which at most 127 characters are read.

    Raises
    ------
    ValueError
        If it does not begin with a number.

    Examples
    --------
    >>> scan_sexagesimal("-0:30")
    -0.5
    >>> scan_sexagesimal("12h 30m")
    12.5
    """
    compact = text[:_MAX_TEXT].replace(" ", "")
    negative = compact.startswith("-")
    match = _SEXAGESIMAL.match(compact[1:] if negative else compact)
    if match is None:
        raise ValueError(f"{text!r} is not a number: write 12.5 or 12:30:00")
    whole, minutes, seconds = (_double(part) for part in match.groups("0"))
    value = whole + minutes / 60 + seconds / 3600
    return -value if negative else value


def parse_number(text: str) -> float:
    """Read a number that a device sent or a person typed.

    Decimal, sexagesimal (see `scan_sexagesimal`), or with a decimal comma, as old drivers in
    other locales write it.

    Raises
    ------
    ValueError
        If it is not a number.

    Examples
    --------
    >>> parse_number("12:30:36")
    12.51
    >>> parse_number("12,5")
    12.5
    """
    try:
        return float(text)
    except ValueError:
        if _DECIMAL_COMMA.fullmatch(text):
            return float(text.replace(",", "."))
        return scan_sexagesimal(text.strip())


def read_number(text: str | None) -> float | None:
    """Read an attribute that is a number; None if it is none.

    Examples
    --------
    >>> read_number("60"), read_number("")
    (60.0, None)
    """
    if not text:  # most often it is not there at all
        return None
    try:
        return parse_number(text)
    except ValueError:
        return None


def number_text(value: float) -> str:
    """Write a number for the wire: decimal, shortest exact, never with an exponent.

    Examples
    --------
    >>> number_text(2.0), number_text(1e-07)
    ('2', '0.0000001')
    """
    if not math.isfinite(value):
        return str(value)
    if value == int(value):
        return str(int(value))
    return f"{Decimal(repr(float(value))):f}"


def format_number(value: float, format: str) -> str:
    """Show a number in the driver's own format.

    Parameters
    ----------
    value : float
        Any, NaN and infinity too.
    format : str
        One conversion of C's ``printf``, or INDI's ``%w.fm`` for sexagesimal numbers. Whatever
        cannot be used is taken as ``%g``: formats come from the wire.

    Returns
    -------
    str
        Padded with blanks in front as the format says.

    Examples
    --------
    >>> format_number(12.5, "%10.6m")
    '  12:30:00'
    >>> format_number(12.5, "%6.2f")
    ' 12.50'
    """
    sexagesimal = _SEXAGESIMAL_FORMAT.fullmatch(format)
    try:
        if sexagesimal:
            return _format_sexagesimal(value, int(sexagesimal[1]), int(sexagesimal[2]))
        if _PRINTF_FORMAT.fullmatch(format):
            return format % value
    except (TypeError, ValueError, OverflowError):  # %x, or whole numbers of NaN and infinity
        pass
    return f"{value:g}"


def _double(text: str) -> float:
    return float.fromhex(text) if "x" in text.lower() else float(text)


def _format_sexagesimal(value: float, width: int, fraction: int) -> str:
    units = _UNITS_PER_WHOLE.get(fraction, _WHOLE_MINUTES)
    whole, rest = divmod(math.floor(abs(value) * units + 0.5), units)
    if value < 0 and whole == 0:  # an integer has no -0, so libindi pads this one by hand
        field = " " * abs(width - fraction - 2) + "-0"
    else:
        field = str(-whole if value < 0 else whole).rjust(width - fraction)
    return field + _minutes_text(rest, units)


def _minutes_text(rest: int, units: int) -> str:
    """Write what is left of a whole hour or degree, split in `units` parts."""
    if units == _WHOLE_MINUTES:
        return f":{rest:02d}"
    if units == 600:
        return f":{rest // 10:02d}.{rest % 10}"
    per_second = units // 3600
    minutes, rest = divmod(rest, 60 * per_second)
    seconds, parts = divmod(rest, per_second)
    decimals = len(str(per_second)) - 1
    return f":{minutes:02d}:{seconds:02d}" + (f".{parts:0{decimals}d}" if decimals else "")
