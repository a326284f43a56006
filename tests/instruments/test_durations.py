"""Times that are given, and pauses."""

import threading
from collections.abc import Callable

import numpy as np
import pytest
from astropy import units as u

from indinb import Client
from indinb.errors import Aborted, ConnectionLost, OutOfRange
from indinb.instruments import durations
from indinb.instruments.durations import Pause, seconds_of
from tests.client.fakes import CONNECTION


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [(2 * u.s, 2), (1.5 * u.min, 90), (0 * u.ms, 0), (np.int64(1) * u.h, 3600)],
)
def test_seconds(duration: u.Quantity, seconds: float):
    assert seconds_of(duration, "pause") == pytest.approx(seconds)


@pytest.mark.parametrize(
    "duration", [2, 2.0, "2 s", None, 2 * u.m, -1 * u.s, np.nan * u.s, np.inf * u.s, [1, 2] * u.s]
)
def test_what_is_no_duration(duration: object):
    with pytest.raises(OutOfRange, match="pause takes a time such as 2 ") as caught:
        seconds_of(duration, "pause")
    assert str(caught.value).endswith(f"not {duration!r}")


def test_a_pause_ends_by_itself():
    done = threading.Event()
    pause = Pause("wait", 0.01)
    pause.add_done_callback(lambda _: done.set())
    assert pause.result(5) is None
    assert done.wait(5)


def test_a_pause_can_be_ended():
    pause = Pause("wait", 3600)
    pause.abort()
    with pytest.raises(Aborted):
        pause.result(5)


def test_a_pause_tells_how_long_it_lasts(monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr(durations, "monotonic", lambda: now[0])
    pause = Pause("wait", 60)
    now[0] += 45
    assert pause.progress[:] == (0.75, "", 15)
    now[0] += 45
    assert pause.progress.remaining is None
    pause.abort()


def test_a_pause_ends_with_the_link(connect: Callable[..., Client]):
    client = connect(CONNECTION)
    pause = Pause("wait", 3600, client)
    client.server.close()
    assert isinstance(pause.exception(), ConnectionLost)
