"""``python -m tests.embedded``: other clients at the embedded observatory.

Each in the environment that ``python -m tests.benchmarks setup`` has made for it.
"""

import subprocess
import sys
import time
from pathlib import Path

from indinb.servers import EmbeddedServer
from tests.benchmarks.peers import installed, python_of

PEERS = ("pyindi", "indipyclient")


def main() -> int:
    """Let each peer slew and expose; return 1 if one cannot."""
    server = EmbeddedServer(["--speed", "20"])
    try:
        passed = [_night(peer, server.port) for peer in PEERS]
        return 0 if all(passed) else 1
    finally:
        server.close()


def _night(peer: str, port: int) -> bool:
    if not installed(peer):
        print(f"{peer:<14} is not installed: python -m tests.benchmarks setup")
        return False
    begin = time.monotonic()
    program = Path(__file__).parent / "clients" / f"{peer}.py"
    done = subprocess.run(
        [python_of(peer), program, str(port)], capture_output=True, text=True, timeout=180
    )
    said = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or [""]
    print(f"{peer:<14} {time.monotonic() - begin:6.1f} s  {said[-1]}")
    return done.returncode == 0 and "SIMPLE" in done.stdout


if __name__ == "__main__":
    sys.exit(main())
