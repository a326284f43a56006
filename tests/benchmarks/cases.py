"""What is measured: each case is a row of the table, and one figure for each client."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

PEERS = ("pyindi", "indipyclient")
CLIENTS = ("indinb", "dropin", *PEERS)
BARE = ("raw", "lxml")


@dataclass(frozen=True)
class Case:
    """One row.

    Parameters
    ----------
    name : str
        What the command calls it; several cases may share it.
    title, unit : str
        What the table calls it. Rates ("/s" at the end) are the better the larger they are,
        everything else the smaller.
    job : str
        What the clients do; see `clients.jobs`.
    clients : tuple of str
        Who can do it.
    arguments : dict
        Of the job, and through it of the load server.
    memory : int
        Bytes that a client may use for it.
    server : str
        Of `servers.SERVERS`.
    runs : int
        How many are enough.
    """

    name: str
    title: str
    unit: str
    job: str
    clients: tuple[str, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    memory: int = 1 << 27
    server: str = "load"
    runs: int = 5

    @property
    def is_rate(self) -> bool:
        """Whether more is better."""
        return self.unit.endswith("/s")


class Size(NamedTuple):
    """A camera's image, and how many of them make a series."""

    title: str
    width: int
    height: int
    frames: int

    def load(self, **more: Any) -> dict[str, Any]:
        """Return the arguments that make the load server send such frames."""
        frame = {"load": "blobs", "width": self.width, "height": self.height}
        return frame | {"frames": self.frames} | more

    @property
    def megabytes(self) -> float:
        """How large one is."""
        return 2 * self.width * self.height / 1e6

    @property
    def memory(self) -> int:
        """What a client needs that keeps the text of a series, and works on one more."""
        return 3 * self.width * self.height * (self.frames + 2)


SMALL = Size("2.6 MB", 1280, 1024, frames=10)
MEDIUM = Size("33.6 MB", 4096, 4096, frames=5)
LARGE = Size("122 MB", 8192, 7447, frames=3)


def _updates(properties: int, changing: int, others: int = 0) -> dict[str, Any]:
    """Return the arguments that make the load server send updates of some properties."""
    numbers = {"properties": properties, "changing": changing, "others": others}
    return {"load": "updates", "count": 20_000} | numbers


def _blobs(size: Size, form: str = "", runs: int = 5, **more: Any) -> Case:
    title = f"BLOB of {size.title}{form}"
    clients = CLIENTS + BARE
    load = size.load(**more)
    return Case("blobs", title, "MB/s", "blobs", clients, load, size.memory, runs=runs)


def _fits(size: Size, frames: int) -> Case:
    title = f"FITS of {size.title} to uint16"
    load = size.load(frames=frames)
    return Case("fits", title, "MB/s", "fits", CLIENTS, load, size.memory)


def _memory(size: Size, which: str, frames: int) -> Case:
    title = f"memory, {size.title}, {which}"
    return Case("memory", title, "MB", "memory", CLIENTS, size.load(frames=frames), runs=1)


def _shared(size: Size) -> Case:
    title = f"shared memory, {size.title}"
    clients = ("indinb", "dropin", "pyindi", "raw")
    return Case("unix", title, "ms", "shared", clients, size.load(shared=True), runs=3)


def _exposure(size: Size, to: str) -> Case:
    return Case(
        "unix",
        f"indiserver, {size.title} to {to}",
        "ms",
        "exposure",
        ("indinb",),
        {"width": size.width, "height": size.height, "image": to == "uint16"},
        size.memory,
        server="simulator",
        runs=3,
    )


CASES = (
    Case("updates", "updates of 3 numbers", "/s", "updates", CLIENTS + BARE, _updates(5, 5)),
    Case(
        "updates",
        "rate with 1 000 properties",
        "%",
        "burdened",
        ("indinb",),
        {"few": _updates(10, 1), "many": _updates(1000, 1, others=100)},
    ),
    _blobs(SMALL),
    _blobs(MEDIUM),
    _blobs(LARGE, runs=3),
    _blobs(MEDIUM, " in lines", runs=3, wrapped=True),
    _fits(SMALL, frames=10),
    _fits(MEDIUM, frames=3),
    _memory(MEDIUM, "first", frames=1),
    _memory(MEDIUM, "series", frames=4),
    _memory(LARGE, "first", frames=1),
    _memory(LARGE, "series", frames=4),
    _shared(SMALL),
    _shared(LARGE),
    Case(
        "unix",
        "files left by 1 000 frames",
        "",
        "descriptors",
        ("indinb", "dropin", "pyindi"),
        SMALL.load(shared=True, frames=1000),
        runs=1,
    ),
    _exposure(SMALL, "bytes"),
    _exposure(LARGE, "bytes"),
    _exposure(SMALL, "uint16"),
    _exposure(LARGE, "uint16"),
    Case("connect", "connect, all properties", "ms", "connecting", CLIENTS, server="simulator"),
    Case("connect", "connect() itself", "ms", "settling", ("indinb",), server="simulator"),
    Case("import", "import", "ms", "importing", CLIENTS),
)
