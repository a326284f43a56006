"""The ``indinb`` command."""

import argparse
import importlib.util
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib.metadata import version
from pathlib import Path

from indinb import lessons
from indinb.errors import IndiError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of those of the command line.

    Returns
    -------
    int
        0 when all went well.
    """
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if options.run is _simulate:
        options.rest = rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return options.run(options) or 0
    except (IndiError, OSError) as error:
        print(f"indinb: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("indinb: stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="indinb", description="The observatory in a notebook.")
    parser.add_argument("--version", action="version", version=version("indinb"))
    commands = parser.add_subparsers(required=True, metavar="command")
    demo = commands.add_parser("demo", help="slew, expose and save a picture, all simulated")
    demo.add_argument("--target", default="M31", help="where to point (M31)")
    demo.add_argument("--exposure", type=float, default=2.0, help="in seconds (2)")
    demo.add_argument("--folder", type=Path, default=Path("indinb-demo"), help="for the pictures")
    demo.set_defaults(run=_demo)
    simulate = commands.add_parser(
        "simulate",
        help="serve the simulated observatory to any client (indinb simulate --help)",
        add_help=False,
    )
    simulate.set_defaults(run=_simulate)
    ls = commands.add_parser("ls", help="list devices, instruments and properties of a server")
    ls.add_argument("server", nargs="?", default="localhost", help="host[:port] (localhost)")
    ls.add_argument("--device", metavar="NAME", help="this one only")
    ls.add_argument("--properties", action="store_true", help="with all that they tell")
    ls.add_argument("--json", action="store_true", help="for programs")
    ls.set_defaults(run=_ls)
    lab = commands.add_parser("lab", help="open the lessons in JupyterLab")
    lab.add_argument("--folder", type=Path, default=Path("indinb-lessons"), help="to work in")
    lab.add_argument("options", nargs="*", help="for jupyter lab, after --")
    lab.set_defaults(run=_lab)
    return parser


def _demo(options: argparse.Namespace) -> None:
    """Slew, expose and save, and tell what was done as a table."""
    from indinb.simulation import simulate

    options.folder.mkdir(parents=True, exist_ok=True)
    fits, png = options.folder / "first-light.fits", options.folder / "first-light.png"
    table = _Table()
    with table.step("start observatory") as row:
        client = simulate()
        row.note = f"{len(client.devices)} devices at {client.address}"
    with client:
        telescope, camera = client.telescope, client.camera
        with table.step("connect") as row:
            telescope.connect()
            camera.connect()
            row.note = f"{telescope.name}, {camera.name}"
        with table.step(f"slew to {options.target}") as row:
            row.note = telescope.slew(options.target).to_string("hmsdms", precision=0)
        with table.step(f"expose {options.exposure:g} s") as row:
            frame = camera.expose(options.exposure)
            row.note = repr(frame)
        with table.step("save") as row:
            frame.save(fits, overwrite=True)
            row.note = str(fits)
        with table.step("draw") as row:
            png.write_bytes(frame.to_png())
            row.note = str(png)


def _simulate(options: argparse.Namespace) -> int:
    """Run the observatory in a process of its own, which ends with this one."""
    command = [sys.executable, "-m", "indinb.simulator", "--lifeline", *options.rest]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as observatory:
        return observatory.wait()


def _ls(options: argparse.Namespace) -> None:
    """List what a server has, without asking anything of it."""
    from indinb import listing
    from indinb.observatory import connect

    with redirect_stdout(sys.stderr):  # where it tells which roles are as before
        client = connect(options.server, read_only=True, reconnect=False)
    with client:
        named = [client.devices[options.device]] if options.device else client.devices.values()
        if options.json:
            found = [listing.described(device, options.properties) for device in named]
            print(json.dumps(found, indent=2))
        elif options.properties:
            _say(listing.pages(named))
        else:
            _say(listing.table(named))


def _say(text: str) -> None:
    """Print in whatever letters the terminal has."""
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


class _Table:
    """Prints a row after each step: what, how long, and what came of it."""

    note = ""

    @contextmanager
    def step(self, what: str) -> Iterator["_Table"]:
        begin = time.monotonic()
        self.note = ""
        yield self
        print(f"{what:<20} {time.monotonic() - begin:5.1f} s  {self.note}", flush=True)


def _lab(options: argparse.Namespace) -> int:
    """Copy the lessons to a folder, and open the first in JupyterLab."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise IndiError('JupyterLab is not installed: pip install "indinb[lab]"')
    _tell(lessons.copy_lessons(options.folder), options.folder)
    # Not the file itself: the address that JupyterLab then prints leads to the launcher.
    first = f"--LabApp.default_url=/lab/tree/{lessons.FIRST}"
    command = [sys.executable, "-m", "jupyterlab", first, *options.options]
    # Ctrl-C is for JupyterLab, which asks what to do with its kernels; it must live that long.
    # (A signal that is ignored would be ignored by the kernels, too.)
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, cwd=options.folder, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(copied: lessons.Copied, folder: Path) -> None:
    """Say where the lessons are, and what became of those that were there."""
    counts = {"new": len(copied.new), "brought up to date": len(copied.renewed)}
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    _say(f"The lessons are in {folder.resolve()} ({told or 'as you left them'}).")
    for name in copied.kept:
        _say(f"Of {name} there is a newer version; yours is kept. Rename it to get that one, too.")


if __name__ == "__main__":
    sys.exit(main())
