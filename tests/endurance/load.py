"""The load server: a steady stream of numbers and frames, in a process of its own.

It prints its port, serves one client, and begins when that writes ``BEGIN``. Each update has its
number and the moment at which it was sent, by the clock that all processes share, and each frame
its number in its first pixels. It needs none of the code that is tested.
"""

import base64
import json
import socket
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

DEVICE = "Load"
MARK = 12
"""Bytes at the begin of a frame that hold its number, as text."""

_PATIENCE = 60.0  # seconds for the client to come, and to ask


class Plan(NamedTuple):
    """What is sent.

    Parameters
    ----------
    seconds : float
        For how long.
    rate, frames : float
        How many updates and frames in a second.
    size : int
        Bytes of a frame.
    """

    seconds: float = 600.0
    rate: float = 1000.0
    frames: float = 2.0
    size: int = 1280 * 1024 * 2

    @property
    def updates(self) -> int:
        """How many there are in all."""
        return int(self.seconds * self.rate)


def main(arguments: str) -> None:
    """Print the port, and serve one client."""
    plan = Plan(**json.loads(arguments))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_PATIENCE)
        print(listener.getsockname()[1], flush=True)
        client, _ = listener.accept()
    with client:
        client.settimeout(_PATIENCE)
        _wait_for(client, b"<getProperties")
        client.sendall(_DEFINITIONS)
        _wait_for(client, b"BEGIN")
        _send(client, plan)
        _wait_for(client, b"")  # until it goes


def _wait_for(client: socket.socket, words: bytes) -> None:
    said = b""
    while more := client.recv(65536):
        said += more
        if words and words in said:
            return


def _send(client: socket.socket, plan: Plan) -> None:
    """Send all, each at its time, or as soon as the client takes it."""
    frames = _frames(plan.size)
    frames_due = 0.5  # which is when the first is half over
    begin = time.perf_counter()
    for number in range(plan.updates):
        time.sleep(max(0.0, begin + number / plan.rate - time.perf_counter()))
        client.sendall(_UPDATE % (number, time.perf_counter()))
        if number * plan.frames / plan.rate >= frames_due:
            frames_due += 1
            client.sendall(next(frames))
    client.sendall(_END % (plan.updates, frames_due - 0.5))


def frame(number: int, size: int) -> bytes:
    """Return the bytes of a frame."""
    rest = bytes(range(256)) * (size // 256 + 1)
    return (b"%0*d" % (MARK, number)) + rest[MARK:size]


def _frames(size: int) -> Iterator[bytes]:
    """Yield messages with frames; only the begin of their text differs."""
    text = base64.b64encode(frame(0, size))
    rest = text[len(base64.b64encode(bytes(MARK))) :]
    number = 0
    while True:
        yield _FRAME % (size, size, base64.b64encode(b"%0*d" % (MARK, number)) + rest)
        number += 1


def _numbers(name: str, *members: str) -> str:
    inside = "".join(
        f'<defNumber name="{member}" label="{member}" format="%g" min="0" max="0" step="0">0'
        "</defNumber>\n"
        for member in members
    )
    return (
        f'<defNumberVector device="{DEVICE}" name="{name}" label="{name}" group="Main"'
        f' state="Idle" perm="ro" timeout="60">\n{inside}</defNumberVector>\n'
    )


def _set_numbers(name: str, **members: str) -> bytes:
    inside = "".join(
        f'    <oneNumber name="{member}">\n{text}\n    </oneNumber>\n'
        for member, text in members.items()
    )
    return (
        f'<setNumberVector device="{DEVICE}" name="{name}" state="Ok" timeout="60"'
        f' timestamp="2026-11-22T10:31:00">\n{inside}</setNumberVector>\n'
    ).encode()


_DEFINITIONS = (
    _numbers("UPDATE", "NUMBER", "SENT")
    + _numbers("END", "UPDATES", "FRAMES")
    + f'<defTextVector device="{DEVICE}" name="START" label="Start" group="Main" state="Idle"'
    ' perm="wo" timeout="60">\n<defText name="WORD" label="Word"></defText>\n</defTextVector>\n'
    f'<defBLOBVector device="{DEVICE}" name="IMAGE" label="Image" group="Main" state="Idle"'
    ' perm="ro" timeout="60">\n<defBLOB name="IMAGE" label="Image"/>\n</defBLOBVector>\n'
).encode()
_UPDATE = _set_numbers("UPDATE", NUMBER="%d", SENT="%.9f")
_END = _set_numbers("END", UPDATES="%d", FRAMES="%d")
_FRAME = (
    f'<setBLOBVector device="{DEVICE}" name="IMAGE" state="Ok" timeout="60"'
    ' timestamp="2026-11-22T10:31:00">\n    <oneBLOB name="IMAGE" size="%d" format=".bin"'
    ' len="%d">\n%s\n    </oneBLOB>\n</setBLOBVector>\n'
).encode()


if __name__ == "__main__":
    main(*sys.argv[1:])
