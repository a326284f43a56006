"""The observatory as a program of its own: ``python -m indinb.simulator``."""

import argparse
import asyncio
import contextlib
import datetime as dt
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence

from indinb.simulator import stdio
from indinb.simulator.astrometry import Site
from indinb.simulator.clock import check_year
from indinb.simulator.observatory import DEVICES, Observatory
from indinb.simulator.world import CALAR_ALTO, WINTER_EVENING

PORT = 7624


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the observatory until it is told to stop.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of those of the command line.

    Returns
    -------
    int
        0 when all went well.
    """
    parser = argument_parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(levelname)s: %(message)s")
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_stdio(options) if options.stdio else _serve(options))
    except (OSError, ValueError, ImportError) as error:
        print(f"indinb simulate: {_reason(error, options.port)}", file=sys.stderr)
        return 1
    return 0


def argument_parser() -> argparse.ArgumentParser:
    """Return what understands the command line."""
    parser = argparse.ArgumentParser(
        prog="indinb simulate",
        description="Serve simulated instruments, under a sky that is really there, by INDI.",
    )
    parser.add_argument(
        "--port", type=_port, default=PORT, help=f"where to listen ({PORT}; 0: any)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address; only this machine by default")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="another one is another sky of faint stars, other noise, another mount (0)",
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, help="how much faster than ours its clock runs (1)"
    )
    parser.add_argument(
        "--time",
        type=_time,
        default=WINTER_EVENING,
        help="when it begins, in UTC (2026-01-15T20:30)",
    )
    parser.add_argument(
        "--site",
        type=_site,
        default=CALAR_ALTO,
        help="degrees north, degrees east and metres, as 37.22,-2.55,2168",
    )
    parser.add_argument(
        "--devices",
        nargs="+",
        default=[],
        metavar="NAME",
        help=f"devices to add, of {', '.join(DEVICES)}",
    )
    parser.add_argument(
        "--stdio", metavar="NAME", help="be only this device, as a driver under an indiserver"
    )
    parser.add_argument("--lifeline", action="store_true", help="end when standard input does")
    return parser


def _port(text: str) -> int:
    with _explained(text, "a port, from 0 to 65535"):
        return range(65536)[int(text)]


def _speed(text: str) -> float:
    with _explained(text, "a speed from 0.1 to 3600"):
        speed = float(text)
        if not 0.1 <= speed <= 3600:
            raise ValueError
        return speed


def _time(text: str) -> dt.datetime:
    with _explained(text, "a time in UTC, as 2026-01-15T20:30, from 1900 to 2099"):
        time = dt.datetime.fromisoformat(text)
        check_year(time)
        return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def _site(text: str) -> Site:
    with _explained(text, "degrees north, degrees east and metres, as 37.22,-2.55,2168"):
        site = Site(*map(float, text.split(",")))
        if not (-90 <= site.latitude <= 90 and -360 <= site.longitude <= 360):
            raise ValueError
        return site


@contextlib.contextmanager
def _explained(text: str, wanted: str) -> Iterator[None]:
    """Say what an option wants instead of what it was given."""
    try:
        yield
    except (ValueError, IndexError, TypeError):
        raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}") from None


def _observatory(options: argparse.Namespace) -> Observatory:
    return Observatory(options.devices, options.seed, options.speed, options.time, options.site)


async def _serve(options: argparse.Namespace) -> None:
    observatory = _observatory(options)
    listening = await observatory.listen(options.host, options.port)
    host, port = listening.sockets[0].getsockname()[:2]
    print(f"indinb simulate: listening on {host}, port {port}", flush=True)
    try:
        await _told_to_stop(options.lifeline)
    finally:
        observatory.close()
        listening.close()


async def _stdio(options: argparse.Namespace) -> None:
    options.devices.append(options.stdio)
    observatory = _observatory(options)
    observatory.server.keep_only(options.stdio)
    try:
        await stdio.serve(observatory.server, options.stdio)
    finally:
        observatory.close()


async def _told_to_stop(lifeline: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # on Windows
        loop.add_signal_handler(signal.SIGTERM, stop.set)
    if lifeline:
        end = lambda: loop.call_soon_threadsafe(stop.set)  # noqa: E731
        threading.Thread(target=_hold, args=(end,), daemon=True).start()
    await stop.wait()


def _hold(end: Callable[[], object]) -> None:
    """Read from standard input until whoever started us is gone."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    with contextlib.suppress(RuntimeError):  # the loop is closed already
        end()


def _reason(error: Exception, port: int) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return f"port {port} cannot be used ({error.strerror}); --port chooses another"
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
