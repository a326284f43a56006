"""Which device is meant: by the interfaces that INDI's simulators tell, and in an observatory."""

from collections.abc import Callable, Iterator

import pytest

from indinb import Client
from indinb.client import quiet
from indinb.errors import UnknownDevice
from indinb.instruments.choice import candidates, choose
from indinb.protocol.messages import Define, Delete
from indinb.protocol.vocabulary import Interface, Permission
from tests.client.fakes import FakeServer, texts


class Stub(frozenset):
    """Stands in for a device: a set of names of properties, told apart by identity."""

    def __new__(cls, name: str, interfaces: Interface, *properties: str, connected=False):
        return super().__new__(cls, properties)

    def __init__(self, name: str, interfaces: Interface, *properties: str, connected=False):
        self.name = name
        self.interfaces = Interface(interfaces)
        self.connected = connected

    __eq__ = object.__eq__
    __hash__ = object.__hash__


TELESCOPE = Stub("Telescope Simulator", Interface(5))
CCD = Stub("CCD Simulator", Interface(22))
GUIDE = Stub("Guide Simulator", Interface(6))
FOCUSER = Stub("Focuser Simulator", Interface(8))
WHEEL = Stub("Filter Simulator", Interface(16))
SIMULATORS = (WHEEL, CCD, GUIDE, TELESCOPE, FOCUSER)

PLAIN_CAMERA = Stub("ZWO CCD", Interface.CCD)
CAMERA_WITH_GUIDE_PORT = Stub("QHY CCD", Interface.CCD | Interface.GUIDER)
OTHER_MOUNT = Stub("EQMod Mount", Interface.TELESCOPE)
DOME = Stub("Dome Simulator", Interface.DOME)
OTHER_DOME = Stub("NexDome", Interface.DOME)
ST4 = Stub("GPUSB", Interface.GUIDER)


# INDI's simulators


@pytest.mark.parametrize(
    ("interface", "guide", "expected"),
    [
        (Interface.TELESCOPE, False, [TELESCOPE]),
        (Interface.CCD, False, [CCD]),
        (Interface.CCD, True, [GUIDE]),
        (Interface.FOCUSER, False, [FOCUSER]),
        (Interface.FILTER, False, [WHEEL, CCD]),
        (Interface.GUIDER, False, [TELESCOPE, CCD, GUIDE]),
        (Interface.DOME, False, []),
    ],
    ids=["mount", "camera", "guide camera", "focuser", "wheel", "guider", "dome"],
)
@pytest.mark.parametrize("order", [SIMULATORS, SIMULATORS[::-1]], ids=["as is", "reversed"])
def test_candidates_of_the_simulators(interface, guide, expected, order):
    found = candidates(order, interface, guide)
    assert found[:1] == expected[:1]
    assert set(found) == set(expected)


def test_the_simulators_tell_these_interfaces(client: Client):
    told = {name: client.devices[name].interfaces for name in (stub.name for stub in SIMULATORS)}
    assert told == {stub.name: stub.interfaces for stub in SIMULATORS}


def test_the_instruments_of_the_simulators(client: Client, capsys: pytest.CaptureFixture):
    assert client.telescope.name == TELESCOPE.name
    assert client.camera.name == CCD.name
    assert client.guide_camera.name == GUIDE.name
    assert capsys.readouterr().out == ""


# Other observatories


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([CCD, PLAIN_CAMERA], [PLAIN_CAMERA, CCD]),
        ([CCD, CAMERA_WITH_GUIDE_PORT], [CAMERA_WITH_GUIDE_PORT, CCD]),
        ([CAMERA_WITH_GUIDE_PORT, PLAIN_CAMERA], [CAMERA_WITH_GUIDE_PORT, PLAIN_CAMERA]),
        ([GUIDE, CCD], [CCD]),
        ([GUIDE], [GUIDE]),
        ([WHEEL], []),
    ],
    ids=[
        "pure before combined",
        "a guide port does not count",
        "as announced otherwise",
        "no guide camera",
        "guide camera as the only one",
        "none",
    ],
)
def test_cameras(devices: list[Stub], expected: list[Stub]):
    assert candidates(devices, Interface.CCD) == expected


def test_a_guide_camera_has_guide_in_its_name():
    assert candidates([CCD, PLAIN_CAMERA], Interface.CCD, guide=True) == []
    lodestar = Stub("Lodestar GUIDER", Interface.CCD)
    assert candidates([CCD, lodestar, GUIDE], Interface.CCD, guide=True) == [lodestar, GUIDE]


def test_the_mount_is_the_guider():
    assert candidates([ST4, GUIDE, TELESCOPE], Interface.GUIDER)[0] is TELESCOPE
    assert candidates([ST4, GUIDE, OTHER_MOUNT], Interface.GUIDER)[0] is ST4


def test_choose_tells_the_others():
    assert choose([CCD, PLAIN_CAMERA], Interface.CCD, "camera") == (PLAIN_CAMERA, [CCD])
    assert choose(iter(SIMULATORS), Interface.TELESCOPE, "telescope") == (TELESCOPE, [])


@pytest.mark.parametrize(
    ("devices", "interface", "role", "message"),
    [
        (
            [TELESCOPE, OTHER_MOUNT],
            Interface.TELESCOPE,
            "telescope",
            "which telescope? Say client.use(telescope=…) with 'Telescope Simulator' or "
            "'EQMod Mount'",
        ),
        (
            [DOME, OTHER_DOME],
            Interface.DOME,
            "dome",
            "which dome? Say client.use(dome=…) with 'Dome Simulator' or 'NexDome'",
        ),
        (
            [FOCUSER, WHEEL],
            Interface.CCD,
            "camera",
            "no device is a camera; there is Focuser Simulator, Filter Simulator. "
            "client.use(camera=name)",
        ),
        (
            [],
            Interface.CCD,
            "camera",
            "no device is a camera; there is none at all. client.use(camera=name)",
        ),
    ],
    ids=["two mounts", "two domes", "no camera", "nothing"],
)
def test_nobody_guesses(devices: list[Stub], interface: Interface, role: str, message: str):
    with pytest.raises(UnknownDevice) as caught:
        choose(iter(devices), interface, role)
    assert str(caught.value) == message


# In an observatory, where devices come and go


def _announced(name: str, interfaces: int) -> Define:
    values = {"DRIVER_NAME": name, "DRIVER_INTERFACE": str(int(interfaces))}
    return texts("DRIVER_INFO", values, device=name, permission=Permission.READ_ONLY)


@pytest.fixture
def observatory(monkeypatch) -> Iterator[Callable[..., tuple[Client, FakeServer]]]:
    """Return a function that makes a client of devices, given as stubs; and their server."""
    monkeypatch.setattr(quiet, "QUIET", 0.01)
    clients = []

    def make(*stubs: Stub) -> tuple[Client, FakeServer]:
        server = FakeServer(*(_announced(stub.name, stub.interfaces) for stub in stubs))
        clients.append(Client(server.transport, "fake", on_close=server.close).open())
        server.tell()
        return clients[-1], server

    yield make
    for client in clients:
        client.close()


def test_the_choice_is_announced_once(observatory, capsys: pytest.CaptureFixture):
    client, _ = observatory(CCD, PLAIN_CAMERA)
    assert client.camera.name == PLAIN_CAMERA.name
    assert client.camera.name == PLAIN_CAMERA.name
    said = "camera: ZWO CCD, not CCD Simulator (client.use(camera=…) chooses another)\n"
    assert capsys.readouterr().out == said


def test_use_overrides_the_choice(observatory, capsys: pytest.CaptureFixture):
    client, _ = observatory(CCD, PLAIN_CAMERA, TELESCOPE, OTHER_MOUNT)
    with pytest.raises(UnknownDevice, match="which telescope"):
        _ = client.telescope
    client.use(camera=CCD.name, telescope=OTHER_MOUNT.name)
    assert client.camera.name == CCD.name
    assert client.telescope.name == OTHER_MOUNT.name
    assert capsys.readouterr().out == ""


def test_a_wheel_of_its_own_comes_before_that_of_a_camera(observatory, capsys):
    client, server = observatory(CCD, WHEEL, FOCUSER)
    assert client.filter_wheel.name == WHEEL.name
    assert client.focuser.name == FOCUSER.name
    said = "filter_wheel: Filter Simulator, not CCD Simulator (client.use(filter_wheel=…) chooses"
    assert capsys.readouterr().out == f"{said} another)\n"
    server.tell(Delete(WHEEL.name))
    assert client.filter_wheel.name == CCD.name


def test_errors_tell_the_words_of_the_roles(observatory):
    client, _ = observatory(TELESCOPE, OTHER_MOUNT)
    with pytest.raises(UnknownDevice, match=r"no device is a focuser; .*client\.use\(focuser=name"):
        _ = client.focuser
    with pytest.raises(UnknownDevice, match="no device is a filter_wheel; there is Telescope Sim"):
        _ = client.filter_wheel
    with pytest.raises(UnknownDevice, match=r"which telescope\? Say client\.use\(telescope=…\)"):
        _ = client.mount
    client.use(mount=OTHER_MOUNT.name)
    assert client.telescope.name == client.mount.name == OTHER_MOUNT.name


def test_a_device_can_have_two_roles(observatory):
    client, _ = observatory(CCD)
    client.use(guide_camera=CCD.name)
    assert client.guide_camera.device is client.camera.device


def test_unknown_roles_and_devices(observatory):
    client, _ = observatory(CCD, PLAIN_CAMERA)
    with pytest.raises(TypeError, match="no role is called cam; there is telescope, mount, camera"):
        client.use(cam=CCD.name)
    with pytest.raises(UnknownDevice, match="did you mean 'CCD Simulator'"):
        client.use(camera="CCD Simulater")
    with pytest.raises(UnknownDevice, match="no device is a telescope; there is"):
        _ = client.telescope


def test_a_device_that_is_gone_is_chosen_anew(observatory, capsys: pytest.CaptureFixture):
    client, server = observatory(CCD, PLAIN_CAMERA)
    assert client.camera.name == PLAIN_CAMERA.name
    server.tell(Delete(PLAIN_CAMERA.name))
    assert client.camera.name == CCD.name
    assert capsys.readouterr().out.count("camera:") == 1
    server.tell(_announced(PLAIN_CAMERA.name, PLAIN_CAMERA.interfaces))
    assert client.camera.name == CCD.name


def test_interfaces_that_change_count_when_they_are_asked_for(observatory):
    client, server = observatory(FOCUSER)
    with pytest.raises(UnknownDevice):
        _ = client.camera
    server.tell(_announced(CCD.name, CCD.interfaces))
    assert client.camera.name == CCD.name
