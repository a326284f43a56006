"""The mount's card: where it points, and where it shall."""

import pytest
from astropy.coordinates import SkyCoord

from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import State
from indinb.widgets import pointing
from tests.client.fakes import update
from tests.widgets.observers import (
    EOD,
    MOUNT,
    PARK,
    POLE,
    SITE,
    TRACK,
    Begin,
    Observer,
    definitions,
    of,
)

M31 = (0.7379, 41.41)
"""Where the mount of the date finds it, in hours and degrees, to about a degree."""


def points(ra: float, dec: float, state: State = State.OK) -> Update:
    return update(EOD, state, RA=ra, DEC=dec)


@pytest.fixture
def mount(observer: Observer) -> Observer:
    """Return a desk over the pole, where nothing rises or sets; the mount is not parked."""
    observer.tell(POLE, update(PARK, State.IDLE, PARK=False, UNPARK=True))
    return observer


# ---- Where it points ----


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (pointing.hms, 23.999999, "00h 00m 00s"),
        (pointing.hms, 12.5, "12h 30m 00s"),
        (pointing.dms, -0.0001, "\N{MINUS SIGN}00° 00′ 00″"),  # noqa: RUF001
        (pointing.dms, 59.99999, "+60° 00′ 00″"),  # noqa: RUF001
        (pointing.altitude, 89.9999, "+90° 00′"),  # noqa: RUF001
        (pointing.azimuth, 0.0, "000° 00′"),  # noqa: RUF001
        (pointing.azimuth, 359.999, "000° 00′"),  # noqa: RUF001
    ],
)
def test_what_is_rounded_carries(write: object, value: float, text: str) -> None:
    assert write(value) == text  # type: ignore[operator]


def test_it_tells_where_it_points(mount: Observer) -> None:
    mount.tell(points(*M31))
    card = mount["mount"]
    assert card["ra"].startswith("00h 42m")  # of the catalogues, not of the date
    assert card["dec"].startswith("+41° 1")
    assert card["alt"].startswith("+41° 2")
    assert card["az"].endswith("′")  # noqa: RUF001


def test_a_mount_that_does_not_know_its_site_tells_no_altitude(observer: Observer) -> None:
    observer.tell(update(SITE, State.OK, LAT=0.0, LONG=0.0), points(1.0, 2.0))
    card = observer["mount"]
    assert card["dec"]
    assert "alt" not in card


def test_a_site_on_the_equator_is_one(observer: Observer) -> None:
    observer.tell(update(SITE, State.OK, LAT=0.0, LONG=10.0), points(1.0, 2.0))
    assert "alt" in observer["mount"]


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf"), 25.0, 1e300])
def test_numbers_that_make_no_sense_are_not_shown(mount: Observer, nonsense: float) -> None:
    mount.tell(points(nonsense, 2.0))
    assert "ra" not in mount["mount"]


# ---- What it does ----


@pytest.mark.parametrize(
    ("messages", "light", "words"),
    [
        ([points(1, 2, State.BUSY)], "Busy", "Slewing"),
        ([points(1, 2, State.ALERT)], "Alert", "Reports an error"),
        ([update(TRACK, State.BUSY, TRACK_ON=True, TRACK_OFF=False)], "Ok", "Tracking"),
        ([update(TRACK, State.IDLE, TRACK_ON=False, TRACK_OFF=True)], "Idle", "Not tracking"),
        ([update(PARK, State.OK, PARK=True, UNPARK=False)], "Idle", "Parked"),
        ([update(PARK, State.BUSY, PARK=True, UNPARK=False)], "Busy", "Parking"),
    ],
)
def test_a_colour_and_a_word(
    mount: Observer, messages: list[Update], light: str, words: str
) -> None:
    mount.tell(update(EOD, State.IDLE), *messages)
    card = mount["mount"]
    assert (card["light"], card["words"]) == (light, words)
    assert card["parked"] is (words == "Parked")
    assert card["tracking"] is (words == "Tracking")


def test_abort_is_there_while_there_is_something_to_abort(mount: Observer) -> None:
    assert not mount["mount"]["can"]["abort"]
    mount.tell(points(1, 2, State.BUSY))
    assert mount["mount"]["can"]["abort"]
    mount.tell(update(EOD, State.OK))
    assert not mount["mount"]["can"]["abort"]


def test_a_small_mount_offers_what_it_has(begin: Begin) -> None:
    few = ("CONNECTION", "DRIVER_INFO", "EQUATORIAL_EOD_COORD")
    observer = begin(*[each for each in definitions(MOUNT) if each.name in few])
    can = observer["mount"]["can"]
    assert can == {"slew": True, "sync": False, "track": False, "park": False, "abort": False}


# ---- Slews ----


def test_a_slew_by_name(mount: Observer) -> None:
    mount.answers.set("EQUATORIAL_EOD_COORD", points(1.0, 2.0, State.BUSY))
    mount.act("mount", "slew", target=" M31 ")
    (asked,) = mount.asked("EQUATORIAL_EOD_COORD")
    assert asked["RA"] == pytest.approx(M31[0], abs=0.05)
    assert asked["DEC"] == pytest.approx(M31[1], abs=0.5)
    card = mount["mount"]
    assert card["target"]["name"] == "M31"
    assert card["target"]["place"] == "00h 42m 44s  +41° 16′ 09″"  # noqa: RUF001
    assert card["target"]["height"] == "41° up"
    assert card["progress"]["detail"].endswith("° to go")
    mount.tell(points(asked["RA"], asked["DEC"]))
    assert mount["mount"]["progress"] is None
    assert mount["mount"]["note"] is None


def test_a_slew_by_coordinates(mount: Observer) -> None:
    mount.answers.set("EQUATORIAL_EOD_COORD", points(1.0, 2.0, State.BUSY))
    mount.act("mount", "slew", target="00:42:44 +41:16:09")
    assert len(mount.asked("EQUATORIAL_EOD_COORD")) == 1
    assert mount["mount"]["target"]["name"] == "00:42:44 +41:16:09"


def test_below_the_horizon_nothing_is_asked(mount: Observer) -> None:
    mount.act("mount", "slew", target="Sirius")
    card = mount["mount"]
    assert card["note"] == {"text": "Sirius is 17° below the horizon", "level": "alert"}
    assert card["target"]["height"] == "17° below the horizon"
    assert mount.asked("EQUATORIAL_EOD_COORD") == []


def test_where_the_site_is_not_known_the_mount_decides(observer: Observer) -> None:
    observer.tell(
        update(SITE, State.OK, LAT=0.0, LONG=0.0),
        update(PARK, State.IDLE, PARK=False, UNPARK=True),
    )
    observer.answers.set("EQUATORIAL_EOD_COORD", points(1.0, 2.0, State.BUSY))
    observer.act("mount", "slew", target="Sirius")
    assert len(observer.asked("EQUATORIAL_EOD_COORD")) == 1
    assert observer["mount"]["target"]["height"] == ""


def test_an_unknown_name_says_so_shortly(mount: Observer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def look_up(name: str) -> None:
        mount.look()
        seen.append(mount.state["mount"]["progress"])
        raise ValueError("no network here")

    monkeypatch.setattr(SkyCoord, "from_name", look_up)
    mount.act("mount", "slew", target="M99x")
    assert seen == [{"fraction": None, "detail": "looking up M99x"}]
    card = mount["mount"]
    assert card["note"] == {"text": "'M99x' is not known.", "level": "alert"}
    assert card["progress"] is None
    assert card["target"] is None


@pytest.mark.parametrize("target", ["10 41", "25:00:00 +10:00:00", "", "   "])
def test_what_is_no_target(mount: Observer, target: str) -> None:
    mount.act("mount", "slew", target=target)
    assert mount["mount"]["note"]["level"] == "alert"
    assert mount.asked("EQUATORIAL_EOD_COORD") == []


@pytest.mark.parametrize("action", ["slew", "sync"])
def test_a_parked_mount_says_what_to_do(mount: Observer, action: str) -> None:
    mount.tell(update(PARK, State.OK, PARK=True, UNPARK=False))
    mount.act("mount", action, target="M31")
    assert mount.asked("ON_COORD_SET") == []
    assert "parked" in mount["mount"]["note"]["text"]


def test_a_slew_that_fails(mount: Observer) -> None:
    mount.answers.set("EQUATORIAL_EOD_COORD", points(1.0, 2.0, State.BUSY))
    mount.act("mount", "slew", target="M31")
    mount.tell(points(1.0, 2.0, State.ALERT))
    mount.wait()
    card = mount["mount"]
    assert "the mount reports an error" in card["note"]["text"]
    assert card["progress"] is None
    mount.act("mount", "slew", target="M31")
    assert mount["mount"]["note"] is None


def test_what_was_asked_before_says_no_more(mount: Observer) -> None:
    """A second slew takes the mount from the first, which then fails: that is no news."""
    mount.answers.set("EQUATORIAL_EOD_COORD", points(1.0, 2.0, State.BUSY))
    mount.act("mount", "slew", target="M31")
    first = mount.dashboard._desk.cards["mount"].operation  # type: ignore[union-attr]
    mount.act("mount", "slew", target="Polaris")
    assert first is not None
    first.fail(ValueError("what an old story"))
    assert mount["mount"]["note"] is None
    assert mount["mount"]["progress"] is not None


# ---- Abort ----


def test_an_abort_of_a_slew_stops_it_once(mount: Observer) -> None:
    mount.answers.set("EQUATORIAL_EOD_COORD", points(1.0, 2.0, State.BUSY))
    mount.act("mount", "slew", target="M31")
    mount.abort("mount")
    assert mount.line.take("ack") == [{"type": "ack", "id": 7}]
    mount.tell(points(1.0, 2.0, State.IDLE))
    assert mount.asked("TELESCOPE_ABORT_MOTION") == [{"ABORT": True}]
    card = mount["mount"]
    assert card["note"]["level"] == "info"
    assert "aborted" in card["note"]["text"]
    assert card["progress"] is None


def test_an_abort_stops_what_somebody_else_began(mount: Observer) -> None:
    mount.tell(points(1.0, 2.0, State.BUSY))
    mount.abort("mount")
    assert mount.asked("TELESCOPE_ABORT_MOTION") == [{"ABORT": True}]


def test_a_mount_that_cannot_be_stopped_says_so(begin: Begin) -> None:
    without = [each for each in definitions(MOUNT) if each.name != "TELESCOPE_ABORT_MOTION"]
    observer = begin(*without)
    observer.abort("mount")
    assert "TELESCOPE_ABORT_MOTION" in observer["mount"]["note"]["text"]


# ---- Sync, track and park ----


def test_a_sync_asks_once_and_puts_the_mode_back(mount: Observer) -> None:
    mount.act("mount", "sync", target="M31")
    mount.settle()
    (asked,) = mount.asked("EQUATORIAL_EOD_COORD")
    assert asked["DEC"] == pytest.approx(M31[1], abs=0.5)
    modes = [next(name for name, on in each.items() if on) for each in mount.asked("ON_COORD_SET")]
    assert modes == ["SYNC", "TRACK"]
    assert mount["mount"]["note"] is None


def test_a_sync_that_fails_puts_the_mode_back(mount: Observer) -> None:
    mount.answers.set("EQUATORIAL_EOD_COORD", points(1.0, 2.0, State.ALERT))
    mount.act("mount", "sync", target="M31")
    mount.wait()
    assert len(mount.asked("ON_COORD_SET")) == 2
    assert mount["mount"]["note"]["level"] == "alert"


def test_a_sync_of_a_mount_that_has_none(begin: Begin) -> None:
    observer = begin(*[each for each in definitions(MOUNT) if each.name != "ON_COORD_SET"])
    observer.tell(POLE, update(PARK, State.IDLE, PARK=False, UNPARK=True))
    observer.act("mount", "sync", target="M31")
    assert "cannot be told where it points" in observer["mount"]["note"]["text"]


@pytest.mark.parametrize(("on", "member"), [(True, "TRACK_ON"), (False, "TRACK_OFF")])
def test_tracking(mount: Observer, on: bool, member: str) -> None:
    mount.act("mount", "track", on=on)
    assert [each[member] for each in mount.asked("TELESCOPE_TRACK_STATE")] == [True]


def test_parking_shows_its_progress_and_is_stopped(mount: Observer) -> None:
    mount.answers.set("TELESCOPE_PARK", update(PARK, State.BUSY, PARK=True, UNPARK=False))
    mount.act("mount", "park", on=True)
    assert mount["mount"]["words"] == "Parking"
    assert mount["mount"]["progress"] is not None
    mount.abort("mount")
    mount.tell(update(PARK, State.IDLE, PARK=False, UNPARK=True))
    assert len(mount.asked("TELESCOPE_ABORT_MOTION")) == 1
    assert mount["mount"]["progress"] is None


def test_unparking(mount: Observer) -> None:
    mount.tell(update(PARK, State.OK, PARK=True, UNPARK=False))
    mount.act("mount", "park", on=False)
    assert [each["UNPARK"] for each in mount.asked("TELESCOPE_PARK")] == [True]
    assert of(MOUNT, "TELESCOPE_PARK") is PARK
