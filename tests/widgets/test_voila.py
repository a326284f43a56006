"""The control panel in Voila, where a notebook is a page without code."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.lab import write_notebook
from tests.voila import untroubled_page, voila
from tests.widgets.pages import colours, darkness, screenshot

CELL = """\
import indinb
client = indinb.simulate(seed=0)
client"""
EXPOSE = """\
import indinb, ipywidgets
client = indinb.simulate()
client.camera.device.connect()
client.telescope.device.connect()
client.telescope.unpark()
operation = client.camera.start_exposure(60)
operation"""
SLEW = """\
button = ipywidgets.Button(description="Slew")
said = ipywidgets.Label()

def slew(_):
    try:
        slewing = client.telescope.start_slew("M31")
        said.value = "slewing"
        slewing.result()
        said.value = "there"
    except BaseException as error:
        said.value = repr(error)

button.on_click(slew)
ipywidgets.VBox([button, said])"""
START_SECONDS = 60
SLEW_SECONDS = 30
SHOWN = """row => {
  window.shown = new Set();
  const note = () => window.shown.add(row.textContent.match(/-?\\d+\\.\\d+/)?.[0]);
  new MutationObserver(note).observe(row, {subtree: true, childList: true, characterData: true});
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("notebooks")
    write_notebook(folder / "panel.ipynb", CELL)
    write_notebook(folder / "abort.ipynb", EXPOSE, SLEW)
    with voila(folder, tmp_path_factory.mktemp("voila")) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with untroubled_page(browser) as page:
        yield page


def test_a_person_in_voila(page: Page, address: str) -> None:
    page.goto(f"{address}/panel.ipynb")
    panel = page.locator(".indinb-panel")
    expect(panel).to_be_visible(timeout=START_SECONDS * 1000)
    panel.get_by_role("tab", name="CCD Simulator").click()
    camera = panel.locator('[data-device="CCD Simulator"]')
    camera.locator("[data-property=CONNECTION] [data-element=CONNECT]").click()

    temperature = camera.locator("[data-property=CCD_TEMPERATURE]")
    expect(temperature).to_be_visible()
    temperature.evaluate(SHOWN)
    field = temperature.get_by_role("textbox")
    field.click()
    page.keyboard.type("-1")
    page.keyboard.press("Enter")
    expect(temperature).to_contain_text("-1.00")
    way = [float(text) for text in page.evaluate("[...window.shown].filter(Boolean)")]
    assert len(way) > 2, "it came down unseen"
    expect(page.locator("body")).not_to_contain_text("import indinb")
    assert colours(screenshot(page, "voila-light")) > 200


def test_a_dark_voila(page: Page, address: str) -> None:
    page.goto(f"{address}/panel.ipynb?theme=dark")
    panel = page.locator(".indinb-panel")
    expect(panel).to_be_visible(timeout=START_SECONDS * 1000)
    expect(panel.get_by_role("tab").first).to_be_visible()
    assert darkness(panel) > 0.7
    assert colours(screenshot(page, "voila-dark")) > 100


def test_abort_waits_for_a_kernel_that_cannot_be_interrupted(page: Page, address: str) -> None:
    page.goto(f"{address}/abort.ipynb")
    bar = page.locator(".indinb-progress")
    expect(bar).to_contain_text("left", timeout=START_SECONDS * 1000)
    page.get_by_role("button", name="Slew").click()
    expect(page.get_by_text("slewing", exact=True)).to_be_visible()
    bar.get_by_role("button", name="Abort").click()
    expect(bar).to_contain_text("as soon as the kernel is free")
    expect(bar).to_have_attribute("data-state", "aborted", timeout=SLEW_SECONDS * 1000)
    expect(page.get_by_text("there", exact=True)).to_be_visible()
