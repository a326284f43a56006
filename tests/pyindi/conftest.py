"""A script, and a server in this process that can be lost and found."""

from collections.abc import Callable, Iterator

import pytest

from indinb.client import quiet
from indinb.pyindi import switchboard
from tests.client.fakes import FakeServer
from tests.client.harbour import Harbour
from tests.pyindi.fakes import Port, Script

collect_ignore = ["scripts"]  # their PyIndi is only there when they are run


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    """Return where clients of this test get their links from."""
    harbour = Harbour()
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    monkeypatch.setattr(switchboard, "_link", lambda *_: ("fake", harbour.open()))
    yield harbour
    harbour.close()


@pytest.fixture
def join(harbour: Harbour) -> Iterator[Callable[..., Script]]:
    """Return a function that makes a script and connects it."""
    scripts: list[Script] = []

    def join(make: Callable[[], Script] = Script) -> Script:
        scripts.append(make())
        assert scripts[-1].connectServer()
        return scripts[-1]

    yield join
    for script in scripts:
        script.acts.clear()
        script.disconnectServer()
        script._indinb.connection.close()  # also what was lost


@pytest.fixture
def script(join: Callable[..., Script]) -> Script:
    return join()


@pytest.fixture
def server(script: Script, harbour: Harbour) -> FakeServer:
    """Return the server to which the script is connected."""
    return harbour.server


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[Port]:
    port = Port()
    yield port
    port.close()
