"""Mounts: INDI's simulator, and a mount that misbehaves.

The simulator moves each axis by 6° per second, so it is put near its target before it slews.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from astropy import units as u
from astropy.coordinates import TETE, AltAz, SkyCoord

from indinb import Client, Telescope, display
from indinb.client.operation import Operation
from indinb.errors import (
    Aborted,
    Failed,
    OutOfRange,
    Refused,
    UnknownProperty,
    UnknownTarget,
)
from indinb.instruments.earth import offline
from indinb.instruments.mounts.rules import synced
from indinb.protocol.messages import Message, New
from indinb.protocol.vocabulary import State
from tests.client.fakes import MOUNT, FakeServer, numbers
from tests.instruments.evidence import PARK, RADEC, pointing
from tests.waiting import wait_until

M31 = SkyCoord("00h42m44s", "+41d16m09s")
FAR_FROM_M31 = SkyCoord("04h42m44s", "-20d")
SITE = {"LAT": 50.0, "LONG": 14.0, "ELEV": 300.0}


def _stand_at(telescope: Telescope, place: SkyCoord) -> None:
    """Tell a mount at rest that it points there, and let it track."""
    with offline():
        of_date = place.transform_to(TETE(obstime=telescope.time))
    telescope.device["ON_COORD_SET"].set("SYNC").result()
    coordinates = telescope.device["EQUATORIAL_EOD_COORD"]
    asked = {"RA": of_date.ra.hour, "DEC": of_date.dec.deg}
    coordinates.ask(asked, partial(synced, asked), timeout=20).result()
    telescope.track("sidereal")


def _near(place: SkyCoord) -> SkyCoord:
    return place.directional_offset_by(0 * u.deg, 1 * u.deg)


@pytest.fixture
def telescope(client: Client) -> Telescope:
    """Return a mount that stands still near M31."""
    telescope = client.telescope
    telescope.limits.off()  # as tests are run at any hour
    telescope.device["GEOGRAPHIC_COORD"].set(SITE).result()
    telescope.unpark()
    _stand_at(telescope, _near(M31))
    return telescope


def _begin(telescope: Telescope, start: Callable[[], Operation]) -> Operation:
    """Start a motion that takes a while, and return when the mount moves."""
    _stand_at(telescope, FAR_FROM_M31)
    operation = start()
    wait_until(telescope.device, lambda: telescope.slewing)
    return operation


# With INDI's simulator


@pytest.mark.parametrize(
    "target",
    [
        ("M31",),
        ("00:42:44 +41:16:09",),
        ("0h42m44s", "+41d16m09s"),
        (M31.galactic,),
        (M31.ra, M31.dec),
        (10.6833 * u.deg, 41.2692 * u.deg),
    ],
    ids=["name", "pasted", "two texts", "SkyCoord", "angles", "Quantities"],
)
def test_slew(telescope: Telescope, target: tuple):
    reached = telescope.slew(*target)
    assert reached.name == "icrs"
    assert reached.separation(M31) < 1 * u.arcmin
    assert telescope.radec.separation(M31) < 1 * u.arcmin
    assert telescope.tracking
    assert not telescope.slewing


def test_slew_to_a_direction_over_the_horizon(telescope: Telescope):
    with offline():
        here = AltAz(obstime=telescope.time, location=telescope.site)
        above = M31.transform_to(here)
    reached = telescope.slew(SkyCoord(alt=above.alt, az=above.az, frame="altaz"))
    assert reached.separation(M31) < 5 * u.arcmin


def test_what_it_was_sent_to(telescope: Telescope):
    telescope.slew(" M31 ")
    assert telescope.object == Telescope(telescope.device).object == "M31"
    telescope.slew("00:42:44 +41:16:09")
    assert telescope.object is None
    telescope.slew(M31, name="SN 1885A")
    assert telescope.object == "SN 1885A"
    telescope.sync(M31)
    assert telescope.object == "SN 1885A"
    telescope.device["TELESCOPE_PARK_OPTION"].set("PARK_CURRENT").result()
    telescope.park()
    assert telescope.object is None


def test_a_slew_that_was_stopped_has_no_object(telescope: Telescope):
    telescope.slew("M31")
    operation = _begin(telescope, lambda: telescope.start_slew("M31"))
    assert telescope.object is None
    operation.abort()
    assert isinstance(operation.exception(), Aborted)
    assert telescope.object is None


def test_a_slew_is_called_by_the_name_that_is_given(telescope: Telescope):
    operation = _begin(telescope, lambda: telescope.start_slew("0h42m +41d", name="SN 1885A"))
    assert operation.label == f"slew {telescope.name} to SN 1885A"
    operation.abort()
    assert isinstance(operation.exception(), Aborted)


def test_the_mount_does_not_need_to_move(telescope: Telescope):
    _stand_at(telescope, M31)
    assert telescope.slew(M31).separation(M31) < 1 * u.arcmin


def test_a_slew_after_a_sync_slews(telescope: Telescope):
    assert telescope.device["ON_COORD_SET"].value == "SYNC"
    telescope.slew(M31)
    assert telescope.device["ON_COORD_SET"].value == "TRACK"
    assert "Slewing to RA" in " ".join(m.message for m in telescope.device.messages[-3:])


def test_sync(telescope: Telescope):
    far = FAR_FROM_M31
    assert telescope.sync(far).separation(far) < 1 * u.arcmin
    assert telescope.radec.separation(far) < 1 * u.arcmin
    assert telescope.device["ON_COORD_SET"].value == "TRACK"


def test_a_sync_does_not_move(telescope: Telescope):
    telescope.sync("M31")
    assert not telescope.slewing
    assert telescope.slew(M31).separation(M31) < 1 * u.arcmin


def test_await_a_slew(telescope: Telescope):
    async def go() -> SkyCoord:
        return await telescope.start_slew("M31")

    assert asyncio.run(go()).separation(M31) < 1 * u.arcmin


def test_slewing_and_progress(telescope: Telescope):
    operation = _begin(telescope, lambda: telescope.start_slew("M31"))
    assert repr(operation) == f"<Procedure slew {MOUNT} to M31: running>"
    fraction, detail, _ = operation.progress
    assert 0 <= fraction < 0.5
    assert detail.endswith("° to go")
    wait_until(telescope.device, lambda: operation.progress.detail != detail)
    operation.abort()
    assert isinstance(operation.exception(), Aborted)


def test_the_label_tells_coordinates(telescope: Telescope):
    operation = _begin(telescope, lambda: telescope.start_slew(M31))
    operation.abort()
    with pytest.raises(Aborted, match=r"to 00h42m44s \+41d16m09s: aborted"):
        operation.result()


def _start_slew(telescope: Telescope) -> Operation:
    return telescope.start_slew("M31")


def _start_park(telescope: Telescope) -> Operation:
    return telescope.start_park()


@pytest.mark.parametrize("start", [_start_slew, _start_park])
@pytest.mark.parametrize("by", ["operation", "telescope"])
def test_abort_stops_the_mount(telescope: Telescope, start: Callable, by: str):
    operation = _begin(telescope, lambda: start(telescope))
    (operation if by == "operation" else telescope).abort()
    assert operation.exception() is not None
    wait_until(telescope.device, lambda: not telescope.slewing)
    assert not telescope.parked
    assert telescope.radec.separation(FAR_FROM_M31) < 30 * u.deg
    said = telescope.device
    wait_until(said, lambda: "Slew/Track aborted" in said.messages[-1].message)


def test_an_aborted_slew_says_so(telescope: Telescope):
    operation = _begin(telescope, lambda: telescope.start_slew("M31"))
    telescope.abort()
    with pytest.raises(Aborted, match=r"slew .* to M31: the mount was stopped on its way"):
        operation.result()


def test_ctrl_c_stops_the_mount(telescope: Telescope, monkeypatch: pytest.MonkeyPatch):
    followed = []

    def press_ctrl_c(operation: Operation) -> None:
        wait_until(telescope.device, lambda: telescope.slewing)
        followed.append(operation)
        signal.raise_signal(signal.SIGINT)

    _stand_at(telescope, FAR_FROM_M31)
    monkeypatch.setattr(display, "_follow", press_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        telescope.slew("M31")
    monkeypatch.undo()
    assert isinstance(followed[0].exception(), Aborted)
    wait_until(telescope.device, lambda: not telescope.slewing)
    _stand_at(telescope, _near(M31))
    assert telescope.slew("M31").separation(M31) < 1 * u.arcmin


def test_park_and_unpark(telescope: Telescope):
    telescope.device["TELESCOPE_PARK_OPTION"].set("PARK_CURRENT").result()
    telescope.park()
    assert telescope.parked
    assert not telescope.slewing
    telescope.park()
    for motion in (partial(telescope.slew, "M31"), telescope.track):
        with pytest.raises(Refused, match=r"is parked: telescope\.unpark\(\) first"):
            motion()
    telescope.unpark()
    assert not telescope.parked
    telescope.unpark()
    telescope.park()
    telescope.unpark()
    assert telescope.slew("M31").separation(M31) < 1 * u.arcmin


def test_tracking(telescope: Telescope):
    telescope.stop_tracking()
    assert not telescope.tracking
    telescope.track()
    assert telescope.tracking
    telescope.track("Solar")
    assert telescope.tracking
    assert telescope.device["TELESCOPE_TRACK_MODE"].value == "TRACK_SOLAR"
    with pytest.raises(OutOfRange, match="'martian': it has sidereal, solar, lunar"):
        telescope.track("martian")


def test_where_it_points(telescope: Telescope):
    _stand_at(telescope, M31)
    assert telescope.radec.name == "icrs"
    assert telescope.radec.separation(M31) < 10 * u.arcsec


def test_the_pole_stands_as_high_as_the_latitude(telescope: Telescope):
    with offline():  # a hair beside it: the pole itself is at any right ascension, and 0h is 24h
        pole = SkyCoord(90 * u.deg, 89.99 * u.deg, frame=TETE(obstime=telescope.time))
    _stand_at(telescope, pole)
    assert telescope.site.lat.deg == pytest.approx(50)
    assert telescope.site.lon.deg == pytest.approx(14)
    assert telescope.site.height.to_value(u.m) == pytest.approx(300)
    assert telescope.altaz.alt.deg == pytest.approx(50, abs=0.02)
    assert telescope.altaz.az.wrap_at(180 * u.deg).deg == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (("10.68 41.27",), UnknownTarget),
        ((10 * u.m, 41 * u.deg), UnknownTarget),
        ((10, 41), TypeError),
        ((None,), TypeError),
    ],
)
def test_what_is_no_target(telescope: Telescope, target: tuple, error: type[Exception]):
    with pytest.raises(error):
        telescope.slew(*target)
    assert not telescope.slewing


def test_without_connection_the_error_says_what_to_do(telescope: Telescope):
    telescope.device.disconnect()
    advice = rf"client\.devices\['{MOUNT}'\]\.connect\(\)"
    uses = [
        partial(telescope.slew, "M31"),
        partial(telescope.slew, SkyCoord(alt=50 * u.deg, az=0 * u.deg, frame="altaz")),
        telescope.park,
        telescope.unpark,
        telescope.track,
        telescope.stop_tracking,
        telescope.abort,
        lambda: telescope.radec,
        lambda: telescope.altaz,
        lambda: telescope.slewing,
        lambda: telescope.tracking,
    ]
    for use in uses:
        with pytest.raises(UnknownProperty, match=advice):
            use()
    assert not telescope.parked
    telescope.connect()
    assert not telescope.slewing


# With a mount that does as it is told


PLACE = numbers("GEOGRAPHIC_COORD", dict.fromkeys(SITE, 0.0), device=MOUNT)


@pytest.fixture
def faulty() -> Iterator[Callable[..., Telescope]]:
    """Return a function that makes a mount of its answer to whatever is asked."""
    clients = []

    def make(answer: Callable[[New], list[Message]]) -> Telescope:
        server = FakeServer(RADEC, PARK, PLACE, answer=answer)
        client = Client(server.transport, "fake", on_close=server.close).open()
        clients.append(client)
        return Telescope(client.devices[MOUNT])

    yield make
    for client in clients:
        client.close()


def test_a_small_mount(faulty: Callable[..., Telescope]):
    telescope = faulty(
        lambda new: [pointing(*new.values.values(), s) for s in (State.BUSY, State.OK)]
    )
    assert telescope.slew("M31").separation(M31) < 1 * u.arcmin


def test_the_drivers_words_explain_a_failure(faulty: Callable[..., Telescope]):
    telescope = faulty(lambda new: [pointing(1, 40, State.ALERT, "[ERROR] The Sun is too near")])
    with pytest.raises(Failed, match=r"slew .* to M31: .*The Sun is too near"):
        telescope.slew("M31")


def test_a_mount_that_was_never_told_where_it_stands(faulty: Callable[..., Telescope]):
    telescope = faulty(lambda new: [])
    direction = SkyCoord(alt=50 * u.deg, az=0 * u.deg, frame="altaz")
    for use in (lambda: telescope.site, lambda: telescope.altaz, lambda: telescope.slew(direction)):
        with pytest.raises(OutOfRange, match=r"stands: telescope\.site = EarthLocation"):
            use()


def test_a_mount_without_a_switch_for_tracking(faulty: Callable[..., Telescope]):
    telescope = faulty(lambda new: [])
    for use in (telescope.track, telescope.stop_tracking, lambda: telescope.tracking):
        with pytest.raises(UnknownProperty, match="no property 'TELESCOPE_TRACK_STATE'"):
            use()
