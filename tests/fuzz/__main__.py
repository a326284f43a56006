"""The command: see the package."""

import argparse
import logging
import resource
import sys
import time
import zlib
from pathlib import Path

from tests.fuzz.campaign import Campaign, alarm, in_time, shrunk

MEMORY = 2 << 30
"""Bytes that may be set aside at once: somewhat more than the largest BLOB that is believed."""


def main(arguments: list[str] | None = None) -> int:
    """Run, and return 1 if something is wrong."""
    options = _options().parse_args(arguments)
    if options.replay:
        with alarm():
            print(in_time(options.replay.read_bytes()))
        return 0
    campaign = Campaign(options.seed)
    failure = campaign.run(options.inputs, options.seconds)
    if failure is None:
        print(f"{campaign}: all is well")
        return 0
    path = _save(shrunk(failure), options.folder)
    print(f"{campaign}: failed; see it again with: python -m tests.fuzz --replay {path}")
    return 1


def limit_memory() -> None:
    """Fail whatever sets aside far more memory than there are bytes to fill it."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    used = pages * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, hard))


def _save(data: bytes, folder: Path) -> Path:
    path = folder / f"fuzz-{zlib.crc32(data):08x}.bin"
    path.write_bytes(data)
    return path


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tests.fuzz", description="Throw damaged streams at the reader and the model."
    )
    parser.add_argument("--inputs", type=int, default=1_000_000, help="how many at most")
    parser.add_argument("--seconds", type=float, default=3600.0, help="how long at most")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="other inputs for each")
    parser.add_argument("--folder", type=Path, default=Path(), help="where to save a failure")
    parser.add_argument("--replay", type=Path, help="check the input in this file, and no other")
    return parser


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    if sys.platform == "linux":
        limit_memory()
    sys.exit(main())
