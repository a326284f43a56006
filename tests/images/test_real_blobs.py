"""BLOBs of INDI's own camera simulator, over TCP and in shared memory."""

import gc
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

import indinb
from indinb import Camera, Client
from indinb.images.blobs import decode
from indinb.protocol.messages import Blob
from indinb.servers import IndiServer


@pytest.fixture
def camera(client: Client) -> Iterator[Camera]:
    camera = client.camera
    camera.device["POLLING_PERIOD"].set(20).result()
    camera.device["CCD_BINNING"].set(HOR_BIN=1, VER_BIN=1).result()
    yield camera
    camera.device["CCD_COMPRESSION"].set("INDI_DISABLED").result()


def kept(camera: Camera) -> Blob:
    """Return the last BLOB that came."""
    blob = camera.device["CCD1"]["CCD1"]
    assert isinstance(blob, Blob)
    return blob


def test_fits(camera: Camera):
    frame = camera.expose(0.05)
    blob = kept(camera)
    assert blob.format == ".fits"
    assert len(blob) == blob.size
    with fits.open(io.BytesIO(bytes(blob))) as hdus:
        assert hdus[0].data.dtype == frame.dtype == np.uint16
        np.testing.assert_array_equal(hdus[0].data, frame.data)
        assert decode(blob).header.tostring() == hdus[0].header.tostring()


def test_fpack(camera: Camera):
    camera.device["CCD_COMPRESSION"].set("INDI_ENABLED").result()
    frame = camera.expose(0.05)
    blob = kept(camera)
    assert blob.format == ".fits.fz"
    assert len(blob) < blob.size  # cut to what the driver sent, while the server pads it
    assert frame.dtype == np.uint16
    assert frame.header["INSTRUME"] == camera.name
    with fits.open(io.BytesIO(bytes(blob))) as hdus:
        np.testing.assert_array_equal(hdus[1].data, frame.data)
    padded = bytes(blob).ljust(1 << 20, b"\0")
    again = decode(Blob(memoryview(padded), blob.format, blob.size))
    np.testing.assert_array_equal(again.data, frame.data)


@pytest.fixture
def beside(camera: Camera, indiserver: IndiServer) -> Iterator[Camera]:
    """Return the camera as a client on the same machine has it; `camera` has made it quick."""
    if sys.platform != "linux":
        pytest.skip("there is no shared memory")
    with indinb.connect(f"unix:{indiserver.path}", shared_memory=True) as client:
        yield client.camera


def maps() -> int:
    """Count the blocks of shared memory that this program sees."""
    gc.collect()
    return Path("/proc/self/maps").read_text().count("memfd:")


def test_shared_memory_is_let_go_when_the_pixels_are_made(beside: Camera):
    frame = beside.expose(0.05)
    assert not frame.is_decoded
    beside.expose(0.05)
    before = maps()
    assert frame.data.shape == frame.shape
    assert maps() == before - 1
