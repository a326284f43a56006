"""What JupyterLab shows of a kernel that is restarted, ends, or is out of reach for a while."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.lab import KERNEL_IS_READY, START_SECONDS, Lab, Notebook
from tests.widgets.pages import screenshot

SETUP = """\
import indinb
client = indinb.simulate(seed=0)
for device in client.devices.values():
    device.connect()
client.telescope.unpark()
frame = client.camera.expose(0.1)"""
SHOWN = ["client", "client.dashboard()", "frame"]
EXPOSURE = "client.camera.expose(300)"
PANEL, DASHBOARD, FRAME, BAR = range(1, 5)  # cells
WIDGETS = ".indinb-panel, .indinb-dashboard, .indinb-viewer, .indinb-progress"
RESTARTED = "The kernel was restarted: run your cells again."
ENDED = "The kernel has ended: run your cells again."
CONTEXT = "jupyterapp.shell.currentWidget.sessionContext"
ENDS = {
    "restart": (f"void {CONTEXT}.restartKernel()", RESTARTED),
    "shutdown": (f"void {CONTEXT}.shutdown()", ENDED),
    "death": ("", RESTARTED),
}


@pytest.fixture
def notebook(lab: Lab, lab_page: Page) -> Notebook:
    notebook = lab.open(lab_page, "kernel", SETUP, *SHOWN, EXPOSURE)
    for cell in (0, PANEL, DASHBOARD, FRAME):
        notebook.run(cell)
    return notebook


@pytest.mark.parametrize("end", ENDS)
def test_probe(notebook: Notebook, end: str) -> None:
    page = notebook.page
    errors = []
    page.on("pageerror", errors.append)
    page.on("console", lambda m: m.type == "error" and errors.append(m.text))
    page.set_viewport_size({"width": 1200, "height": 3000})
    pid = notebook.python("import os; print(os.getpid())")
    notebook.start(BAR)
    bar = notebook.output(BAR).locator(".indinb-progress")
    expect(bar).to_contain_text("s left")
    screenshot(page, f"ghost-{end}-before")
    if end == "death":
        import os, signal
        os.kill(int(pid), signal.SIGKILL)
    else:
        page.evaluate(ENDS[end][0])
    try:
        for cell in (PANEL, DASHBOARD, FRAME, BAR):
            expect(notebook.output(cell)).to_contain_text(ENDS[end][1])
    finally:
        screenshot(page, f"ghost-{end}")
        print(errors)
