"""Roles are kept with the connection; how they are chosen is in test_choice."""

import pytest

from indinb import Client
from indinb.errors import UnknownDevice
from indinb.instruments.roles import ROLES, roles_of
from tests.client.fakes import CCD
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
