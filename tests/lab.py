"""A real JupyterLab on loopback, driven through a headless browser."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from playwright.sync_api import Locator, Page, WebSocket, expect

ROOT = Path(__file__).parents[1]
PYTHON = Path(sys.executable)
START_SECONDS = 90
CELL_SECONDS = 90
NUMBERED = re.compile(r"\[\d+\]")
KERNEL_IS_READY = """() => {
  const context = jupyterapp.shell.currentWidget?.sessionContext;
  const kernel = context?.session?.kernel;
  return context?.isReady && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""
ASK_KERNEL = """async (code) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const asked = kernel.requestExecute({ code, store_history: false });
  const texts = [];
  asked.onIOPub = ({ content }) => texts.push(content.text ?? content.data?.["text/plain"] ?? "");
  const { content } = await asked.done;
  if (content.status !== "ok") throw new Error(`${content.ename}: ${content.evalue}`);
  return texts.join("");
}"""
TIME_LAST_CELL = """async (code) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  notebook.deselectAll();
  notebook.activeCell.model.sharedModel.setSource(code);
  const began = performance.now();
  await jupyterapp.commands.execute("notebook:run-cell");
  return (performance.now() - began) / 1000;
}"""
NEWS = "@jupyterlab/apputils-extension:announcements"  # a pop-up that would hide the notebook


@contextmanager
def jupyter_lab(folder: Path, private: Path, python: Path = PYTHON) -> Iterator[str]:
    """Serve a folder; yields the address. All of Jupyter's own files go to `private`.

    It is the JupyterLab of an interpreter, which also runs its kernels: ours by default.
    """
    (private / "config" / "labconfig").mkdir(parents=True)
    disabled = json.dumps({"disabledExtensions": {NEWS: True}})
    (private / "config" / "labconfig" / "page_config.json").write_text(disabled)
    port = free_port()
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": "",
        "LabApp.expose_app_in_browser": True,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = ["jupyterlab", "--no-browser", "--allow-root", *flags]
    with served(command, f"http://127.0.0.1:{port}/api/status", private, python):
        yield f"http://127.0.0.1:{port}"


def free_port() -> int:
    """Find a port on loopback that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def served(command: list[str], url: str, private: Path, python: Path = PYTHON) -> Iterator[None]:
    """Run a module of Jupyter's that serves pages, from when `url` answers.

    Its kernels import what is tested here, and the tests as well.
    """
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "IPYTHONDIR": str(private / "ipython"),
        "PYTHONPATH": str(ROOT),
    }
    with (private / "log").open("wb") as log:
        server = subprocess.Popen(
            [python, "-m", *command],
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    try:
        wait_until_it_answers(url, server, private / "log")
        yield
    finally:
        end(server)


def wait_until_it_answers(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait for a page of a server that was started just now; if it fails, its log is told."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{server.args} did not start: {log.read_text()[-2000:]}")


def end(server: "subprocess.Popen[Any]") -> None:
    """End a server and what it has started, such as kernels, which end what they have started."""
    server.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        server.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def write_notebook(path: Path, *cells: str, kernel: str = "python3") -> None:
    """Make a notebook of some cells of code."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel}
    nbformat.write(notebook, path)


def copy_blank(source: Path, folder: Path) -> None:
    """Copy a notebook without its outputs, so that what is seen is new."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, folder / source.name)


class Lab(NamedTuple):
    """A JupyterLab that is up, the folder that it serves, and that of its own files."""

    address: str
    folder: Path
    private: Path

    def open(self, page: Page, name: str, *cells: str) -> "Notebook":
        """Make a notebook of cells of code, and open it; a last cell is left for `seconds`."""
        write_notebook(self.folder / f"{name}.ipynb", *cells, "")
        return Notebook(page, self.address, f"{name}.ipynb")


class Notebook:
    """An open notebook: runs cells, and counts what the kernel says to the browser."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page = page
        self.received: list[bytes] = []
        page.on("websocket", self._listen)
        page.goto(f"{address}/lab/tree/{name}?reset")
        self.cells = page.locator(".jp-Notebook .jp-Cell")
        self.cells.first.wait_for(timeout=START_SECONDS * 1000)
        page.wait_for_function(KERNEL_IS_READY, timeout=START_SECONDS * 1000)

    def _listen(self, websocket: WebSocket) -> None:
        if "channels" in websocket.url:
            websocket.on("framereceived", lambda data: self.received.append(_bytes(data)))

    def code(self, number: int) -> Locator:
        """Return the code cell of this number, from 0."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)

    def output(self, number: int) -> Locator:
        """Return the output of a code cell."""
        return self.code(number).locator(".jp-Cell-outputArea")

    def start(self, number: int) -> None:
        """Run a code cell, and don't wait for its end."""
        self.code(number).locator(".cm-content").first.click()
        self.page.wait_for_function("jupyterapp.commands.isEnabled('notebook:run-cell')")
        self.page.evaluate("void jupyterapp.commands.execute('notebook:run-cell')")

    def run(self, number: int) -> Locator:
        """Run a code cell to its end, and return its output."""
        self.start(number)
        self.wait(number)
        return self.output(number)

    def run_again(self, number: int) -> Locator:
        """Run a code cell that was run before, to its end, and return its output."""
        prompt = self.code(number).locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.start(number)
        expect(prompt).not_to_have_text(before)
        self.wait(number)
        return self.output(number)

    def python(self, code: str) -> str:
        """Run code in the kernel, beside all cells, and return what it shows as text.

        What has the focus keeps it. An error is raised.
        """
        return str(self.page.evaluate(ASK_KERNEL, code))

    def seconds(self, code: str) -> float:
        """Run code in the last cell, and tell how many seconds the page waited for its end."""
        return float(self.page.evaluate(TIME_LAST_CELL, code))

    def wait(self, number: int) -> None:
        """Wait for the end of a code cell, which then has a number."""
        prompt = self.code(number).locator(".jp-InputPrompt")
        expect(prompt).to_contain_text(NUMBERED, timeout=CELL_SECONDS * 1000)


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data
