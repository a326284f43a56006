"""Known objects look like themselves; pictures are kept in artifacts/embedded for eyes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from astropy import units as u

from indinb import Client, Frame
from tests.embedded.measuring import sources

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "embedded"


def _picture(client: Client, name: str, seconds: float = 10.0) -> Frame:
    client.telescope.slew(name)
    frame = client.camera.expose(seconds)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    (ARTIFACTS / f"{name}.png").write_bytes(frame.to_png())
    return frame


def _light(frame: Frame, radius: float) -> np.ndarray:
    """Return the middle of a frame without its sky and its stars, as means of 8 by 8 pixels."""
    height, width = frame.shape
    reach = int(radius)
    middle = frame.data[
        height // 2 - reach : height // 2 + reach, width // 2 - reach : width // 2 + reach
    ].astype(float)
    blocks = middle.reshape(reach // 4, 8, reach // 4, 8)
    return np.median(blocks, axis=(1, 3)) - np.median(frame.data)


def test_m31_is_long_and_leans_to_the_east(observe: Callable[..., Client]):
    frame = _picture(observe(speed=100), "M31")
    light = _light(frame, 160).clip(0)
    y, x = np.indices(light.shape) - (len(light) - 1) / 2
    xx, yy, xy = ((light * term).sum() / light.sum() for term in (x * x, y * y, x * y))
    long, short = np.sqrt(np.linalg.eigvalsh([[xx, xy], [xy, yy]]))[::-1]
    assert 1.15 < long / short < 3
    angle = np.degrees(0.5 * np.arctan2(2 * xy, xx - yy))  # of rows downwards, columns to the west
    assert abs((90 - angle) % 180 - 35) < 15  # position angle, from the north to the east
    assert light[len(light) // 2, len(light) // 2] > 10 * np.median(light)


def test_m42_is_a_cloud(observe: Callable[..., Client]):
    frame = _picture(observe(speed=100), "M42")
    light = _light(frame, 160)
    inside, outside = light[10:30, 10:30], np.concatenate([light[:4].ravel(), light[-4:].ravel()])
    assert inside.mean() > 4 * outside.std()
    assert inside.std() > 0.15 * inside.mean()  # no even disc


def test_m13_is_a_ball_of_stars(observe: Callable[..., Client]):
    frame = _picture(observe(speed=100, time="2026-06-15T23:00"), "M13")
    found = sources(frame)
    height, width = frame.shape
    distance = np.hypot(found["x"] - width / 2, found["y"] - height / 2)
    within, around = (distance < 60).sum() / 60**2, (distance < 400).sum() / 400**2
    assert within > 1.8 * around
    light = _light(frame, 80)
    assert light[9:11, 9:11].mean() > 20 * abs(light[0]).mean()


def test_a_minute_on_a_mount_that_stands_still_draws_trails(observe: Callable[..., Client]):
    client = observe(speed=100)
    client.telescope.slew(60 * u.deg, 10 * u.deg)
    client.telescope.stop_tracking()
    frame = client.camera.expose(60)
    data = frame.data.astype(float) - np.median(frame.data)
    y, x = np.unravel_index(data[100:-100, 150:-150].argmax(), data[100:-100, 150:-150].shape)
    along = data[y + 97 : y + 104, x : x + 300].max(axis=0)
    length = 60 * 15.04 * np.cos(np.radians(10)) / 8.445  # pixels
    assert (along > 0.3 * along.max()).sum() > 0.7 * length
