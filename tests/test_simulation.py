"""Simulated observatories: what `simulate` starts, and that nothing of it is left."""

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from astropy import units as u
from astropy.coordinates import EarthLocation
from astropy.time import Time

import indinb
from indinb import Client, servers, simulation
from indinb.errors import ConnectionFailed, UnknownDevice
from indinb.servers import SIMULATORS
from tests.waiting import wait_until

ALWAYS = {
    "Observatory Simulator",
    "Telescope Simulator",
    "CCD Simulator",
    "Focuser Simulator",
    "Filter Simulator",
}
BOTH = pytest.mark.parametrize("server", ["embedded", "indiserver"])


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which servers make their homes."""
    monkeypatch.setattr(servers.tempfile, "tempdir", str(tmp_path))
    return tmp_path


@BOTH
def test_simulate(homes: Path, server: str):
    with indinb.simulate(server) as client:
        assert client.devices.keys() == (ALWAYS if server == "embedded" else SIMULATORS.keys())
        assert all("DRIVER_INFO" in device for device in client.devices.values())
        assert len(list(homes.iterdir())) == 1
        client.camera.connect()
        assert client.camera.expose(0.01).shape == (1024, 1280)
    assert list(homes.iterdir()) == []
    client.close()


@BOTH
def test_two_simulations_side_by_side(homes: Path, server: str):
    with indinb.simulate(server) as one, indinb.simulate(server) as other:
        assert one.address != other.address
        one.telescope.connect()
        assert one.telescope.device.connected
        assert not other.telescope.device.connected
        one.close()
        other.telescope.connect()
        assert other.telescope.device.connected
    assert list(homes.iterdir()) == []


@BOTH
def test_the_end_of_the_program_is_the_end_of_the_simulation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    program = f"import indinb; client = indinb.simulate({server!r}); print(client.address)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    host, port = done.stdout.decode().split(":")
    with pytest.raises(ConnectionFailed, match="nothing listens"):
        indinb.connect(host, int(port))
    assert list(tmp_path.iterdir()) == []


def test_no_other_simulation():
    with pytest.raises(ValueError, match='\'indigo_server\'; there are "embedded" and "indi'):
        indinb.simulate("indigo_server")


def test_without_indiserver_the_error_tells_how_to_install_it(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConnectionFailed, match=r"not installed.*`sudo apt-get install indi-bin`"):
        indinb.simulate("indiserver")


@BOTH
@pytest.mark.parametrize("error", [ConnectionFailed("no"), KeyboardInterrupt()])
def test_a_simulation_that_cannot_be_reached_is_ended(
    homes: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, server: str
):
    def fail(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(simulation, "open_tcp", fail)
    with pytest.raises(type(error)):
        indinb.simulate(server)
    assert list(homes.iterdir()) == []


def test_a_simulation_that_lacks_a_device_is_ended(homes: Path, monkeypatch: pytest.MonkeyPatch):
    def impatient(self: Client, *names: str, timeout: float) -> None:
        raise UnknownDevice(f"no {names[0]}")

    monkeypatch.setattr(Client, "wait_for", impatient)
    with pytest.raises(UnknownDevice):
        indinb.simulate("indiserver")
    assert list(homes.iterdir()) == []


# The embedded observatory


@pytest.mark.parametrize(
    ("devices", "more"),
    [
        ("Guide Simulator", {"Guide Simulator"}),
        (["Dome Simulator", "GPS Simulator"], {"Dome Simulator", "GPS Simulator"}),
        (["CCD Simulator"], set()),
    ],
)
def test_more_devices(devices: Any, more: set[str]):
    with indinb.simulate(devices=devices) as client:
        assert client.devices.keys() == ALWAYS | more


def test_a_device_that_is_not_there(homes: Path):
    with pytest.raises(ConnectionFailed, match=r"no device is called 'Teapot'; there are .*GPS"):
        indinb.simulate(devices="Teapot")
    assert list(homes.iterdir()) == []


@pytest.mark.parametrize(
    "time",
    [
        "2027-03-01T04:00:00",
        dt.datetime(2027, 3, 1, 5, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        Time("2027-03-01 04:00"),
    ],
)
def test_time_and_site(time: Any):
    site = EarthLocation.from_geodetic(-70.4 * u.deg, -24.6 * u.deg, 2635 * u.m)
    with indinb.simulate(time=time, site=site) as client:
        observatory = client.devices["Observatory Simulator"]
        assert observatory["TIME_UTC"]["UTC"].startswith("2027-03-01T04:00:0")
        client.telescope.connect()
        there = client.telescope.site
        assert there.lat.deg == pytest.approx(-24.6)
        assert there.lon.deg == pytest.approx(-70.4)
        assert there.height.to_value("m") == pytest.approx(2635)


def test_the_clock_may_run_faster_and_change_its_speed():
    with indinb.simulate(speed=10) as client:
        speed = client.devices["Observatory Simulator"]["SIMULATION_SPEED"]
        assert speed["SPEED"] == 10
        speed.set(100).result()
        client.camera.connect()
        frame = client.camera.expose(20)
        assert frame.header["EXPTIME"] == 20


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"speed": 0}, "speed=0 is not from 0.1"),
        ({"speed": 4000}, "from 0.1 to 3600"),
        ({"speed": float("nan")}, "speed=nan"),
        ({"time": "yesterday"}, "yesterday"),
        ({"site": ("north", 3)}, "north"),
    ],
)
def test_numbers_that_make_no_sense(wrong: dict[str, Any], match: str):
    with pytest.raises(ValueError, match=match):
        indinb.simulate(**wrong)


def test_it_takes_clients_from_this_machine_only():
    with indinb.simulate() as client:
        assert client.address.startswith("127.0.0.1:")


def test_a_fast_mount_points_by_the_clock_of_its_observatory():
    with indinb.simulate(speed=100) as client:
        client.telescope.connect()
        observatory = client.devices["Observatory Simulator"]["TIME_UTC"]
        begin = observatory["UTC"]
        wait_until(observatory, lambda: observatory["UTC"] > begin)
        wait_until(observatory, lambda: observatory["UTC"] > "2026-01-15T20:34")
        behind = Time(observatory["UTC"]) - client.telescope.time
        assert abs(behind.sec) < 60


def test_tonight_is_not_now():
    tonight = Time.now() + 8 * u.hour
    with indinb.simulate(time=tonight) as client:
        client.telescope.connect()
        assert abs((client.telescope.time - tonight).sec) < 60
