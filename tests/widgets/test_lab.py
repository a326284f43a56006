"""A person in JupyterLab: the first lesson, and INDI's own server."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.lab import Lab, Notebook, copy_blank

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts" / "lab"
SERVE = """\
import indinb
from indinb.servers import IndiServer
server = IndiServer(["indi_simulator_ccd"])"""
CONNECT = """\
client = indinb.connect("localhost", server.port)
ccd = client.devices["CCD Simulator"]"""
EXPOSE = "client.camera.expose(60)"
AGAIN = 'server = IndiServer(["indi_simulator_ccd"], port=server.port)'
END = "client.close(); server.close()"
HURRY = 'client.devices["Observatory Simulator"]["SIMULATION_SPEED"].set(10).result()'


@pytest.fixture
def page(lab_page: Page) -> Page:
    lab_page.set_viewport_size({"width": 1200, "height": 1000})
    return lab_page


def picture(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def test_the_panel_of_the_first_lesson(lab: Lab, page: Page) -> None:
    copy_blank(ROOT / "notebooks" / "01-first-light.ipynb", lab.folder)
    notebook = Notebook(page, lab.address, "01-first-light.ipynb")
    notebook.run(0)
    notebook.python(HURRY)  # the lesson waits for some real things, and nbval lets it
    expect(notebook.run(1)).to_contain_text("CCD Simulator")
    panel = notebook.run(2).locator(".indinb-panel")
    expect(panel).to_be_visible()

    temperature = panel.locator("[data-property=CCD_TEMPERATURE]")
    field = temperature.locator("input")
    field.fill("-1")
    field.press("Enter")
    expect(temperature).to_contain_text("-1.00")
    picture(page, "panel")


def test_indis_own_server_that_is_aborted_and_dies_and_comes_back(lab: Lab, page: Page) -> None:
    notebook = lab.open(page, "link", SERVE, CONNECT, "ccd", EXPOSE, "server.close()", AGAIN, END)
    notebook.run(0)
    notebook.run(1)
    panel = notebook.run(2).locator(".indinb-panel")
    banner = panel.locator(".indinb-banner")
    temperature = panel.locator("[data-property=CCD_TEMPERATURE]")
    connect = panel.get_by_role("button", name="Connect", exact=True).first
    connect.click()
    expect(temperature).to_be_visible()

    notebook.start(3)
    panel.locator("header").get_by_role("button", name="Abort").click()
    notebook.wait(3)
    expect(notebook.output(3)).to_contain_text("Aborted")
    picture(page, "abort")

    notebook.run(4)
    expect(banner).to_contain_text("is lost (the server ended it): trying to connect again.")
    expect(temperature.locator("input")).to_be_disabled()
    picture(page, "lost")

    notebook.run(5)
    expect(banner).to_be_empty(timeout=20_000)
    expect(panel.locator(".indinb-chip")).to_have_text("Disconnected")
    connect.click()  # at once, though what is gone for good is not deleted yet
    expect(temperature.locator("input")).to_be_enabled()
    picture(page, "back")
    notebook.run(6)
