"""The control panel, for those who do not see well or use no mouse: what axe says of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.widgets.accessibility import findings
from tests.widgets.pages import PanelPage
from tests.widgets.snapshots import Json, changed, device, message

PANEL = ".indinb-panel"
OpenPanel = Callable[..., PanelPage]


def in_every_state(capture: str) -> Json:
    """Return a device whose properties are in all states, in turn, and that has said something."""
    found = device(capture, messages=[message("21:00:00", "[INFO] ready"), message("21:00:01", "")])
    states = ("Alert", "Busy", "Ok", "Idle")
    rows = enumerate(found["properties"])
    found["properties"] = [changed(one, states[i % 4]) | {"message": "stuck"} for i, one in rows]
    return found


LIGHT, DARK = pytest.param(False, id="light"), pytest.param(True, id="dark")


@pytest.mark.parametrize("width", [800, 320])
@pytest.mark.parametrize(
    ("capture", "dark"),
    [
        pytest.param("ccd", False, id="ccd-light"),
        pytest.param("ccd", True, id="ccd-dark"),
        pytest.param("telescope", False, id="telescope-light"),
        pytest.param("telescope", True, id="telescope-dark"),
        pytest.param("weather", False, id="weather-light"),
        pytest.param("weather", True, id="weather-dark"),
    ],
)
def test_a_panel_can_be_used_by_all(
    open_panel: OpenPanel, capture: str, width: int, dark: bool
) -> None:
    panel = open_panel(in_every_state(capture), width=width, dark=dark)
    assert findings(panel.page.locator(PANEL)) == []
    panel.page.get_by_role("searchbox").fill("e")  # almost all rows of all groups
    field = panel.page.get_by_role("textbox").filter(visible=True).first
    field.fill("1")
    assert findings(panel.page.locator(PANEL)) == []


@pytest.mark.parametrize("dark", [LIGHT, DARK])
def test_the_window_can_be_used_by_all(open_panel: OpenPanel, dark: bool) -> None:
    devices = [in_every_state(one) for one in ("ccd", "telescope", "weather")]
    panel = open_panel(*devices, form="window", title="localhost:7624", dark=dark)
    assert findings(panel.page.locator(PANEL)) == []


@pytest.mark.parametrize("dark", [LIGHT, DARK])
def test_an_open_log_can_be_read_by_all(open_panel: OpenPanel, dark: bool) -> None:
    panel = open_panel(in_every_state("weather"), dark=dark)
    panel.page.locator("summary").click()
    expect(panel.page.get_by_role("log")).to_be_visible()
    assert findings(panel.page.locator(PANEL)) == []


@pytest.mark.parametrize("dark", [LIGHT, DARK])
def test_trouble_can_be_read_by_all(open_panel: OpenPanel, dark: bool) -> None:
    panel = open_panel(in_every_state("ccd"), dark=dark)
    failure = {"type": "failed", "device": "CCD Simulator", "message": "no"}
    panel.deliver(failure | {"property": "CCD_FRAME"})
    expect(panel.page.get_by_role("alert")).to_have_text("no")
    panel.deliver(failure | {"property": "CCD_EXPOSURE"})
    panel.patch(status="lost")
    assert findings(panel.page.locator(PANEL)) == []


def test_a_night_can_be_read_by_all(open_panel: OpenPanel) -> None:
    panel = open_panel(in_every_state("ccd"))
    panel.page.get_by_role("button", name="Night").click()
    panel.page.locator("summary").click()
    found = findings(panel.page.locator(PANEL))
    panel.page.evaluate("localStorage.clear()")
    assert found == []


def test_a_panel_without_rights_can_be_read_by_all(open_panel: OpenPanel) -> None:
    panel = open_panel(in_every_state("telescope"), read_only=True)
    assert findings(panel.page.locator(PANEL)) == []


def test_axe_finds_what_is_wrong(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("http://localhost/")
    page.set_content("<main><button></button></main>")
    [finding] = findings(page.locator("main"))
    assert finding.startswith("critical button-name: button: ")
