"""A client's instruments, each by its role."""

import typing

import pytest

from indinb import Client
from indinb.errors import UnknownDevice
from indinb.instruments import Instrument, base
from indinb.instruments.ensemble import Ensemble
from indinb.instruments.roles import ROLES
from tests.client.fakes import CCD
from tests.instruments.kennel import info


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_an_instrument(connect, role: str):
    client: Client = connect(info(CCD, 8))
    client.use(**{role: CCD})
    found = getattr(client, role)
    assert type(found) is base._kinds[ROLES[role]]
    assert found.device is client.devices[CCD]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_tells_what_it_is_before_it_is_asked_for(role: str):
    promised = typing.get_type_hints(vars(Ensemble)[role].fget)["return"]  # for Tab completion
    assert promised is base._kinds[ROLES[role]]
    assert role in Ensemble.use.__doc__ or role == "mount"
    assert vars(Ensemble)[role].__doc__


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"mount", "focuser"}))
def test_without_a_device_the_error_says_what_to_do(connect, role: str):
    with pytest.raises(
        UnknownDevice, match=rf"; there is CCD Simulator\. client\.use\({role}=name"
    ):
        getattr(connect(info(CCD, 8)), role)


def test_every_instrument_has_marks_and_a_role():
    registered = {kind for kind in base._kinds.values() if kind.__module__.startswith("indinb.")}
    assert registered == {base._kinds[interface] for interface in ROLES.values()}
    assert all(issubclass(kind, Instrument) and kind.marks for kind in registered)
    assert all(bit == kind.interface for bit, kind in base._kinds.items())


def test_one_device_can_have_several_roles(connect):
    client = connect(info("Box", 512 | 1024 | 1 << 18))
    assert client.flat_panel.device is client.dust_cap.device is client.power.device
