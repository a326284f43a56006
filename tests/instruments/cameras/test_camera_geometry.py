"""Cameras: the size of a picture that does not tell it itself."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb import Camera, Client
from indinb.errors import ImageError
from indinb.images.image import Geometry
from indinb.instruments.cameras.chips import GUIDE_HEAD, frame_geometry
from indinb.protocol.messages import Define, Message, New
from indinb.protocol.vocabulary import State
from tests.client.fakes import ABORT, CONNECTION, FRAME_TYPE, IMAGE, FakeServer, numbers, update
from tests.client.fakes import vector as snapshot
from tests.instruments.evidence import EXPOSURE, exposing, picture

FRAME = numbers("CCD_FRAME", {"X": 10.0, "Y": 20.0, "WIDTH": 6.0, "HEIGHT": 4.0})
BINNING = numbers("CCD_BINNING", {"HOR_BIN": 1.0, "VER_BIN": 1.0}, 1, 4)
INFO = numbers("CCD_INFO", {"CCD_MAX_X": 12.0, "CCD_MAX_Y": 8.0, "CCD_BITSPERPIXEL": 16.0})


def device(*definitions: Define) -> dict[str, SimpleNamespace]:
    """Stand in for a device that has these properties."""
    return {each.name: SimpleNamespace(vector=snapshot(each)) for each in definitions}


def changed(definition: Define, **values: float) -> Define:
    """Return a definition with other values."""
    members = (
        each._replace(value=values.get(each.name, each.value)) for each in definition.members
    )
    return definition._replace(members=tuple(members))


def without(definition: Define, *names: str) -> Define:
    """Return a definition that lacks some members."""
    members = tuple(each for each in definition.members if each.name not in names)
    return definition._replace(members=members)


def test_the_geometry_is_that_of_the_subframe():
    assert frame_geometry(device(FRAME, BINNING, INFO)) == Geometry(6, 4, 16)


def test_each_chip_has_a_geometry_of_its_own():
    guider = [
        each._replace(name=each.name.replace("CCD", "GUIDER"))
        for each in (changed(FRAME, WIDTH=8.0), BINNING, INFO)
    ]
    camera = device(FRAME, BINNING, INFO, *guider)
    assert frame_geometry(camera, GUIDE_HEAD) == Geometry(8, 4, 16)
    assert frame_geometry(camera) == Geometry(6, 4, 16)
    assert frame_geometry(device(FRAME, BINNING, INFO), GUIDE_HEAD) is None


@pytest.mark.parametrize(
    ("horizontal", "vertical", "size"), [(2, 2, (3, 2)), (1, 4, (6, 1)), (4, 3, (1, 1))]
)
def test_binning_makes_it_smaller(horizontal, vertical, size):
    binning = changed(BINNING, HOR_BIN=float(horizontal), VER_BIN=float(vertical))
    assert frame_geometry(device(FRAME, binning, INFO)) == Geometry(*size, 16)


@pytest.mark.parametrize(
    ("definitions", "geometry"),
    [
        ((), None),
        ((BINNING,), None),
        ((FRAME,), Geometry(6, 4)),
        ((FRAME, INFO), Geometry(6, 4, 16)),
        ((BINNING, INFO), Geometry(12, 8, 16)),
        ((INFO, changed(BINNING, HOR_BIN=2.0, VER_BIN=2.0)), Geometry(6, 4, 16)),
        ((without(INFO, "CCD_MAX_X"),), None),
        ((FRAME, without(INFO, "CCD_BITSPERPIXEL")), Geometry(6, 4)),
        ((without(FRAME, "WIDTH"), INFO), Geometry(12, 8, 16)),
        ((FRAME, without(BINNING, "VER_BIN")), Geometry(6, 4)),
    ],
)
def test_what_a_camera_lacks(definitions, geometry):
    assert frame_geometry(device(*definitions)) == geometry


@pytest.mark.parametrize("nonsense", [0.0, -1.0, 0.5, float("nan"), float("inf"), None])
def test_nonsense_counts_as_missing(nonsense):
    assert frame_geometry(device(changed(FRAME, WIDTH=nonsense))) is None
    assert frame_geometry(device(FRAME, changed(BINNING, HOR_BIN=nonsense))) == Geometry(6, 4)
    assert frame_geometry(device(FRAME, changed(INFO, CCD_BITSPERPIXEL=nonsense))) == Geometry(6, 4)


@given(st.floats(), st.floats(), st.floats(), st.floats(), st.floats())
def test_whatever_drivers_say_there_is_a_geometry_or_none(width, height, across, down, bits):
    geometry = frame_geometry(
        device(
            changed(FRAME, WIDTH=width, HEIGHT=height),
            changed(BINNING, HOR_BIN=across, VER_BIN=down),
            changed(INFO, CCD_BITSPERPIXEL=bits, CCD_MAX_X=width),
        )
    )
    for number in geometry or ():
        assert number is None or (isinstance(number, int) and number >= 0)


# ---- with cameras


class RawCamera(FakeServer):
    """A camera that sends its memory, and changes its frame while it is read out."""

    def __init__(self, data: bytes, format: str, *definitions: Define) -> None:
        self.data, self.format = data, format
        given = (CONNECTION, FRAME_TYPE, EXPOSURE, ABORT, IMAGE, *definitions)
        super().__init__(*given, answer=self.expose)

    def expose(self, new: New) -> list[Message]:
        later = update(FRAME, State.OK, WIDTH=1.0, HEIGHT=1.0)
        return [
            exposing(State.BUSY, 1.0), later, picture(self.data, self.format), exposing(State.OK)
        ]  # fmt: skip


@pytest.fixture
def open_camera():
    clients = []

    def make(*args) -> Camera:
        server = RawCamera(*args)
        client = Client(server.transport, "fake", on_close=server.close).open()
        clients.append(client)
        return Camera(client.devices["CCD Simulator"])

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize("format", [".bin", ".BIN"])
def test_the_geometry_is_that_at_the_start_of_the_exposure(open_camera, format):
    pixels = np.arange(24, dtype="<u2").reshape(4, 6)
    camera = open_camera(pixels.tobytes(), format, FRAME, BINNING, INFO)
    frame = camera.expose(1)
    np.testing.assert_array_equal(frame.data, pixels)
    assert frame.header["ROWORDER"] == "TOP-DOWN"


def test_a_camera_that_does_not_tell_its_size(open_camera):
    camera = open_camera(bytes(48), ".bin")
    with pytest.raises(ImageError, match="raw pixels do not tell the size of their image"):
        camera.expose(1)
    assert bytes(camera.device["CCD1"]["CCD1"]) == bytes(48)


def test_a_picture_of_another_size(open_camera):
    camera = open_camera(bytes(46), ".bin", FRAME, BINNING, INFO)
    with pytest.raises(ImageError, match="46 bytes are no raw image of 6 x 4 pixels of 16 bits"):
        camera.expose(1)


def test_the_bytes_of_a_makers_format_are_kept(open_camera, tmp_path):
    camera = open_camera(b"II*\0...", ".nef", FRAME, BINNING, INFO)
    with pytest.raises(ImageError, match=r"blob\.save\('image\.nef'\) keeps the bytes"):
        camera.expose(1)
    kept = camera.device["CCD1"]["CCD1"].save(tmp_path / "image.nef")
    assert kept.read_bytes() == b"II*\0..."


def test_the_simulator_tells_its_size(client: Client):
    camera = client.camera
    camera.device["CCD_BINNING"].set(HOR_BIN=1, VER_BIN=1).result()
    assert frame_geometry(camera.device) == Geometry(1280, 1024, 16)
    camera.device["CCD_BINNING"].set(HOR_BIN=4, VER_BIN=2).result()
    frame = camera.expose(0.05)
    assert frame_geometry(camera.device) == Geometry(320, 512, 16)
    assert frame.shape == (512, 320)
    camera.device["CCD_BINNING"].set(HOR_BIN=1, VER_BIN=1).result()
