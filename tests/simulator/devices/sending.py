"""Sending a simulated mount somewhere."""

from indinb.simulator.astrometry import of_date, separation
from tests.simulator.bench import Bench

POSITION = "EQUATORIAL_EOD_COORD"


def at(bench: Bench, hour_angle: float, dec: float) -> dict[str, float]:
    """Coordinates to ask for, at an hour angle in hours."""
    ra = bench.driver.where()["RA"] + bench.driver.mount.hour_angle / 15 - hour_angle
    return {"RA": ra % 24, "DEC": float(dec)}


def gone(bench: Bench, hour_angle: float, dec: float, tracking: bool = True) -> None:
    """Let the mount go somewhere."""
    bench.ask(POSITION, at(bench, hour_angle, dec))
    bench.settle(POSITION)
    if not tracking:
        bench.ask("TELESCOPE_TRACK_STATE", "TRACK_OFF")
    bench.run(0.5)
    bench.clear()


def error(bench: Bench) -> float:
    """How far beside what is reported the telescope looks, in arcsec."""
    here, where = bench.light.pointing(), bench.driver.where()
    there = of_date(here.ra, here.dec, bench.clock.utc)
    return 3600 * float(separation(*there, 15 * where["RA"], where["DEC"]))
