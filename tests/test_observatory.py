"""The observatory: connecting; which device is which is in choice, simulations in simulation."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import indinb
from indinb import Camera, Client, FilterWheel, Focuser, Telescope, observatory
from indinb.client.connection import Connection
from indinb.client.transport import SocketTransport
from indinb.errors import (
    ConnectionFailed,
    ConnectionLost,
    NotWritable,
    UnknownDevice,
    UnknownProperty,
)
from indinb.images.blobs import decode
from indinb.protocol.messages import Blob, Delete
from indinb.servers import SIMULATORS, IndiServer
from tests.client.fakes import FakeServer
from tests.waiting import wait_until

PIXELS = 1024 * 1280 * 2
"""Bytes that an image of the camera has, without its header."""


@pytest.fixture
def fake() -> Iterator[Client]:
    server = FakeServer()
    client = Client(server.transport, "fake").open()
    yield client
    client.close()
    server.close()


# connect


def test_connect(indiserver: IndiServer):
    with indinb.connect(indiserver.host, indiserver.port) as client:
        assert isinstance(client, Connection)
        assert client.address == f"localhost:{indiserver.port}"
        assert client.devices.keys() == SIMULATORS.keys()
        assert repr(client) == f"<Client {client.address}: connected, 5 devices>"
    assert client.status == "closed"


def test_connect_to_some_devices(indiserver: IndiServer):
    names = ["CCD Simulator", "Telescope Simulator"]
    with indinb.connect(port=indiserver.port, devices=names) as client:
        assert sorted(client.devices) == names
        assert client.camera.name == "CCD Simulator"
        with pytest.raises(UnknownDevice, match="no device is a guide camera; there is"):
            _ = client.guide_camera


def test_a_client_that_may_only_look(indiserver: IndiServer, client: Client):
    with indinb.connect(port=indiserver.port, read_only=True) as onlooker:
        assert onlooker.telescope.radec.name == "icrs"
        for use in (onlooker.camera.abort, onlooker.telescope.abort):
            with pytest.raises(NotWritable, match="connect without read_only=True"):
                use()
        with pytest.raises(NotWritable):
            onlooker.camera.expose(1)
    assert not client.camera.exposing


def test_two_clients_see_the_same(indiserver: IndiServer, client: Client):
    with indinb.connect(port=indiserver.port) as other:
        other.wait_for("CCD Simulator", "CCD_EXPOSURE", timeout=10)
        assert other.camera.device is not client.camera.device
        assert other.camera.name == client.camera.name
        assert other.camera.device.connected


def test_nothing_listens(indiserver: IndiServer):
    server = IndiServer([SIMULATORS["Focuser Simulator"]])
    server.close()
    with pytest.raises(ConnectionFailed, match=f"nothing listens at localhost:{server.port}"):
        indinb.connect(port=server.port)


def test_hosts_are_reached_by_network(indiserver: IndiServer):
    with indinb.connect("localhost", indiserver.port, shared_memory=True) as client:
        assert type(client._transport) is SocketTransport


# connect on one machine


@pytest.fixture(params=[True, False], ids=["mapped", "copied"])
def local(request: pytest.FixtureRequest, indiserver: IndiServer, client: Client):
    """Return a client beside the network; its simulators have been connected by `client`."""
    address = f"unix:{indiserver.path}"
    with indinb.connect(address, shared_memory=request.param) as local:
        local.camera.device["POLLING_PERIOD"].set(20).result()
        yield local


@pytest.fixture
def compressed(client: Client) -> Iterator[None]:
    compression = client.camera.device["CCD_COMPRESSION"]
    compression.set("INDI_ENABLED").result()
    yield
    compression.set("INDI_DISABLED").result()


def take_image(client: Client) -> Blob:
    """Expose, and return what comes."""
    device = client.camera.device
    client.enable_blobs(device.name, "CCD1")
    device["CCD_EXPOSURE"].set(0.1).result()
    wait_until(device["CCD1"], lambda: device["CCD1"].value is not None)
    return device["CCD1"].value


def mapped() -> int:
    """Count the blocks of shared memory that this program sees."""
    return Path("/proc/self/maps").read_text().count("memfd:")


def test_connect_on_one_machine(local: Client, indiserver: IndiServer):
    assert local.address == f"unix:{indiserver.path}"
    assert repr(local) == f"<Client unix:{indiserver.path}: connected, 5 devices>"
    assert local.devices.keys() == SIMULATORS.keys()
    assert local.camera.device.connected


def test_an_image_in_shared_memory(local: Client, request: pytest.FixtureRequest):
    before = mapped()
    image = take_image(local)
    assert image.format == ".fits"
    assert len(image) == image.size > PIXELS
    assert bytes(image.data[:6]) == b"SIMPLE"
    assert image.data.readonly
    assert mapped() - before == request.node.callspec.params["local"]


@pytest.mark.usefixtures("compressed")
def test_a_compressed_image_in_shared_memory(local: Client):
    image = take_image(local)
    assert image.format == ".fits.fz"
    assert bytes(image.data[:6]) == b"SIMPLE"
    assert len(image) < PIXELS < image.size
    assert len(image) % 2880 == 0
    assert decode(image).data.shape == (1024, 1280)


def test_frames_in_shared_memory(local: Client, client: Client):
    frame = local.camera.expose(0.05)
    assert frame.shape == (1024, 1280)
    assert frame.header["EXPTIME"] == 0.05
    local.close()
    assert frame.data.max() > 0


@pytest.mark.usefixtures("compressed")
def test_compressed_frames_in_shared_memory(local: Client):
    assert local.camera.expose(0.05).shape == (1024, 1280)


def test_the_path_may_be_left_out(indiserver: IndiServer, monkeypatch: pytest.MonkeyPatch):
    assert observatory.UNIX_PATH == "/tmp/indiserver"
    monkeypatch.setattr(observatory, "UNIX_PATH", indiserver.path)
    with indinb.connect("unix:", 7624, devices="CCD Simulator") as client:
        assert client.address == f"unix:{indiserver.path}"
        assert list(client.devices) == ["CCD Simulator"]


def test_a_path_is_no_port():
    with pytest.raises(ConnectionFailed) as caught:
        indinb.connect("unix:/tmp/indiserver", 7625)
    assert str(caught.value) == (
        "port 7625 does not go with 'unix:/tmp/indiserver': give the path of that server "
        "instead, which is that of its option -u"
    )


def test_no_server_on_this_machine(tmp_path: Path):
    with pytest.raises(ConnectionFailed, match=f"no server listens at unix:{tmp_path}, which"):
        indinb.connect(f"unix:{tmp_path}")


def test_elsewhere_than_on_linux(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ConnectionFailed, match=r"^unix:/tmp/indiserver works on Linux only"):
        indinb.connect("unix:")


# Client


def test_instruments_are_views_and_nothing_else(client: Client):
    assert isinstance(client.telescope, Telescope)
    assert isinstance(client.camera, Camera)
    assert isinstance(client.guide_camera, Camera)
    assert isinstance(client.focuser, Focuser)
    assert isinstance(client.filter_wheel, FilterWheel)
    assert client.camera.device is client.devices["CCD Simulator"]
    assert client.focuser.device is client.devices["Focuser Simulator"]
    assert client.filter_wheel.device is client.devices["Filter Simulator"]


def test_the_mount_is_the_telescope(client: Client):
    assert isinstance(client.mount, Telescope)
    assert client.mount.device is client.telescope.device


@pytest.mark.parametrize("word", ["mount", "telescope"])
def test_mount_and_telescope_are_one_role(fake: Client, word: str):
    fake.use(**{word: "Telescope Simulator"})
    assert fake.mount.name == fake.telescope.name == "Telescope Simulator"
    with pytest.raises(TypeError, match="two words for one role"):
        fake.use(mount="Telescope Simulator", telescope="CCD Simulator")


def test_a_camera_may_be_used_as_the_filter_wheel(fake: Client):
    fake.use(filter_wheel="CCD Simulator", focuser=fake.devices["Telescope Simulator"])
    assert fake.filter_wheel.device is fake.camera.device
    assert fake.focuser.name == "Telescope Simulator"


def test_use_takes_all_or_nothing(fake: Client):
    with pytest.raises(UnknownDevice):
        fake.use(camera="Telescope Simulator", telescope="Nowhere")
    assert fake.camera.name == "CCD Simulator"


def test_use_takes_devices_too(fake: Client):
    fake.use(camera=fake.devices["Telescope Simulator"])
    assert fake.camera.name == "Telescope Simulator"


def test_what_is_used_is_not_replaced_when_it_is_gone(indiserver: IndiServer):
    with indinb.connect(indiserver.host, indiserver.port) as client:
        client.use(camera="Guide Simulator")
        client.model.apply(Delete("Guide Simulator"))
        with pytest.raises(UnknownProperty, match="Guide Simulator is gone"):
            client.camera.expose(1)


def test_the_port_may_stand_with_the_host(indiserver: IndiServer):
    with indinb.connect(f"localhost:{indiserver.port}") as client:
        assert client.address == f"localhost:{indiserver.port}"
    with pytest.raises(ConnectionFailed, match="'abc' is not a port"):
        indinb.connect("localhost", "abc")


def test_one_device_may_be_named_alone(indiserver: IndiServer):
    with indinb.connect(indiserver.host, indiserver.port, devices="CCD Simulator") as client:
        assert list(client.devices) == ["CCD Simulator"]


def test_closing_tells_the_owner():
    closed = []
    server = FakeServer()
    client = Client(server.transport, "fake", on_close=lambda: closed.append(client.status)).open()
    with client:
        assert closed == []
    assert closed == ["closed"]
    server.close()


def test_a_closed_client_remembers(fake: Client):
    fake.close()
    assert fake.camera.name == "CCD Simulator"
    with pytest.raises(ConnectionLost, match="make a new one, as this one was made"):
        fake.camera.device["CCD_TEMPERATURE"].set(-10)


def test_completion_offers_what_people_use(fake: Client):
    offered, device = dir(fake), dir(fake.devices["CCD Simulator"])
    assert {"devices", "telescope", "camera", "use", "night", "close", "save_to"} <= set(offered)
    assert {"connect", "messages", "groups"} <= set(device)
    assert not {"send", "worker", "belongings", "handle", "chores"} & {*offered, *device}


# addresses


@pytest.mark.parametrize("given", ["", "abc", "-1", "7624 "])
def test_a_port_that_is_none_is_not_passed_over(given):
    with pytest.raises(ConnectionFailed, match=f"'{given}' is not a port: write for example"):
        indinb.connect(f"localhost:{given}")


@pytest.mark.parametrize("path", ["~/sock", "//{home}/sock", "{home}//sock"])
def test_paths_are_written_in_many_ways(path, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConnectionFailed, match=f"no server listens at unix:{tmp_path}/sock, which"):
        indinb.connect("unix:" + path.format(home=tmp_path))
