"""Simulated observatories that this program starts, and ends."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from indinb import servers
from indinb.client import lifetime
from indinb.client.transport import open_tcp
from indinb.observatory import Client

if TYPE_CHECKING:
    from astropy.coordinates import EarthLocation
    from astropy.time import Time


def simulate(
    server: str = "embedded",
    *,
    devices: Sequence[str] | str = (),
    seed: int = 0,
    speed: float = 1.0,
    time: "Time | dt.datetime | str | None" = None,
    site: "EarthLocation | Sequence[float] | None" = None,
) -> Client:
    """Start simulated instruments on this machine, and connect to them.

    By default it is an observatory of indinb's own, which needs nothing but what pip installs: its
    camera sees the real sky (see README, "The embedded observatory"). It takes clients from this
    machine only.

    Parameters
    ----------
    server : str
        "embedded", or "indiserver": INDI's own simulators of a telescope, two cameras, a focuser
        and a filter wheel, on a free port; they need Debian's indi-bin or the like. As every
        indiserver, it can be reached, and its simulators be moved, by whoever shares the network.
        All that follows is for the embedded observatory only.
    devices : sequence of str, or str
        Devices that it has besides telescope, camera, focuser and filter wheel: "Guide Simulator",
        "Rotator Simulator", "Dome Simulator", "Weather Simulator", "GPS Simulator", "Light Panel
        Simulator".
    seed : int
        All that is drawn by lot follows from it: the same seed gives the same pictures.
    speed : float
        How much faster than ours the observatory's clock runs, 0.1 to 3600. To change it later:
        ``client.devices["Observatory Simulator"]["SIMULATION_SPEED"].set(20)``.
    time : Time, datetime or str, optional
        When it begins, in UTC. By default it is a winter evening, 2026-01-15 20:30, with both M31
        and M42 well up, whatever the hour.
    site : EarthLocation or sequence of float, optional
        Where it is; or degrees north, degrees east, and metres. By default it is Calar Alto, Spain.

    Returns
    -------
    Client
        Whose `close` ends the server too; so does the end of the program.

    Raises
    ------
    ValueError
        If there is no such simulation, or a number makes no sense.
    ConnectionFailed
        If the server is not installed or does not start.
    """
    lifetime.end_of_earlier_runs()
    return _connect_to_own(_own_server(server, devices, seed, speed, time, site))


def _own_server(server: str, devices: Sequence[str] | str, *options: Any) -> servers.OwnServer:
    """Start what `simulate` was asked for."""
    if server == "indiserver":
        return servers.IndiServer(list(servers.SIMULATORS.values()))
    if server != "embedded":
        raise ValueError(
            f'no simulation is called {server!r}; there are "embedded" and "indiserver"'
        )
    names = [devices] if isinstance(devices, str) else list(devices)
    return servers.EmbeddedServer([*_options(*options), *(["--devices", *names] if names else [])])


def _options(seed: int, speed: float, time: Any, site: Any) -> list[str]:
    """Write what makes an observatory as options of its program."""
    if not 0.1 <= speed <= 3600:
        raise ValueError(f"speed={speed!r} is not from 0.1 to 3600")
    options = [f"--seed={seed:d}", f"--speed={speed}"]
    if time is not None:
        options.append(f"--time={_iso(time)}")
    if site is not None:
        options.append("--site=" + ",".join(map(str, _degrees(site))))
    return options


def _iso(time: Any) -> str:
    """Write a time as ISO 8601, in UTC."""
    from astropy.time import Time

    try:
        return str(Time(time).utc.isot)
    except ValueError:
        raise ValueError(f'time={time!r} is no time: write "2026-01-15T20:30", in UTC') from None


def _degrees(site: Any) -> tuple[float, ...]:
    """Return latitude, longitude and, if it is known, height of a site."""
    from astropy.coordinates import EarthLocation

    if isinstance(site, EarthLocation):
        return site.lat.deg, site.lon.deg, site.height.to_value("m")
    try:
        return tuple(float(number) for number in site)
    except (TypeError, ValueError):
        wanted = "degrees north, degrees east and metres, or an EarthLocation"
        raise ValueError(f"site={site!r} is no place: write {wanted}") from None


def _connect_to_own(own: servers.OwnServer) -> Client:
    """Connect to a server that has just begun, and wait for all of its devices."""
    try:
        transport = open_tcp(own.host, own.port, timeout=5)
        client = Client(transport, f"{own.host}:{own.port}", on_close=own.close)
        client.open()
        if isinstance(own, servers.IndiServer):  # whose drivers begin one after the other
            for name in servers.SIMULATORS:
                client.wait_for(name, "CONNECTION", timeout=10)
            client.quiet().result()
    except BaseException:
        own.close()
        raise
    return client
