"""Whole files under numbered names, on disks that are full, gone, or shared with others."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client import folder as folder_module
from indinb.client.folder import Folder, write_whole
from tests.client.helpers import race
from tests.waiting import look_until

END = "2026-11-22T10-18-04.977.fits"
FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def fill_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full from now on: many systems say so only when the file is synced."""

    def fail(descriptor: int) -> None:
        raise FULL

    monkeypatch.setattr(folder_module.os, "fsync", fail)


# The folder


def test_it_is_made_with_its_parents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Folder("~/astro/tonight").path == tmp_path / "astro" / "tonight"
    assert names(tmp_path / "astro") == ["tonight"]


def test_it_stays_where_it_was_when_the_program_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    folder = Folder("astro")
    monkeypatch.chdir("/")
    assert folder.put("M31", END, b"...").parent == tmp_path / "astro"


def test_it_is_empty_at_first(folder: Folder):
    assert names(folder.path) == []


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "astro").write_text("precious")
    for path, kind in [("astro", FileExistsError), ("astro/tonight", NotADirectoryError)]:
        with pytest.raises(kind, match="nothing can be saved there: ") as caught:
            Folder(tmp_path / path)
        assert caught.value.filename == str(tmp_path / path)
    assert (tmp_path / "astro").read_text() == "precious"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_into_which_nothing_can_be_written(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(dir: Path) -> None:
        raise OSError(number, os.strerror(number), str(dir / "tmpabc"))

    monkeypatch.setattr(folder_module.tempfile, "TemporaryFile", fail)
    with pytest.raises(OSError, match=f"saved there: {os.strerror(number)}: '{tmp_path}'") as error:
        Folder(tmp_path)
    assert error.value.errno == number


# Numbers


def test_numbers_go_on_for_each_stem(folder: Folder):
    put = [folder.put(stem, END, b"...").name for stem in ("M31", "M42", "M31", "M31_Dark")]
    assert put == [f"M31_001_{END}", f"M42_001_{END}", f"M31_002_{END}", f"M31_Dark_001_{END}"]


@pytest.mark.parametrize(
    ("there", "number"),
    [
        (["M31_001_a.fits", "M31_007_b.fits"], "008"),
        (["M31_0099_a.fits", "M31_999_b.fits"], "1000"),
        (["M31_1000_a.fits"], "1001"),
        (["M31_Light_005_a.fits", "M3_009_a.fits", "xM31_009_a.fits"], "001"),
        (["M31_2026_", "M31_12_a.fits", "M31_005.fits", "M31_-05_a", "M31_٠٠٩_a"], "2027"),
        ([f"M31_{'9' * 200}_a.fits"], "001"),
        ([".M31_005_a.fits.part"], "001"),
    ],
)
def test_numbers_go_on_after_those_in_the_folder(there: list[str], number: str, tmp_path: Path):
    for name in there:
        (tmp_path / name).touch()
    assert Folder(tmp_path).put("M31", END, b"...").name == f"M31_{number}_{END}"


def test_a_stem_is_no_pattern(tmp_path: Path):
    (tmp_path / f"M31_005_{END}").touch()
    assert Folder(tmp_path).put("M[0-9]*.+", END, b"...").name == f"M[0-9]*.+_001_{END}"
    assert Folder(tmp_path).put("M[0-9]*.+", END, b"...").name == f"M[0-9]*.+_002_{END}"


def test_the_folder_is_looked_through_once_for_each_stem(folder: Folder):
    folder.put("M31", END, b"...")
    (folder.path / f"M31_100_{END}").touch()
    assert folder.put("M31", END, b"...").name == f"M31_002_{END}"


def test_nothing_is_overwritten(folder: Folder):
    folder.put("M31", END, b"first")
    (folder.path / f"M31_002_{END}").write_text("precious")
    assert folder.put("M31", END, b"third").name == f"M31_003_{END}"
    assert (folder.path / f"M31_002_{END}").read_text() == "precious"


def test_what_another_program_is_writing_is_left_to_it(folder: Folder):
    part = folder.path / f".M31_001_{END}.part"
    part.write_text("half")
    assert folder.put("M31", END, b"...").name == f"M31_002_{END}"
    assert part.read_text() == "half"


def test_many_who_want_the_same_names(tmp_path: Path):
    folders = [Folder(tmp_path) for _ in range(4)]

    def put(number: int) -> None:
        for round in range(20):
            folders[number].put("M31", END, f"{number} {round}".encode())

    race(*(lambda number=number: put(number) for number in range(4)))
    texts = {path.read_text() for path in tmp_path.iterdir()}
    assert texts == {f"{number} {round}" for number in range(4) for round in range(20)}
    assert names(tmp_path)[-1] == f"M31_080_{END}"


@given(st.binary(max_size=10_000))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes):
    path = tmp_path_factory.mktemp("any") / "file"
    write_whole(path, memoryview(data))
    assert path.read_bytes() == data
    assert names(path.parent) == ["file"]


# Disks that fail


def test_a_full_disk_leaves_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch):
    fill_disk(monkeypatch)
    with pytest.raises(OSError, match="No space left"):
        folder.put("M31", END, b"...")
    assert names(folder.path) == []
    monkeypatch.undo()
    assert folder.put("M31", END, b"...").name == f"M31_001_{END}"


WRITES_TOO_MUCH = """
import resource, sys
from indinb.client.folder import Folder
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
folder = Folder(sys.argv[1])
folder.put("small", "a.fits", bytes(1 << 20))
for _ in range(2):
    try:
        folder.put("large", "a.fits", bytes(3 << 20))
    except OSError as error:
        print(error.errno)
folder.put("small", "a.fits", b"...")
"""


def test_a_disk_that_takes_only_a_part(tmp_path: Path):
    command = [sys.executable, "-c", WRITES_TOO_MUCH, tmp_path]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout.split() == [str(errno.EFBIG)] * 2
    assert names(tmp_path) == ["small_001_a.fits", "small_002_a.fits"]


def test_a_folder_that_is_gone_is_not_made_again(folder: Folder):
    folder.put("M31", END, b"...").unlink()
    folder.path.rmdir()
    with pytest.raises(FileNotFoundError):
        folder.put("M31", END, b"...")
    assert not folder.path.exists()
    folder.path.mkdir()
    assert folder.put("M31", END, b"...").name == f"M31_002_{END}"


def test_a_folder_that_goes_while_a_file_is_written(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    def take_away(descriptor: int) -> None:
        for part in folder.path.iterdir():
            part.unlink()
        folder.path.rmdir()

    monkeypatch.setattr(folder_module.os, "fsync", take_away)
    with pytest.raises(FileNotFoundError):
        folder.put("M31", END, b"...")
    assert not folder.path.exists()


def test_an_interrupt_leaves_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch):
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(folder_module.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        folder.put("M31", END, b"...")
    assert names(folder.path) == []


def test_systems_that_open_no_folders(folder: Folder, monkeypatch: pytest.MonkeyPatch):
    def fail(path: Path, flags: int) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(folder_module.os, "open", fail)
    assert folder.put("M31", END, b"...").read_bytes() == b"..."


def test_a_name_is_there_only_when_its_file_is_whole(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
):
    seen = []

    def look(descriptor: int) -> None:
        seen.append({path.name: path.stat().st_size for path in folder.path.iterdir()})

    monkeypatch.setattr(folder_module.os, "fsync", look)
    path = folder.put("M31", END, b"stars")
    assert seen == [{f".{path.name}.part": 5}, {path.name: 5}]  # of the file, and of the folder


WRITES_UNTIL_IT_IS_KILLED = """
import sys
from indinb.client.folder import Folder
folder = Folder(sys.argv[1])
data = bytes(range(256)) * (16 << 10)
while True:
    print(folder.put("M31", "a.fits", data), flush=True)
"""


@pytest.mark.parametrize("written", [0, 1, 3])
def test_a_program_that_is_killed_while_it_writes(written: int, tmp_path: Path):
    command = [sys.executable, "-c", WRITES_UNTIL_IT_IS_KILLED, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        paths = [Path(process.stdout.readline().strip()) for _ in range(written)]
        look_until(lambda: list(tmp_path.glob(".*.part")))
        process.kill()
        paths += map(Path, process.stdout.read().split())
    assert all(path.stat().st_size == 4 << 20 for path in tmp_path.glob("M31*"))
    assert set(paths) <= set(tmp_path.glob("M31*"))
    assert len(list(tmp_path.iterdir())) <= len(paths) + 2


def test_a_stem_may_begin_with_folders_and_an_end_may_be_a_suffix(tmp_path):
    folder = Folder(tmp_path)
    paths = [folder.put("M31/Red/Light", ".fits", b"...") for _ in range(2)]
    paths.append(Folder(tmp_path).put("M31/Red/Light", ".fits", b"..."))
    names = [path.relative_to(tmp_path).as_posix() for path in paths]
    assert names == [f"M31/Red/Light_00{number}.fits" for number in (1, 2, 3)]
