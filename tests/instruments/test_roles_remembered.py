"""What `client.use` was told is taken up by the next client of the same server."""

import json
from pathlib import Path

import pytest

import indinb
from indinb import Client
from indinb.errors import UnknownDevice
from indinb.instruments.memory import Memory
from indinb.instruments.roles import roles_of
from indinb.protocol.messages import Delete
from indinb.servers import EmbeddedServer
from tests.instruments.kennel import info

ADDRESS = "pier:7624"
CAMERAS = (info("A", 2), info("B", 2))
MOUNTS = (info("EQ", 1), info("Fork", 1))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "indinb").mkdir()
    return tmp_path / "indinb"


@pytest.fixture
def again(connect):
    """Return a function that connects to the same server in another program."""

    def again(*definitions, address: str = ADDRESS) -> Client:
        client = connect(*definitions)
        roles_of(client).remember(Memory(address))
        return client

    return again


def test_the_next_client_begins_with_it(again, capsys: pytest.CaptureFixture[str]):
    again(*CAMERAS, *MOUNTS).use(camera="B", mount="Fork")
    assert capsys.readouterr().out == ""
    client = again(*CAMERAS, *MOUNTS)
    told = "camera: B, telescope: Fork, as before (client.use(camera=None) forgets)\n"
    assert capsys.readouterr().out == told
    assert client.camera.name == "B"
    assert client.mount.name == client.telescope.name == "Fork"
    assert roles_of(client).has("mount")
    assert capsys.readouterr().out == ""


def test_of_another_server_nothing_is_known(again, capsys: pytest.CaptureFixture[str]):
    again(*CAMERAS).use(camera="B")
    client = again(*CAMERAS, address="dome:7624")
    assert capsys.readouterr().out == ""
    assert client.camera.name == "A"


def test_none_forgets(again, capsys: pytest.CaptureFixture[str]):
    again(*CAMERAS, *MOUNTS).use(camera="B", telescope="Fork")
    client = again(*CAMERAS, *MOUNTS)
    client.use(camera=None)
    assert client.camera.name == "A"
    capsys.readouterr()
    client = again(*CAMERAS, *MOUNTS)
    assert capsys.readouterr().out.startswith("telescope: Fork, as before (client.use(telescope=")
    client.use(mount=None)
    with pytest.raises(UnknownDevice, match=r"which telescope\?"):
        _ = client.mount
    again(*CAMERAS, *MOUNTS)
    assert capsys.readouterr().out == ""


def test_none_forgets_a_choice_too(again, capsys: pytest.CaptureFixture[str]):
    client = again(info("A", 2 | 16))
    assert client.camera.name == "A"
    client.server.tell(info("B", 2))
    assert client.camera.name == "A"
    client.use(camera=None)
    assert client.camera.name == "B"
    assert capsys.readouterr().out.startswith("camera: B, not A")


def test_what_is_not_there_is_replaced_aloud_until_it_comes(again, capsys):
    again(*CAMERAS).use(camera="B")
    capsys.readouterr()
    client = again(CAMERAS[0])
    assert capsys.readouterr().out == ""
    assert client.camera.name == client.camera.name == "A"
    told = "camera: A, not B (client.use(camera=…) chooses another)\n"
    assert capsys.readouterr().out == told
    client.server.tell(CAMERAS[1])
    assert client.camera.name == "B"
    client.server.tell(Delete("B"))
    assert client.camera.name == "A"


def test_between_other_mounts_nobody_guesses_either(again):
    again(*MOUNTS, info("Pole", 1)).use(mount="Pole")
    with pytest.raises(UnknownDevice, match=r"which telescope\? .* with 'EQ' or 'Fork'"):
        _ = again(*MOUNTS).mount


def test_to_use_one_keeps_the_others(again):
    again(*CAMERAS, *MOUNTS).use(camera="B")
    again(*MOUNTS).use(mount="EQ")
    client = again(*CAMERAS, *MOUNTS)
    assert (client.camera.name, client.mount.name) == ("B", "EQ")


def test_an_error_changes_nothing(again, folder: Path):
    client = again(*CAMERAS)
    client.use(camera="B")
    for wrong in ({"camera": "C"}, {"camera": "A", "dome": "C"}, {"cam": "A"}, {"camera": ""}):
        with pytest.raises((UnknownDevice, TypeError)):
            client.use(**wrong)
    assert client.camera.name == "B"
    assert json.loads((folder / "roles.json").read_text()) == {ADDRESS: {"camera": "B"}}


def test_roles_that_nobody_knows_are_passed_over(again, folder: Path, capsys):
    known = {ADDRESS: {"periscope": "A", "camera": "B\x9b2J"}}
    (folder / "roles.json").write_text(json.dumps(known))
    client = again(*CAMERAS, info("B\x9b2J", 2))
    assert capsys.readouterr().out.startswith("camera: B\\x9b2J, as before")
    assert client.camera.name == "B\x9b2J"


def test_connect_remembers_and_simulate_does_not(folder: Path, capsys: pytest.CaptureFixture):
    file = folder / "roles.json"
    server = EmbeddedServer(["--devices", "Guide Simulator"])
    try:
        with indinb.connect(server.host, server.port) as client:
            client.use(camera="Guide Simulator")
        assert json.loads(file.read_text()) == {
            f"{server.host}:{server.port}": {"camera": "Guide Simulator"}
        }
        with indinb.connect(f"{server.host}:{server.port}") as client:
            assert client.camera.name == "Guide Simulator"
        assert capsys.readouterr().out.startswith("camera: Guide Simulator, as before")
    finally:
        server.close()
    file.unlink()
    with indinb.simulate(devices="Guide Simulator") as client:
        client.use(camera="Guide Simulator")
    assert not file.exists()
