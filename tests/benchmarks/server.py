"""The load server: plain sockets in a process of its own, with no code of what is measured.

A client opens a control link and names a load there; it is told what the load is and where to
find it, by an INDI connection as to any server. Each line on the control link sends the load once,
and is answered with the moment at which sending began, by the clock that all processes share.
"""

import contextlib
import json
import socket
import threading
import time
from typing import TextIO

from tests.benchmarks.loads import LOADS, Load

_PATIENCE = 600.0  # seconds without a client after which the server ends by itself


def main() -> None:
    """Print the port for control links, and serve."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(_PATIENCE)
        print(listener.getsockname()[1], flush=True)
        with contextlib.suppress(TimeoutError):
            while True:
                control, _ = listener.accept()
                threading.Thread(target=_serve, args=(control,), daemon=True).start()


def _serve(control: socket.socket) -> None:
    with control, control.makefile("rw") as lines, contextlib.suppress(ConnectionError):
        request = json.loads(lines.readline())
        load = LOADS[request.pop("load")](**request)
        with _accepted(load, lines) as client:
            threading.Thread(target=_define, args=(client, load), daemon=True).start()
            for _ in lines:
                begin = time.perf_counter()
                _send(client, load)
                _say(lines, begin)


def _accepted(load: Load, lines: TextIO) -> socket.socket:
    """Tell what the load is and where, and wait for the client to come."""
    with _unix_listener() if load.block else socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        where = {"path": address[1:].decode()} if load.block else {"port": address[1]}
        sizes = {"definitions": len(load.definitions), "data": len(load.data)}
        _say(lines, load.facts | sizes | where)
        return listener.accept()[0]


def _unix_listener() -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("")  # the system finds a name in the abstract namespace
    listener.listen()
    return listener


def _send(client: socket.socket, load: Load) -> None:
    if not load.block:
        client.sendall(load.data)
    else:
        socket.send_fds(client, [load.data], [load.block])


def _say(lines: TextIO, answer: object) -> None:
    print(json.dumps(answer), file=lines, flush=True)


def _define(client: socket.socket, load: Load) -> None:
    """Send the definitions when asked, and take whatever else the client says."""
    with contextlib.suppress(OSError):
        while said := client.recv(65536):
            if b"<getProperties" in said:
                client.sendall(load.definitions)


if __name__ == "__main__":
    main()
