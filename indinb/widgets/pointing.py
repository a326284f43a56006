# ruff: noqa: RUF001, RUF002  arcminutes and minus signs
"""Where a mount points, written for people."""

MINUS = "\N{MINUS SIGN}"


def hms(hours: float) -> str:
    """Write a right ascension.

    Examples
    --------
    >>> hms(0.71231), hms(23.99999)
    ('00h 42m 44s', '00h 00m 00s')
    """
    minutes, seconds = divmod(round(hours * 3600) % 86400, 60)
    return f"{minutes // 60:02d}h {minutes % 60:02d}m {seconds:02d}s"


def dms(degrees: float) -> str:
    """Write a declination.

    Examples
    --------
    >>> dms(-0.5), dms(41.269)
    ('−00° 30′ 00″', '+41° 16′ 08″')
    """
    minutes, seconds = divmod(round(abs(degrees) * 3600), 60)
    return f"{_sign(degrees)}{minutes // 60:02d}° {minutes % 60:02d}′ {seconds:02d}″"


def altitude(degrees: float) -> str:
    """Write an altitude.

    Examples
    --------
    >>> altitude(-5.51), altitude(45.2)
    ('−05° 31′', '+45° 12′')
    """
    whole, minutes = divmod(round(abs(degrees) * 60), 60)
    return f"{_sign(degrees)}{whole:02d}° {minutes:02d}′"


def azimuth(degrees: float) -> str:
    """Write an azimuth.

    Examples
    --------
    >>> azimuth(283.07), azimuth(359.999)
    ('283° 04′', '000° 00′')
    """
    whole, minutes = divmod(round(degrees * 60) % 21600, 60)
    return f"{whole:03d}° {minutes:02d}′"


def _sign(value: float) -> str:
    return MINUS if value < 0 else "+"
