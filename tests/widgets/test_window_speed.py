"""How long a person in JupyterLab waits for panels, and what they cost on the wire."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.lab import Lab, Notebook
from tests.widgets.stopwatch import seconds_from_click, seconds_from_run

pytestmark = pytest.mark.calm

MANY = """\
from tests.widgets.storm import Drivers
drivers = Drivers(*(f"Device {number:02}" for number in range(20)))
client = drivers.client"""
ONE = """\
import indinb
observatory = indinb.simulate(seed=0)
ccd = observatory.devices["CCD Simulator"]
ccd.connect()"""
END = "drivers.close(); observatory.close()"
MANY_SHOWN, ONE_SHOWN = 1, 3  # cells

WINDOW_SECONDS, TAB_SECONDS = 1.0, 0.2
PANEL_SECONDS, PANEL_BYTES, PANEL_COMMS = 0.5, 60_000, 2


@pytest.fixture(scope="module")
def notebook(lab: Lab, lab_page: Page) -> Iterator[Notebook]:
    notebook = lab.open(lab_page, "speed", MANY, "client", ONE, "ccd")
    notebook.run(0)
    notebook.run(2)
    yield notebook
    notebook.python(END)


def row(device: str, name: str) -> str:
    return f'[data-device="{device}"] [data-property="{name}"]'


def test_a_window_of_twenty_devices(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.received.clear()
    first = seconds_from_run(notebook.page, MANY_SHOWN, row("Device 00", "P00"))
    notebook.wait(MANY_SHOWN)
    size = sum(map(len, notebook.received))
    window = notebook.output(MANY_SHOWN).locator(".indinb-panel")
    device = window.get_by_role("tab", name="Device 13")
    other = seconds_from_click(device, row("Device 13", "P00"))
    groups = window.locator('[data-device="Device 13"]').get_by_role("tab")
    group = seconds_from_click(groups.last, row("Device 13", "P59"))
    again = seconds_from_click(window.get_by_role("tab", name="Device 00"), row("Device 00", "P00"))
    with capsys.disabled():
        print(
            f"\n20 devices of 60 properties: {size / 1000:.0f} kB, seen after {first:.2f} s; "
            f"another device after {other:.3f} s, a group of it after {group:.3f} s, "
            f"the first again after {again:.3f} s"
        )
    assert first <= WINDOW_SECONDS
    assert max(other, group, again) <= TAB_SECONDS


def test_the_panel_of_a_camera(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.received.clear()
    seen = seconds_from_run(notebook.page, ONE_SHOWN, row("CCD Simulator", "CCD_EXPOSURE"))
    notebook.wait(ONE_SHOWN)
    received = b"".join(notebook.received)
    comms = received.count(b'"comm_open"')
    with capsys.disabled():
        print(f"\na camera: {comms} comms, {len(received) / 1000:.0f} kB, seen after {seen:.2f} s")
    assert comms <= PANEL_COMMS
    assert 1_000 < len(received) <= PANEL_BYTES
    assert seen <= PANEL_SECONDS
