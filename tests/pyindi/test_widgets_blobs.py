import logging
import zlib

import numpy as np
import pytest

from indinb.protocol.messages import Blob
from indinb.protocol.vocabulary import State
from indinb.pyindi import PropertyBlob
from tests.client.fakes import IMAGE, delete, numbers, update
from tests.pyindi.books import Book


@pytest.fixture
def book():
    return Book(IMAGE)


@pytest.fixture
def image(book):
    return PropertyBlob(book.property("CCD1"))[0]


def blob(data, format=".fits", size=None):
    return Blob(memoryview(data), format, len(data) if size is None else size)


def test_before_the_first_one_a_blob_is_empty(image):
    assert image.getblobdata() == bytearray()
    assert image.getblob() == b""
    assert image.getBlobAsString() == ""
    assert (image.getSize(), image.getBlobLen(), image.bloblen) == (0, 0, 0)
    assert image.getFormat() == ""


def test_a_blob_is_read_in_many_ways(book, image):
    book.say(update(IMAGE, State.OK, CCD1=blob(b"SIMPLE = T")))
    assert image.getblobdata() == bytearray(b"SIMPLE = T")
    assert image.getblob() == b"SIMPLE = T"
    assert image.getBlobAsString() == "SIMPLE = T"
    assert (image.getSize(), image.getBlobLen()) == (10, 10)
    assert (image.size, image.bloblen, image.format) == (10, 10, ".fits")
    assert bytes(image.blob) == b"SIMPLE = T"


def test_the_types_are_those_that_scripts_use(book, image):
    book.say(update(IMAGE, State.OK, CCD1=blob(b"SIMPLE = T")))
    assert type(image.getblobdata()) is bytearray
    assert type(image.getblob()) is bytes
    assert image.getBlob().readonly


def test_a_copy_may_be_changed(book, image):
    book.say(update(IMAGE, State.OK, CCD1=blob(b"SIMPLE = T")))
    image.getblobdata()[0] = 0
    assert image.getblob() == b"SIMPLE = T"


def test_bytes_that_are_no_text_become_surrogates(book, image):
    book.say(update(IMAGE, State.OK, CCD1=blob(b"caf\xe9", ".txt")))
    assert image.getBlobAsString() == "caf\udce9"


def test_what_zlib_packed_is_unpacked(book, image):
    packed = zlib.compress(b"ayoyodyne" * 8)
    book.say(update(IMAGE, State.OK, CCD1=blob(packed, ".fits.z", 72)))
    assert image.getblobdata() == bytearray(b"ayoyodyne" * 8)
    assert (image.getSize(), image.getBlobLen(), image.getFormat()) == (72, 72, ".fits")


def test_it_is_unpacked_once(book, image):
    book.say(update(IMAGE, State.OK, CCD1=blob(zlib.compress(b"hello"), ".txt.Z", 5)))
    assert image.getBlob() is image.getBlob()
    assert PropertyBlob(book.property("CCD1"))[0].getBlob() is image.getBlob()


def test_the_next_one_is_unpacked_anew(book, image):
    for data in (b"hello", b"world"):
        book.say(update(IMAGE, State.OK, CCD1=blob(zlib.compress(data), ".txt.z", 5)))
        assert image.getblob() == data


@pytest.mark.parametrize("packed", [b"no zlib", zlib.compress(b"another size")])
def test_what_is_damaged_stays_as_it_came(book, image, caplog, packed):
    book.say(update(IMAGE, State.OK, CCD1=blob(packed, ".fits.z", 5)))
    assert image.getblob() == packed
    assert image.getBlobLen() == len(packed)
    assert image.getFormat() == ".fits.z"
    assert image.getblobdata() == bytearray(packed)
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "stays as it came" in record.getMessage()


def test_what_fpack_packed_stays_packed(book, image):
    book.say(update(IMAGE, State.OK, CCD1=blob(b"packed", ".fits.fz", 23040)))
    assert image.getblobdata() == bytearray(b"packed")
    assert (image.getSize(), image.getBlobLen(), image.getFormat()) == (23040, 6, ".fits.fz")


def test_a_blob_outlives_its_property(book, image):
    book.say(update(IMAGE, State.OK, CCD1=blob(b"hello", ".txt")), delete(IMAGE))
    assert image.getblob() == b"hello"


def test_a_blob_can_be_written(book, image):
    image.setBlob(b"hello")
    image.setFormat(".txt")
    assert (image.getblob(), image.getSize(), image.getFormat()) == (b"hello", 5, ".txt")
    assert book.send(image.bvp).values == {"CCD1": blob(b"hello", ".txt")}


@pytest.mark.parametrize("data", [bytearray(b"\1\0"), memoryview(b"\1\0"), np.array([1], "<i2")])
def test_bytes_come_from_wherever_they_lie(image, data):
    image.blob = data
    assert image.getblob() == b"\1\0"
    assert image.bloblen == 2


def test_format_and_size_may_come_before_the_bytes(book, image):
    image.format = ".fits.fz"
    assert (image.getSize(), image.getBlobLen()) == (0, 0)
    image.blob = b"packed"
    image.size = 23040
    assert book.send(image.bvp).values["CCD1"] == blob(b"packed", ".fits.fz", 23040)


def test_a_size_may_come_alone(image):
    image.setSize(5)
    assert (image.getSize(), image.getBlobLen()) == (5, 0)
    with pytest.raises(TypeError, match="a number"):
        image.setSize("5")


def test_the_length_cuts_the_bytes(book, image):
    image.blob = b"hello and more"
    image.bloblen = 5
    assert (image.getblob(), image.getBlobLen()) == (b"hello", 5)
    image.setBlobLen(100)
    assert image.bloblen == 5
    with pytest.raises(TypeError):
        image.setBlobLen(2.5)


def test_who_goes_through_a_blob_finds_it_alone(book, image):
    assert list(image) == [image]


def test_a_blob_is_empty_while_its_property_is_of_another_kind(book, image):
    book.say(update(IMAGE, State.OK, CCD1=blob(b"hello")), numbers("CCD1", {"CCD1": 3.0}))
    assert (image.getblob(), image.getFormat(), image.getSize()) == (b"", "%g", 0)
