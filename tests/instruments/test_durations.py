"""Times that are given, and pauses."""

import threading

import numpy as np
import pytest
from astropy import units as u

from indinb.errors import Aborted, OutOfRange
from indinb.instruments.durations import Pause, seconds_of


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
