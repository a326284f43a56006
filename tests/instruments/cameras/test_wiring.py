"""What a camera's driver is told before an exposure: drivers of libindi 1.9.9 and 2.2.4."""

import logging
from collections.abc import Callable
from functools import partial

import pytest

from indinb import Client, Telescope
from indinb.client.procedure import Procedure
from indinb.errors import Aborted, ConnectionLost
from indinb.instruments.cameras import wiring
from indinb.instruments.cameras.headers import names_of
from indinb.instruments.cameras.wiring import companions, wire
from indinb.instruments.roles import roles_of
from indinb.protocol.messages import Define, New, Update
from indinb.protocol.vocabulary import Permission, State
from tests import captures
from tests.client.fakes import obey, silence, switches, texts

CCD, GUIDER, MOUNT = "CCD Simulator", "Guide Simulator", "Telescope Simulator"
VERSIONS = ["indi-1.9.9", "indi-2.2.4"]


def driver(name: str, interface: int, connected: bool = True) -> list[Define]:
    """Return what a driver announces at least."""
    here = {"CONNECT": connected, "DISCONNECT": not connected}
    info = {"DRIVER_NAME": name, "DRIVER_INTERFACE": str(interface)}
    return [switches("CONNECTION", here, device=name), texts("DRIVER_INFO", info, device=name)]


def active(device: str = CCD, **names: str) -> Define:
    known = {"TELESCOPE": "x", "ROTATOR": "x", "FOCUSER": "x", "FILTER": "x", "SKYQUALITY": "SQM"}
    members = {f"ACTIVE_{role}": name for role, name in (known | names).items()}
    return texts("ACTIVE_DEVICES", members, device=device)


OLD = texts("FITS_HEADER", {"FITS_OBSERVER": "Unknown", "FITS_OBJECT": "Unknown"}, device=CCD)
NEW = texts(
    "FITS_HEADER",
    {"KEYWORD_NAME": "", "KEYWORD_VALUE": "", "KEYWORD_COMMENT": ""},
    device=CCD,
    permission=Permission.WRITE_ONLY,
)
CAMERA = driver(CCD, 2)
OTHERS = [
    *driver(MOUNT, 1),
    *driver("Focus", 8),
    *driver("Wheel", 16),
    *driver("Rotator", 4096, connected=False),
]
NOBODY: dict[str, str | None] = {"OBJECT": None, "OBSERVER": None}

Connect = Callable[..., Client]


def tell(client: Client, device: str = CCD, **names: str | None) -> list[New]:
    """Wire a camera, and return what was sent for it."""
    client.server.received.clear()
    Procedure("wire", wire(client.devices[device], NOBODY | names)).result(10)
    return client.server.heard(New)


def test_the_drivers_are_told_whole_and_in_order(connect: Connect):
    client = connect(*CAMERA, active(), *OTHERS)
    (sent,) = tell(client)
    assert sent.name == "ACTIVE_DEVICES"
    assert list(sent.values.items()) == [
        ("ACTIVE_TELESCOPE", MOUNT),
        ("ACTIVE_ROTATOR", "x"),  # which is not connected
        ("ACTIVE_FOCUSER", "Focus"),
        ("ACTIVE_FILTER", "Wheel"),
        ("ACTIVE_SKYQUALITY", "SQM"),
    ]
    assert tell(client) == []  # nothing differs any more


def test_who_is_not_there_is_left_alone(connect: Connect):
    client = connect(*CAMERA, active(TELESCOPE="EQMod"))
    assert tell(client) == []


def test_nobody_guesses_between_two_mounts(connect: Connect):
    client = connect(*CAMERA, active(), *driver("One", 1), *driver("Two", 1))
    assert tell(client) == []
    client.use(mount="Two")
    (sent,) = tell(client)
    assert sent.values["ACTIVE_TELESCOPE"] == "Two"


def test_a_guide_camera_has_no_wheel_and_no_focuser(connect: Connect):
    client = connect(*CAMERA, *driver(GUIDER, 6), active(GUIDER), *OTHERS)
    (sent,) = tell(client, GUIDER)
    assert sent.values["ACTIVE_TELESCOPE"] == MOUNT
    assert sent.values["ACTIVE_FILTER"] == sent.values["ACTIVE_FOCUSER"] == "x"
    assert companions(client.devices[GUIDER]).keys() == {"telescope"}
    assert companions(client.devices[CCD]).keys() == {"telescope", "focuser", "filter_wheel"}


def test_a_member_that_the_driver_lacks_is_not_told(connect: Connect):
    only = texts("ACTIVE_DEVICES", {"ACTIVE_TELESCOPE": "x"}, device=CCD)
    (sent,) = tell(connect(*CAMERA, only, *OTHERS))
    assert sent.values == {"ACTIVE_TELESCOPE": MOUNT}


@pytest.mark.parametrize("header", [OLD, NEW])
def test_what_is_read_only_is_left_alone(connect: Connect, header: Define):
    header = header._replace(permission=Permission.READ_ONLY)
    devices = active()._replace(permission=Permission.READ_ONLY)
    client = connect(*CAMERA, devices, header, *OTHERS)
    assert tell(client, OBJECT="M31", OBSERVER="Ann") == []


# FITS_HEADER of libindi up to 1.9: two texts


def test_two_texts(connect: Connect):
    client = connect(*CAMERA, OLD)
    (sent,) = tell(client, OBJECT="M31", OBSERVER="Jürgen")
    assert list(sent.values.items()) == [("FITS_OBSERVER", "Jurgen"), ("FITS_OBJECT", "M31")]
    assert tell(client, OBJECT="M31", OBSERVER="Jürgen") == []
    (sent,) = tell(client, OBJECT="M42", OBSERVER="Jürgen")
    assert sent.values["FITS_OBJECT"] == "M42"


def test_a_name_is_taken_back(connect: Connect):
    client = connect(*CAMERA, OLD)
    tell(client, OBJECT="M31", OBSERVER="Ann")
    (sent,) = tell(client, OBSERVER="Ann")
    assert sent.values == {"FITS_OBSERVER": "Ann", "FITS_OBJECT": "Unknown"}
    assert tell(client, OBSERVER="Ann") == []


def test_a_name_that_somebody_else_has_told_stays(connect: Connect):
    client = connect(*CAMERA, OLD)
    tell(client, OBJECT="M31")
    client.server.tell(
        Update(OLD.kind, CCD, "FITS_HEADER", {"FITS_OBJECT": "M42", "FITS_OBSERVER": "Bob"})
    )
    assert tell(client) == []
    (sent,) = tell(client, OBJECT="M31")  # though it was told before
    assert sent.values == {"FITS_OBSERVER": "Bob", "FITS_OBJECT": "M31"}


# FITS_HEADER of libindi from 2.0 on: one card for each message, and none is shown


def test_one_card_after_another(connect: Connect):
    client = connect(*CAMERA, NEW)
    first, second = tell(client, OBJECT="M31", OBSERVER="Ann")
    assert first.values == {
        "KEYWORD_NAME": "OBJECT",
        "KEYWORD_VALUE": "M31",
        "KEYWORD_COMMENT": "Object name",
    }
    assert second.values["KEYWORD_NAME"] == "OBSERVER"
    assert tell(client, OBJECT="M31", OBSERVER="Ann") == []
    (sent,) = tell(client, OBSERVER="Ann")
    assert (sent.values["KEYWORD_NAME"], sent.values["KEYWORD_VALUE"]) == ("OBJECT", "Unknown")
    assert tell(client, OBSERVER="Ann") == []


def test_a_driver_that_begins_anew_is_told_again(connect: Connect):
    client = connect(*CAMERA, NEW)
    assert tell(client, OBJECT="M31")
    client.server.tell(NEW)
    assert tell(client, OBJECT="M31")


# Of real drivers


@pytest.mark.parametrize("version", VERSIONS)
def test_the_headers_of_real_drivers(connect: Connect, version: str):
    definitions = [
        message
        for file in ("ccd", "telescope", "focus", "wheel")
        for message in captures.read(captures.capture(f"{version}/{file}.xml"))
        if isinstance(message, Define)
    ]
    client = connect(*definitions)
    told = {new.name: new.values for new in tell(client, OBSERVER="Ann")}
    assert told.pop("ACTIVE_DEVICES", {}).get("ACTIVE_FILTER") in (None, "Filter Simulator")
    if version == "indi-1.9.9":
        assert told["FITS_HEADER"] == {"FITS_OBSERVER": "Ann", "FITS_OBJECT": "Unknown"}
    else:
        assert told["FITS_HEADER"]["KEYWORD_NAME"] == "OBSERVER"
    assert tell(client, OBSERVER="Ann") == []


# When it goes wrong


def refuse(new: New) -> list[Update]:
    return [Update(new.kind, new.device, new.name, {}, State.ALERT, message="[ERROR] I won't")]


def test_what_a_driver_refuses_is_logged_and_not_tried_again(
    connect: Connect, caplog: pytest.LogCaptureFixture
):
    client = connect(*CAMERA, active(), OLD, *OTHERS, answer=refuse)
    assert len(tell(client, OBJECT="M31")) == 2
    assert "headers of CCD Simulator may lack something: " in caplog.text
    assert "I won't" in caplog.text
    assert tell(client, OBJECT="M31") == []
    assert len(tell(client, OBJECT="M42")) == 1


def test_a_driver_that_does_not_answer(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(wiring, "_TIMEOUT", 0.01)
    client = connect(*CAMERA, NEW, answer=silence)
    assert len(tell(client, OBJECT="M31", OBSERVER="Ann")) == 2
    assert caplog.text.count("the driver did not answer") == 2


def test_an_abort_is_no_failure_to_pass_over(connect: Connect, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    client = connect(*CAMERA, OLD, answer=silence)
    operation = Procedure("wire", wire(client.devices[CCD], NOBODY | {"OBJECT": "M31"}))
    operation.abort()
    assert isinstance(operation.exception(5), Aborted)
    assert caplog.text == ""


def test_a_lost_link_is_no_failure_to_pass_over(connect: Connect):
    client = connect(*CAMERA, OLD, answer=silence)
    operation = Procedure("wire", wire(client.devices[CCD], NOBODY | {"OBJECT": "M31"}))
    client.close()
    assert isinstance(operation.exception(5), ConnectionLost)


# Whose names


def test_only_light_shows_an_object(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    client = connect(*CAMERA, *driver(MOUNT, 1), answer=obey)
    monkeypatch.setattr(Telescope, "object", "M31")
    roles_of(client).observer = "Ann"
    names = partial(names_of, client.devices[CCD])
    assert names("light") == {"OBJECT": "M31", "OBSERVER": "Ann"}
    for frame_type in ("bias", "dark", "flat"):
        assert names(frame_type) == {"OBJECT": None, "OBSERVER": "Ann"}


def test_without_a_mount_there_is_no_object(connect: Connect):
    client = connect(*CAMERA)
    assert names_of(client.devices[CCD], "light") == {"OBJECT": None, "OBSERVER": None}
