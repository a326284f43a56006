"""The lessons that come with the package, and the copies that a student works with."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from indinb.errors import IndiError

FIRST = "01-first-light.ipynb"
_RECORD = ".indinb-lessons.json"  # what was copied, as digests: tells what was changed since


class Copied(NamedTuple):
    """What became of the lessons in a folder; pictures are copied with them, and not listed.

    Attributes
    ----------
    new : list of str
        Lessons that were not there.
    renewed : list of str
        Lessons that nobody had changed, and of which there was a newer version.
    kept : list of str
        Lessons that were changed, and of which there is a newer version.
    """

    new: list[str]
    renewed: list[str]
    kept: list[str]


def copy_lessons(folder: Path) -> Copied:
    """Copy the lessons and their pictures to a folder, where they may be changed.

    What is missing is added, and what nobody has changed is brought up to date. What was changed
    is never written over.

    Parameters
    ----------
    folder : Path
        Made if it is not there.

    Returns
    -------
    Copied
        The names of the lessons that are new, renewed, or kept though there is a newer one.

    Raises
    ------
    IndiError
        If the folder cannot be made, or not be written to.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first, again = copy_lessons(Path(folder)), copy_lessons(Path(folder))
    >>> first.new[0]
    '01-first-light.ipynb'
    >>> again
    Copied(new=[], renewed=[], kept=[])
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _copy_all(folder)
    except OSError as error:
        raise IndiError(
            f"the lessons cannot be copied to {folder} ({error.strerror}): "
            "--folder chooses another place"
        ) from error


def _copy_all(folder: Path) -> Copied:
    source, record, copied = _source(), _recorded(folder), Copied([], [], [])
    for name in _names(source):
        fate = _copy(source / name, folder / name, record.get(name))
        if fate != "kept":
            record[name] = _digest(source / name)
        if fate and name.endswith(".ipynb"):
            getattr(copied, fate).append(name)
    (folder / _RECORD).write_text(json.dumps(record, indent=1))
    return copied


def _copy(lesson: Path, copy: Path, recorded: str | None) -> str:
    """Copy one file unless it is a student's own; what became of it, if anything."""
    if not copy.exists():
        fate = "new"
    elif _digest(lesson) in (recorded, _digest(copy)):
        return ""
    elif _digest(copy) == recorded:
        fate = "renewed"
    else:
        return "kept"
    copy.parent.mkdir(exist_ok=True)
    shutil.copyfile(lesson, copy)
    return fate


def _source() -> Path:
    """Find the lessons: in the installed package, or beside it in a clone."""
    package = Path(__file__).parent
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"


def _names(source: Path) -> Iterator[str]:
    for pattern in ("*.ipynb", "pictures/*.*"):
        yield from sorted(path.relative_to(source).as_posix() for path in source.glob(pattern))


def _recorded(folder: Path) -> dict[str, str]:
    """Read what was copied before; without a record, all that is there counts as changed."""
    with suppress(FileNotFoundError, ValueError):
        record = json.loads((folder / _RECORD).read_text())
        if isinstance(record, dict):
            return record
    return {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
