"""A log of what goes over the wire, to see what a driver really said."""

import logging
import re
import time
from contextlib import nullcontext
from logging.handlers import RotatingFileHandler
from os import PathLike
from pathlib import Path

logger = logging.getLogger(__name__)

LIMIT = 10_000_000
"""Bytes of a log, unless it is told otherwise: older traffic makes way."""

_SHOWN = 40  # characters of a BLOB
_BASE64 = re.compile(rb"([A-Za-z0-9+/=\r\n]{%d})([A-Za-z0-9+/=\r\n]{200,})" % _SHOWN)


class Traffic:
    r"""Writes down what is sent and received, with the time, but hardly anything of BLOBs.

    ``>>> 12.345`` stands before what was sent, that many seconds after the begin, and
    ``<<< 12.345`` before what came.

    Parameters
    ----------
    path : path-like
        The file, to which it is appended. When it is half as large as `limit`, it becomes
        ``path.1``, in the place of the one before.
    title : str
        What is talked to.
    limit : int
        Bytes, of both files.

    Raises
    ------
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "wire.log")
    ...     traffic = Traffic(path, "localhost:7624")
    ...     traffic.sent(b"<getProperties version='1.7'/>")
    ...     traffic.close()
    ...     path.read_text().endswith(" <getProperties version='1.7'/>\n")
    True
    """

    def __init__(self, path: str | PathLike[str], title: str, limit: int = LIMIT) -> None:
        self._handler = _Handler(
            Path(path).expanduser(), maxBytes=limit // 2, backupCount=1, encoding="latin-1"
        )
        self._longest = limit // 4  # bytes of one piece
        self._begin = time.monotonic()
        self._write(f"### {title}, {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}")

    def sent(self, data: bytes) -> None:
        """Note what was sent."""
        self._write(f">>> {self._now()} {_text(data)}")

    def received(self, data: memoryview) -> None:
        """Note what has come."""
        self._write(f"<<< {self._now()}\n{_text(data)}")

    def close(self) -> None:
        """End the log; safe to call twice, and while others write."""
        self._handler.end()

    def _now(self) -> str:
        return f"{time.monotonic() - self._begin:.3f}"

    def _write(self, text: str) -> None:
        self._handler.handle(_record(text[: self._longest]))


class _Handler(RotatingFileHandler):
    """Writes until it fails, as the observatory must go on when a disk is full, or is ended."""

    _ended = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write, unless that is over: the file would be opened again."""
        if not self._ended:
            super().emit(record)

    def end(self) -> None:
        """Write no more."""
        with self.lock or nullcontext():
            self._ended = True
            self.close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say it once, and write no more."""
        self._ended = True
        logger.exception("the log of the traffic ends here: %s", self.baseFilename)


def _record(text: str) -> logging.LogRecord:
    return logging.LogRecord("", logging.INFO, "", 0, text, None, None)


def _text(data: bytes | memoryview) -> str:
    """Shorten BLOBs; bytes become characters one by one, and bytes again in the file."""
    return _BASE64.sub(_shortened, bytes(data)).decode("latin-1")


def _shortened(match: "re.Match[bytes]") -> bytes:
    return b"%s...[%d b64 chars cut]" % (match[1], len(match[2]))
