"""The observatory: a connection with its instruments on top."""

from collections.abc import Callable, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from indinb.client import lifetime
from indinb.client.archive import Archive
from indinb.client.transport import UNIX_PATH, Transport, open_tcp, open_unix
from indinb.errors import ConnectionFailed, OutOfRange
from indinb.images import templates
from indinb.instruments.cameras.headers import headers_of
from indinb.instruments.cameras.live import end_lives
from indinb.instruments.ensemble import Ensemble
from indinb.instruments.guarding import watchdog
from indinb.instruments.guarding.guard import Guard
from indinb.instruments.memory import Memory
from indinb.instruments.mounts.errands import let_go_of_all
from indinb.instruments.nights.night import end_nights
from indinb.instruments.roles import roles_of
from indinb.protocol.messages import Blob

if TYPE_CHECKING:
    from astropy import units as u

    from indinb.widgets.dashboard import Dashboard

_PORT = 7624


class Client(Ensemble):
    """One INDI server and the instruments behind it: what `connect` returns.

    Use it in a ``with``, or `close` it at the end.

    Parameters
    ----------
    transport, address, devices, read_only, reopen
        See `Connection`.
    on_close : callable, optional
        Called when the client has been closed.
    """

    def __init__(
        self,
        transport: Transport,
        address: str = "server",
        devices: Sequence[str] | str | None = None,
        read_only: bool = False,
        reopen: Callable[[], Transport] | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(transport, address, devices, read_only, reopen)
        self._on_close = on_close
        self._guard: Guard | None = None
        self._dashboard: Dashboard | None = None

    def dashboard(self) -> "Dashboard":
        """Return the desk of an observer: mount, camera, focuser and filter wheel in one widget.

        It shows what the instruments tell, and the newest picture, whoever has asked for it. It
        asks them for what is clicked: nothing blocks, and what fails says why on its card.
        Instruments that are not there yet appear when they are. With several of a kind, it takes
        those that `telescope`, `camera`, `focuser` and `filter_wheel` would; `use` chooses others.

        So that pictures come, the camera's BLOBs are switched on, as `enable_blobs` does.

        Returns
        -------
        Dashboard
            To show as the last line of a cell; the same one for this client until it is closed.

        Examples
        --------
        ::

            client = indinb.simulate()
            client.dashboard()
        """
        from indinb.widgets.dashboard import Dashboard

        if self._dashboard is None or self._dashboard.comm is None:  # it was closed
            self._dashboard = Dashboard(self)
        return self._dashboard

    @property
    def save_to(self) -> Path | None:
        """The folder to which every frame is written on arrival; None, the default, is off.

        Assign a folder (``~`` is the home folder), which is made if it is not there, or None.
        OSError is raised if nothing can be written to it.

        All that the server sends to this client counts, such as frames that another client has
        asked for, but no video. (Servers send frames of which cameras is up to `enable_blobs`.)
        Bytes are written as they came, and never over another file; but ``.z`` is inflated, and
        what is missing in a FITS header is filled in, as in the frame that `Camera.expose` returns.
        Names are made of object, frame type, filter, exposure, number and UTC, as in
        ``M31_Light_Red_60s_001_2026-11-22T10-18-04.977.fits``. Files that are being written begin
        with a dot and end with ``.part``.

        It may also be a template, like ``"~/astro/{object}/{date}/{type}_{number}"``, with the
        fields of `Frame.save`; it names the files, whose suffix and three digits of a number are
        added if it has none, and its folders are made. ValueError names the fields if one is not
        known.

        What cannot be written is reported at once, and is `unsaved`; assign a folder again, and
        it is written there.
        """
        return None if self.archive is None else self.archive.folder

    @save_to.setter
    def save_to(self, folder: str | PathLike[str] | None) -> None:
        if self.archive is None:
            headers = headers_of(self)
            self.archive = Archive(self, headers.label, headers.hear)
        if folder is None:
            self.archive.save_to(None)
            return
        place, template = str(folder), None
        if templates.is_template(place):
            place, template = templates.split(place)
        self.archive.save_to(place, partial(headers_of(self).label, template=template))

    @property
    def unsaved(self) -> tuple[Blob, ...]:
        """Frames that `save_to` has not written, as they wait or as that failed; oldest first.

        Of these, 1 GiB is kept. What comes beyond is reported, and lost.
        """
        return () if self.archive is None else self.archive.unsaved

    def guard(
        self,
        seconds: "u.Quantity | float",
        *,
        mount: bool = True,
        dome: bool = True,
        script: str | None = None,
        port: int | None = None,
    ) -> Guard:
        """Arm a dead man's switch: without this client, the server parks mount and dome by itself.

        The server's driver ``indi_watchdog`` does that when it hears no heartbeat any more: this
        program was killed, its computer sleeps, or the network is gone. To close the client does
        not disarm it: ``guard.disarm()`` does, or the end of a ``with client.guard(…):``.
        A second guard replaces the first.

        The driver has one heart, whoever beats it: of two clients that guard one server, each
        keeps the other's heart beating, and the last to arm says what is done. A client that is
        closed because its notebook's cell is run again stops its heart as well: guard anew then.

        Parameters
        ----------
        seconds : Quantity or float
            Without a heartbeat, after which the server acts; from 5 s to what the driver takes,
            an hour. Three heartbeats are sent in this time.
        mount, dome : bool
            Whether to park the telescope's mount and the dome, if there is one. Whether the dome
            waits for the mount is the driver's ``WATCHDOG_MOUNT_POLICY``.
        script : str, optional
            Program that is to run after that on the server's machine.
        port : int, optional
            Of the server, as seen on its own machine, where it differs from this client's.

        Returns
        -------
        Guard
            To `Guard.disarm`, or to use in a ``with``.

        Raises
        ------
        UnknownDevice
            If the server does not run ``indi_watchdog``, or there is nothing to park.
        UnknownProperty
            If the mount or the dome cannot be parked: its driver is not connected.
        OutOfRange
            If it is not a time, or too short or too long.
        NotWritable
            If the client is read-only.
        OperationError
            If the driver does not take it.
        """
        roles = roles_of(self)
        parked = {
            kind: roles.device(role)
            for kind, role, asked in (
                (watchdog.MOUNT, "telescope", mount),
                (watchdog.DOME, "dome", dome),
            )
            if asked and roles.has(role)
        }
        guard = Guard(self, seconds, parked, script, self._port(port))
        self._guard = guard.arm(instead_of=self._guard)
        return guard

    def close(self) -> None:
        """End the connection; values stay readable. Safe to call twice and from any thread.

        A `night` is ended first, mounts are stopped that are moved by hand, and cameras of live
        views; and frames that have arrived are written, if `save_to` is set.
        """
        if not self._is_ours:
            return
        end_nights(self)
        let_go_of_all(self)
        end_lives(self)
        if self._guard is not None:
            self._guard.halt()
        try:
            super().close()
            if self.archive is not None:
                self.archive.close()
            self._dashboard = None  # what it shows stays in the notebook
        finally:
            if self._on_close is not None:
                self._on_close()

    def disown(self) -> None:
        """Be closed in a forked child, without a word: all of it is the parent's."""
        super().disown()
        for one in (self._guard, self.archive):
            if one is not None:
                one.disown()

    def _port(self, given: object) -> int:
        """Tell the server's port; a link by ``unix:`` does not know it."""
        port = str(given or self.address.rpartition(":")[2])
        if given and not (port.isdecimal() and 0 < int(port) < 65536):
            raise OutOfRange(f"{given!r} is not a port: they go from 1 to 65535")
        if not port.isdecimal():
            raise OutOfRange(
                f"the watchdog reaches its server by TCP, and {self.address} does not tell where: "
                f"guard(…, port={_PORT}), if it is INDI's usual one"
            )
        return int(port)


def connect(
    host: str = "localhost",
    port: int = _PORT,
    *,
    devices: Sequence[str] | str | None = None,
    read_only: bool = False,
    timeout: float = 5.0,
    shared_memory: bool = True,
    reconnect: bool = True,
) -> Client:
    """Connect to an INDI server.

    Returns when the server has announced its devices: after 150 ms without a new definition, or
    2 s at most. When a notebook's cell is run again, the client that it made before is closed, if
    the notebook tells which cell runs, as JupyterLab does. What ``client.use(…)`` was told of this
    server before counts again, and is printed in one line.

    Parameters
    ----------
    host : str
        Name or address of the machine on which the server runs; "name:port" does, too. On the
        server's own machine, if that is Linux, ``"unix:/tmp/indiserver"`` is much faster for
        images: the path is that of indiserver's option ``-u``, and ``"unix:"`` the usual one.
    port : int
        INDI's own by default; ``unix:`` has none.
    devices : sequence of str, or str, optional
        See only these devices, or this one.
    read_only : bool
        Look, but ask nothing of any device.
    timeout : float
        Seconds in which the server has to answer; ``unix:`` answers at once or not at all.
    shared_memory : bool
        Over ``unix:``, look at BLOBs in the memory that the server shares, without a copy. It is
        trusted not to shrink that memory later: the system would end this program, without an
        error, as soon as it reads what is gone. With False they are copied as they arrive.
    reconnect : bool
        Look for the server again when the link is lost. Values stay readable meanwhile, and are
        `stale`; whatever is pending fails. Once the link is back, devices, properties, observers,
        instruments and panels are alive again; what is not announced again within 10 s is deleted.

    Returns
    -------
    Client
        To `close` at the end.

    Raises
    ------
    ConnectionFailed
        If there is no such host or path, nothing listens there, or nothing answers; if ``unix:``
        is not on Linux, or comes with a port.
    ConnectionLost
        If the server hangs up at once.
    """
    lifetime.end_of_earlier_runs()
    address, link = _way(host, port, timeout, shared_memory)
    reopen = link if reconnect else None
    client = Client(link(), address, devices, read_only, reopen).open()
    roles_of(client).remember(Memory(address))
    return client


def _way(
    host: str, port: int, timeout: float, shared_memory: bool
) -> tuple[str, Callable[[], Transport]]:
    """Return the address of a server, and what makes a link to it."""
    if host.startswith("unix:"):
        if port != _PORT:  # it would be another server's
            raise ConnectionFailed(
                f"port {port} does not go with {host!r}: give the path of that server instead, "
                "which is that of its option -u"
            )
        given = host.removeprefix("unix:")
        path = str(Path(given).expanduser()) if given else UNIX_PATH
        return f"unix:{path}", partial(open_unix, path, shared_memory)
    if host.count(":") == 1:
        host, _, given = host.partition(":")
        if not given.isdecimal():
            raise ConnectionFailed(f"{given!r} is not a port: write for example {host}:{_PORT}")
        port = int(given)
    return f"{host}:{port}", partial(open_tcp, host, port, timeout)
