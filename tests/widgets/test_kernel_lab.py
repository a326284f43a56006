"""What JupyterLab shows of a kernel that is restarted, ends, or is out of reach for a while."""

import os
import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.lab import KERNEL_IS_READY, START_SECONDS, Lab, Notebook
from tests.widgets.pages import ARTIFACTS

SETUP = """\
import indinb
client = indinb.simulate(seed=0)
for device in client.devices.values():
    device.connect()
frame = client.camera.expose(0.1)"""
SHOWN = ['client.devices["CCD Simulator"]', "client.dashboard()", "frame"]
EXPOSURE = "client.camera.expose(300)"
PANEL, DASHBOARD, VIEWER, BAR = CELLS = range(1, 5)
RESTARTED = "The kernel was restarted: run your cells again."
ENDED = "The kernel has ended: run your cells again."
CONTROLS = (
    ":is(.indinb-chip, .indinb-abort, .indinb-switch, .indinb-set, .indinb-field, .indinb-select)"
    ":enabled"
)
CONTEXT = "jupyterapp.shell.currentWidget.sessionContext"
NOTE_LINKS = f"""() => {{
  window.links = [];
  {CONTEXT}.connectionStatusChanged.connect((_, status) => window.links.push(status));
}}"""
IS_FOUND_AGAIN = "window.links.length > 1 && window.links.at(-1) === 'connected'"


@pytest.fixture(scope="module")
def sockets(lab_page: Page) -> list[WebSocketRoute]:
    """Return the lines to kernels, which can be cut."""
    sockets: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    lab_page.route_web_socket(re.compile("/channels"), connect)
    return sockets


@pytest.fixture
def notebook(lab: Lab, lab_page: Page, sockets: list[WebSocketRoute]) -> Iterator[Notebook]:
    """Show one widget of each kind, the last in a cell that waits; an error in the page fails."""
    errors: list[object] = []

    def note(error: object) -> None:
        errors.append(error)

    lab_page.on("pageerror", note)
    notebook = lab.open(lab_page, "kernel", SETUP, *SHOWN, EXPOSURE)
    for cell in (0, PANEL, DASHBOARD, VIEWER):
        notebook.run(cell)
    yield notebook
    lab_page.remove_listener("pageerror", note)
    assert errors == []


def begin(notebook: Notebook) -> Locator:
    """Begin what takes its time, and return its bar."""
    notebook.start(BAR)
    bar = notebook.output(BAR).locator(".indinb-progress")
    expect(bar).to_contain_text("s left")
    return bar


def enabled(output: Locator) -> Locator:
    """What can be asked of Python: not names to copy, tabs, and the moon."""
    return output.locator(CONTROLS).filter(visible=True)


def check_ghosts(notebook: Notebook, words: str, *cells: int) -> None:
    """Check that widgets say what has happened, and that nothing can be asked of them."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for cell in cells:
        output = notebook.output(cell)
        expect(output).to_contain_text(words)
        output.screenshot(path=ARTIFACTS / f"lab-ghost-{cell}.png", animations="disabled")
    for cell in (PANEL, DASHBOARD, BAR):
        expect(enabled(notebook.output(cell))).to_have_count(0)


def test_a_kernel_that_is_restarted(notebook: Notebook) -> None:
    bar = begin(notebook)
    notebook.page.evaluate(f"void {CONTEXT}.restartKernel()")
    check_ghosts(notebook, RESTARTED, *CELLS)
    expect(bar.get_by_role("button")).to_have_count(0)


def test_a_kernel_that_dies(notebook: Notebook) -> None:
    """JupyterLab starts another one."""
    kernel = int(notebook.python("import os; print(os.getpid())"))
    begin(notebook)
    os.kill(kernel, signal.SIGKILL)
    check_ghosts(notebook, RESTARTED, *CELLS)


def test_a_kernel_that_is_shut_down(notebook: Notebook) -> None:
    notebook.page.evaluate(f"void {CONTEXT}.shutdown()")
    check_ghosts(notebook, ENDED, PANEL, DASHBOARD, VIEWER)


def test_a_link_to_the_kernel_that_is_found_again(
    notebook: Notebook, sockets: list[WebSocketRoute]
) -> None:
    page = notebook.page
    bar = begin(notebook)
    page.evaluate(NOTE_LINKS)
    sockets[-1].close()
    page.wait_for_function(IS_FOUND_AGAIN)
    for cell in CELLS:
        expect(notebook.output(cell)).not_to_contain_text("The kernel")
    panel = notebook.output(PANEL)
    expect(panel.locator(".indinb-chip")).to_be_enabled()
    bar.get_by_role("button", name="Abort").click()
    expect(bar).to_contain_text("aborted")
    expect(panel.locator(".indinb-abort")).to_be_disabled()


def test_a_page_that_is_loaded_again(notebook: Notebook) -> None:
    page = notebook.page
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.reload()
    notebook.cells.first.wait_for(timeout=START_SECONDS * 1000)
    page.wait_for_function(KERNEL_IS_READY, timeout=START_SECONDS * 1000)
    for cell in (PANEL, DASHBOARD, VIEWER):
        output = notebook.output(cell)
        expect(output.locator(".indinb")).to_be_visible()
        expect(output).not_to_contain_text("The kernel")
        assert enabled(output).count() > 4
