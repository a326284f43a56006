import base64
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.errors import ProtocolError
from indinb.protocol.payload import Payload, byte_count, expected_size
from tests.protocol.strategies import moderately

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DATA = random.Random(3).randbytes(60_000)
LINE = base64.b64encode(DATA)


def lines(width, end=b"\n"):
    return end.join(LINE[i : i + width] for i in range(0, len(LINE), width)) + end


def decoded(*pieces, expected=None, rest=""):
    payload = Payload(expected)
    for piece in pieces:
        assert payload.feed(memoryview(piece)) == len(piece)
    return bytes(payload.finish(rest))


def torn(text, size):
    return [text[i : i + size] for i in range(0, len(text), size)]


def plainly(text):
    """Decode as the rule says, written as plainly as can be."""
    runs = [bytes(c for c in run if c in ALPHABET) for run in text.split(b"=")]
    whole = [run[: len(run) - (len(run) % 4 == 1)] for run in runs]
    return b"".join(base64.b64decode(run + b"=" * (-len(run) % 4)) for run in whole)


FORMS = {
    "one line": LINE,
    "one line as indiserver writes it": b"\n" + LINE + b"\n    ",
    "lines of 72": b"\n" + lines(72),
    "lines of 76 and CRLF": lines(76, b"\r\n"),
    "lines of an odd length": lines(61),
    "blanks": lines(8, b" "),
    "tabs": lines(1000, b"\t\t"),
    "a blank at the end": LINE + b" ",
    "many blanks at the begin": b" " * 1000 + LINE,
    "no padding": LINE.rstrip(b"="),
    "too much padding": LINE + b"====",
    "foreign characters": lines(500, b"*\xff\0-"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("expected", [None, len(DATA)])
@pytest.mark.parametrize("size", [7, 64, 1001, 48 * 1024, 10**6])
def test_every_form_gives_the_same_bytes(form, expected, size):
    assert decoded(*torn(FORMS[form], size), expected=expected) == DATA


@pytest.mark.parametrize("length", [*range(1, 20), 2999, 3000, 3001])
def test_every_length_is_read(length):
    data = DATA[:length]
    text = base64.b64encode(data)
    assert decoded(text) == decoded(text, expected=length) == decoded(*torn(text, 5)) == data
    assert decoded(text.rstrip(b"="), expected=length) == data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (b"", b""),
        (b"=", b""),
        (b"A", b""),
        (b"QQ==Qg==Qw==", b"ABC"),
        (b"QQ=Qg=Qw", b"ABC"),
        (b"QUI=QUI", b"ABAB"),
        (b"=QUJD=", b"ABC"),
        (b"QUJDA", b"ABC"),
        (b"QUJDA=QUJD", b"ABCABC"),
        (b"Q=U=J=D", b""),
        (b"Q U\nJ\rD", b"ABC"),
        (b"QR==", b"A"),
        ("QUéJD".encode(), b"ABC"),
    ],
)
def test_odd_padding(text, data):
    assert decoded(text) == decoded(*torn(text, 1)) == decoded(text, expected=3)[:3] + data[3:]
    assert decoded(text) == plainly(text) == data


@pytest.mark.parametrize("end", [b"<", b"</oneBLOB>", b"&#13;", b"&", b"<!-- c -->"])
@pytest.mark.parametrize("text", [b"", b"\n", b"QUJD", b"QUJ", b"QUJD\nQU", LINE, b" " * 100_000])
def test_text_ends_where_markup_begins(text, end):
    payload = Payload()
    assert payload.feed(memoryview(text + end + b"QUJD")) == len(text)
    assert bytes(payload.finish()) == plainly(text)


def test_what_came_behind_markup_goes_on_where_it_stopped():
    assert decoded(b"QU", rest="JDQUI=") == b"ABCAB"
    assert decoded(b"QUJD\nQ", rest="\r\n UI") == b"ABCAB"
    assert decoded(b"", rest="QUé<JD") == b"ABC"


@pytest.mark.parametrize("expected", [0, 1, 10, 59_999])
@pytest.mark.parametrize("size", [7, 10**6])
def test_no_more_than_expected_is_kept(expected, size):
    assert decoded(*torn(LINE, size), expected=expected) == DATA[:expected]
    assert decoded(*torn(lines(72), size), expected=expected) == DATA[:expected]


@pytest.mark.parametrize("expected", [len(DATA) + 1, 10**7, 10**10, 10**30])
def test_less_than_expected_is_what_it_is(expected):
    assert decoded(LINE, expected=expected) == DATA


def test_more_characters_than_a_line_of_the_expected_size_are_read():
    assert decoded(LINE, LINE, expected=2 * len(DATA)) == DATA * 2
    assert decoded(LINE[:8], lines(72), expected=6 + len(DATA)) == DATA[:6] + DATA


def test_the_result_is_read_only():
    for expected in (None, 3, 5_000_000):
        payload = Payload(expected)
        payload.feed(memoryview(b"QUJD"))
        assert payload.finish().readonly


@pytest.mark.parametrize("expected", [None, 3])
def test_it_is_finished_once(expected):
    payload = Payload(expected)
    payload.feed(memoryview(b"QUJ"))
    data = payload.finish()
    assert payload.finish("QUJD") is data
    assert bytes(data) == b"AB"


def test_the_limit_is_for_characters():
    payload = Payload(limit=8)
    payload.feed(memoryview(b"QUJD"))
    payload.feed(memoryview(b"QUJD"))
    with pytest.raises(ProtocolError, match="more than 8 characters"):
        payload.feed(memoryview(b" "))


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_comes_with_the_bytes():
    before = resident()
    payloads = [Payload(900_000_000) for _ in range(50)]
    for payload in payloads:
        payload.feed(memoryview(b"QUJD"))
    assert resident() - before < 50 * 3_000_000  # at most one huge page of each
    assert {bytes(payload.finish()) for payload in payloads} == {b"ABC"}


def test_without_room_it_grows(monkeypatch):
    def no_room(*args, **options):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("mmap.mmap", no_room)
    assert decoded(LINE, expected=500_000_000) == DATA


def test_memory_without_huge_pages(monkeypatch):
    data = DATA * 30
    for platform in ("linux", "darwin"):
        monkeypatch.setattr("sys.platform", platform)
        assert decoded(base64.b64encode(data), expected=len(data)) == data


@moderately
@given(
    st.lists(st.sampled_from([b"QUJD", b"QQ==", b"=", b"Q", b"\n", b" ", b"*", LINE[:5000]])),
    st.integers(1, 12),
)
def test_any_text_in_any_pieces_follows_the_rule(parts, size):
    text = b"".join(parts)
    assert decoded(text) == decoded(*torn(text, size)) == plainly(text)
    assert decoded(*torn(text, size), expected=3) == plainly(text)[:3]


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({}, None),
        ({"size": "10"}, 10),
        ({"size": "10", "len": "5"}, 5),
        ({"size": "10", "format": ".fits"}, 10),
        ({"size": "10", "format": ".fits.fz"}, None),
        ({"size": "10", "format": ".FITS.Z "}, None),
        ({"size": "10", "format": ".fits.fz", "len": "5"}, 5),
        ({"size": "10", "len": "bogus"}, 10),
        ({"size": "-1"}, None),
        ({"size": "inf", "len": "nan"}, None),
        ({"size": "0"}, 0),
    ],
)
def test_what_a_tag_announces(attributes, size):
    assert expected_size(attributes) == size


@pytest.mark.parametrize(
    ("text", "count"),
    [("10", 10), ("1e3", 1000), (" 7 ", 7), ("", None), (None, None), ("-5", None), ("x", None)],
)
def test_byte_counts(text, count):
    assert byte_count(text) == count
