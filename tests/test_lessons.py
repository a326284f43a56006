"""Copies of the lessons, which a student changes."""

import hashlib
import json
from pathlib import Path

import pytest

from indinb import lessons
from indinb.errors import IndiError
from indinb.lessons import Copied, copy_lessons

NOTHING = Copied(new=[], renewed=[], kept=[])
ROOT = Path(__file__).parents[1]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the lessons of an installed package: two, and a picture."""
    monkeypatch.setattr(lessons, "__file__", str(tmp_path / "indinb" / "lessons.py"))
    package = tmp_path / "indinb" / "notebooks"
    (package / "pictures").mkdir(parents=True)
    (package / "pictures" / "01-sky.svg").write_text("sky")
    (package / "01-one.ipynb").write_text("one")
    (package / "02-two.ipynb").write_text("two")
    return package


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mine" / "lessons"


def contents(folder: Path) -> dict[str, str]:
    """Return what is in the files of a folder that a person sees."""
    files = [path for path in folder.rglob("[!.]*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_all_is_new_at_first(package: Path, folder: Path):
    assert copy_lessons(folder) == Copied(["01-one.ipynb", "02-two.ipynb"], [], [])
    assert contents(folder) == contents(package)
    assert copy_lessons(folder) == NOTHING


def test_what_is_there_beside_lessons_and_pictures_is_not_copied(package: Path, folder: Path):
    (package / ".ipynb_checkpoints").mkdir()
    (package / ".ipynb_checkpoints" / "01-one-checkpoint.ipynb").touch()
    copy_lessons(folder)
    assert not (folder / ".ipynb_checkpoints").exists()


def test_what_was_changed_is_never_written_over(package: Path, folder: Path):
    copy_lessons(folder)
    (folder / "01-one.ipynb").write_text("my one")
    (folder / "pictures" / "01-sky.svg").write_text("my sky")
    before = contents(folder)
    assert copy_lessons(folder) == NOTHING
    (package / "01-one.ipynb").write_text("newer one")
    (package / "pictures" / "01-sky.svg").write_text("newer sky")
    for _ in range(2):
        assert copy_lessons(folder) == Copied([], [], ["01-one.ipynb"])
        assert contents(folder) == before


def test_what_was_never_changed_is_renewed_with_its_pictures(package: Path, folder: Path):
    copy_lessons(folder)
    (package / "01-one.ipynb").write_text("newer one")
    (package / "pictures" / "01-sky.svg").write_text("newer sky")
    assert copy_lessons(folder) == Copied([], ["01-one.ipynb"], [])
    assert contents(folder) == contents(package)
    assert copy_lessons(folder) == NOTHING


def notebook(*sources: str, **metadata: object) -> str:
    cells = [{"cell_type": "code", "source": source.splitlines(True)} for source in sources]
    return json.dumps({"cells": cells, "metadata": metadata})


def test_a_lesson_that_was_only_run_and_saved_is_renewed(package: Path, folder: Path):
    (package / "01-one.ipynb").write_text(notebook("one\n1"))
    copy_lessons(folder)
    (folder / "01-one.ipynb").write_text(notebook("one\n1", language_info={"version": "3.12"}))
    (package / "01-one.ipynb").write_text(notebook("one\n2"))
    assert copy_lessons(folder).renewed == ["01-one.ipynb"]
    (folder / "01-one.ipynb").write_text(notebook("one\n2", "my own"))
    (package / "01-one.ipynb").write_text(notebook("one\n3"))
    assert copy_lessons(folder).kept == ["01-one.ipynb"]


def test_what_is_missing_is_added(package: Path, folder: Path):
    copy_lessons(folder)
    (folder / "01-one.ipynb").rename(folder / "01-mine.ipynb")
    (folder / "pictures" / "01-sky.svg").unlink()
    (package / "03-three.ipynb").write_text("three")
    assert copy_lessons(folder) == Copied(["01-one.ipynb", "03-three.ipynb"], [], [])
    assert contents(folder) == contents(package) | {"01-mine.ipynb": "one"}


@pytest.mark.parametrize("record", [None, "", "[]", '{"01-one.ipynb": 1}'])
def test_without_a_record_all_that_differs_counts_as_changed(
    package: Path, folder: Path, record: str | None
):
    copy_lessons(folder)
    (folder / ".indinb-lessons.json").unlink()
    if record is not None:
        (folder / ".indinb-lessons.json").write_text(record)
    (package / "01-one.ipynb").write_text("newer one")
    assert copy_lessons(folder) == Copied([], [], ["01-one.ipynb"])
    assert (folder / "01-one.ipynb").read_text() == "one"


def test_a_copy_that_was_taken_by_hand_is_known_from_then_on(package: Path, folder: Path):
    folder.mkdir(parents=True)
    (folder / "01-one.ipynb").write_text("one")
    assert copy_lessons(folder).new == ["02-two.ipynb"]
    (package / "01-one.ipynb").write_text("newer one")
    assert copy_lessons(folder).renewed == ["01-one.ipynb"]


@pytest.mark.parametrize("taken", ["mine", "mine/lessons", "mine/lessons/pictures"])
def test_a_folder_that_cannot_be_made(package: Path, folder: Path, taken: str):
    place = package.parents[1] / taken
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("a file")
    with pytest.raises(
        IndiError, match=r"cannot be copied to .*lessons .*--folder chooses another"
    ):
        copy_lessons(folder)
    assert place.read_text() == "a file"


def test_what_ends_in_the_midst_of_a_lesson_leaves_no_half_of_it(
    package: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    copy_lessons(folder)
    (package / "01-one.ipynb").write_text("newer one")

    def copy_half(source: Path, copy: Path) -> None:
        copy.write_text(source.read_text()[:5])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(lessons.shutil, "copyfile", copy_half)
        with pytest.raises(IndiError, match="No space left"):
            copy_lessons(folder)
    assert (folder / "01-one.ipynb").read_text() == "one"
    assert copy_lessons(folder).renewed == ["01-one.ipynb"]
    assert contents(folder) == contents(package)


def test_a_link_is_not_followed(package: Path, folder: Path, tmp_path: Path):
    folder.mkdir(parents=True)
    (folder / "01-one.ipynb").symlink_to(tmp_path / "elsewhere")
    assert copy_lessons(folder).new == ["01-one.ipynb", "02-two.ipynb"]
    assert not (tmp_path / "elsewhere").exists()


def test_a_clone_has_them_beside_the_package(folder: Path):
    copied = copy_lessons(folder)
    there = [path for path in (ROOT / "notebooks").rglob("*") if "checkpoint" not in path.name]
    digests = {hashlib.sha256(path.read_bytes()).digest() for path in there if path.is_file()}
    assert copied.new[0] == lessons.FIRST
    files = [path for path in folder.rglob("[!.]*") if path.is_file()]
    assert {hashlib.sha256(path.read_bytes()).digest() for path in files} == digests
