"""A real Voila on loopback: notebooks as pages without code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab import free_port, served


@contextmanager
def voila(folder: Path, private: Path) -> Iterator[str]:
    """Serve a folder; yields the address, below which each visit runs a notebook anew."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/voila"
    options = {
        "Voila.ip": "127.0.0.1",
        "Voila.port": port,
        "Voila.root_dir": folder,
        "Voila.connection_dir_root": private,
        "VoilaConfiguration.classic_tree": True,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = ["voila", "--no-browser", *flags]
    with served(command, f"{address}/tree", private):
        yield f"{address}/render"
