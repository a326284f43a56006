"""Strategies for hypothesis: every message that the wire can carry, and bytes that come near it.

What does not survive the wire, because of XML or of libindi, is left out here on purpose:

* white space around a text, and carriage returns in it; control characters anywhere;
* empty names of devices, properties and members, which the reader takes for broken;
* an empty label, which stands for the name; a definition without members;
* a number's limits without the number; NaN survives, but compares equal to nothing.
"""

import base64

from hypothesis import settings
from hypothesis import strategies as st

from indinb.protocol.messages import (
    Blob,
    Define,
    Delete,
    EnableBlob,
    GetProperties,
    Limits,
    Member,
    New,
    Notice,
    Ping,
    Update,
)
from indinb.protocol.vocabulary import BlobMode, Kind, Permission, State, SwitchRule

moderately = settings(max_examples=40, deadline=None)
"""Decorates tests that feed whole streams: enough to find, quick enough to run always."""

characters = st.characters(min_codepoint=0x20, exclude_categories=["Cs"]).filter(
    lambda character: character not in "\ufffe\uffff"
)
attributes = st.text(characters, max_size=20)
names = st.text(characters, min_size=1, max_size=20)
texts = st.text(characters | st.sampled_from("\t\n&<>\"'"), max_size=30).map(str.strip)
numbers = st.floats(allow_nan=False)
blobs = st.builds(
    Blob,
    st.binary(min_size=1, max_size=300).map(memoryview),
    attributes | st.sampled_from([".fits", ".fits.fz", ".stream", ".z"]),
    st.integers(0, 2**53),
)
limits = st.tuples(*[st.none() | numbers] * 3).filter(any).map(Limits._make)

_VALUES = {
    Kind.TEXT: texts,
    Kind.NUMBER: numbers,
    Kind.SWITCH: st.booleans(),
    Kind.LIGHT: st.sampled_from(State),
    Kind.BLOB: blobs,
}


@st.composite
def members(draw, kind):
    value = draw(st.none() if kind is Kind.BLOB else _VALUES[kind])
    member = Member(draw(names), draw(names), value)
    if kind is not Kind.NUMBER:
        return member
    return member._replace(
        format=draw(attributes), min=draw(numbers), max=draw(numbers), step=draw(numbers)
    )


@st.composite
def definitions(draw):
    kind = draw(st.sampled_from(Kind))
    unique = st.lists(members(kind), min_size=1, max_size=4, unique_by=lambda member: member.name)
    definition = Define(
        kind,
        device=draw(names),
        name=draw(names),
        members=tuple(draw(unique)),
        label=draw(names),
        group=draw(attributes),
        state=draw(st.sampled_from(State)),
        timestamp=draw(st.none() | attributes),
        message=draw(st.none() | attributes),
    )
    if kind is Kind.LIGHT:
        return definition
    return definition._replace(
        permission=draw(st.sampled_from(Permission)),
        rule=draw(st.sampled_from(SwitchRule)) if kind is Kind.SWITCH else None,
        timeout=draw(numbers),
    )


@st.composite
def updates(draw):
    kind = draw(st.sampled_from(Kind))
    values = draw(st.dictionaries(names, _VALUES[kind], max_size=4))
    changed = {}
    if kind is Kind.NUMBER and values:
        changed = draw(st.dictionaries(st.sampled_from(sorted(values)), limits, max_size=2))
    return Update(
        kind,
        device=draw(names),
        name=draw(names),
        values=values,
        state=draw(st.none() | st.sampled_from(State)),
        limits=changed or None,
        timeout=draw(st.none() | numbers),
        timestamp=draw(st.none() | attributes),
        message=draw(st.none() | attributes),
    )


@st.composite
def requests(draw):
    kind = draw(st.sampled_from(Kind))
    values = draw(st.dictionaries(names, _VALUES[kind], max_size=4))
    return New(kind, draw(names), draw(names), values, draw(st.none() | attributes))


messages = st.one_of(
    definitions(),
    updates(),
    requests(),
    st.builds(GetProperties, st.none() | names, st.none() | names, attributes),
    st.builds(EnableBlob, st.none() | names, st.none() | names, st.sampled_from(BlobMode)),
    st.builds(Delete, names, st.none() | names, st.none() | attributes, st.none() | attributes),
    st.builds(Notice, st.none() | names, names, st.none() | attributes),
    st.builds(Ping, attributes, st.booleans()),
)

cuts = st.lists(st.integers(0, 3000), max_size=40)
"""Sizes of the pieces in which a stream arrives."""

small_cuts = st.lists(st.integers(0, 30), max_size=40)

FRAGMENTS = [
    b"<setTextVector",
    b"<defNumberVector",
    b"<setBLOBVector",
    b"<oneText",
    b"<oneBLOB",
    b"<message",
    b"</setTextVector>",
    b"</defNumberVector>",
    b"</setBLOBVector>",
    b"</oneText>",
    b"</oneBLOB>",
    b"</message >",
    b"<x/>",
    b" device='d'",
    b' name="n"',
    b" message='<'",
    b" size='inf'",
    b" size='-1'",
    b" len='1e99'",
    b" attached='true'",
    b" indinb-payload='0'",
    b" xmlns='x'",
    b" xmlns:y='x'",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE d [<!ENTITY e 'ee'>]>",
    b"<?xml version='1.0'?>",
    b"<?",
    b"?>",
    b"&e;",
    b"&amp;",
    b"&#0;",
    b">",
    b"/>",
    b"<",
    b"'",
    b'"',
    b"=",
    b" ",
    b"\n",
    b"\0",
    b"\xe9",
    b"AAAA",
    b"1:30",
]
nearly_indi = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=3), max_size=40).map(
    b"".join
)


@st.composite
def mutations(draw, data):
    """Return `data` with some stretches of it replaced, removed or doubled."""
    for _ in range(draw(st.integers(1, 5))):
        begin = draw(st.integers(0, len(data)))
        end = begin + draw(st.integers(0, 40))
        scrap = draw(st.binary(max_size=5) | st.sampled_from(FRAGMENTS))
        data = data[:begin] + draw(st.sampled_from([scrap, b"", data[begin:end] * 2])) + data[end:]
    return data


CLAIMS = ["0", "1", "7", "300", "1000000000", "4294967296", str(10**18), "-1"]
CLAIMS += ["nan", "inf", "1e99", "some", ""]
"""What `size`, `len` and `enclen` say, whatever really comes."""

BASE64_SCRAPS = [
    *("AAAA", "QUJD", "/+8=", "QQ==", "QQ=", "QQ", "Q", "=", "=="),
    *("\n", "\r\n", "   ", "\t", "*", "é", "-_", ".", "&#65;", "&#x51;", "&amp;", "&lt;"),
    *("<!-- AAAA -->", "<![CDATA[QUJD]]>", "<?target AAAA?>"),
]
"""What may stand in a BLOB if XML is all that matters."""

MISFITS = [
    *("<", "&", "&none;", "]]>", "<x/>", "<x>AAAA</x>", "\0", "\udce9", "<!-- AAAA", "<![CDATA["),
    *("</oneBLOB>", "<oneBLOB>", "<oneBLOB name='b' size='3'>", "</setBLOBVector>", "<message/>"),
    "<one\0BLOB name='c' indinb-payload='0'>AAAA</one\0BLOB>",
]
"""What may not, or should not; \\udce9 is the byte that is an é in Latin-1."""


def wrapped(data, width, line_break):
    """Write data as base64, in lines of this width."""
    text = base64.b64encode(data).decode()
    return line_break.join(text[i : i + width] for i in range(0, len(text), width))


_lines = st.builds(
    wrapped, st.binary(max_size=200), st.sampled_from([72, 76, 4, 1, 999]), st.just("\n")
)
_claimed = st.none() | st.sampled_from(CLAIMS) | st.integers(0, 400).map(str)


@st.composite
def one_blobs(draw, scraps):
    """Return a BLOB's element, made of `scraps` and whole base64."""
    attributes = {
        "name": draw(st.sampled_from(["a", "b", "c&amp;d", ""])),
        "size": draw(_claimed),
        "len": draw(_claimed),
        "enclen": draw(_claimed),
        "format": draw(st.sampled_from([None, "", ".fits", ".fits.fz", ".x.Z", "a>b", "a/"])),
    }
    tag = "".join(
        f" {name}={quote}{value}{quote}"
        for name, value in draw(st.permutations(list(attributes.items())))
        if value is not None
        for quote in draw(st.sampled_from("\"'"))
    )
    text = "".join(draw(st.lists(_lines | st.sampled_from(scraps), max_size=8)))
    return f"<oneBLOB{tag}>{text}</oneBLOB>" if text else f"<oneBLOB{tag}/>"


_between = st.sampled_from(["", "\n", "    ", "x", "<!-- - -->", "<x/>", "<oneText>AAAA</oneText>"])


@st.composite
def blob_vectors(draw, scraps=BASE64_SCRAPS):
    """Return bytes of a BLOB message; XML if all the `scraps` are."""
    content = draw(_between) + "".join(
        draw(one_blobs(scraps)) + draw(_between) for _ in range(draw(st.integers(0, 3)))
    )
    xml = f"<setBLOBVector device='d' name='p' state='Ok'>{content}</setBLOBVector>"
    return xml.encode(errors="surrogateescape")


nearly_blobs = st.lists(blob_vectors(BASE64_SCRAPS + MISFITS), min_size=1, max_size=3).map(b"".join)

_plain_names = st.sampled_from(["device", "name", "state", "timeout", "timestamp", "message", "x"])
_plain_texts = st.sampled_from(["p", "", "Ok", "ok", "On", "60", "12:30", "a b", "nan"]) | st.text(
    st.characters(max_codepoint=0x7F), max_size=8
)


@st.composite
def _plain_update(draw):
    kind = draw(st.sampled_from(["Text", "Number", "Switch", "Light"]))
    pairs = st.tuples(_plain_names, _plain_texts)
    given = [("device", "d"), ("name", "p"), *draw(st.lists(pairs, max_size=3))]
    attributes = "".join(f' {name}="{value}"' for name, value in draw(st.permutations(given)))
    members = "".join(
        f'{space}<one{kind} name="{name}">{text}</one{kind}>'
        for space, name, text in draw(
            st.lists(
                st.tuples(st.sampled_from(["", "\n  "]), _plain_texts, _plain_texts), max_size=3
            )
        )
    )
    return f"<set{kind}Vector{attributes}>{members}\n</set{kind}Vector>"


plain_updates = st.lists(_plain_update(), min_size=1, max_size=3).map("\n".join).map(str.encode)
"""Updates as servers write them, but for what is in them."""
