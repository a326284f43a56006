"""Cameras: what INDI's simulators, and ours, can do beside an exposure."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from astropy import units as u

import indinb
from indinb import Camera, Client, Frame
from indinb.errors import Aborted, Failed, OutOfRange, Refused, UnknownProperty
from indinb.instruments.cameras.camera import GuideChip
from indinb.servers import SIMULATORS, IndiServer
from tests.waiting import wait_until

SHORT = 0.05  # seconds


@pytest.fixture
def camera(client: Client) -> Iterator[Camera]:
    camera = client.camera
    camera.device["POLLING_PERIOD"].set(20).result()
    yield camera
    if camera.subframe != (0, 0, 1280, 1024) or camera.binning != (1, 1):
        camera.expose(SHORT, binning=1, subframe="full")


def test_a_part_of_the_chip(camera: Camera):
    frame = camera.expose(SHORT, binning=2, subframe=(100, 200, 300, 150))
    assert frame.shape == camera.shape == (75, 150)
    assert camera.subframe == (100, 200, 300, 150)
    assert camera.expose(SHORT).shape == (75, 150)
    assert camera.expose(SHORT, binning=1).shape == (150, 300)
    assert camera.expose(SHORT, binning=1, subframe="full").shape == (1024, 1280)


@pytest.mark.parametrize("subframe", [(0, 0, 99999, 10), (1000, 0, 281, 10), (0, 0, 1280, 1025)])
def test_more_than_the_chip(camera: Camera, subframe):
    with pytest.raises(OutOfRange, match="is not within the 1280 x 1024 pixels"):
        camera.expose(SHORT, subframe=subframe)
    assert camera.expose(SHORT).shape == (1024, 1280)


def test_gain_and_offset(camera: Camera):
    frame = camera.expose(SHORT, binning=4, gain=40, offset=100)
    assert (camera.gain, camera.offset) == (40, 100)
    assert float(frame.header["GAIN"]) == 40
    camera.expose(SHORT, gain=90, offset=0)
    assert (camera.gain, camera.offset) == (90, 0)
    with pytest.raises(OutOfRange, match="GAIN of CCD_GAIN"):
        camera.expose(SHORT, gain=1e6)


def test_compression(camera: Camera):
    frame = camera.expose(SHORT, binning=4, compression=True)
    assert camera.compression
    assert camera.device["CCD1"]["CCD1"].format.endswith(("z", ".fz"))
    assert frame.shape == (256, 320)
    assert camera.expose(SHORT, compression=False).shape == (256, 320)
    assert not camera.compression


def test_what_can_be_read(camera: Camera):
    assert camera.format == "fits"
    assert {"fits", "native"} <= set(camera.formats)
    assert camera.frame_type == "light"
    camera.expose(SHORT, "dark", binning=4)
    assert camera.frame_type == "dark"
    assert camera.upload == "client"
    np.testing.assert_allclose(camera.pixel_size.to_value(u.micron), (5.2, 5.2))


def test_where_the_picture_goes(camera: Camera, tmp_path: Path):
    folder = tmp_path / "img"
    settings = camera.device["UPLOAD_SETTINGS"]
    settings.set(UPLOAD_DIR=str(folder), UPLOAD_PREFIX="IMG_XXX").result()
    saved = camera.expose_to_server(SHORT, binning=4)
    assert saved == PurePosixPath(folder / "IMG_001.fits")
    assert Frame.from_fits(saved).shape == (256, 320)
    both = camera.expose(SHORT, upload="both")
    assert both.server_path == PurePosixPath(folder / "IMG_002.fits")
    np.testing.assert_array_equal(Frame.from_fits(both.server_path).data, both.data)
    assert camera.expose(SHORT, upload="client").server_path is None
    assert len(list(folder.iterdir())) == 2


def test_fast_exposures(camera: Camera):
    frames = camera.burst(3, 0.3, binning=4, subframe=(0, 0, 256, 256))
    assert [frame.shape for frame in frames] == [(64, 64)] * 3
    assert len({frame.header["DATE-OBS"] for frame in frames}) == 3
    assert camera.device["CCD_FAST_TOGGLE"].value == "INDI_DISABLED"
    assert camera.expose(SHORT).shape == (64, 64)


def test_abort_of_fast_exposures(camera: Camera):
    operation = camera.start_burst(100, 0.3, binning=4)
    wait_until(camera.device, lambda: camera.exposing)
    with pytest.raises(Refused, match="is exposing already"):
        camera.expose(SHORT)
    operation.abort()
    assert isinstance(operation.exception(20), Aborted)
    fast = camera.device["CCD_FAST_TOGGLE"]
    wait_until(fast, lambda: fast.value == "INDI_DISABLED")
    assert camera.expose(SHORT).shape == (256, 320)


# The chip to guide with


def test_the_guide_chip(camera: Camera):
    guide = camera.guide_chip
    assert isinstance(guide, GuideChip)
    assert repr(guide) == "<GuideChip CCD Simulator>"
    frame = guide.expose(SHORT, binning=1, subframe="full")
    assert frame.shape == guide.shape == (290, 500)
    part = guide.expose(SHORT, "dark", subframe=(10, 20, 64, 32))
    assert part.shape == (32, 64)
    assert guide.frame_type == "dark"
    assert guide.expose(SHORT, subframe="full").shape == (290, 500)
    np.testing.assert_allclose(guide.pixel_size.to_value(u.micron), (9.8, 12.6), rtol=1e-6)


def test_both_chips_at_once(camera: Camera):
    first = camera.start_exposure(0.3, binning=4)
    second = camera.guide_chip.start_exposure(0.1, binning=1)
    with pytest.raises(Refused):
        camera.guide_chip.expose(SHORT)
    assert second.result(20).shape == (290, 500)
    assert not camera.guide_chip.exposing
    assert first.result(20).shape == (256, 320)


@pytest.mark.parametrize("client", ["embedded"], indirect=True)
def test_abort_of_the_guide_chip_alone(camera: Camera):
    """INDI's own simulator is Idle for a moment, and then counts on for ever."""
    first = camera.start_exposure(0.3, binning=4)
    second = camera.guide_chip.start_exposure(60)
    wait_until(camera.device, lambda: camera.guide_chip.exposing)
    second.abort()
    assert isinstance(second.exception(20), Aborted)
    assert first.result(20).shape == (256, 320)
    assert not camera.guide_chip.exposing


def test_the_guide_chip_has_limits_of_its_own(camera: Camera):
    with pytest.raises(OutOfRange, match="not within the 500 x 290 pixels"):
        camera.guide_chip.expose(SHORT, subframe=(0, 0, 501, 10))


def test_a_camera_with_one_chip(client: Client):
    with pytest.raises(UnknownProperty, match="Guide Simulator has no second chip"):
        _ = client.guide_camera.guide_chip


# What it sees


def test_scale_and_field(camera: Camera):
    camera.expose(SHORT, binning=2, subframe="full")
    length = _focal_length(camera)
    rough = 206_264.8 * 2 * 5.2e-3 / length
    assert camera.pixel_scale.to_value(u.arcsec / u.pix) == pytest.approx(rough, rel=1e-4)
    width, height = camera.field_of_view.to_value(u.arcsec)
    assert width == pytest.approx(rough * 640, rel=0.01)
    assert height == pytest.approx(rough * 512, rel=0.01)
    camera.expose(SHORT, binning=4)
    assert camera.pixel_scale.value == pytest.approx(2 * rough, rel=1e-4)
    assert camera.field_of_view[0].to_value(u.arcsec) == pytest.approx(width)


def _focal_length(camera: Camera) -> float:
    mount = camera.device.connection.telescope.device
    return float(mount["TELESCOPE_INFO"]["TELESCOPE_FOCAL_LENGTH"])


# A driver that dies


def test_a_driver_that_dies_fails_the_exposure_at_once():
    server = IndiServer([SIMULATORS["CCD Simulator"]])
    try:
        with indinb.connect(server.host, server.port) as client:
            camera = Camera(client.wait_for("CCD Simulator", "CONNECTION", timeout=10).device)
            camera.connect()
            operation = camera.start_exposure(60)
            wait_until(camera.device, lambda: camera.exposing)
            camera.device["CCD_SIMULATE_CRASH"].set()
            assert isinstance(operation.exception(10), Failed)
            assert "its driver has died" in str(operation.exception(0))
    finally:
        server.close()
