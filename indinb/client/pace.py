"""How long it still takes, from what has been done so far, and how that is told."""

import math
from collections.abc import Callable, Sequence

from indinb.client.model import Vector
from indinb.client.observers import Change
from indinb.client.operation import Progress

_ENOUGH = 0.01  # part of the way from which a pace can be told
_LONG_ENOUGH = 0.5  # seconds from which it can be told


def remaining(fraction: float | None, elapsed: float) -> float | None:
    """Estimate the seconds that are left, at the pace so far.

    Parameters
    ----------
    fraction : float or None
        What is done, from 0 to 1.
    elapsed : float
        Seconds that it took.

    Returns
    -------
    float or None
        None when too little is done to tell, or all.

    Examples
    --------
    >>> remaining(0.25, 10.0)
    30.0
    >>> remaining(None, 10.0), remaining(1.0, 10.0)
    (None, None)
    """
    if fraction is None or fraction >= 1.0:
        return None
    return _at_pace(fraction, 1.0 - fraction, elapsed)


def at_pace(left: Callable[[Vector], float], changes: Sequence[Change]) -> float | None:
    """Estimate the seconds that are left, from how fast what is left became less.

    Parameters
    ----------
    left : callable
        From a report to what is left then, such as steps or degrees.
    changes : sequence of Change
        The driver's reports, oldest first.

    Returns
    -------
    float or None
        As of the last report; None when it comes no nearer.
    """
    if not changes:
        return None
    first, last = changes[0].new, changes[-1].new
    return _at_pace(left(first) - left(last), left(last), last.received - first.received)


def _at_pace(done: float, left: float, elapsed: float) -> float | None:
    is_known = _ENOUGH * (done + left) <= done < math.inf and done > 0  # nor for NaN
    if not (is_known and elapsed >= _LONG_ENOUGH):
        return None
    seconds = elapsed * left / done
    return seconds if math.isfinite(seconds) else None


def sound(progress: Progress) -> Progress:
    """Return what was measured without what cannot be: drivers may send any number.

    Examples
    --------
    >>> sound(Progress(float("nan"), "focusing", float("inf")))
    Progress(fraction=None, detail='focusing', remaining=None)
    >>> sound(Progress(1.5, "", -2.0))
    Progress(fraction=1.0, detail='', remaining=0.0)
    """
    fraction, detail, left = progress
    return Progress(
        None if fraction is None or math.isnan(fraction) else min(max(fraction, 0.0), 1.0),
        detail,
        max(left, 0.0) if left is not None and math.isfinite(left) else None,
    )


def words(progress: Progress) -> str:
    """Tell how far something is, and how long it still takes.

    Examples
    --------
    >>> words(Progress(0.5, "31 200 → 30 000", 12.3))
    '31 200 → 30 000 · 13 s left'
    >>> words(Progress(0.5, "", 3725.0)), words(Progress(0.5, "reading out", 0.0))
    ('1 h 2 min left', 'reading out')
    """
    told = [progress.detail] if progress.detail else []
    if progress.remaining:
        told.append(f"{_duration(progress.remaining)} left")
    return " · ".join(told)


def _duration(seconds: float) -> str:
    """Write seconds as precisely as somebody who waits wants to know."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
