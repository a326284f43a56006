"""What the instruments tell of a picture, for the cards of its header.

The words are those of libindi's drivers where these have any: degrees of J2000 (FK5) for RA and
DEC, longitudes from -180 to 180, east positive, and FOCUSTEM for the focuser's temperature.
"""

import contextlib
import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from astropy import units as u
from astropy.coordinates import FK5, AltAz, Angle, EarthLocation, SkyCoord
from astropy.time import Time

from indinb.client.model import Vector
from indinb.errors import OutOfRange
from indinb.images.cards import Fact, is_told
from indinb.instruments.earth import offline
from indinb.instruments.mounts.frames import HORIZONTAL, J2000, OF_DATE, Coordinates
from indinb.protocol.messages import Value, parse_timestamp

_POSITION = ("RA", "DEC", "CTYPE1", "EQUINOX", "RADESYS", "RADECSYS")
_SITE = ("SITELAT", "SITELONG", "SITEELEV")
NEEDED = (*_POSITION, *_SITE, "AIRMASS", "DATE-OBS", "EXPTIME", "FOCTEMP")
"""The cards of a header on which others depend."""

SETTINGS = {"gain": "", "offset": "", "egain": "[electron/adu] "}
"""Numbers of a camera, wherever its driver has them, and their units as far as these are known."""

Vectors = Mapping[str, Vector]
Place = tuple[float, float, float | None]
"""Longitude and latitude in degrees, elevation in metres."""

_RECENT = 8  # directions that are remembered, as video asks for the same again and again


@dataclass(frozen=True)
class Scene:
    """What the instruments tell at one moment.

    Parameters
    ----------
    camera : str
        Name of the camera.
    frame_type : str
        "light", "bias", "dark" or "flat"; "" if that is not known.
    names : mapping
        Of the other instruments, by role.
    vectors : mapping
        What they tell, by role.
    settings : mapping
        What the camera tells of `SETTINGS`: a property and its number.
    moment : datetime.datetime
        When, in UTC.
    object, observer : str or None
        Of an exposure of this client.
    readout : tuple of float or None
        First column and row that are read out, and how many are read as one, across and down.
    """

    camera: str
    frame_type: str
    names: Mapping[str, str]
    vectors: Mapping[str, Vectors]
    settings: Mapping[str, tuple[str, float]]
    moment: dt.datetime
    object: str | None = None
    observer: str | None = None
    readout: tuple[float, float, float, float] | None = None


def facts(scene: Scene, header: Any) -> list[Fact]:
    """Return what is known of a picture, whether its driver has written it or not.

    Parameters
    ----------
    scene : Scene
        What the instruments told.
    header : mapping
        What the driver has written, of which at least `NEEDED`; some facts follow from it.
    """
    known = [*_names(scene), *_light(scene), *_site(scene), *_position(scene, header)]
    known += [*_settings(scene), *_readout(scene), *_focus(scene, header), *_end(header)]
    told = dict(header) | {fact.keyword: fact.value for fact in known}
    written = {key: value for key, value in header.items() if is_told(value)}
    return known + list(_airmass(told | written))


def _names(scene: Scene) -> Iterator[Fact]:
    if scene.object:
        yield Fact("OBJECT", scene.object, "Target of the last slew by name")
    if scene.observer:
        yield Fact("OBSERVER", scene.observer, "Observer, as told to the client")
    yield Fact("INSTRUME", scene.camera, "Camera, as its driver is called")
    if "telescope" in scene.names:
        yield Fact("TELESCOP", scene.names["telescope"], "Mount, as its driver is called")
    if scene.frame_type:
        yield Fact("IMAGETYP", f"{scene.frame_type.title()} Frame", "Frame type of the exposure")


def _light(scene: Scene) -> Iterator[Fact]:
    """Name the filter, through which no bias and no dark is taken."""
    told = scene.vectors.get("filter_wheel", {})
    slot = _number(told, "FILTER_SLOT", "FILTER_SLOT_VALUE")
    names = list(told.get("FILTER_NAME", {}).values())
    if slot is None or scene.frame_type in ("bias", "dark") or not 1 <= slot <= len(names):
        return
    if name := str(names[int(slot) - 1]).strip():
        yield Fact("FILTER", name, f"{scene.names['filter_wheel']}, slot {slot:g}")


def _site(scene: Scene) -> Iterator[Fact]:
    """Tell where the mount stands."""
    place = _geodetic(scene.vectors.get("telescope", {}))
    if place is None:
        return
    longitude, latitude, elevation = place
    source = scene.names["telescope"]
    east = round((longitude + 180) % 360 - 180, 6)
    yield Fact("SITELAT", round(latitude, 6), f"[deg] Latitude, from {source}")
    yield Fact("SITELONG", east, f"[deg] Longitude, east positive, from {source}")
    if elevation is not None:
        yield Fact("SITEELEV", round(elevation, 1), f"[m] Elevation, from {source}")


def _position(scene: Scene, header: Any) -> Iterator[Fact]:
    """Tell where the mount points, unless the driver does."""
    written = all(is_told(header.get(key)) for key in ("RA", "DEC"))
    aim = None if written else _aim(scene, header)
    if aim is None:
        return
    source = scene.names["telescope"]
    yield Fact("RA", round(aim.ra.deg, 6), f"[deg] J2000, from {source}")
    yield Fact("DEC", round(aim.dec.deg, 6), f"[deg] J2000, from {source}")
    hours = Angle(round(aim.ra.hour * 360_000) % 8_640_000 / 360_000, u.hourangle)  # below 24 h
    yield Fact("OBJCTRA", hours.to_string(sep=" ", precision=2, pad=True), "[h] RA in J2000")
    yield Fact("OBJCTDEC", aim.dec.to_string(sep=" ", precision=2, pad=True), "[deg] J2000")
    if not any(is_told(header.get(key)) for key in _POSITION[2:]):
        yield Fact("EQUINOX", 2000.0, "[yr] Equinox of RA and DEC")
        yield Fact("RADESYS", "FK5", "Frame of RA and DEC")


def _aim(scene: Scene, header: Any) -> SkyCoord | None:
    """Read where the mount points, in whatever coordinates it speaks."""
    told = scene.vectors.get("telescope", {})
    spoken = next((each for each in (OF_DATE, J2000, HORIZONTAL) if each.name in told), None)
    if spoken is None:
        return None
    now = _begun(header) or scene.moment
    if spoken is not HORIZONTAL:  # the others change in years
        now = now.replace(microsecond=0)
    direction = tuple(told[spoken.name][member] for member in spoken.members)
    with contextlib.suppress(OutOfRange), offline():
        return _in_fk5(spoken, direction, now, _geodetic(told))
    return None


@lru_cache(_RECENT)
def _in_fk5(
    spoken: Coordinates, direction: tuple[Value, ...], now: dt.datetime, place: Place | None
) -> SkyCoord:
    told = dict(zip(spoken.members, direction, strict=True))
    return spoken.read(told, Time(now), partial(_located, place)).transform_to(FK5())


def _located(place: Place | None) -> EarthLocation:
    """Return where a mount stands, which those that speak of the horizon have to know."""
    if place is None:
        raise OutOfRange("the mount does not know where it stands")
    longitude, latitude, elevation = place
    return EarthLocation.from_geodetic(longitude, latitude, elevation or 0.0)


def _geodetic(mount: Vectors) -> Place | None:
    """Return a mount's place, unless it was never told, which INDI's mounts show as 0/0."""
    place = [_number(mount, "GEOGRAPHIC_COORD", member) for member in ("LONG", "LAT", "ELEV")]
    longitude, latitude, elevation = place
    if longitude is None or latitude is None or not _is_site(longitude, latitude):
        return None
    return longitude, latitude, elevation


def _is_site(longitude: float, latitude: float) -> bool:
    return bool(longitude or latitude) and abs(latitude) <= 90


def _begun(header: Any) -> dt.datetime | None:
    told = header.get("DATE-OBS")
    return parse_timestamp(told) if isinstance(told, str) else None


def _settings(scene: Scene) -> Iterator[Fact]:
    for word, unit in SETTINGS.items():
        if word in scene.settings:
            place, value = scene.settings[word]
            yield Fact(word.upper(), value, f"{unit}{place} of {scene.camera}")


def _readout(scene: Scene) -> Iterator[Fact]:
    """Tell which part of the sensor it is, as MaxIm DL does."""
    if scene.readout is None:
        return
    left, top, across, down = scene.readout
    yield Fact("XBINNING", int(across), "Columns read as one")
    yield Fact("YBINNING", int(down), "Rows read as one")
    yield Fact("XORGSUBF", _whole(left / across), "[binned pixels] First column of the subframe")
    yield Fact("YORGSUBF", _whole(top / down), "[binned pixels] First row of the subframe")


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number


def _focus(scene: Scene, header: Any) -> Iterator[Fact]:
    told = scene.vectors.get("focuser", {})
    position = _number(told, "ABS_FOCUS_POSITION", "FOCUS_ABSOLUTE_POSITION")
    if position is not None:
        yield Fact("FOCUSPOS", round(position), f"[steps] Position of {scene.names['focuser']}")
    celsius = _number(told, "FOCUS_TEMPERATURE", "TEMPERATURE")
    if celsius is not None and not is_told(header.get("FOCTEMP")):  # as other programs call it
        yield Fact("FOCUSTEM", round(celsius, 2), f"[deg C] From {scene.names['focuser']}")


def _end(header: Any) -> Iterator[Fact]:
    begun, seconds = _begun(header), _finite(header.get("EXPTIME"))
    end = None if begun is None or seconds is None else _after(begun, seconds)
    if end is not None:
        told = end.replace(tzinfo=None).isoformat(timespec="milliseconds")
        yield Fact("DATE-END", told, "UTC, DATE-OBS + EXPTIME")


def _after(begun: dt.datetime, seconds: float) -> dt.datetime | None:
    """Return the moment some seconds later, if there is one: drivers may write any number."""
    try:
        return begun + dt.timedelta(seconds=seconds)
    except OverflowError:
        return None


def _airmass(told: Mapping[str, Any]) -> Iterator[Fact]:
    """Tell through how much air the picture was taken, at half of its time."""
    altitude = None if is_told(told.get("AIRMASS")) else _altitude(told)
    if altitude is not None and altitude > 0:
        yield Fact("AIRMASS", round(pickering(altitude), 4), "At half time, by Pickering (2002)")


def _altitude(told: Mapping[str, Any]) -> float | None:
    """Return how high the place on the sky stood at half time, in degrees, if that is known.

    Refraction is left out: from 10 degrees on, it changes the air mass by less than one percent.
    """
    half = _half_time(told)
    keys = ("RA", "DEC", "SITELONG", "SITELAT")
    ra, dec, *site = (_finite(told.get(key)) for key in keys)
    east, latitude = (angle or 0.0 for angle in site)
    if half is None or ra is None or dec is None or abs(dec) > 90 or not _is_site(east, latitude):
        return None
    second = half.replace(microsecond=0)  # in which nothing rises by a hundredth of a degree
    return _height(ra, dec, (east, latitude, _finite(told.get("SITEELEV"))), second)


@lru_cache(_RECENT)
def _height(ra: float, dec: float, place: Place, moment: dt.datetime) -> float:
    with offline():
        target = SkyCoord(ra, dec, unit=u.deg, frame=FK5())
        there = target.transform_to(AltAz(obstime=Time(moment), location=_located(place)))
    return float(there.alt.deg)


def _half_time(header: Any) -> dt.datetime | None:
    begun, seconds = _begun(header), _finite(header.get("EXPTIME"))
    return None if begun is None else _after(begun, (seconds or 0.0) / 2)


def pickering(altitude: float) -> float:
    """Return the air mass at an apparent altitude in degrees, as Pickering (2002) has it.

    The Southern Limits of the Ancient Star Catalog, DIO 12, 1, page 20.

    Examples
    --------
    >>> round(pickering(90), 3), round(pickering(30), 3), round(pickering(0), 2)
    (1.0, 1.993, 38.75)
    """
    return 1 / math.sin(math.radians(altitude + 244 / (165 + 47 * altitude**1.1)))


def _number(vectors: Vectors, name: str, member: str) -> float | None:
    vector = vectors.get(name)
    return None if vector is None else _finite(vector.get(member))


def _finite(value: object) -> float | None:
    sound = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if sound else None  # type: ignore[arg-type]
