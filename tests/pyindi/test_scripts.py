"""Scripts of PyIndi-Client as people write them, judged by what they were written for."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits

import indinb
from indinb.servers import SIMULATORS, EmbeddedServer, IndiServer, OwnServer
from tests.waiting import wait_until

SCRIPTS = Path(__file__).parent / "scripts"
ROOT = Path(__file__).parents[2]
CCD, MOUNT = "CCD Simulator", "Telescope Simulator"
PATIENCE = 60  # seconds for a script


class Place(NamedTuple):
    """An observatory, and a client of ours that sees what comes of a script."""

    server: OwnServer
    client: indinb.Client

    def equatorial(self) -> tuple[float, float]:
        """Return where the mount points: hours and degrees of the date."""
        vector = self.client.devices[MOUNT]["EQUATORIAL_EOD_COORD"].vector
        return vector["RA"], vector["DEC"]


@pytest.fixture(scope="module")
def embedded() -> Iterator[OwnServer]:
    server = EmbeddedServer(["--speed", "20"])
    yield server
    server.close()


@pytest.fixture(scope="module")
def fresh() -> Iterator[OwnServer]:
    """Run INDI's simulators anew: a mount that others have told its site would not sync below."""
    server = IndiServer([SIMULATORS[MOUNT], SIMULATORS[CCD]])
    yield server
    server.close()


@pytest.fixture(params=["indiserver", "embedded"])
def place(request: pytest.FixtureRequest, fresh: OwnServer, embedded: OwnServer) -> Iterator[Place]:
    """Open an observatory whose telescope stands at 6h 0d."""
    server = {"indiserver": fresh, "embedded": embedded}[request.param]
    with indinb.connect(server.host, server.port) as client:
        for name in (MOUNT, CCD):
            client.wait_for(name, "CONNECTION", timeout=10)
            client.devices[name].connect()
        client.mount.unpark()
        client.mount.sync("6h 0d")
        yield Place(server, client)


@contextlib.contextmanager
def running(script: str, port: int, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Run a script where the test is, as people do."""
    command = [sys.executable, "-m", "indinb.pyindi", SCRIPTS / f"{script}.py", port, *arguments]
    with subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run(script: str, place: Place, *arguments: object) -> str:
    """Run a script to its end, and return what it has printed."""
    with running(script, place.server.port, *arguments) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    return out


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_list_has_all_that_our_own_client_sees(place: Place) -> None:
    listed = [line.split("|") for line in run("show_all", place).splitlines()]
    seen = [
        [device.name, name, member, f"INDI_{prop.kind.upper()}"]
        for device in place.client.devices.values()
        for name, prop in device.items()
        for member in prop
    ]
    assert sorted(line[:4] for line in listed) == sorted(seen)
    values = {tuple(line[:3]): line[4] for line in listed}
    assert values[MOUNT, "CONNECTION", "CONNECT"] == "On"
    assert float(values[CCD, "CCD_INFO", "CCD_MAX_X"]) == 1280


def test_a_camera_is_cooled(place: Place) -> None:
    temperature = place.client.devices[CCD]["CCD_TEMPERATURE"]
    before = temperature["CCD_TEMPERATURE_VALUE"]
    run("cool", place, before - 1)
    wait_until(
        place.client,
        lambda: temperature["CCD_TEMPERATURE_VALUE"] == pytest.approx(before - 1, abs=0.2),
    )


def test_callbacks_hear_what_is_new_and_what_changes(place: Place) -> None:
    temperature = place.client.devices[CCD]["CCD_TEMPERATURE"]
    with running("listen", place.server.port, "CCD_TEMPERATURE") as process:
        assert process.stdout is not None
        heard = iter(process.stdout.readline, "")
        told = next(line for line in heard if line.startswith("new "))
        assert "listening\n" in heard
        assert told.startswith(f"new {CCD} CCD_TEMPERATURE_VALUE ")
        temperature.set(temperature["CCD_TEMPERATURE_VALUE"] - 2)
        told = next(line for line in heard if line.startswith("update "))
        assert told.startswith(f"update {CCD} CCD_TEMPERATURE_VALUE ")
        process.send_signal(signal.SIGINT)
        assert "disconnected 0\n" in heard
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("way", ["index", "name"])
def test_tracking_is_switched_on(place: Place, way: str) -> None:
    place.client.mount.stop_tracking()
    run("track", place, way)
    wait_until(place.client, lambda: place.client.mount.tracking)


def test_a_telescope_slews(place: Place) -> None:
    out = run("slew", place, 5.9, -4.0)
    assert out.split()[0] == "Ok"
    assert place.equatorial() == (pytest.approx(5.9, abs=0.01), pytest.approx(-4, abs=0.1))


def test_a_picture_is_saved_though_the_script_ends_before(place: Place, folder: Path) -> None:
    run("capture", place)
    header = fits.getheader(folder / "CCD1.fits")
    assert header["EXPTIME"] == pytest.approx(0.5)
    assert fits.getdata(folder / "CCD1.fits").shape == (1024, 1280)


def test_a_whole_night(place: Place, folder: Path) -> None:
    run("night", place, 6.05, 3.0)
    assert place.equatorial() == (pytest.approx(6.05, abs=0.01), pytest.approx(3, abs=0.1))
    for number in range(2):
        header = fits.getheader(folder / f"night-{number}.fits")
        pointed = SkyCoord(header["RA"] * u.deg, header["DEC"] * u.deg)
        assert pointed.separation(SkyCoord("6h3m 3d")) < 1 * u.deg
        assert fits.getdata(folder / f"night-{number}.fits").std() > 0
