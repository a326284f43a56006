"""README's six lines that replace a script of PyIndi-Client, as they stand there."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits

import indinb
from indinb.servers import SIMULATORS, EmbeddedServer, IndiServer, OwnServer

README = Path(__file__).parents[1] / "README.md"


_SERVERS: dict[str, Callable[[], OwnServer]] = {
    "indiserver": lambda: IndiServer(
        [SIMULATORS["Telescope Simulator"], SIMULATORS["CCD Simulator"]]
    ),
    "embedded": lambda: EmbeddedServer(["--speed", "20"]),
}


def _six_lines() -> str:
    found = re.search(r"With indinb:\n\n```python\n(.*?)```", README.read_text("utf-8"), re.S)
    assert found is not None
    return found[1]


@pytest.fixture(params=["indiserver", "embedded"])
def server(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """Run an observatory whose telescope has not far to go."""
    own = _SERVERS[request.param]()
    with indinb.connect(own.host, own.port) as client:
        client.wait_for("Telescope Simulator", "CONNECTION", timeout=10)
        client.wait_for("CCD Simulator", "CONNECTION", timeout=10)
        client.mount.connect()
        client.mount.sync("6h 0d")
    yield own
    own.close()


def test_it_is_six_lines() -> None:
    assert len(_six_lines().splitlines()) == 6


def test_slew_expose_and_save(
    server: OwnServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = _six_lines().replace('"localhost"', f'"localhost:{server.port}"')
    script = script.replace("expose(3)", "expose(0.1)")
    names: dict[str, indinb.Client] = {}
    try:
        exec(script, names)
        client = names["client"]
        away = client.mount.radec.separation(SkyCoord("6h -5d"))
        client.close()
    finally:
        if "client" in names:
            names["client"].close()
    (saved,) = tmp_path.glob("*.fits")
    assert saved == names["frame"].path
    header = fits.getheader(saved)
    assert header["EXPTIME"] == pytest.approx(0.1)
    assert header["RA"] == pytest.approx(90, abs=1)
    assert away < 15 * u.arcmin
