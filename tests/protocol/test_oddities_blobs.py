"""BLOBs as servers and drivers really send them, and as they never should; see `test_oddities`."""

import base64

import pytest

from indinb.protocol.messages import Blob, New, Ping, Update
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import Kind
from tests.captures import read
from tests.protocol.strategies import wrapped

PING = b"<pingReply uid='last'/>"
LAST = Ping("last", reply=True)
PICTURE = bytes(range(256)) * 3


def vector(content, verb="set"):
    tag = f"{verb}BLOBVector"
    return f"<{tag} device='d' name='p'>{content}</{tag}>".encode()


def one(text, attributes="", name="a"):
    return f"<oneBLOB name='{name}' {attributes}>{text}</oneBLOB>"


def values(xml):
    """Return the bytes of each BLOB in the only message of a stream."""
    (message,) = read(xml)
    return {name: bytes(blob) for name, blob in message.values.items()}


def data(text, attributes=""):
    return values(vector(one(text, attributes))).get("a")


def text_of(picture):
    return base64.b64encode(picture).decode()


# Base64


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\n    ", " ", "\t", " \n\n"])
@pytest.mark.parametrize("width", [3, 64, 72, 73, 2000])
def test_lines_of_any_width_however_they_break(width, break_):
    assert data(f"{break_}{wrapped(PICTURE, width, break_)}{break_}", "size='768'") == PICTURE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("QUI=QUJD", b"ABABC"),
        ("QQ==QQ==QQ==", b"AAA"),
        ("QUJDQQ==\nQUJDQQ==\n", b"ABCAABCA"),
        ("QQ=\n=QUJD", b"AABC"),
        ("=QUJD", b"ABC"),
        ("==", None),
        ("QUJD====QUJD", b"ABCABC"),
        ("QUJDQ=QUJD", b"ABCABC"),
    ],
)
def test_padding_in_odd_places(text, expected):
    """What stands before padding, and what after it, are decoded each by itself."""
    assert data(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("QUI", b"AB"), ("QQ", b"A"), ("QQ=", b"A"), ("QUJDQUI", b"ABCAB"), ("Q U\nI", b"AB")],
)
def test_missing_padding(text, expected):
    assert data(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("Q", None), ("QUJDQ", b"ABC"), ("Q==", None)])
def test_single_left_over_character_is_dropped(text, expected):
    assert data(text) == expected


@pytest.mark.parametrize(
    "junk", ["*", "-", "_", ".", "é", "°\x7f", "&amp;", "&#0009;", "&lt;", "]"]
)
def test_characters_outside_the_alphabet_are_dropped(junk):
    assert data(f"{junk}QU{junk}{junk}JD{junk}RA{junk}==") == b"ABCD"


def test_byte_of_latin_1_among_base64_is_dropped():
    assert values(vector(one("QU°JD")).decode().encode("latin-1")) == {"a": b"ABC"}


@pytest.mark.parametrize(
    "text",
    ["QU<!-- AAAA -->JD", "<!-- -->QUJD<!-- -->", "Q<!-- > -->U<!-- = -->JD", "<!---->QUJD"],
)
def test_comment_among_base64_is_no_base64(text):
    assert data(text) == b"ABC"


def test_instruction_among_base64_is_no_base64():
    assert data("QU<?target AAAA?>JD") == b"ABC"


@pytest.mark.parametrize("text", ["<![CDATA[QUJD]]>", "QU<![CDATA[\nJ]]>D", "<![CDATA[]]>QUJD"])
def test_cdata_among_base64_is_base64(text):
    assert data(text) == b"ABC"


@pytest.mark.parametrize("text", ["&#81;UJD", "QU&#x4A;D", "QUJD&#10;", "&#32;QUJD", "QUI&#61;"])
def test_reference_among_base64_is_its_character(text):
    assert data(text) == base64.b64decode("QUI=" if "61" in text else "QUJD")


@pytest.mark.parametrize("text", ["QU&JD", "QU<JD", "QU&none;JD", "<oneText>QUJD", "QU</x>JD"])
def test_markup_among_base64_that_is_no_xml_costs_only_its_element(text, caplog):
    assert read(vector(one(text)) + PING) == [LAST]
    (line,) = caplog.messages
    assert line.startswith("skipped ")


# What is said about the data


@pytest.mark.parametrize("enclen", ["4", "3", "1", "0", "-1", "99999999", "1e99", "none", ""])
def test_enclen_right_or_wrong_is_ignored(enclen):
    assert data("QUJD", f"size='3' enclen='{enclen}'") == b"ABC"


@pytest.mark.parametrize("format", [".fits", ".fits.fz", ".fits.z", ""])
@pytest.mark.parametrize("size", ["100", "768", "9999", "-1", "none", "0"])
def test_len_wins_over_size(format, size):
    picture = PICTURE + bytes(100)
    attributes = f"size='{size}' format='{format}' len='{len(PICTURE)}'"
    assert data(text_of(picture), attributes) == PICTURE


@pytest.mark.parametrize("length", ["", "none", "-5", "nan", "inf", "1:2"])
def test_len_that_makes_no_sense_is_no_len(length):
    expected = PICTURE[:1] if length == "1:2" else PICTURE
    assert data(text_of(PICTURE), f"len='{length}'") == expected


@pytest.mark.parametrize("attribute", ["size", "len"])
@pytest.mark.parametrize("more", [1, 100, 10**6, 10**9, 10**18])
def test_less_than_was_announced_is_taken_as_it_is(attribute, more):
    assert data(text_of(PICTURE), f"{attribute}='{len(PICTURE) + more}'") == PICTURE


def test_padding_of_the_server_to_a_mebibyte():
    """It sends the whole block of its shared memory when compressed data are smaller than `size`.

    These are the figures of a real picture.
    """
    packed = bytes(range(250)) * 2200 + bytes(80)
    block = packed + bytes((1 << 20) - len(packed))
    attributes = "size='2007360' format='.fits.fz' len='550080'"
    (message,) = read(vector(one(f"\n{text_of(block)}\n", attributes)))
    blob = message.values["a"]
    assert (len(packed), len(blob), blob.size, blob.format) == (550080, 550080, 2007360, ".fits.fz")
    assert blob.data == packed


@pytest.mark.parametrize("format", [".FITS", "fits", ".stream_jpg", ".cr2", ".Fits.Fz", "a b", ""])
def test_format_is_kept_as_it_came(format):
    (message,) = read(vector(one("QUJD", f"size='3' format='{format}'")))
    assert message.values["a"] == Blob(memoryview(b"ABC"), format, 3)


@pytest.mark.parametrize(
    "element",
    [
        "<oneBLOB name='a' size='0' format='.fits'/>",
        "<oneBLOB name='a' size='0' format='.fits'></oneBLOB>",
        "<oneBLOB name='a' size='0' len='0'>\n</oneBLOB>",
        "<oneBLOB name='a' size='100' len='100'/>",
        "<oneBLOB name='a'/>",
    ],
)
def test_empty_blob_is_no_value(element):
    assert values(vector(element)) == {}
    assert values(vector(element + one("QUJD", name="b"))) == {"b": b"ABC"}


# Tags


@pytest.mark.parametrize(
    "tag",
    [
        "<oneBLOB size='3' format='.fits' name='a'>",
        '<oneBLOB\n  name="a"\n  size="3"\n>',
        "<oneBLOB name = 'a' size\t=\t'3'>",
        "<oneBLOB name='a' size='3' format='a > b'>",
        "<oneBLOB name='a' size='3' format='a/>'>",
        "<oneBLOB name='a' size='3' colour='red' x-y='1'>",
        "<oneBLOB name='&#97;' size='&#51;'>",
        "<oneBLOB name='a' size='3' format='it is \"it\"'>",
    ],
)
def test_tag_of_a_blob_in_any_form(tag):
    assert values(vector(f"{tag}QUJD</oneBLOB >")) == {"a": b"ABC"}


def test_name_of_a_blob_beyond_ascii():
    xml = vector(one("QUJD", name="é")).decode()
    assert values(xml.encode("latin-1")) == values(xml.encode()) == {"é": b"ABC"}


def test_blob_with_empty_name_is_dropped():
    content = one("QUJD", name="") + "<oneBLOB>QUJD</oneBLOB>" + one("QUJD")
    assert values(vector(content)) == {"a": b"ABC"}


def test_of_blobs_with_one_name_the_last_that_is_not_empty_counts():
    assert values(vector(one("QUJD") + one("QQ==") + one(""))) == {"a": b"A"}


def test_several_blobs_in_one_vector_each_in_its_own_form():
    line, lines = text_of(PICTURE), wrapped(PICTURE, 72, "\n")
    content = "\n".join(
        [
            one(line, "size='768'", "a"),
            one(f"\n{lines}\n", "size='768'", "b"),
            one("", "size='0'", "c"),
            "<!-- d is to come -->",
            one(line, "size='9000' len='100' format='.z'", "d"),
            one("QQ=QUJD", "", "e"),
        ]
    )
    expected = {"a": PICTURE, "b": PICTURE, "d": PICTURE[:100], "e": b"AABC"}
    assert values(vector(content)) == expected


@pytest.mark.parametrize("verb", ["set", "new"])
def test_blob_on_its_way_to_a_driver_is_read_as_well(verb):
    (message,) = read(vector(one("QUJD", "size='3' format='.txt'"), verb))
    expected = {"a": Blob(memoryview(b"ABC"), ".txt", 3)}
    kind = {"set": Update, "new": New}[verb]
    assert message == kind(Kind.BLOB, "d", "p", expected)


@pytest.mark.parametrize(
    "xml",
    [
        b"<setTextVector device='d' name='p'><oneBLOB name='b' size='3'>QUJD</oneBLOB>"
        b"<oneText name='a'>x</oneText></setTextVector>",
        b"<setTextVector device='d' name='p'><oneText name='a'>x"
        b"</oneText><oneBLOB name='a'/></setTextVector>",
        b"<oneBLOB name='b' size='3'>QUJD</oneBLOB>"
        b"<setTextVector device='d' name='p'><oneText name='a'>x</oneText></setTextVector>",
        b"<setTextVector device='d' name='p'><oneText name='a'>x"
        b"</oneText></setTextVector><oneBLOB name='b' size='3'>QUJD</oneBLOB>",
    ],
)
def test_blob_where_none_belongs_is_passed_over(xml):
    assert read(xml + PING) == [Update(Kind.TEXT, "d", "p", {"a": "x"}), LAST]


@pytest.mark.parametrize(
    "content",
    [
        "<oneText name='a'>x</oneText>",
        "<oneBLOBs name='a'>QUJD</oneBLOBs>",
        "<defBLOB name='a'>QUJD</defBLOB>",
        "<!-- <oneBLOB name='a'>QUJD</oneBLOB> -->",
        "QUJD",
    ],
)
def test_what_is_no_blob_in_a_vector_of_blobs_is_ignored(content):
    assert values(vector(content + one("QQ==", name="b") + content)) == {"b": b"A"}


@pytest.mark.parametrize(
    "begin",
    [
        vector("<oneBLOB name='a' size='999999'>QUJD"),
        b"<setBLOBVector device='d' name='p'><oneBLOB name='a' size='999999'>QUJD",
        b"<setBLOBVector device='d' name='p'><oneBLOB name='a' size='999999'>QUJD</oneBLOB>",
        b"<setBLOBVector device='d' name='p'><oneBLOB name='a' size='99",
        b"<setBLOBVector device='d' name='p'><oneBLOB name='a' size='3'>QUJD</oneText>",
    ],
)
def test_blob_without_end_costs_only_itself(begin, caplog):
    assert read(begin + PING + PING) == [LAST, LAST]
    assert len(caplog.messages) == 1


MARKS = ["0", "1", "7", "-1", "", "x", "٣", "9" * 5000]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("content", ["", "QQ=="])
@pytest.mark.parametrize("tag", ["oneBLOB", "oneBLOB x='%s'" % ("x" * 70_000), "one\1BLOB"])
def test_stream_cannot_speak_of_what_is_ours(mark, content, tag, caplog):
    """The reader marks BLOBs for itself; nobody else can, in none of the ways to look like one."""
    stranger = f"<{tag} name='b' indinb-payload='{mark}'>{content}</{tag.split()[0]}>"
    *before, last = read(vector(one("QUJD") + stranger) + PING)
    assert last == LAST
    assert [bytes(message.values["a"]) for message in before] in ([], [b"ABC"])


@pytest.mark.parametrize("size", ["size='3'", ""])
@pytest.mark.parametrize(
    "claim", ["size='1'", "len='1'", "format='.z'", "attached='true'", "indinb-payload='7'"]
)
def test_attribute_of_a_blob_within_the_text_of_another(claim, size):
    for attributes in (f'{size} colour=" {claim} "', f'colour=" {claim} " {size}'):
        assert data("QUJD", attributes) == b"ABC"


# When it comes


@pytest.mark.parametrize("size", [*range(1, 20), 57, 58, 100])
def test_small_blob_comes_with_its_last_byte(size):
    """Nothing looks ahead for more than there is."""
    reader, picture = Reader(), bytes(range(size))
    xml = vector(one(text_of(picture), f"size='{size}'"))
    messages = []
    for byte in xml:
        assert messages == []
        reader.get_buffer()[:1] = bytes([byte])
        messages = reader.buffer_updated(1)
    assert bytes(messages[0].values["a"]) == picture


@pytest.mark.parametrize("more", [-100, -40, *range(-6, 7), 100])
def test_blob_about_as_large_as_the_buffer(more):
    size = (len(Reader().get_buffer()) + more) * 3 // 4
    picture = (bytes(range(251)) * (size // 251 + 1))[:size]
    for end in ("", "\n"):
        xml = vector(one(end + text_of(picture) + end, f"size='{size}'"))
        first, last = read(xml + PING)
        assert last == LAST
        assert first.values["a"].data == picture


@pytest.mark.parametrize("width", [72, 999_999])
def test_blob_torn_within_each_group_of_characters(width):
    text = wrapped(PICTURE, width, "\n")
    xml = vector(one(f"\n{text}\n", "size='768'"))
    for size in (1, 2, 3, 5, 7, 73):
        (message,) = read(xml, [size] * len(xml))
        assert message.values["a"].data == PICTURE
