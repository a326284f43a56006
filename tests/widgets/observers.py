"""The desk of an observer without a telescope: drivers as INDI's simulators define them."""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from indinb import Client
from indinb.client import quiet
from indinb.protocol.messages import Blob, Define, Message, New, Update
from indinb.protocol.vocabulary import State
from indinb.widgets.dashboard import Dashboard
from indinb.widgets.feed import TICK
from tests import captures
from tests.client.fakes import SOON, FakeServer, ManualClock, obey, update
from tests.widgets.comms import FakeComm, Json

MOUNT = "Telescope Simulator"
CCD = "CCD Simulator"
FOCUSER = "Focuser Simulator"
WHEEL = "Filter Simulator"
DRIVERS = {MOUNT: "telescope", CCD: "ccd", FOCUSER: "focus", WHEEL: "wheel"}


def definitions(*devices: str, connected: bool = True) -> list[Define]:
    """Return what drivers announce, before or after they are connected."""
    kind = "xml" if connected else "preconnect.xml"
    names = [f"indi-1.9.9/{DRIVERS[device]}.{kind}" for device in devices or DRIVERS]
    messages = itertools.chain.from_iterable(captures.read(captures.capture(n)) for n in names)
    return [each for each in messages if isinstance(each, Define)]


ALL = definitions()


def of(device: str, name: str) -> Define:
    """Return a definition."""
    return next(each for each in ALL if (each.device, each.name) == (device, name))


EOD = of(MOUNT, "EQUATORIAL_EOD_COORD")
SITE = of(MOUNT, "GEOGRAPHIC_COORD")
PARK = of(MOUNT, "TELESCOPE_PARK")
TRACK = of(MOUNT, "TELESCOPE_TRACK_STATE")
EXPOSURE = of(CCD, "CCD_EXPOSURE")
IMAGE = of(CCD, "CCD1")
POSITION = of(FOCUSER, "ABS_FOCUS_POSITION")
SLOT = of(WHEEL, "FILTER_SLOT")

# Over the pole of the Earth, stars stand as high as their declination, whatever the hour.
POLE = update(SITE, State.OK, LAT=90.0, LONG=0.5, ELEV=0.0)


class Answers:
    """Answers of drivers to requests: they do at once what they are asked, unless told else."""

    def __init__(self) -> None:
        self._of: dict[str, Callable[[New], Iterable[Message]]] = {}

    def set(self, name: str, *answers: Update) -> None:
        """Answer requests for a property so from now on."""
        self._of[name] = lambda _: answers

    def __call__(self, new: New) -> Iterable[Message]:
        return self._of.get(new.name, obey)(new)


class Observer:
    """The other end of a dashboard's line, with the server and the time between."""

    def __init__(
        self, client: Client, server: FakeServer, clock: ManualClock, answers: Answers
    ) -> None:
        self.client = client
        self.server = server
        self.clock = clock
        self.answers = answers
        self.dashboard: Dashboard = client.dashboard()
        self.line: FakeComm = self.dashboard.comm
        self.state: Json = dict(self.line.opened["desk"])

    def __getitem__(self, card: str) -> Json:
        """Return a card as it is shown now."""
        self.look()
        found: Json = self.state[card]
        return found

    def look(self) -> list[Json]:
        """Let a tick pass, and follow what has been told; return that."""
        self.clock.advance(TICK)
        patches = self.line.take("patch")
        for patch in patches:
            assert patch["seq"] == self.state["seq"] + 1
            self.state |= {**patch["news"], "seq": patch["seq"]}
        return patches

    def act(self, card: str, action: str, **values: Any) -> None:
        """Click, and wait until what came of it has been heard of here."""
        self.line.bring({"type": "act", "card": card, "action": action, "values": values})
        self.settle()

    def abort(self, card: str) -> None:
        self.line.bring({"type": "abort", "id": 7, "card": card})
        self.settle()

    def tell(self, *messages: Message) -> None:
        """Let drivers say something, and wait until it is shown."""
        self.server.tell(*messages)
        self.settle()

    def send_picture(self, data: bytes = captures.TINY_FITS) -> None:
        blob = Blob(memoryview(data), ".fits", len(data))
        self.tell(update(IMAGE, State.OK, CCD1=blob))

    def settle(self) -> None:
        for _ in range(2):  # what the worker has asked for, and what came of the answer
            self.client.worker.submit(int).result(SOON)
            self.server.tell()
            self.server.tell()
        self.client.worker.submit(int).result(SOON)

    def wait(self, seconds: float = 2.0) -> None:
        """Let time pass, such as that in which drivers may explain an Alert."""
        self.clock.advance(seconds)
        self.settle()

    def asked(self, name: str) -> list[dict[str, Any]]:
        """Return all that drivers have been asked of a property."""
        requests = [each for each in self.server.received if isinstance(each, New)]
        return [dict(each.values) for each in requests if each.name == name]


def observe(
    monkeypatch: pytest.MonkeyPatch,
    clock: ManualClock,
    *defined: Define,
    **options: Any,
) -> Observer:
    """Connect to drivers, and look at their dashboard."""
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    answers = Answers()
    server = FakeServer(*(defined or ALL), answer=answers)
    client = Client(server.transport, "fake", on_close=server.close, **options).open()
    server.tell()
    return Observer(client, server, clock, answers)


Begin = Callable[..., Observer]
