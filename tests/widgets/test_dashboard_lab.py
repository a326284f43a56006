"""An observer at the dashboard, in JupyterLab, with the embedded observatory."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Locator, Page, expect

from tests.lab import Lab, Notebook
from tests.widgets.accessibility import findings
from tests.widgets.dashboards import cut
from tests.widgets.pages import ARTIFACTS, colours

SETUP = """\
import indinb
client = indinb.simulate(seed=0)
for device in client.devices.values():
    device.connect()
client.telescope.unpark()"""
SKY = 'client.devices["Observatory Simulator"]["SIMULATION_SPEED"].set(20).result()'
DARK = "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"


@pytest.fixture
def notebook(lab: Lab, lab_page: Page) -> Notebook:
    lab_page.set_viewport_size({"width": 1500, "height": 1150})
    lab_page.set_default_timeout(30_000)
    cells = ["client.dashboard()", SKY, "client.telescope.radec", "client.close()"]
    notebook = lab.open(lab_page, "desk", SETUP, *cells)
    lab_page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    return notebook


def picture(desk: Locator, name: str) -> Image.Image:
    """Keep a screenshot of the dashboard, and return it."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    data = desk.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")
    return Image.open(io.BytesIO(data)).convert("RGB")


def darkness(image: Image.Image) -> float:
    """Return how dark a picture is in its lower right corner, where there is no picture."""
    corner = image.crop((image.width - 60, image.height - 12, image.width - 30, image.height - 4))
    return 1 - ImageStat.Stat(corner.convert("L")).mean[0] / 255


def test_an_observer_at_work(notebook: Notebook) -> None:
    page = notebook.page
    notebook.run(0)
    desk = notebook.run(1).locator(".indinb-dashboard")
    cards = {name: desk.locator(f"[data-card={name}]") for name in ("mount", "camera", "focuser")}
    mount, camera, focuser = cards.values()
    wheel = desk.locator("[data-card=wheel]")
    expect(camera).to_contain_text("No picture yet")
    notebook.run(2)  # the slew is not what is waited for

    target = mount.get_by_label("Target", exact=True)
    target.fill("M31")
    target.press("Enter")
    expect(mount).to_contain_text("° up")
    expect(mount).to_contain_text("Tracking", timeout=60_000)
    expect(mount).to_contain_text(re.compile("00h 42m"))
    expect(mount).to_contain_text(re.compile(r"\+41° 1"))
    expect(notebook.run(3)).to_contain_text("10.6")

    wheel.get_by_label("Filter", exact=True).and_(wheel.locator("select")).select_option("Green")
    expect(wheel.locator(".indinb-words")).to_have_text("Green")

    focuser.get_by_role("button", name="Move out by 1000 steps").click()
    expect(focuser).to_contain_text("37 700")
    focuser.get_by_role("button", name="Move in by 1000 steps").click()
    expect(focuser).to_contain_text("36 700")

    camera.get_by_label("Exposure (s)").fill("0.5")
    camera.get_by_role("button", name="Expose", exact=True).click()
    image = camera.locator("img")
    expect(image).to_be_visible()
    expect(camera.locator("figcaption")).to_contain_text("0.5 s")
    expect(camera.locator("figcaption")).to_contain_text("Green")
    page.wait_for_function("document.querySelector('.indinb-dashboard img').naturalWidth === 1280")
    assert colours(Image.open(io.BytesIO(image.screenshot())).convert("RGB")) > 30

    target.fill("M99x")
    target.press("Enter")
    expect(mount.get_by_role("alert")).to_contain_text("'M99x' is not known")
    assert findings(desk) == []
    assert cut(desk) == []
    check_pictures(notebook, desk)

    notebook.run(4)
    expect(desk.locator(".indinb-banner")).to_contain_text("closed")
    expect(target).to_be_disabled()
    expect(image).to_be_visible()


def check_pictures(notebook: Notebook, desk: Locator) -> None:
    """Keep pictures of the dashboard in both themes, and in a narrow window."""
    page = notebook.page
    light = picture(desk, "dashboard-light")
    page.evaluate(DARK)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    dark = picture(desk, "dashboard-dark")
    page.set_viewport_size({"width": 520, "height": 1400})
    camera, mount = desk.locator("[data-card=camera]"), desk.locator("[data-card=mount]")
    box, other = camera.bounding_box(), mount.bounding_box()
    assert box is not None
    assert other is not None
    assert box["x"] == other["x"]
    narrow = picture(desk, "dashboard-narrow")
    assert light.width > 900 > narrow.width
    assert all(colours(shot) > 100 for shot in (light, dark, narrow))
    assert darkness(light) < 0.2 < 0.7 < darkness(dark)
    page.set_viewport_size({"width": 1500, "height": 1150})
    assert (Path(ARTIFACTS) / "dashboard-narrow.png").stat().st_size > 10_000
