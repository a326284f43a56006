"""A device of ours as a driver that the real indiserver runs."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import indinb
from indinb.servers import IndiServer

FOCUSER = "Focuser Simulator"
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def client(tmp_path: Path) -> Iterator["indinb.Client"]:
    script = tmp_path / "indinb_focus"
    script.write_text(
        f'#!/bin/sh\ncd "{REPOSITORY}"\n'
        f'exec "{sys.executable}" -m indinb.simulator --stdio "{FOCUSER}"\n'
    )
    script.chmod(0o755)
    server = IndiServer([str(script)])
    try:
        with indinb.connect(server.host, server.port) as client:
            client.wait_for(FOCUSER, "CONNECTION", timeout=20)
            yield client
    finally:
        server.close()


def test_it_is_a_driver_like_any_other(client: "indinb.Client") -> None:
    assert list(client.devices) == [FOCUSER]
    focuser = client.devices[FOCUSER]
    focuser.connect()
    client.wait_for(FOCUSER, "ABS_FOCUS_POSITION", timeout=20)
    assert focuser["ABS_FOCUS_POSITION"].value == 36_700
    focuser["ABS_FOCUS_POSITION"].set(30_000).result(20)
    assert focuser["ABS_FOCUS_POSITION"].value == 30_000
    with pytest.raises(indinb.errors.IndiError):
        focuser["FOCUS_BACKLASH_STEPS"].set(100).result(20)
    focuser.disconnect()
    assert not focuser.connected
