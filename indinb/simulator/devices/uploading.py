"""Where the pictures of a camera go: to clients, onto the disk of the observatory, or both."""

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from indinb.protocol.messages import Value
from indinb.protocol.vocabulary import State
from indinb.simulator.devices.chip import IMAGE_INFO
from indinb.simulator.driver import OPTIONS, Driver
from indinb.simulator.properties import READ_ONLY, Refused, Switches, Texts, switch, text

_MODES = {
    "UPLOAD_CLIENT": "client only",
    "UPLOAD_LOCAL": "local only",
    "UPLOAD_BOTH": "client and local",
}
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f]')
_NUMBER, _TIME = "XXX", "ISO8601"


class Uploading(Driver):
    """A camera whose pictures clients may have sent, or saved where the observatory runs."""

    upload_mode = Switches(
        "UPLOAD_MODE",
        "Upload",
        OPTIONS,
        switch("UPLOAD_CLIENT", "Client", True),
        switch("UPLOAD_LOCAL", "Local"),
        switch("UPLOAD_BOTH", "Both"),
        timeout=0,
    )
    upload_settings = Texts(
        "UPLOAD_SETTINGS",
        "Upload Settings",
        OPTIONS,
        text("UPLOAD_DIR", "Dir"),
        text("UPLOAD_PREFIX", "Prefix", "IMAGE_XXX"),
    )
    file_path = Texts(
        "CCD_FILE_PATH",
        "Filename",
        IMAGE_INFO,
        text("FILE_PATH", "Path"),
        permission=READ_ONLY,
        since="later",
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self.upload_settings.keep({"UPLOAD_DIR": str(Path.home())})

    @property
    def sends(self) -> bool:
        """Whether clients get pictures."""
        return not self.upload_mode["UPLOAD_LOCAL"]

    @property
    def saves(self) -> bool:
        """Whether pictures are saved."""
        return not self.upload_mode["UPLOAD_CLIENT"]

    @upload_mode.asked
    def set_upload_mode(self, wanted: str) -> None:
        """Send pictures, save them, or both."""
        self.notice(f"Upload settings set to {_MODES[wanted]}.")
        if wanted == "UPLOAD_CLIENT":
            self.file_path.delete()
        elif not self.file_path.defined:
            self.file_path.define()
        self.upload_mode.select(wanted)

    @upload_settings.asked
    def set_upload_settings(self, asked: dict[str, Value]) -> None:
        """Save pictures elsewhere, by another name."""
        prefix = str(asked["UPLOAD_PREFIX"])
        if not prefix.strip(". ") or _FORBIDDEN.search(prefix):
            raise Refused(f"{prefix!r} cannot begin the name of a file")
        self.upload_settings.tell(State.OK, asked)

    def save(self, data: bytes, suffix: str, when: dt.datetime) -> Path:
        """Save a picture into the folder that is set, beside what is there."""
        folder = Path.home() / str(self.upload_settings["UPLOAD_DIR"])
        return save(data, folder, str(self.upload_settings["UPLOAD_PREFIX"]), suffix, when)

    def tell_saved(self, path: Path) -> None:
        """Tell where a picture was saved."""
        self.notice(f"Image saved to {path}")
        self.file_path.show(State.OK, str(path))


def save(data: bytes, folder: Path, prefix: str, suffix: str, when: dt.datetime) -> Path:
    """Save a picture as a new file.

    Parameters
    ----------
    data : bytes
        The file.
    folder : Path
        Made if it is missing.
    prefix : str
        Its name, in which ``ISO8601`` stands for the time, and ``XXX`` for a number: the first
        that is free.
    suffix : str
        What the name ends with.
    when : datetime
        The time.

    Raises
    ------
    FileExistsError
        If there is such a file already, and the name has no number.
    OSError
        If it cannot be saved.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for night in (1, 2):
    ...         print(save(b"", Path(folder), "M31_XXX", ".fits", dt.datetime.now()).name)
    M31_001.fits
    M31_002.fits
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _names(prefix.replace(_TIME, f"{when:%Y-%m-%dT%H-%M-%S}")):
        path = folder / (name + suffix)
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"{path} is there already, and is not overwritten")


def _names(name: str) -> Iterator[str]:
    """Yield the name, with one number after the other if it has any."""
    if _NUMBER not in name:
        yield name
        return
    for n in itertools.count(1):
        yield name.replace(_NUMBER, f"{n:03}")
