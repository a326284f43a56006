"""A desk with cameras and a worker, for tests of what is written."""

import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import GUIDE_IMAGE, IMAGE, TEMPERATURE, Desk, define, update

TIME = "2026-11-22T10-18-04.977"
GUIDER = "Guide Simulator"
GUIDERS_IMAGE = define(Kind.BLOB, "CCD1", *IMAGE.members, device=GUIDER)


class ManualWorker(Executor):
    """Works when it is told to."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Future[object], Callable[[], object]]] = []
        self.ended = False

    def submit(self, task, /, *args):
        if self.ended:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[object] = Future()
        self.tasks.append((future, lambda: task(*args)))
        return future

    def work(self, most: int = 1000) -> None:
        for _ in range(min(most, len(self.tasks))):
            future, task = self.tasks.pop(0)
            future.set_result(task())

    def end(self) -> None:
        """Cancel what waits, and take no more."""
        self.ended = True
        self.tasks.clear()


class Bench(Desk):
    """A desk with cameras, and a worker beside it."""

    def __init__(self) -> None:
        super().__init__(IMAGE, GUIDE_IMAGE, GUIDERS_IMAGE, TEMPERATURE)
        self.worker = ManualWorker()

    def send_picture(self, text: str, of=IMAGE, **fields) -> Blob:
        """Let a picture arrive, and return it."""
        picture = blob(text, **fields)
        self.say(update(of, State.OK, **{of.members[0].name: picture}))
        return picture


def blob(text: str, format: str = ".fits") -> Blob:
    data = memoryview(text.encode())
    return Blob(data, format, len(data))


def label(blob: Blob, device: str, arrived: dt.datetime) -> tuple[str, str, str, memoryview]:
    return device.split()[0], TIME, blob.format.lower(), blob.data


def written(path: Path) -> list[str]:
    """Return what the files hold, by the order of their names."""
    return [file.read_text() for file in sorted(path.iterdir())]


def one_error(caplog: pytest.LogCaptureFixture) -> str:
    """Return the only error that was logged since this was last asked: it is one line."""
    (record,) = caplog.records
    caplog.clear()
    assert record.levelno == logging.ERROR
    assert "\n" not in record.getMessage()
    return record.getMessage()
