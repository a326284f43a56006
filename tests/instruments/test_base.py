"""What all instruments have in common, and which device is which instrument."""

import pytest

import indinb
from indinb import Camera, Client, FilterWheel, Focuser, Guider, Telescope, display
from indinb.client.device import Device
from indinb.client.procedure import Procedure
from indinb.errors import UnknownProperty
from indinb.instruments import Instrument, base, instrument, instruments
from indinb.instruments.base import Instrument as Base
from indinb.protocol.vocabulary import Interface, Permission
from tests.instruments.kennel import info
from tests.waiting import wait_until

# With INDI's simulators


@pytest.mark.parametrize(
    ("device", "kinds"),
    [
        ("CCD Simulator", [Camera, Guider, FilterWheel]),
        ("Guide Simulator", [Camera, Guider]),
        ("Telescope Simulator", [Telescope, Guider]),
        ("Focuser Simulator", [Focuser]),
        ("Filter Simulator", [FilterWheel]),
    ],
)
def test_which_instruments_a_device_is(client: Client, device: str, kinds: list[type]):
    found = instruments(client.devices[device])
    assert [type(instrument) for instrument in found] == kinds
    assert all(instrument.device is client.devices[device] for instrument in found)


def test_the_room_is_a_function_too(client: Client):
    device = client.devices["CCD Simulator"]
    assert [type(found) for found in indinb.instruments(device)] == [Camera, Guider, FilterWheel]
    assert indinb.instruments.Camera is Camera
    assert Base is Instrument


def test_connect_and_disconnect(client: Client):
    mount = client.telescope
    mount.device.disconnect()
    assert not mount.device.connected
    wait_until(mount.device, lambda: "EQUATORIAL_EOD_COORD" not in mount.device)
    with pytest.raises(UnknownProperty):
        _ = mount.radec
    mount.connect()
    assert mount.device.connected
    assert mount.radec.name == "icrs"
    mount.connect()
    assert mount.device.connected


def test_an_instrument_shows_its_name_and_its_device(client: Client, monkeypatch):
    mount = client.telescope
    assert mount.name == "Telescope Simulator"
    assert repr(mount) == "<Telescope Telescope Simulator>"
    assert mount.summary().title == "Telescope Simulator"
    monkeypatch.setattr(
        display, "_render", lambda thing: {"text/plain": repr(thing), "of": thing.name}
    )
    assert mount._repr_mimebundle_() == {"text/plain": repr(mount), "of": mount.name}


# The register


def test_a_class_registers_for_a_bit(connect, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(base, "_kinds", dict(base._kinds))

    @instrument(Interface.ADAPTIVE_OPTICS)
    class Optics(Instrument):
        """Keep stars still."""

    assert Optics.interface is Interface.ADAPTIVE_OPTICS
    device = connect(info("AO", 258)).devices["AO"]
    assert [type(instrument) for instrument in instruments(device)] == [Camera, Optics]


def test_a_device_of_no_known_kind(client: Client):
    dome = Device(client, "Dome Simulator")
    assert instruments(dome) == []


def test_the_kinds_know_their_bits():
    assert Camera.interface is Interface.CCD
    assert Telescope.interface is Interface.TELESCOPE
    assert Focuser.interface is Interface.FOCUSER
    assert FilterWheel.interface is Interface.FILTER


# Selecting what differs


class _Switchboard(dict):
    """Stands in for a device: its properties, of which some are missing."""

    name = "CCD Simulator"


class _Switch:
    """Stands in for a property, and keeps what it is set to."""

    def __init__(self, value: str, *others: str) -> None:
        self.vector = {value: True} | dict.fromkeys(others, False)
        self.permission = Permission.READ_WRITE
        self.asked: list[str] = []

    def set(self, name: str) -> Procedure[None]:
        self.asked.append(name)
        return Procedure(f"set {name}", _nothing())


def _nothing():
    return
    yield


@pytest.mark.parametrize(
    ("property", "member", "asked"),
    [
        ("CCD_FRAME_TYPE", "FRAME_DARK", ["FRAME_DARK"]),
        ("CCD_FRAME_TYPE", "FRAME_LIGHT", []),
        ("CCD_FRAME_TYPE", "FRAME_TRICOLOR", []),
        ("CCD_VIDEO_STREAM", "STREAM_OFF", []),
    ],
    ids=["differs", "is on already", "no such member", "no such property"],
)
def test_only_what_differs_is_selected(property: str, member: str, asked: list[str]):
    switch = _Switch("FRAME_LIGHT", "FRAME_DARK")
    camera = Instrument(_Switchboard(CCD_FRAME_TYPE=switch))
    assert Procedure("prepare", camera._ensure(property, member)).result() is None
    assert switch.asked == asked


def test_what_cannot_be_switched_is_left_alone():
    switch = _Switch("FRAME_LIGHT", "FRAME_DARK")
    switch.permission = Permission.READ_ONLY
    camera = Instrument(_Switchboard(CCD_FRAME_TYPE=switch))
    assert Procedure("prepare", camera._ensure("CCD_FRAME_TYPE", "FRAME_DARK")).result() is None
    assert switch.asked == []
