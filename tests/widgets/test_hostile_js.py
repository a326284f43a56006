"""Words of a hostile server in a browser: from the bytes on the wire to what is on the page."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, Request

from indinb.client.connection import Connection
from indinb.protocol.vocabulary import Kind
from indinb.widgets.feed import TICK
from indinb.widgets.panel import Panel
from indinb.widgets.progress import ProgressBar
from tests.client.fakes import FakeServer, ManualClock
from tests.hostile import TEXTS, arrives, definitions, garbage, name_of, reports
from tests.widgets.comms import Widget, unpacked
from tests.widgets.pages import PanelPage, WidgetPage, packed

# What a panel is made of, and what it sets on it.
TAGS = re.compile(
    "BUTTON|DETAILS|DIV|FIELDSET|FIGCAPTION|FIGURE|H4|HEADER|IMG|INPUT|LABEL|LI|OL|OPTION|P|SECTION|SELECT|SPAN|SUMMARY"
    "|TIME"
)
ATTRIBUTES = re.compile(
    r"class|role|type|alt|popover|value|hidden|disabled|name|placeholder|tabindex|style|open|for|id"
    r"|autocomplete|spellcheck|checked|aria-[a-z]+|data-[a-z-]+"
)
INVENTORY = """root => [...root.querySelectorAll("*")].map((node) =>
    [node.tagName, node.getAttributeNames(), node.childElementCount === 0 && node.textContent])"""

Show = Callable[..., PanelPage]


@pytest.fixture
def harm(open_page: Callable[..., Page]) -> Iterator[list[str]]:
    """Note dialogs, and whatever a page asks the network for but itself."""
    page, harm = open_page(), list[str]()

    def on_dialog(dialog: Dialog) -> None:
        harm.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def on_request(request: Request) -> None:
        if request.url.startswith(("http", "javascript")) and request.url != "http://localhost/":
            harm.append(f"a request: {request.url}")

    page.on("dialog", on_dialog)
    page.on("request", on_request)
    yield harm
    page.remove_listener("dialog", on_dialog)
    page.remove_listener("request", on_request)


@pytest.fixture(params=TEXTS.values(), ids=TEXTS)
def text(request: pytest.FixtureRequest) -> str:
    param: str = request.param
    return param


@pytest.fixture
def show(
    client: Connection,
    server: FakeServer,
    clock: ManualClock,
    close_later: Callable[[Widget], Widget],
    open_page: Callable[..., Page],
) -> Show:
    """Return a function that shows a device before something, and delivers what is said then."""

    def show(text: str, before: bytes, then: bytes) -> PanelPage:
        server.send_bytes(before)
        server.tell()
        panel = Panel(client.devices[arrives(text)])
        close_later(panel)
        page = PanelPage(open_page())
        page.start(Panel, snapshot=packed(unpacked(panel.comm.opened["snapshot"])))
        server.send_bytes(then)
        server.tell()
        clock.advance(TICK)
        for patch in panel.comm.take("patch"):
            page.deliver(patch)
        return page

    return show


def check_page(page: Page, root: Locator, harm: list[str]) -> list[str]:
    """Check that nothing is on a page but what the widget is made of; return its words."""
    found: list[Any] = root.evaluate(INVENTORY)
    words = []
    for tag, attributes, word in found:
        assert TAGS.fullmatch(tag)
        assert all(ATTRIBUTES.fullmatch(name) for name in attributes)
        words.append(word)
    assert page.evaluate("window.hurt") is None
    assert page.evaluate("Object.keys(Object.prototype).length + Object.keys({}).length") == 0
    assert page.title() == ""
    assert page.evaluate("[...document.body.children].map((one) => one.id)") == ["first", "second"]
    assert page.url == "http://localhost/"
    assert harm == []
    return words


def test_a_panel_shows_all_words_as_text(show: Show, text: str, harm: list[str]) -> None:
    panel = show(text, definitions(text), reports(text))
    panel.page.locator("summary").click()
    words = check_page(panel.page, panel.page.locator("#first"), harm)
    word = arrives(text)
    assert words.count(word) >= 1 + 2 * len(Kind), "the name, and the labels of rows and members"
    tips = panel.page.locator(".indinb-label").evaluate_all(
        "all => all.map((one) => one.dataset.tip)"
    )
    assert all(arrives(name_of(kind, text)) in tip for kind, tip in zip(Kind, tips, strict=True))
    lines = panel.page.locator("li .indinb-log-text").all_text_contents()
    kept = word if len(word) <= 2000 else word[:1999] + "…"
    assert set(lines) == {kept}


def test_words_where_few_make_sense_do_no_harm(show: Show, text: str, harm: list[str]) -> None:
    panel = show(text, definitions(text), garbage(text))
    check_page(panel.page, panel.page.locator("#first"), harm)
    states = panel.page.locator("[data-property] > .indinb-light").all_text_contents()
    assert set(states) <= {"Idle", "Ok", "Busy", "Alert"}


def test_what_is_asked_back_is_what_was_named(show: Show, text: str, harm: list[str]) -> None:
    word = arrives(text)
    panel = show(text, definitions(text), b"")
    row = panel.page.locator('[data-kind="Text"]')
    row.get_by_role("textbox").fill("new")
    row.get_by_role("button", name="Set").click()
    panel.page.locator('[data-kind="Switch"] .indinb-switch').click()
    sent = json.loads(panel.page.evaluate("JSON.stringify(widget.sent)"))
    asked = [(one["device"], one["property"], one["values"]) for one in sent]
    assert asked == [
        (word, name_of(Kind.TEXT, text), {word: "new"}),
        (word, name_of(Kind.SWITCH, text), {word: True}),
    ]
    check_page(panel.page, panel.page.locator("#first"), harm)


def test_what_cannot_be_done_is_told_as_text(show: Show, text: str, harm: list[str]) -> None:
    panel = show(text, definitions(text), b"")
    word = arrives(text)
    place = {"device": word, "property": name_of(Kind.TEXT, text)}
    panel.deliver({"type": "failed", **place, "message": word})
    assert panel.page.locator('[data-kind="Text"] .indinb-message').text_content() == word
    panel.deliver({"type": "failed", "device": word, "property": "NOT_THERE", "message": word})
    assert panel.page.locator(".indinb-notice").text_content() == word
    check_page(panel.page, panel.page.locator("#first"), harm)


def test_a_window_of_hostile_devices(
    client: Connection,
    server: FakeServer,
    close_later: Callable[[Widget], Widget],
    open_page: Callable[..., Page],
    harm: list[str],
) -> None:
    for text in TEXTS.values():
        server.send_bytes(definitions(text) + reports(text))
    server.tell()
    panel = Panel(client)
    close_later(panel)
    page = PanelPage(open_page())
    page.start(Panel, snapshot=packed(unpacked(panel.comm.opened["snapshot"])))
    tabs = page.page.locator('.indinb-devices [role="tab"]')
    assert tabs.count() == 2 + len(TEXTS)
    for number in range(tabs.count()):
        tabs.nth(number).click()
    words = check_page(page.page, page.page.locator("#first"), harm)
    assert {arrives(text) for text in TEXTS.values()} <= set(words)
    assert page.page.locator("[data-device]").count() == tabs.count()


def test_progress_shows_words_as_text(
    open_page: Callable[..., Page], text: str, harm: list[str]
) -> None:
    page = WidgetPage(open_page())
    state = {"fraction": 0.5, "state": "running", "blocking": False}
    page.start(ProgressBar, label=text, detail=text, **state)
    words = check_page(page.page, page.page.locator("#first"), harm)
    assert words.count(text) == 2
    page.assign(state="failed", detail=text + "!")
    assert text + "!" in check_page(page.page, page.page.locator("#first"), harm)
