"""What may happen to a client, and what then is found."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from indinb.observatory import Client
from indinb.servers import IndiServer
from tests.endurance.clients import indinb as reference
from tests.endurance.contender import Contender, Silent
from tests.endurance.process import family
from tests.endurance.simulators import CCD, DRIVER, observatory, prepare
from tests.proxy import Proxy
from tests.waiting import wait_until

FROZEN = 20.0
"""Seconds for which a link is frozen."""

PATIENCE = 15.0
"""Seconds for a client to be back when all is well again."""

_NOT_READING = 10.0  # seconds for which the server reads nothing
_DOWN = 1.0  # seconds until a server is started again
_SOON = 10.0  # seconds for the rest of the observatory to do something
_POLL = 0.05  # seconds between two questions what a client sees
_TEXT = ("FITS_HEADER", "FITS_OBSERVER")
_TEXT_SHOWN = ".".join(_TEXT)
_NOTICES = {"lost", "gone", "failed", "raised"}
_GARBAGE = b"</indi><<a b=c>&nothing;</oneNumber>\xff\xfe" + random.Random(0).randbytes(200)


class Scene(contextlib.ExitStack):
    """A camera at its server, a proxy before it, and a client that sees all as it is.

    Attributes
    ----------
    server, proxy, other
        These three; the first and the last are new ones when the server was started again.
    """

    server: IndiServer
    other: Client

    def __init__(self) -> None:
        super().__init__()
        self._start()
        self.proxy = self.enter_context(Proxy(self.server.port))

    def restart(self) -> None:
        """Kill the server; some time later start it again at the same port."""
        self.kill("indiserver")
        time.sleep(_DOWN)
        self._start(self.server.port)

    def kill(self, program: str) -> None:
        """Kill the server, or its driver."""
        (pid,) = family(self.server._process.pid, program)
        os.kill(pid, signal.SIGKILL)

    def write(self, text: str) -> None:
        """Let something new be seen by everybody."""
        name, member = _TEXT
        self.other.devices[CCD][name].set({member: text}).result(_SOON)

    def values(self) -> dict[str, Any]:
        """Return what there is to be seen."""
        return reference.values(self.other.devices[CCD])

    def _start(self, port: int | None = None) -> None:
        self.server, self.other = self.enter_context(observatory(CCD, port=port))


class Fault(NamedTuple):
    """Something that happens.

    Parameters
    ----------
    title : str
        What.
    happen : callable
        Lets it happen to a contender, and mends what has to be mended.
    direct : bool
        Whether the contender's link does not go through the proxy.
    noticeable : bool
        Whether a user wants to be told.
    """

    title: str
    happen: Callable[[Scene, Contender], object]
    direct: bool = False
    noticeable: bool = True


class Finding(NamedTuple):
    """What became of a client.

    Parameters
    ----------
    noticed : float or None
        Seconds until it told of it.
    back : float or None
        Seconds from the mending until it saw what was new.
    wrong : int
        Values that it showed then and that were not so, or were missing.
    ending : str
        What was remarkable about its end.
    noticeable : bool
        Whether the first matters.
    """

    noticed: float | None
    back: float | None
    wrong: int
    ending: str
    noticeable: bool

    def __str__(self) -> str:
        words = []
        if self.noticeable:
            words += ["not noticed" if self.noticed is None else f"noticed {self.noticed:.1f} s"]
        if self.back is None:
            words += ["not back"]
        else:
            words += [f"back {self.back:.1f} s", f"{self.wrong} wrong" if self.wrong else "right"]
        return ", ".join([*words, *([self.ending] if self.ending else [])])


def find(fault: Fault, name: str) -> Finding:
    """Let a fault happen to a client, and see what becomes of it."""
    with Scene() as scene:
        port = scene.server.port if fault.direct else scene.proxy.port
        with Contender(name, port) as contender:
            _wait_until_seen(scene, contender, "before")
            begin = time.monotonic()
            fault.happen(scene, contender)
            mended = time.monotonic()
            back = _wait_until_seen(scene, contender, "after")
            wrong = 0 if back is None else _wrong(scene, contender)
            noticed = contender.wait_for(_NOTICES, begin, 0)
            return Finding(
                None if noticed is None else noticed - begin,
                None if back is None else back - mended,
                wrong,
                contender.end(),
                fault.noticeable,
            )


def _wait_until_seen(scene: Scene, contender: Contender, text: str) -> float | None:
    """Wait until the contender shows something new; returns the moment."""
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(Silent):
        while (left := deadline - time.monotonic()) > 0:
            if scene.values()[_TEXT_SHOWN] != text:  # what was under way may come late
                scene.write(text)
            if _shown(contender, left).get(_TEXT_SHOWN) == text:
                return time.monotonic()
            time.sleep(_POLL)
    return None


def _shown(contender: Contender, patience: float) -> dict[str, Any]:
    with contextlib.suppress(RuntimeError):  # some have no device while there is no link
        return contender.ask("values", CCD, patience=patience)
    return {}


def _wrong(scene: Scene, contender: Contender) -> int:
    """Count what is not as it is; what has just been sent may be on its way."""
    deadline = time.monotonic() + 1.0
    while count := len(_shown(contender, 1.0).items() ^ scene.values().items()):
        if time.monotonic() > deadline:
            return count
    return 0


def _cut(scene: Scene, contender: Contender) -> None:
    scene.proxy.cut()


def _restart(scene: Scene, contender: Contender) -> None:
    scene.restart()


def _freeze(scene: Scene, contender: Contender) -> None:
    """Let nothing through for a while, as when a cable is pulled."""
    scene.proxy.freeze()
    time.sleep(FROZEN)
    scene.proxy.thaw()


def _kill_driver(scene: Scene, contender: Contender) -> None:
    """Kill it in an exposure, and connect to its camera when it is back."""
    exposure = scene.other.devices[CCD]["CCD_EXPOSURE"]
    contender.ask("expose", CCD, 30)
    wait_until(exposure, lambda: exposure.state == "Busy")
    with _deleted(scene.other):
        scene.kill(DRIVER)
    scene.other.wait_for(CCD, "CONNECTION", timeout=_SOON)
    scene.other.quiet(CCD).result(_SOON)
    prepare(scene.other, CCD)


@contextlib.contextmanager
def _deleted(client: Client) -> Iterator[None]:
    """Wait at the end until the camera is gone."""
    gone = []
    with client.observe(lambda change: gone.append(change) if change.type == "deleted" else None):
        yield
        wait_until(client, lambda: bool(gone))


def _stumble(scene: Scene, contender: Contender) -> None:
    contender.ask("stumble")
    scene.write("over which it stumbles")


def _garble(scene: Scene, contender: Contender) -> None:
    scene.proxy.inject(_GARBAGE)


def _stop_reading(scene: Scene, contender: Contender) -> None:
    """Let it write until its link is full, and read nothing for a while more."""
    scene.proxy.to_server.freeze()
    end = time.monotonic() + _NOT_READING
    with contextlib.suppress(Silent, RuntimeError):
        while (left := end - time.monotonic()) > 0:
            contender.ask("write", CCD, *_TEXT, "x" * 30_000, patience=left)
    time.sleep(max(0.0, end - time.monotonic()))
    scene.proxy.to_server.thaw()


FAULTS = {
    "restart": Fault("server killed, started again", _restart, direct=True),
    "cut": Fault("link cut", _cut),
    "freeze": Fault(f"link frozen for {FROZEN:g} s", _freeze),
    "kill": Fault("driver killed in an exposure", _kill_driver),
    "stumble": Fault("a callback raises an exception", _stumble, noticeable=False),
    "garble": Fault("garbage in the stream", _garble, noticeable=False),
    "stop": Fault(f"server reads nothing for {_NOT_READING:g} s", _stop_reading),
}
