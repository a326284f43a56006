"""A panel's life in JupyterLab: while much happens at once, twice, in boxes, in the dark, again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.lab import Lab, Notebook
from tests.widgets.accessibility import findings
from tests.widgets.nights import check_night
from tests.widgets.pages import darkness, screenshot

CCD, FOCUSER, OBSERVATORY = "CCD Simulator", "Focuser Simulator", "Observatory Simulator"
SETUP = """\
import indinb
from indinb.protocol.messages import New
from indinb.servers import EmbeddedServer
from indinb.widgets import panel
from ipywidgets import HBox, Label, Layout, Tab, VBox
from tests.client.fakes import delete
from tests.waiting import wait_until
from tests.widgets.storm import Drivers
server = EmbeddedServer()
client = indinb.connect("localhost", server.port)
for device in client.devices.values():
    device.connect()
ccd, focuser = client.devices["CCD Simulator"], client.devices["Focuser Simulator"]
drivers = Drivers("Stormy")
group = [one for one in drivers.definitions if one.group == "Group 5"]"""
BOXES = """\
camera = Tab([panel(ccd), Label("nothing")], titles=["Camera", "Else"])
VBox([HBox([panel(focuser), Label("beside it")]), camera])"""
NARROW = 'VBox([panel(ccd)], layout=Layout(width="320px"))'
OWN = """\
own = indinb.simulate(seed=0)
own.devices["CCD Simulator"].connect()
own.devices["CCD Simulator"]"""
COUNT = """\
import gc, psutil, threading
gc.collect()
names = [one.name for one in threading.enumerate()]
threads = [one for one in names if one.startswith("indinb") and one != "indinb-clock"]
processes = psutil.Process().children(recursive=True)
sockets = psutil.Process().net_connections("tcp")
print(len(threads), len(processes), len(sockets))"""
END = "drivers.close(); client.close(); server.close()"
CLIENT, FIRST, SECOND, STORMY, BOXED, SLIM, WEATHER, AGAIN = range(1, 9)  # cells


@pytest.fixture(scope="module")
def notebook(lab: Lab, lab_page: Page) -> Iterator[Notebook]:
    shown = ["client", "ccd", "ccd", 'drivers.client.devices["Stormy"]', BOXES, NARROW]
    observatory = f"client.devices[{OBSERVATORY!r}]"
    notebook = lab.open(lab_page, "life", SETUP, *shown, observatory, OWN)
    notebook.run(0)
    yield notebook
    notebook.python(END)


def shown(notebook: Notebook, cell: int) -> Locator:
    """Run a cell that shows a panel, and return its output."""
    output = notebook.run(cell)
    expect(output.locator(".indinb-panel").first).to_be_visible()
    return output


def field(output: Locator, name: str) -> Locator:
    return output.locator(f"[data-property={name}]").get_by_role("textbox").first


# ---- Much at once ----


def test_typing_while_the_observatory_is_at_work(notebook: Notebook) -> None:
    window = shown(notebook, CLIENT)
    window.get_by_role("tab", name=CCD).click()
    camera = window.locator(f'[data-device="{CCD}"]')
    gain = field(camera, "CCD_GAIN")
    gain.click()
    notebook.page.keyboard.type("4")
    notebook.python('exposure = ccd["CCD_EXPOSURE"].set(3)')
    expect(camera.locator("[data-property=CCD_EXPOSURE]")).to_contain_text(re.compile(r"\b[12]\."))
    notebook.python("focuser.disconnect()")
    notebook.page.keyboard.type("2")
    notebook.python("focuser.connect()")
    expect(gain).to_be_focused()
    expect(gain).to_have_value("42")
    notebook.page.keyboard.press("Enter")
    notebook.python('wait_until(ccd, lambda: ccd["CCD_GAIN"]["GAIN"] == 42)')
    notebook.python("exposure.result(20)")


def test_typing_while_properties_of_the_device_come_and_go(notebook: Notebook) -> None:
    panel = shown(notebook, STORMY)
    entry = field(panel, "P00")
    gone = panel.get_by_role("tab", name="Group 5")
    entry.click()
    notebook.page.keyboard.type("1")
    notebook.python("drivers.storm(500, 300); drivers.server.send(*map(delete, group))")
    expect(gone).to_have_count(0)
    notebook.page.keyboard.type("2")
    notebook.python("drivers.end(); drivers.server.send(*group)")
    expect(gone).to_be_visible()
    expect(entry).to_be_focused()
    expect(entry).to_have_value("12")
    notebook.page.keyboard.press("Enter")
    assert notebook.python("drivers.server.next(New).values['E0']") == "12.0"


def test_a_server_that_is_killed_and_comes_back(notebook: Notebook) -> None:
    observatory = shown(notebook, WEATHER)
    speed = field(observatory, "SIMULATION_SPEED")
    expect(speed).to_be_enabled()
    notebook.python("server.close()")
    expect(speed).to_be_disabled()
    expect(observatory).to_contain_text("is lost")
    screenshot(notebook.page, "lab-lost")
    notebook.python('server = EmbeddedServer([f"--port={server.port}"])')
    expect(speed).to_be_enabled()
    speed.fill("2")
    speed.press("Enter")
    notebook.python(
        f"wait_until(client, lambda: client.devices[{OBSERVATORY!r}]"
        '["SIMULATION_SPEED"]["SPEED"] == 2); ccd.connect(); focuser.connect()'
    )


# ---- Twice, and in boxes ----


def test_two_views_are_one_panel(notebook: Notebook) -> None:
    first = shown(notebook, FIRST)
    notebook.received.clear()
    second = shown(notebook, SECOND)
    assert b"".join(notebook.received).count(b'"comm_open"') == 0
    second.get_by_role("tab", name="Image Settings").click()
    expect(first.get_by_role("tab", name="Main Control")).to_have_attribute("aria-selected", "true")
    notebook.python('ccd["CCD_BINNING"].set(HOR_BIN=2, VER_BIN=2).result()')
    binning = "[data-property=CCD_BINNING] [data-element=HOR_BIN]"
    expect(second.locator(binning)).to_contain_text("2")
    first.get_by_role("tab", name="Image Settings").click()
    expect(first.locator(binning)).to_contain_text("2")


def test_panels_in_boxes(notebook: Notebook) -> None:
    boxes = shown(notebook, BOXED)
    speed = field(boxes.locator(f'[data-device="{FOCUSER}"]'), "FOCUS_SPEED")
    speed.fill("3")
    speed.press("Enter")
    notebook.python('wait_until(focuser, lambda: focuser["FOCUS_SPEED"].value == 3)')
    camera = boxes.locator(f'[data-device="{CCD}"]')
    expect(camera).to_be_visible()
    boxes.get_by_role("tab", name="Else").click()
    expect(camera).to_be_hidden()
    boxes.get_by_role("tab", name="Camera").click()
    expect(field(camera, "CCD_GAIN")).to_be_visible()


# ---- How it looks ----


def change_theme(notebook: Notebook, theme: str) -> None:
    notebook.page.evaluate(
        "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})",
        f"JupyterLab {theme}",
    )
    is_light = str(theme == "Light").lower()
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_themes(notebook: Notebook, theme: str) -> None:
    panel = shown(notebook, FIRST).locator(".indinb-panel")
    change_theme(notebook, theme)
    assert (darkness(panel) > 0.7) is (theme == "Dark")
    screenshot(notebook.page, f"lab-{theme.lower()}")


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_themes_can_be_read_by_all(notebook: Notebook, theme: str) -> None:
    window = shown(notebook, CLIENT).locator(".indinb-panel")
    change_theme(notebook, theme)
    window.get_by_role("tab", name=CCD).click()
    notebook.python('ccd["CCD_EXPOSURE"].set(60)')
    abort = window.get_by_role("button", name="Abort").filter(visible=True).first
    expect(abort).to_be_enabled()
    found = findings(window)
    notebook.python('ccd["CCD_ABORT_EXPOSURE"].set("ABORT").result()')
    assert found == []


def test_night_is_for_all_of_jupyterlab(notebook: Notebook) -> None:
    change_theme(notebook, "Light")  # bright toolbars and cells
    panel = shown(notebook, FIRST).locator(".indinb-panel")
    night = panel.get_by_role("button", name="Night")
    night.click()
    try:
        check_night(notebook.page)
        screenshot(notebook.page, "lab-night")
    finally:
        night.click()
    expect(notebook.page.locator(".indinb-veil")).to_have_count(0)


def test_a_narrow_panel(notebook: Notebook) -> None:
    panel = shown(notebook, SLIM).locator(".indinb-panel")
    assert panel.bounding_box()["width"] <= 320
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    for control in panel.get_by_role("textbox").filter(visible=True).all():
        box = control.bounding_box()
        assert box["width"] >= 40
        assert box["x"] + box["width"] <= panel.bounding_box()["x"] + 320
    panel.scroll_into_view_if_needed()
    screenshot(notebook.page, "lab-narrow")


# ---- Again ----


def test_a_cell_that_is_run_again_leaves_nothing_behind(notebook: Notebook) -> None:
    shown(notebook, AGAIN)
    before = counted(notebook)
    panels = notebook.page.locator(".indinb-panel")
    visible = panels.count()
    for _ in range(3):
        expect(notebook.run_again(AGAIN).locator(".indinb-panel")).to_be_visible()
    assert panels.count() == visible
    more = [name for name, count in counted(notebook).items() if count > before[name]]
    notebook.python("own.close()")
    assert more == []


def counted(notebook: Notebook) -> dict[str, int]:
    """Count what the kernel has of ours; the clock's thread is there only at times."""
    numbers = map(int, notebook.python(COUNT).split())
    return dict(zip(("threads", "processes", "sockets"), numbers, strict=True))
