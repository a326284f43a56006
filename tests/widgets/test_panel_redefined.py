"""Properties that come, go and become others, while a panel of them is open in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from indinb.client.connection import Connection
from indinb.protocol.messages import Define, Delete
from indinb.protocol.vocabulary import Permission
from indinb.widgets.feed import TICK
from indinb.widgets.panel import Panel
from indinb.widgets.snapshot import Json
from tests.client.fakes import CCD, CONNECTION, FRAME, TEMPERATURE, FakeServer, ManualClock, delete
from tests.turmoil import FORMS, turmoil
from tests.widgets.comms import FakeComm, Widget, unpacked
from tests.widgets.pages import PanelPage, packed


class Live:
    """A panel with its line, and a page that gets what goes over it.

    Parameters
    ----------
    panel : Panel
        Whose.
    page : PanelPage
        Where it is shown.
    """

    def __init__(
        self, panel: Panel, page: PanelPage, server: FakeServer, clock: ManualClock
    ) -> None:
        self.panel = panel
        self.page = page
        self._line: FakeComm = panel.comm
        self._server = server
        self._clock = clock
        page.start(Panel, snapshot=packed(unpacked(self._line.opened["snapshot"])))

    def tell(self, *messages: object) -> list[Json]:
        """Let a driver say something within one tick; return what the page got of it."""
        self._server.tell(*messages)
        self._clock.advance(TICK)
        patches = self._line.take("patch")
        for patch in patches:
            self.page.deliver(patch)
        return patches

    def rows(self) -> dict[str, str]:
        """Return the HTML of each row."""
        rows = self.page.page.locator("[data-property]")
        found: list[tuple[str, str]] = rows.evaluate_all(
            "rows => rows.map((row) => [row.dataset.property, row.outerHTML])"
        )
        assert len({name for name, _ in found}) == len(found), "a row is there twice"
        return dict(found)


@pytest.fixture
def live(
    client: Connection,
    server: FakeServer,
    clock: ManualClock,
    close_later: Callable[[Widget], Widget],
    open_page: Callable[..., object],
) -> Live:
    panel = Panel(client.devices[CCD])
    close_later(panel)
    return Live(panel, PanelPage(open_page()), server, clock)


@pytest.mark.parametrize("seed", range(4))
def test_a_panel_in_turmoil_is_what_a_new_one_would_be(
    live: Live, client: Connection, seed: int
) -> None:
    for messages in turmoil(seed, ticks=25):
        live.tell(*messages)
    rows, sent = live.rows(), live.page.sent
    assert rows.keys() == client.model.vectors(CCD).keys()
    live.page.start(Panel, snapshot=packed(live.panel._snapshot()))
    assert live.rows() == rows
    assert sent == [], "it had to ask for everything"


@pytest.mark.parametrize("form", FORMS[:9], ids=lambda form: f"{form.kind} {form.permission}")
def test_what_goes_and_comes_as_another_within_a_tick(live: Live, form: Define) -> None:
    (patch,) = live.tell(delete(TEMPERATURE), form)
    assert patch["devices"][0]["deleted"] == []
    row = live.page.row(TEMPERATURE.name)
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-kind", form.kind)
    expect(row.locator(".indinb-label")).to_have_text(form.label)


def test_what_comes_and_goes_within_a_tick_is_not_there(live: Live) -> None:
    live.tell(delete(FRAME), FRAME, delete(FRAME))
    expect(live.page.row(FRAME.name)).to_have_count(0)


def test_a_changed_permission_changes_the_row(live: Live) -> None:
    field = live.page.row(TEMPERATURE.name).get_by_role("textbox")
    field.fill("-5")
    live.tell(TEMPERATURE._replace(permission=Permission.READ_ONLY))
    expect(field).to_have_count(0)
    live.tell(TEMPERATURE)
    expect(field).to_have_value("")


def test_a_repeated_definition_leaves_what_is_typed(live: Live) -> None:
    field = live.page.row(TEMPERATURE.name).get_by_role("textbox")
    field.fill("-5")
    live.tell(delete(TEMPERATURE), TEMPERATURE)
    expect(field).to_have_value("-5")


def test_the_whole_device_goes_and_comes_back_as_another(live: Live) -> None:
    live.tell(Delete(CCD))
    expect(live.page.page.get_by_text("is not there at the moment")).to_be_visible()
    assert live.rows() == {}
    live.tell(CONNECTION, FORMS[5])
    assert live.rows().keys() == {CONNECTION.name, TEMPERATURE.name}
    expect(live.page.row(TEMPERATURE.name)).to_have_attribute("data-kind", "Text")
