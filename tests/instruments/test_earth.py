"""The Earth's rotation without a network, and without a trace in astropy's settings."""

import socket
import threading
import warnings

import pytest
from astropy import units as u
from astropy.coordinates import AltAz, EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers

from indinb.instruments.earth import offline

M31 = SkyCoord("00h42m44s", "+41d16m09s")
PRAGUE = EarthLocation.from_geodetic(14.4, 50.1)
SETTINGS = ("auto_download", "auto_max_age", "iers_degraded_accuracy")


def _settings() -> list[object]:
    return [getattr(iers.conf, name) for name in SETTINGS]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("somebody used the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_the_settings_are_as_before_afterwards():
    before = _settings()
    with offline():
        assert _settings() == [False, None, "ignore"]
    assert _settings() == before


def test_the_settings_are_as_before_after_an_error():
    before, filters = _settings(), list(warnings.filters)
    with pytest.raises(ZeroDivisionError), offline():
        _ = 1 / 0
    assert _settings() == before
    assert warnings.filters == filters


def test_it_nests():
    before = _settings()
    with offline():
        with offline():
            pass
        assert _settings() == [False, None, "ignore"]
    assert _settings() == before


@pytest.mark.parametrize("years", [-50, -20, 0, 1])
def test_any_day_is_within_the_tables_or_beyond(years: int):
    day = Time.now() + years * u.year
    with offline():
        horizontal = M31.transform_to(AltAz(obstime=day, location=PRAGUE))
    assert -90 * u.deg <= horizontal.alt <= 90 * u.deg


def test_the_way_there_and_back():
    with offline():
        horizontal = M31.transform_to(AltAz(obstime=Time.now(), location=PRAGUE))
        assert horizontal.icrs.separation(M31) < 1e-3 * u.arcsec


def test_other_warnings_are_heard():
    with pytest.warns(UserWarning, match="hello"), offline():
        warnings.warn("hello", UserWarning, stacklevel=1)


def test_one_thread_at_a_time():
    """Astropy's settings are global: whoever leaves last would put back what the first found."""
    before = _settings()
    inside, leave, second = threading.Event(), threading.Event(), threading.Event()

    def stay() -> None:
        with offline():
            inside.set()
            leave.wait(10)

    def follow() -> None:
        with offline():
            second.set()

    threads = [threading.Thread(target=stay), threading.Thread(target=follow)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    assert not second.wait(0.05)
    leave.set()
    for thread in threads:
        thread.join(10)
    assert second.is_set()
    assert _settings() == before
