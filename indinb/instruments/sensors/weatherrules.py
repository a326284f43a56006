"""When is the weather safe? Pure rules, from what a station tells."""

from collections.abc import Iterator, Mapping
from typing import cast

from astropy import units as u

from indinb.client.model import Vector
from indinb.protocol.vocabulary import State

STATUS = "WEATHER_STATUS"
PARAMETERS = "WEATHER_PARAMETERS"
OVERRIDE = "WEATHER_OVERRIDE"
SAFETY = "SAFETY_STATUS"  # since INDI 2
UPDATE = "WEATHER_UPDATE"

_TOLD = ("CONNECTION", STATUS, PARAMETERS, OVERRIDE, SAFETY)

PERIODS = 3
"""Periods of updates after which what a station last told is too old."""

_USUAL_PERIOD = 60.0  # seconds, where the driver tells none
_CONDITIONS = {State.BUSY: "near its limit", State.ALERT: "beyond its limit"}
_UNKNOWN = "of unknown safety"
_UNITS = {
    "c": u.deg_C,
    "°c": u.deg_C,
    "f": u.imperial.deg_F,
    "°f": u.imperial.deg_F,
    "kph": u.km / u.h,
    "km/h": u.km / u.h,
    "m/s": u.m / u.s,
    "mph": u.imperial.mile / u.h,
    "mm": u.mm,
    "mm/h": u.mm / u.h,
    "%": u.percent,
    "hpa": u.hPa,
    "mbar": u.mbar,
    "lux": u.lx,
    "km": u.km,
    "m": u.m,
}

Vectors = Mapping[str, Vector]


def unit_of(label: str) -> u.UnitBase:
    """Return the unit that the label of a parameter ends with, or the one of plain numbers.

    Examples
    --------
    >>> unit_of("Wind (kph)")
    Unit("km / h")
    >>> unit_of("Weather")
    Unit(dimensionless)
    """
    _, bracket, end = label.rpartition("(")
    unit = end.rstrip(" )").casefold() if bracket else ""
    return _UNITS.get(unit, u.dimensionless_unscaled)


def reasons(vectors: Vectors, epoch: int, now: float) -> tuple[str, ...]:
    """Say why the weather is not safe; nothing when it is.

    Safe is what a connected driver has told lately, over the present link, to be Ok in all that
    it judges, while nobody overrides its judgement. What is not known is not safe.

    Parameters
    ----------
    vectors : mapping
        All properties of a device, by name.
    epoch : int
        The present link.
    now : float
        Seconds since 1970.
    """
    connection = vectors.get("CONNECTION")
    if connection is None or connection.get("CONNECT") is not True:
        return ("it is not connected",)
    status = vectors.get(STATUS)
    if status is None:
        return (f"it tells no {STATUS}",)
    return (
        *_overridden(vectors.get(OVERRIDE)),
        *_judged(status, vectors.get(PARAMETERS)),
        *_unconfirmed(vectors.get(SAFETY)),
        *_outdated(vectors, epoch, now),
    )


def age_of(vectors: Vectors, now: float) -> float | None:
    """Return how many seconds ago a station told its readings, or None if it never did.

    The status does not count where there are readings: it changes also by what is set.
    """
    latest = vectors.get(PARAMETERS) or vectors.get(STATUS)
    return None if latest is None else now - latest.received


def fresh_for(vectors: Vectors, now: float) -> float:
    """Return for how many more seconds what a station told is new enough; below 0 if it is not.

    A station that does not tell anything by itself (a period of 0) is never new enough. Neither is
    what is from the future: somebody has set this computer's clock since.
    """
    age = age_of(vectors, now)
    period = _period(vectors)
    if age is None or age < 0 or period <= 0:
        return -1.0
    return PERIODS * period - age


def _period(vectors: Vectors) -> float:
    told = vectors.get(UPDATE)
    period = told.get("PERIOD") if told is not None else _USUAL_PERIOD
    return period if isinstance(period, float) and 0 <= period < 1e9 else _USUAL_PERIOD


def _overridden(override: Vector | None) -> Iterator[str]:
    if override is None:
        return
    if override.state is State.BUSY or True in override.values():
        yield "its judgement is overridden"


def _judged(status: Vector, parameters: Vector | None) -> Iterator[str]:
    """Tell what the lights say, as the state is Ok as soon as somebody overrides it."""
    values = parameters.elements if parameters is not None else {}
    dark = True
    for name, light in status.elements.items():
        if light.value is not State.OK:
            value = f" ({values[name].text})" if name in values else ""
            yield f"{light.label} is {_CONDITIONS.get(cast(State, light.value), _UNKNOWN)}{value}"
            dark = False
    if status.state is not State.OK and dark:
        yield f"its status is {status.state}"


def _unconfirmed(safety: Vector | None) -> Iterator[str]:
    if safety is not None and not {safety.state, *safety.values()} <= {State.OK}:
        yield f"its safety status is {safety.get('SAFETY', safety.state)}"


def _outdated(vectors: Vectors, epoch: int, now: float) -> Iterator[str]:
    age = age_of(vectors, now)
    if any(vectors[name].epoch != epoch for name in _TOLD if name in vectors):
        yield "what it told is from before the link was lost"
    elif PARAMETERS in vectors and vectors[PARAMETERS].state is State.ALERT:
        yield "its driver could not read it"
    elif _period(vectors) <= 0:
        yield f"it does not update by itself ({UPDATE} is 0)"
    elif age is not None and fresh_for(vectors, now) < 0:
        yield f"its last reading is {age:.0f} s old"
