"""A person in JupyterLab: the first lesson, the panel, and Abort while a cell waits."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.lab import Notebook, copy_blank, jupyter_lab, write_notebook
from tests.widgets.pages import colours

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts" / "lab"
SETUP = """\
import indinb
client = indinb.simulate("indiserver")
ccd = client.devices["CCD Simulator"]
ccd.connect()"""
EXPOSE = """\
try:
    client.camera.expose(60)
except indinb.IndiError as error:
    print(repr(error))"""

SERVE = """\
import indinb, psutil, threading
from indinb.servers import IndiServer
server = IndiServer(["indi_simulator_ccd"])"""
CONNECT = """\
client = indinb.connect("localhost", server.port)
ccd = client.devices["CCD Simulator"]"""
AGAIN = 'server = IndiServer(["indi_simulator_ccd"], port=server.port)'
COUNT = """\
readers = [each for each in threading.enumerate() if each.name == "indinb-reader"]
sockets = [each.raddr for each in psutil.Process().net_connections("tcp")]
links = [there for there in sockets if there and there.port == server.port]
f"{len(readers)} readers, {len(links)} links\""""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notebooks")
    copy_blank(ROOT / "notebooks" / "01-first-light.ipynb", path)
    write_notebook(path / "panel.ipynb", SETUP, "ccd", "client", "client.close()")
    write_notebook(path / "abort.ipynb", SETUP, EXPOSE, "client.camera.exposing", "client.close()")
    write_notebook(path / "panel-abort.ipynb", SETUP, "ccd", EXPOSE, "client.close()")
    cells = (
        SERVE,
        CONNECT,
        "ccd",
        "server.close()",
        AGAIN,
        COUNT,
        "client.close(); server.close()",
    )
    write_notebook(path / "link.ipynb", *cells)
    return path


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with jupyter_lab(folder, tmp_path_factory.mktemp("jupyter")) as address:
        yield address


@pytest.fixture
def open_notebook(browser: Browser, address: str) -> Iterator[Callable[[str], Notebook]]:
    context = browser.new_context(viewport={"width": 1200, "height": 1000})

    def open_notebook(name: str) -> Notebook:
        page = context.new_page()
        page.set_default_timeout(20_000)
        return Notebook(page, address, name)

    yield open_notebook
    context.close()


def picture(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def test_first_light(open_notebook: Callable[[str], Notebook]) -> None:
    notebook = open_notebook("01-first-light.ipynb")
    page = notebook.page
    expect(notebook.run(0)).to_contain_text("CCD Simulator")
    panel = notebook.run(1).locator(".indinb-panel")
    expect(panel).to_be_visible()

    panel.get_by_role("button", name="Connect", exact=True).first.click()
    temperature = panel.locator("[data-property=CCD_TEMPERATURE]")
    field = temperature.locator("input")
    field.fill("-1")
    field.press("Enter")
    expect(temperature).to_contain_text("-1.00")
    picture(page, "panel")

    for number in range(2, 5):
        notebook.run(number)
    expect(notebook.output(4)).to_contain_text("′")  # noqa: RUF001  arcminutes
    frame = notebook.run(5).locator("img")
    frame.scroll_into_view_if_needed()
    assert frame.evaluate("image => image.naturalWidth") == 640
    assert colours(Image.open(io.BytesIO(frame.screenshot())).convert("RGB")) > 10
    picture(page, "frame")
    for number in range(6, 12):
        notebook.run(number)
    assert page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0


def test_a_panel_is_small(open_notebook: Callable[[str], Notebook]) -> None:
    notebook = open_notebook("panel.ipynb")
    notebook.run(0)
    notebook.received.clear()
    panel = notebook.run(1).locator(".indinb-panel")
    expect(panel).to_be_visible()
    received = b"".join(notebook.received)
    assert received.count(b'"comm_open"') <= 2
    assert 1_000 < len(received) <= 60_000
    window = notebook.run(2).locator(".indinb-panel")
    expect(window).to_contain_text("Telescope Simulator")
    picture(notebook.page, "window")
    notebook.run(3)
    expect(panel).to_contain_text("closed")


def test_abort_while_a_cell_waits(open_notebook: Callable[[str], Notebook]) -> None:
    notebook = open_notebook("abort.ipynb")
    notebook.run(0)
    notebook.start(1)
    abort = notebook.output(1).get_by_role("button", name="Abort")
    abort.click()
    notebook.wait(1)
    picture(notebook.page, "abort")
    expect(notebook.output(1)).to_contain_text("Aborted")
    expect(notebook.run(2)).to_contain_text("False")
    notebook.run(3)


def test_abort_in_the_panel_while_a_cell_waits(open_notebook: Callable[[str], Notebook]) -> None:
    notebook = open_notebook("panel-abort.ipynb")
    notebook.run(0)
    panel = notebook.run(1).locator(".indinb-panel")
    notebook.start(2)
    abort = panel.locator("header").get_by_role("button", name="Abort")
    expect(abort).to_be_enabled()
    abort.click()
    notebook.wait(2)
    expect(notebook.output(2)).to_contain_text("Aborted")
    notebook.run(3)


def test_a_server_that_dies_and_comes_back(open_notebook: Callable[[str], Notebook]) -> None:
    notebook = open_notebook("link.ipynb")
    notebook.run(0)
    notebook.run(1)
    panel = notebook.run(2).locator(".indinb-panel")
    banner = panel.locator(".indinb-banner")
    temperature = panel.locator("[data-property=CCD_TEMPERATURE]")
    panel.get_by_role("button", name="Connect", exact=True).first.click()
    expect(temperature).to_be_visible()

    notebook.run(3)
    expect(banner).to_contain_text("is lost (the server ended it): trying to connect again.")
    expect(temperature.locator("input")).to_be_disabled()
    picture(notebook.page, "lost")

    notebook.run(4)
    expect(banner).to_be_empty(timeout=20_000)  # when what is gone has been deleted
    expect(panel.locator(".indinb-chip")).to_have_text("Disconnected")
    panel.get_by_role("button", name="Connect", exact=True).first.click()
    expect(temperature.locator("input")).to_be_enabled()
    picture(notebook.page, "back")
    notebook.run(6)


def test_a_cell_that_is_run_again_leaks_nothing(open_notebook: Callable[[str], Notebook]) -> None:
    notebook = open_notebook("link.ipynb")
    notebook.run(0)
    notebook.run(1)
    panel = notebook.run(2).locator(".indinb-panel")
    expect(panel).to_be_visible()
    for _ in range(3):
        notebook.run_again(1)
    expect(panel).to_contain_text("This client was closed")
    expect(notebook.run(5)).to_contain_text("1 readers, 1 links")
    notebook.run(6)
