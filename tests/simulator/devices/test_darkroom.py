"""Where pictures are made."""

import asyncio
import datetime as dt
import threading
from dataclasses import replace

import numpy as np
import pytest

from indinb.simulator.devices import darkroom
from indinb.simulator.devices.darkroom import Darkroom, Shot
from indinb.simulator.imaging.optics import Optics
from indinb.simulator.imaging.scene import Scene
from indinb.simulator.imaging.sensor import Sensor
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING

SHOT = Shot(
    scene=Scene(132.85, 11.82, exposure=2.0, altitude=50.0),
    optics=Optics(),
    sensor=Sensor(width=200, height=150),
    when=WINTER_EVENING,
    site=CALAR_ALTO,
    limit=14.0,
    frame_number=1,
    gain=90.0,
    offset=0.0,
    binning=(1, 1),
)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Shot]:
    """Each time that the sky was looked at."""
    found: list[Shot] = []
    look = darkroom._look

    def counted(seed: int, shot: Shot):
        found.append(shot)
        return look(seed, shot)

    monkeypatch.setattr(darkroom, "_look", counted)
    return found


def test_the_same_field_is_looked_at_once(looks: list[Shot]) -> None:
    room = Darkroom(0, 0)
    first = room.picture(SHOT)
    second = room.picture(replace(SHOT, frame_number=2))
    assert len(looks) == 1
    assert not np.array_equal(first, second)
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.5


def test_another_field_optics_or_time_is_looked_at_anew(looks: list[Shot]) -> None:
    room = Darkroom(0, 0)
    room.picture(SHOT)
    room.picture(replace(SHOT, scene=replace(SHOT.scene, ra=130.0)))
    room.picture(replace(SHOT, optics=Optics(focal_length=200.0)))
    room.picture(replace(SHOT, when=SHOT.when + dt.timedelta(minutes=1)))
    assert len(looks) == 4


def test_what_was_made_before_changes_no_picture() -> None:
    fresh, used = Darkroom(0, 0), Darkroom(0, 0)
    used.picture(replace(SHOT, scene=replace(SHOT.scene, ra=10.0), frame_number=9))
    assert np.array_equal(fresh.picture(SHOT), used.picture(SHOT))


def test_chips_have_noise_of_their_own() -> None:
    assert not np.array_equal(Darkroom(0, 0).picture(SHOT), Darkroom(0, 1).picture(SHOT))


def test_day_is_brighter_than_night() -> None:
    night = Darkroom(0, 0).picture(SHOT)
    noon = Darkroom(0, 0).picture(replace(SHOT, when=SHOT.when.replace(hour=12)))
    assert np.median(noon) > 10 * np.median(night)


def test_a_mosaic_takes_its_pixels_from_three_pictures() -> None:
    mosaic = Darkroom(0, 0).picture(replace(SHOT, bayer=True))
    one_by_one = {
        name: Darkroom(0, 0).picture(replace(SHOT, scene=replace(SHOT.scene, filter=name)))
        for name in ("Red", "Green", "Blue")
    }
    assert np.array_equal(mosaic[0::2, 0::2], one_by_one["Red"][0::2, 0::2])
    assert np.array_equal(mosaic[0::2, 1::2], one_by_one["Green"][0::2, 1::2])
    assert np.array_equal(mosaic[1::2, 0::2], one_by_one["Green"][1::2, 0::2])
    assert np.array_equal(mosaic[1::2, 1::2], one_by_one["Blue"][1::2, 1::2])


def test_a_field_that_hardly_moves_is_held() -> None:
    moved = replace(SHOT, scene=replace(SHOT.scene, dec=SHOT.scene.dec + 0.5 / 3600))
    assert moved.steadied(SHOT, pixels=0.2).scene == SHOT.scene
    assert moved.steadied(SHOT, pixels=0.01).scene == moved.scene
    far = replace(SHOT, scene=replace(SHOT.scene, ra=SHOT.scene.ra + 180))
    assert far.steadied(SHOT, pixels=0.2).scene == far.scene


def test_a_trail_widens_the_field() -> None:
    trailed = replace(SHOT, scene=replace(SHOT.scene, trail=((1.0, 0.0, 0.0), (1.0, 3600.0, 0.0))))
    assert trailed.radius == pytest.approx(SHOT.radius + 1)


def test_pictures_are_made_beside_the_event_loop() -> None:
    names = {asyncio.run(darkroom.work(lambda: threading.current_thread().name)) for _ in "abc"}
    assert len(names) == 1
    assert names != {threading.current_thread().name}


VZ_CANCRI = replace(SHOT, scene=replace(SHOT.scene, ra=130.217, dec=9.824))
MAXIMUM = dt.datetime(2026, 1, 16, 0, 40, tzinfo=dt.UTC)


def light(shot: Shot) -> float:
    """What the middle of a picture has above the sky around it."""
    picture = Darkroom(0, 0).picture(shot).astype(float)
    return float(picture[65:85, 90:110].sum() - 400 * np.median(picture))


def test_variables_have_the_brightness_of_the_time() -> None:
    bright, faint = (
        light(replace(VZ_CANCRI, when=MAXIMUM - dt.timedelta(hours=hours))) for hours in (0, 1.28)
    )
    assert 2.5 * np.log10(bright / faint) == pytest.approx(0.73, abs=0.03)


def test_variables_have_the_brightness_of_the_middle_of_the_exposure() -> None:
    hour = replace(VZ_CANCRI, scene=replace(VZ_CANCRI.scene, exposure=3600.0))
    assert abs(hour.middle - hour.when - dt.timedelta(minutes=30)) <= dt.timedelta(seconds=5)
    assert VZ_CANCRI.middle.tzinfo is dt.UTC


def test_pictures_that_are_taken_soon_after_have_the_same_brightness() -> None:
    room = Darkroom(0, 0)
    later = replace(VZ_CANCRI, when=VZ_CANCRI.when + dt.timedelta(seconds=8))
    room.picture(VZ_CANCRI)
    assert np.array_equal(room.picture(later), Darkroom(0, 0).picture(later))
