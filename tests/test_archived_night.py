"""A night in files: darks, flats, three filters and two objects, as ccdproc sorts them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from ccdproc import ImageFileCollection

from indinb import Client
from indinb.instruments.roles import roles_of
from indinb.servers import EmbeddedServer
from tests.simulators import connected

SHORT = 0.02
OBJECTS = ("M42", "M1")
FILTERS = ("Red", "Green", "Blue")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Return a client of our own observatory, whose time goes quickly."""
    options = ["--speed", "100", "--devices", "Guide Simulator"]
    with contextlib.closing(EmbeddedServer(options)) as server, connected(server) as client:
        client.telescope.unpark()
        yield client


@pytest.fixture(scope="module")
def night(client: Client, tmp_path_factory: pytest.TempPathFactory) -> ImageFileCollection:
    """Return what was taken in a night."""
    folder: Path = tmp_path_factory.mktemp("night")
    client.save_to = folder
    roles_of(client).observer = "Ann"
    camera = client.camera
    for name in OBJECTS:
        client.telescope.slew(name)
        for color in FILTERS:
            assert len(list(camera.sequence(2, SHORT, filter=color, binning=4))) == 2
    assert len(list(camera.sequence(3, SHORT, frame_type="dark", binning=4))) == 3
    for color in FILTERS:
        assert len(list(camera.sequence(2, SHORT, filter=color, frame_type="flat"))) == 2
    client.save_to = None
    return ImageFileCollection(folder)


def test_everything_is_there(night: ImageFileCollection):
    assert len(night.files) == 2 * 3 * 2 + 3 + 3 * 2


def test_by_object_and_filter(night: ImageFileCollection):
    for name in OBJECTS:
        assert len(night.files_filtered(imagetyp="Light Frame", object=name)) == 6
        for color in FILTERS:
            found = night.files_filtered(imagetyp="Light Frame", object=name, filter=color)
            assert len(found) == 2
            assert all(file.startswith(f"{name}_Light_{color}_0.02s_") for file in found)


def test_by_type(night: ImageFileCollection):
    darks = night.files_filtered(imagetyp="Dark Frame")
    assert len(darks) == 3
    for color in FILTERS:
        assert len(night.files_filtered(imagetyp="Flat Frame", filter=color)) == 2
    assert set(night.values("object", unique=True)) == {*OBJECTS, "Unknown"}


def test_what_an_archive_wants_to_know(night: ImageFileCollection):
    wanted = (
        "observer date-obs date-end ra dec airmass sitelat sitelong siteelev focuspos gain egain"
    )
    for keyword in wanted.split():
        assert all(value is not None for value in night.values(keyword)), keyword
    assert set(night.values("observer")) == {"Ann"}
    for header in night.headers(imagetyp="Light Frame"):
        assert 1 <= header["AIRMASS"] < 10
        assert header["DATE-OBS"] < header["DATE-END"]
