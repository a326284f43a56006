"""What every test must leave behind: nothing."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.simulators import client, indiserver  # noqa: F401  fixtures for all

# Shells let what they run in the background ignore Ctrl-C; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Other work on the computer must not fail a test.
settings.register_profile("indinb", deadline=None)
settings.load_profile("indinb")

PATIENCE = 2.0
"""Seconds for threads that have been told to end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what runs in a browser: it takes longest, and two processes shall end at once."""
    items.sort(key=lambda item: "browser" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def settings_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what is remembered from one program to the next away from who runs the tests."""
    folder = tmp_path_factory.mktemp("config")
    (folder / "indinb").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        patch.delenv("ASTROPY_CONFIG_DIR", raising=False)
        yield folder / "indinb"


@pytest.fixture(autouse=True)
def remembers_nothing(settings_of_nobody: Path) -> Iterator[None]:
    """Let each test begin as on the first day."""
    yield
    (settings_of_nobody / "roles.json").unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def leaves_nothing_behind() -> Iterator[None]:
    """Fail a test after which threads of ours, sockets, or child processes are left."""
    with nothing_left(PATIENCE):
        yield


@contextlib.contextmanager
def nothing_left(patience: float) -> Iterator[None]:
    """Raise AssertionError if something is left at the end that was not there before."""
    threads, sockets, children = _threads(), _sockets(), _children()
    yield
    deadline = time.monotonic() + patience
    for thread in _threads() - threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    assert {thread.name for thread in _threads() - threads} == set(), "threads are left"
    assert _sockets() - sockets == set(), "sockets are left"
    assert _children() - children == set(), "child processes are left"


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("indinb")}


def _sockets() -> set[str]:
    """Name the open sockets of this process, where the system tells (Linux)."""
    names = (_told(path.readlink) for path in Path("/proc/self/fd").glob("*"))
    return {name for name in names if name.startswith("socket:")}


def _children() -> set[str]:
    """Name the child processes, where told; also those that ended, but were not waited for."""
    lists = Path("/proc/self/task").glob("*/children")
    return {child for path in lists for child in _told(path.read_text).split()}


def _told(ask: Callable[[], object]) -> str:
    """Ask the system, or get nothing of what is gone in the meantime."""
    try:
        return str(ask())
    except OSError:
        return ""
