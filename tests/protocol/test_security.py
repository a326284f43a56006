"""Streams that mean harm: they get neither files, nor the network, nor memory, nor time."""

import logging
import socket
import time
import weakref
from pathlib import Path

import pytest

from indinb.errors import ProtocolError
from indinb.protocol.messages import Blob, Ping, Update
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import Kind
from tests.captures import read

PING = b"<pingReply uid='last'/>"
LAST = Ping("last", reply=True)
SECRET = "swordfish"

LITTLE = 16 << 20
"""Bytes of memory that a few bytes of a stream may take at most."""

SOON = 2.5
"""Seconds of the processor's time that some hundred kilobytes may take."""


@pytest.fixture(autouse=True)
def quick():
    """See that nothing takes long, whatever else the computer does."""
    begin = time.process_time()
    yield
    assert time.process_time() - begin < SOON


def resident():
    """Return how many bytes of memory this process really uses."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def feed(reader, data, blocks=()):
    reader.get_buffer()[: len(data)] = data
    return reader.buffer_updated(len(data), blocks)


def flood(reader, begin, more, blocks=()):
    """Send a begin, and then more and more of which nothing comes."""
    for data in [begin, *[more] * 1000]:
        assert feed(reader, data, blocks) == []


# Documents that reach out


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path.as_uri()


DOCTYPES = [
    "<!DOCTYPE x [<!ENTITY e SYSTEM '{url}'>]>",
    "<!DOCTYPE x PUBLIC '-//x' '{url}'>",
    "<!DOCTYPE x SYSTEM '{url}'>",
    "<!DOCTYPE x [<!ENTITY % p SYSTEM '{url}'> %p;]>",
    "<!DOCTYPE x [<!ENTITY e 'swordfish'>]>",
    "<?xml-stylesheet href='{url}'?>",
    "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{url}' parse='text'/>",
]
ELEMENTS = [
    "<setTextVector device='d' name='p'><oneText name='a'>{in_it}&e;</oneText></setTextVector>",
    "<setTextVector device='d' name='p'><oneText name='a'>{in_it}</oneText></setTextVector>",
    "<setBLOBVector device='d' name='p'><oneBLOB name='a'>QUJD{in_it}</oneBLOB></setBLOBVector>",
    "<message message='&e;'/>",
]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize("inside", [False, True])
def test_no_file_is_read_and_no_entity_expanded(secret, doctype, element, inside, caplog):
    doctype = doctype.format(url=secret)
    xml = element.format(in_it=doctype) if inside else doctype + element.format(in_it="")
    *before, last = read(xml.encode() + PING)
    assert last == LAST
    assert SECRET not in repr(before)
    blobs = [value for m in before for value in m.values.values() if isinstance(value, Blob)]
    assert not [blob for blob in blobs if SECRET.encode() in bytes(blob)]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("inside", [False, True])
def test_nobody_is_called_up(doctype, inside, caplog):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        doctype = doctype.format(url=f"http://127.0.0.1:{listener.getsockname()[1]}/x.dtd")
        xml = ELEMENTS[0].format(in_it=doctype if inside else "")
        read((xml if inside else doctype + xml).encode() + PING)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("where", [2, 0])
def test_entities_of_entities_are_not_expanded(inside, where, caplog):
    entities = [f"<!ENTITY e{i} '{f'&e{i - 1};' * 10}'>" for i in range(1, 30)]
    doctype = f"<!DOCTYPE x [<!ENTITY e0 'lol'>{''.join(entities)}]>"
    element = ELEMENTS[where].format(in_it=(doctype if inside else "") + "&e29;")
    before = resident()
    assert read((element if inside else doctype + element).encode() + PING)[-1] == LAST
    assert resident() - before < LITTLE


def test_attributes_of_another_namespace_are_not_ours():
    xml = b"<setTextVector xmlns:x='y' x:device='d' x:name='p' device='e' name='q'></setTextVector>"
    assert read(xml) == [Update(Kind.TEXT, "e", "q", {})]


# Claims


CLAIMS = ["2000000000", "4294967296", str(10**12), str(10**18), str(10**30), "1e99", "4e9"]
CLAIMS += ["-1", "-4294967296", "nan", "inf", "-inf", "1:30", "9" * 5000, "0x7fffffffffffffff"]


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("attribute", ["size", "len", "enclen"])
def test_a_claimed_size_takes_no_memory_until_bytes_come(claim, attribute):
    reader = Reader()
    begin = b"<setBLOBVector device='d' name='p'><oneBLOB name='a' %s='%s'>QUJD"
    before = resident()
    assert feed(reader, begin % (attribute.encode(), claim.encode())) == []
    for _ in range(100):
        assert feed(reader, b"QUJD" * 100) == []
    assert resident() - before < LITTLE
    (message,) = feed(reader, b"</oneBLOB></setBLOBVector>")
    believed = claim == "1:30" and attribute != "enclen"  # it is a number, if a small one
    assert bytes(message.values["a"]) == (b"A" if believed else b"ABC" * 10001)
    assert resident() - before < LITTLE


@pytest.mark.parametrize("claim", [2_000_000, 3_000_000, 1_000_000_000])
def test_many_claims_take_no_memory_either(claim):
    """However many BLOBs of a few bytes say that they are large."""
    content = "".join(f"<oneBLOB name='{i}' size='{claim}'>QUJD</oneBLOB>" for i in range(300))
    before = resident()
    (message,) = read(f"<setBLOBVector device='d' name='p'>{content}</setBLOBVector>".encode())
    assert {bytes(blob) for blob in message.values.values()} == {b"ABC"}
    assert len(message.values) == 300
    assert resident() - before < LITTLE


@pytest.mark.parametrize("attribute", ["min", "max", "step"])
@pytest.mark.parametrize("claim", [*CLAIMS, "9" * 5000])
def test_numbers_of_any_length_are_read_soon(attribute, claim):
    one = f"<oneNumber name='a' {attribute}='{claim}'>{claim}</oneNumber>"
    xml = f"<setNumberVector device='d' name='p' timeout='{claim}'>{one}</setNumberVector>"
    assert len(read(xml.encode() + PING)) == 2


# Size and depth


@pytest.mark.parametrize(
    "begin",
    [
        b"<setTextVector device='d' name='p'><oneText name='a'>",
        b"<setTextVector device='d' name='p'>",
        b"<setNumberVector device='d' name='p'><oneNumber name='a' ",
        b"<setBLOBVector device='d' name='p'><oneBLOB name='a' ",
        b"<setBLOBVector device='d' name='p'><oneBLOB name='a'/>",
        b"<setBLOBVector device='d' name='p'><oneBLOB name='a'><",
        b"<defBLOBVector device='d' name='p'>",
    ],
)
def test_an_element_that_never_ends_is_given_up(begin):
    before = resident()
    with pytest.raises(ProtocolError, match="larger than 1048576 bytes"):
        flood(Reader(max_element=1 << 20), begin, b"x" * 10_000)
    assert resident() - before < LITTLE


@pytest.mark.parametrize(
    "begin", [b"<message ", b"<message message='", b"<!-- ", b"garbage ", b"<"]
)
def test_scrap_that_never_ends_is_not_kept(begin):
    reader, before = Reader(), resident()
    flood(reader, begin, b"x" * 10_000)
    assert resident() - before < LITTLE
    assert feed(reader, PING + PING)[-1] == LAST


def test_blanks_in_a_blob_are_not_kept():
    reader, before = Reader(), resident()
    flood(reader, b"<setBLOBVector device='d' name='p'><oneBLOB name='a'>QU", b" \r\n*" * 2500)
    assert resident() - before < LITTLE
    (message,) = feed(reader, b"JD</oneBLOB></setBLOBVector>")
    assert bytes(message.values["a"]) == b"ABC"


@pytest.mark.parametrize("kind", ["Text", "BLOB"])
@pytest.mark.parametrize("depth", [200, 10_000, 400_000])
def test_any_depth_costs_only_its_element(kind, depth, caplog):
    xml = f"<set{kind}Vector device='d' name='p'>{'<a>' * depth}{'</a>' * depth}</set{kind}Vector>"
    assert read(xml.encode() + PING)[-1] == LAST


def test_many_members_are_read_soon():
    ones = b"".join(b"<oneText name='%d'>x</oneText>" % i for i in range(20_000))
    (message,) = read(b"<setTextVector device='d' name='p'>%s</setTextVector>" % ones)
    assert len(message.values) == 20_000


def test_many_attributes_are_read_soon():
    attributes = b" ".join(b"a%d='1'" % i for i in range(5000))
    (message,) = read(b"<setTextVector device='d' name='p' %s></setTextVector>" % attributes)
    assert message == Update(Kind.TEXT, "d", "p", {})


def full(reader, scrap):
    """Return as much of the same as the reader takes at once."""
    return scrap * (len(reader.get_buffer()) // len(scrap))


@pytest.mark.parametrize(
    "scrap",
    [
        b"<",
        b"<!-- ",
        b"<message ",
        b"<message '",
        b"<setTextVector>",
        b"</message>",
        b"&",
        b"<?",
        b"'",
    ],
)
def test_scrap_is_passed_soon(scrap, caplog):
    caplog.set_level(logging.CRITICAL)
    reader = Reader()
    feed(reader, full(reader, scrap))
    assert feed(reader, b"-->" + PING + PING)[-1] == LAST


@pytest.mark.parametrize(
    "scrap",
    [
        b"<oneBLOB>",
        b"<oneBLOB/>",
        b"<oneBLOB name='a'>QUJD</oneBLOB>",
        b"<oneBLOB name='",
        b"<oneBLOB ",
        b"<!-- ",
        b"<![CDATA[",
        b"&#65;",
        b"=",
        b"Q=",
        b"</oneBLOB>",
    ],
)
def test_scrap_among_blobs_is_passed_soon(scrap, caplog):
    caplog.set_level(logging.CRITICAL)
    reader = Reader()
    feed(reader, b"<setBLOBVector device='d' name='p'><oneBLOB name='a'>QUJD")
    feed(reader, full(reader, scrap))
    assert feed(reader, b"</setBLOBVector>" + PING)[-1:] == [LAST]


@pytest.mark.parametrize(
    "begin", [b"<message message='", b"<!-- ", b"<setBLOBVector device='d' name='", b"<"]
)
def test_a_tag_byte_by_byte_is_passed_soon(begin, caplog):
    """Of 30 000 characters, where 65 536 are allowed."""
    reader = Reader()
    feed(reader, begin)
    for _ in range(30_000):
        assert feed(reader, b"x") == []


@pytest.mark.parametrize("width", [1, 3, 4, 5])
@pytest.mark.parametrize("break_", [b"\n", b"=", b"*", b"\r\n  "])
def test_base64_in_shreds_is_decoded_soon(width, break_):
    text = break_.join([b"QUJD"[:width]] * 50_000)
    xml = (
        b"<setBLOBVector device='d' name='p'><oneBLOB name='a'>%s</oneBLOB></setBLOBVector>" % text
    )
    assert read(xml + PING)[-1] == LAST


def test_base64_byte_by_byte_is_decoded_soon():
    reader = Reader()
    feed(reader, b"<setBLOBVector device='d' name='p'><oneBLOB name='a' size='75000'>")
    for _ in range(100_000):
        assert feed(reader, b"Q") == []
    (message,) = feed(reader, b"</oneBLOB></setBLOBVector>")
    assert len(message.values["a"]) == 75_000


def test_memory_beside_the_stream_that_nobody_wants_is_not_kept():
    reader, block = Reader(), memoryview(b"block")
    kept = weakref.ref(block)
    assert feed(reader, PING, [block]) == [LAST]
    del block
    assert kept() is None


def test_many_blobs_are_read_soon():
    ones = b"".join(b"<oneBLOB name='%d' size='3'>QUJD</oneBLOB>" % i for i in range(5000))
    (message,) = read(b"<setBLOBVector device='d' name='p'>%s</setBLOBVector>" % ones)
    assert len(message.values) == 5000
