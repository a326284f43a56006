"""A folder of files that are whole, under numbered names."""

import contextlib
import glob
import os
import re
import tempfile
from os import PathLike
from pathlib import Path


class Folder:
    """A folder into which whole files are put, under names with numbers that go on.

    Parameters
    ----------
    path : path-like
        Where; ``~`` is the home folder. It is made if it is not there, and its parents, too.

    Raises
    ------
    OSError
        If it cannot be made, or nothing can be written into it.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as path:
    ...     folder = Folder(path)
    ...     [folder.put("M31", f"{second}.fits", b"...").name for second in (5, 7)]
    ['M31_001_5.fits', 'M31_002_7.fits']
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path).expanduser().absolute()
        self._last: dict[str, int] = {}
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            reason = f"nothing can be saved there: {error.strerror}"
            raise OSError(error.errno, reason, str(self.path)) from error

    def put(self, stem: str, end: str, data: bytes | memoryview) -> Path:
        """Write a new file; other files are never replaced.

        Parameters
        ----------
        stem, end : str
            What its name has before and after the number. The stem may begin with folders, which
            are made; an end that begins with a dot is a suffix alone.
        data : bytes-like
            What it holds.

        Returns
        -------
        pathlib.Path
            The file, which is on disk.

        Raises
        ------
        OSError
            If the disk is full, or the folder is gone: it is not made again, since it may have
            been on another disk. There is no file then.
        """
        number = self._last.get(stem) or self._highest(stem)
        while True:
            number += 1
            path = self.path / f"{stem}_{number:03}{'' if end.startswith('.') else '_'}{end}"
            self._make_parents(path)
            with contextlib.suppress(FileExistsError):
                write_whole(path, data)
                self._last[stem] = number
                return path

    def _make_parents(self, path: Path) -> None:
        """Make folders within this one, but not this one itself."""
        if path.parent != self.path and self.path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)

    def _highest(self, stem: str) -> int:
        """Find the highest number that a file has already."""
        number = re.compile(re.escape(stem.rpartition("/")[2]) + "_([0-9]{3,9})[_.]")
        names = [path.name for path in self.path.glob(f"{glob.escape(stem)}_*")]
        return max((int(found[1]) for found in map(number.match, names) if found), default=0)


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write a file that has its name only from the moment on in which all of it is on disk.

    Before, its name begins with a dot and ends with ``.part``. Such files stay when the program
    is killed.

    Raises
    ------
    FileExistsError
        If the file is there already, or somebody is writing it.
    OSError
        If it cannot be written. Nothing is left of it then.
    """
    part = path.with_name(f".{path.name}.part")
    file = part.open("xb")  # so that of all who want the name, one goes on
    try:
        with file:
            if path.exists():
                raise FileExistsError(f"{path} is there already")
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    _sync_names(path.parent)


def _sync_names(folder: Path) -> None:
    """Let the names in a folder outlast a power cut, where the system can."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
