"""What is remembered from one program to the next."""

import json
import logging
from pathlib import Path

import pytest

from indinb.instruments import memory as room
from indinb.instruments.memory import Memory

HERE = "localhost:7624"
THERE = "unix:/tmp/indiserver"
ROLES = {"camera": "Guide Simulator", "telescope": 'Ѐ\x1b[31m "Mount"'}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of indinb's settings."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "indinb").mkdir()
    return tmp_path / "indinb"


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "roles.json"


def test_nothing_is_remembered_at_first(file: Path, caplog: pytest.LogCaptureFixture):
    assert Memory(HERE).recall() == {}
    assert not file.exists()
    assert caplog.messages == []


def test_each_server_has_its_own(file: Path):
    Memory(HERE).keep(ROLES)
    Memory(THERE).keep({"dome": "NexDome"})
    assert Memory(HERE).recall() == ROLES
    assert Memory(THERE).recall() == {"dome": "NexDome"}
    Memory(HERE).keep({"dome": "Dome Simulator"})
    assert Memory(HERE).recall() == {"dome": "Dome Simulator"}
    assert list(file.parent.iterdir()) == [file]


def test_what_is_empty_is_forgotten(file: Path):
    Memory(HERE).keep(ROLES)
    Memory(THERE).keep(ROLES)
    Memory(HERE).keep({})
    assert json.loads(file.read_text("utf-8")) == {THERE: ROLES}


def test_the_home_folder_may_change(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    Memory(HERE).keep(ROLES)
    other = tmp_path / "other"
    (other / "indinb").mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(other))
    assert Memory(HERE).recall() == {}


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b'{"localhost:7624": {"cam',
        b"\xff\xfe\x00",
        b"[1, 2]",
        b"null",
        b"[" * 100_000,
        b" " * (room._LARGEST + 1) + b"{}",
    ],
    ids=["empty", "cut", "no text", "a list", "null", "deep", "large"],
)
def test_a_damaged_file_is_logged_and_replaced(file: Path, damaged: bytes, caplog):
    file.write_bytes(damaged)
    assert Memory(HERE).recall() == {}
    (said,) = caplog.messages
    assert said.startswith("what client.use(…) has been told before is lost: ")
    assert f"{file} is damaged" in said
    Memory(HERE).keep(ROLES)
    assert Memory(HERE).recall() == ROLES


@pytest.mark.parametrize(
    "odd", ["Guide Simulator", ["camera"], None, 1, {"camera": 1, "dome": ["A"], "gps": None}]
)
def test_what_is_no_name_is_passed_over(file: Path, odd: object):
    file.write_text(json.dumps({HERE: odd, THERE: ROLES}))
    assert Memory(HERE).recall() == {}
    assert Memory(THERE).recall() == ROLES


def test_a_folder_that_cannot_be_written(folder: Path, file: Path, monkeypatch, caplog):
    Memory(HERE).keep(ROLES)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    Memory(HERE).keep({})
    assert caplog.messages == [
        "client.use(…) cannot be remembered: [Errno 28] No space left on device"
    ]
    assert Memory(HERE).recall() == ROLES
    assert list(folder.iterdir()) == [file]


def test_a_folder_that_cannot_be(tmp_path: Path, monkeypatch, caplog):
    (tmp_path / "indinb").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with caplog.at_level(logging.WARNING):
        assert Memory(HERE).recall() == {}
        Memory(HERE).keep(ROLES)
    assert len(caplog.messages) == 2
    assert caplog.messages[1].startswith("client.use(…) cannot be remembered: ")


def test_whoever_reads_sees_a_whole_file(file: Path, monkeypatch: pytest.MonkeyPatch):
    Memory(HERE).keep(ROLES)
    seen: list[dict] = []
    replace = Path.replace

    def look(part: Path, target: Path) -> Path:
        seen.append(json.loads(file.read_text("utf-8")))
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", look)
    Memory(THERE).keep(ROLES)
    assert seen == [{HERE: ROLES}]
    assert json.loads(file.read_text("utf-8")) == {HERE: ROLES, THERE: ROLES}
