"""Roles are kept with the connection; how they are chosen is in test_choice."""

import pytest

from indinb import Client
from indinb.errors import UnknownDevice
from indinb.instruments.roles import ROLES, roles_of
from indinb.protocol.messages import Delete
from tests.client.fakes import CCD, numbers, texts
from tests.instruments.kennel import info


def test_each_connection_has_its_own(connect):
    one, other = connect(), connect()
    assert roles_of(one) is roles_of(one)
    roles_of(one).observer = "Cecilia"
    assert roles_of(other).observer is None


def test_what_is_not_there_is_not_found(connect):
    client: Client = connect(info(CCD, 2))
    roles = roles_of(client)
    assert roles.find("camera") is roles.peek("camera") is client.devices[CCD]
    assert roles.has("camera")
    assert roles.find("mount") is None
    assert not roles.has("dome")
    with pytest.raises(UnknownDevice, match="no device is a telescope"):
        roles.peek("mount")


def test_looking_says_nothing(connect, capsys: pytest.CaptureFixture[str]):
    roles = roles_of(connect(info("A", 2), info("B", 2)))
    assert roles.peek("camera").name == "A"
    assert capsys.readouterr().out == ""
    assert roles.device("camera").name == "A"
    assert capsys.readouterr().out.startswith("camera: A, not B")


def test_every_role_can_be_used(connect):
    client: Client = connect(info(CCD, 2))
    for role in ROLES:
        client.use(**{role: CCD})
        assert roles_of(client).peek(role) is client.devices[CCD]


# The guider


MOUNT, CAMERA, PORT = info("Mount", 5), info("Camera", 6), info("GPUSB", 4)
OTHER_MOUNT = info("Other", 5)


def test_the_mount_is_the_guider(connect, capsys: pytest.CaptureFixture[str]):
    roles = roles_of(connect(PORT, CAMERA, MOUNT))
    assert roles.device("guider").name == "Mount"
    assert capsys.readouterr().out.startswith("guider: Mount, not GPUSB, Camera (client.use(guider")


def test_the_mount_in_use_is_the_guider(connect):
    client = connect(MOUNT, OTHER_MOUNT, PORT)
    with pytest.raises(
        UnknownDevice, match=r"which guider\? .* with 'Mount' or 'Other' or 'GPUSB'"
    ):
        roles_of(client).device("guider")
    client.use(mount="Other")
    assert roles_of(client).device("guider").name == "Other"


def test_a_mount_that_cannot_be_guided_leaves_it_to_others(connect):
    client = connect(info("Mount", 1), PORT)
    assert roles_of(client).device("guider").name == "GPUSB"
    client.use(guider="Mount")
    assert roles_of(client).device("guider").name == "Mount"


# What changes


def test_a_choice_that_is_no_more_of_its_kind_is_made_anew(connect):
    client = connect(info("A", 2), info("B", 2))
    assert client.camera.name == "A"
    client.server.tell(info("A", 8))
    assert client.camera.name == "B"


def test_a_choice_that_does_not_tell_at_the_moment_stays(connect):
    client = connect(numbers("CCD_EXPOSURE", {"CCD_EXPOSURE_VALUE": 1.0}), texts("NAME", {"A": ""}))
    assert client.camera.name == CCD
    client.server.tell(Delete(CCD, "CCD_EXPOSURE"))
    assert client.camera.name == CCD
    assert roles_of(connect(texts("NAME", {"A": ""}))).find("camera") is None


# Words


@pytest.mark.parametrize(
    ("role", "word"),
    [
        ("flat_panel", "flat panel"),
        ("gps", "GPS"),
        ("weather", "weather station"),
        ("power", "power box"),
        ("sky_quality", "sky quality meter"),
        ("dome", "dome"),
    ],
)
def test_errors_speak_of_instruments(connect, role: str, word: str):
    with pytest.raises(UnknownDevice) as caught:
        roles_of(connect(info(CCD, 2))).device(role)
    assert str(caught.value) == (f"no device is a {word}; there is {CCD}. client.use({role}=name)")


def test_the_observer_is_the_connections(connect):
    client = connect(info(CCD, 2))
    assert client.observer is None
    client.observer = "Vera"
    assert roles_of(client).observer == client.observer == "Vera"
