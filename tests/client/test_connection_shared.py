"""Connections to a server on the same machine, whose BLOBs come as shared memory."""

import gc
import os
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from indinb.client.connection import Connection
from indinb.client.property import Property
from indinb.client.transport import UnixTransport
from indinb.protocol.messages import Blob
from tests.client.fakes import (
    CCD,
    GUIDE_IMAGE,
    IMAGE,
    TEMPERATURE,
    FakeServer,
    attached,
    maps,
    open_files,
    share,
    update,
)
from tests.client.helpers import Handler

FITS = b"SIMPLE  =                    T"


@pytest.fixture(params=[True, False], ids=["mapped", "copied"])
def mapped(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture
def no_maps() -> None:
    """Count from zero: clients of other tests may be garbage that was not collected yet."""
    gc.collect()
    assert maps() == 0


@pytest.fixture
def server(mapped: bool) -> Iterator[FakeServer]:
    server = FakeServer(transport=partial(UnixTransport, shared_memory=mapped))
    yield server
    server.close()


@pytest.fixture
def image(client: Connection) -> Property:
    return client.devices[CCD]["CCD1"]


def frame(number: int) -> bytes:
    return b"%06d" % number * 1000


@pytest.mark.usefixtures("no_maps")
def test_an_image_is_cut_to_its_length(server: FakeServer, image: Property, mapped: bool):
    server.send_blobs(IMAGE, CCD1=FITS)
    server.tell()
    assert image["CCD1"] == Blob(memoryview(FITS), ".fits", len(FITS))
    assert image["CCD1"].data.readonly
    assert maps() == mapped


def test_several_images_of_one_message(connect: Callable[..., Connection], server: FakeServer):
    server.definitions = (IMAGE._replace(members=(*IMAGE.members, *GUIDE_IMAGE.members)),)
    image = connect(server).devices[CCD]["CCD1"]
    server.send_blobs(IMAGE, CCD1=b"one", CCD2=b"two")
    server.send_blobs(IMAGE, CCD2=b"TWO", CCD1=b"ONE")
    server.tell()
    assert bytes(image["CCD1"]) == b"ONE"
    assert bytes(image["CCD2"]) == b"TWO"


def test_every_image_is_heard_of_in_order(server: FakeServer, image: Property):
    handler = Handler()
    image.observe(handler)
    for number in range(50):
        server.send_blobs(IMAGE, CCD1=frame(number))
        server.send(update(TEMPERATURE, CCD_TEMPERATURE_VALUE=float(number)))
    server.tell()
    heard = [bytes(change.new["CCD1"]) for change in handler.changes]
    assert heard == [frame(number) for number in range(50)]


def test_a_report_that_comes_in_pieces(server: FakeServer, image: Property):
    whole = attached(IMAGE, CCD1=FITS)
    for cut in range(1, len(whole)):
        server.send_blobs(IMAGE, CCD1=b"before")
        server.send_beside(whole[:cut], share(FITS))
        server.send_bytes(whole[cut:])
        server.tell()
        assert bytes(image["CCD1"]) == FITS


def test_an_image_that_nobody_knows_takes_no_other_ones_place(server: FakeServer, image: Property):
    server.send_blobs(GUIDE_IMAGE, CCD2=b"of a property that was never defined")
    server.send_blobs(IMAGE, NOBODY=b"of a member that there is not", CCD1=FITS)
    server.tell()
    assert bytes(image["CCD1"]) == FITS


@pytest.mark.usefixtures("no_maps")
def test_images_that_nobody_keeps_leave_nothing(server: FakeServer, image: Property, mapped: bool):
    before = open_files()
    for number in range(100):
        server.send_blobs(IMAGE, CCD1=frame(number))
        server.send_blobs(GUIDE_IMAGE, CCD2=frame(number))
    server.tell()
    assert bytes(image["CCD1"]) == frame(99)
    assert maps() == mapped  # the newest, which is the property's value
    assert open_files() == before


@pytest.mark.usefixtures("no_maps")
def test_images_that_are_kept_hold_no_files(server: FakeServer, image: Property, mapped: bool):
    kept = []
    image.observe(lambda change: kept.append(change.new["CCD1"]))
    before = open_files()
    for number in range(100):
        server.send_blobs(IMAGE, CCD1=frame(number))
    server.tell()
    assert open_files() == before
    assert maps() == 100 * mapped
    assert [bytes(blob) for blob in kept] == [frame(number) for number in range(100)]


def test_an_image_outlives_the_client(server: FakeServer, client: Connection, image: Property):
    server.send_blobs(IMAGE, CCD1=FITS)
    server.tell()
    client.close()
    assert bytes(image["CCD1"]) == FITS


def test_a_block_that_cannot_be_read_costs_only_itself(server: FakeServer, image: Property):
    server.send_blobs(IMAGE, CCD1=FITS)
    pipe, end = os.pipe()
    server.send_beside(attached(IMAGE, CCD1=b"lost"), pipe)
    os.close(end)
    server.send_blobs(IMAGE, CCD1=b"next")
    server.tell()
    assert bytes(image["CCD1"]) == b"next"


def test_images_as_text_are_taken_too(server: FakeServer, image: Property):
    server.send(update(IMAGE, CCD1=Blob(memoryview(FITS), ".fits", len(FITS))))
    server.tell()
    assert bytes(image["CCD1"]) == FITS
