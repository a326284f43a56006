"""Words of a hostile server in what is printed, and in pages where no widget lives."""

import html
import logging

import pytest
from lxml import html as pages

from indinb import display
from indinb.client.asking import Request
from indinb.client.connection import Connection
from indinb.client.operation import Operation
from indinb.client.procedure import Procedure
from indinb.errors import Failed, IndiError
from indinb.protocol.messages import New
from indinb.protocol.vocabulary import Kind, State
from tests.client.fakes import CCD, FakeServer
from tests.hostile import TEXTS, arrives, definitions, deletions, garbage, name_of, reports

PARTS = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
PRINTED = ["property Text", "property BLOB", "vector", "operation", "client", "blob", "element"]


@pytest.fixture(params=TEXTS.values(), ids=TEXTS)
def text(request):
    return request.param


@pytest.fixture
def hostile(server: FakeServer, client: Connection, text):
    """Return a device of which all words are the text."""
    server.send_bytes(definitions(text) + reports(text))
    server.tell()
    return client.devices[arrives(text)]


def things(device):
    """Return all that can be shown of a device."""
    label = f"set {device.name}"
    failed = Operation(label)
    failed.fail(Failed(device.name))
    shown = {"device": device, "client": device.connection, "devices": device.connection.devices}
    return shown | {f"property {one.kind}": one for one in device.values()} | {"operation": failed}


def check_page(page):
    """Check that a page is a table and nothing else; return its texts."""
    tree = pages.fragment_fromstring(page, create_parent=True)
    for element in tree.iterdescendants():
        assert element.tag in PARTS
        assert not element.attrib
    return [element.text_content() for element in tree.iter("caption", "td")]


def as_read(text):
    """Return how a page tells a text: HTML has its own mind about some characters."""
    return pages.fragment_fromstring(f"<p>{html.escape(text)}</p>").text_content()


def test_pages_are_tables_of_text(hostile, slot):
    slot(display.static, lambda operation: None)
    for thing in things(hostile).values():
        bundle = thing._repr_mimebundle_()
        assert bundle.keys() == {"text/plain", "text/html"}
        texts = check_page(bundle["text/html"])
        assert any(as_read(hostile.name) in one for one in texts)


def test_each_word_is_in_the_page_as_it_is(hostile):
    texts = check_page(display.static(hostile)["text/html"])
    word = as_read(hostile.name)
    assert texts[0] == word
    assert texts.count(word) >= 2 * len(hostile), "groups and labels"
    member = check_page(display.static(hostile[name_of(Kind.TEXT, hostile.name)])["text/html"])
    assert member[1] == word


def printed(device):
    vector = device[name_of(Kind.BLOB, device.name)].vector
    blob = vector[device.name]
    element = vector.elements[device.name]
    shown = things(device) | {"vector": vector, "blob": blob, "element": element}
    return {name: repr(thing) for name, thing in shown.items()}


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed_is_one_line_of_visible_characters(hostile, name):
    text = printed(hostile)[name]
    assert text.isprintable()


@pytest.mark.parametrize("name", ["device", "devices"])
def test_what_is_printed_of_devices(hostile, name):
    lines = printed(hostile)[name].split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) == (1 if name == "device" else len(hostile.connection.devices))


def test_what_is_printed_of_a_property_that_is_gone(hostile, server, text):
    properties = list(hostile.values())
    server.send_bytes(deletions(text))
    server.tell()
    assert all(repr(one).isprintable() for one in properties)
    assert not hostile.defined


def test_errors_are_one_line_of_visible_characters(hostile, client):
    number = hostile[name_of(Kind.NUMBER, hostile.name)]
    switch = hostile[name_of(Kind.SWITCH, hostile.name)]
    for act in (
        lambda: client.devices["Nobody"],
        lambda: hostile["NOTHING"],
        lambda: number["NOTHING"],
        lambda: number.set(1e9),
        lambda: number.set(NOTHING=1),
        lambda: switch.set("NOTHING"),
        lambda: client.enable_blobs(CCD, hostile.name + "x") or client.devices[hostile.name + "x"],
    ):
        with pytest.raises(IndiError) as caught:
            act()
        assert str(caught.value).isprintable()


def test_failures_are_one_line_of_visible_characters(hostile, client, server, text):
    number = hostile[name_of(Kind.NUMBER, hostile.name)]
    operation = number.set(5)
    procedure = Procedure(f"do {hostile.name}", iter([operation]))
    server.send_bytes(reports(text))
    server.send_bytes(deletions(text))
    server.tell()
    assert isinstance(operation.exception(0), Failed)
    for one in (operation, procedure):
        assert str(operation.exception(0)).isprintable()
        assert repr(one).isprintable()
        check_page(display.static(one)["text/html"])


def test_words_where_few_make_sense_change_no_kind_and_run_nothing(server, client, text):
    server.send_bytes(garbage(text))
    server.tell()
    for found in client.devices[arrives(text)].values():
        assert found.kind in found.name
        assert found.state in State
        assert repr(found).isprintable()
        assert check_page(display.static(found)["text/html"])


def test_numbers_are_shown_whatever_their_format(hostile):
    (element,) = hostile[name_of(Kind.NUMBER, hostile.name)].elements.values()
    assert element.format == hostile.name
    assert element.text == "1.5"


def test_logs_of_the_program_are_lines_of_visible_characters(server, client, text, caplog):
    caplog.set_level(logging.DEBUG)
    server.send_bytes(reports(text) + deletions(text))  # of what nobody defined
    server.tell()
    for record in caplog.records:
        assert record.getMessage().isprintable()


def test_a_text_may_be_very_long(server, client):
    text = "<b>long</b>\n" * 10_000
    server.send_bytes(
        b"<defTextVector device='d' name='p' perm='ro' state='Ok'><defText name='a'>"
        + html.escape(text).encode()
        + b"</defText></defTextVector>"
    )
    server.tell()
    found = client.devices["d"]["p"]
    assert found["a"].strip() == text.strip()
    assert repr(found).isprintable()
    assert check_page(display.static(found)["text/html"])[-1].strip() == text.strip()


def test_what_is_said_of_a_request_is_quoted(desk):
    request = Request(
        desk,
        "do it",
        New(Kind.NUMBER, CCD, "CCD_TEMPERATURE", {}),
        lambda changes: Failed("it went to Alert"),
        timeout=60,
    )
    desk.says("[ERROR] \x9b2J\n\u202e'; drop")
    request._judge()
    assert str(request.exception(0)).isprintable()
