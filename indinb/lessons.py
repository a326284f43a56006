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
        lesson, copy = source / name, folder / name
        fate = _fate(lesson, copy, record.get(name))
        if fate in ("new", "renewed"):
            _write(lesson, copy)
        if fate != "kept":
            record[name] = _digest(lesson)
        if fate and name.endswith(".ipynb"):
            getattr(copied, fate).append(name)
    (folder / _RECORD).write_text(json.dumps(record, indent=1))
    return copied


def _fate(lesson: Path, copy: Path, recorded: str | None) -> str:
    """Tell what becomes of a copy, as a field of `Copied`; empty if nothing does."""
    if not copy.exists():
        return "new"
    if _digest(lesson) in (recorded, _digest(copy)):
        return ""
    return "renewed" if _digest(copy) == recorded else "kept"


def _write(lesson: Path, copy: Path) -> None:
    """Write a copy whole or not at all: half of one would count as a student's own."""
    copy.parent.mkdir(exist_ok=True)
    part = copy.with_name(f".{copy.name}.part")
    shutil.copyfile(lesson, part)
    part.replace(copy)


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
    """Digest what is written in a file; of a notebook, not what running and opening it changes."""
    content = path.read_bytes()
    with suppress(ValueError, LookupError, TypeError):  # a notebook that is none is taken as it is
        cells = json.loads(content)["cells"]
        content = json.dumps(["".join(cell["source"]) for cell in cells]).encode()
    return hashlib.sha256(content).hexdigest()
