"""A real Voila on loopback: notebooks as pages without code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from tests.lab import free_port, served

FOREIGN = ["jupyterlab-jupytext"]
"""Extensions of JupyterLab that may be installed, and do not know Voila."""


@contextmanager
def voila(folder: Path, private: Path) -> Iterator[str]:
    """Serve a folder; yields the address, below which each visit runs a notebook anew."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/voila"
    options = {
        "Voila.ip": "127.0.0.1",
        "Voila.port": port,
        "Voila.root_dir": folder,
        "Voila.connection_dir_root": private,
        "VoilaConfiguration.classic_tree": True,
        "VoilaConfiguration.extension_denylist": FOREIGN,
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = ["voila", "--no-browser", *flags]
    with served(command, f"{address}/tree", private):
        yield f"{address}/render"


@contextmanager
def untroubled_page(browser: Browser) -> Iterator[Page]:
    """Yield a page on which nothing may go wrong, as its console tells."""
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    page.set_default_timeout(20_000)
    page.route("**/*", _stay_on_this_machine)
    troubles: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            troubles.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    seen = list(troubles)  # before the page goes, and tells Voila in vain
    page.close()
    assert seen == []


def _stay_on_this_machine(route: Route) -> None:
    """Answer for the world, from which Voila's page wants fonts."""
    if "//127.0.0.1:" in route.request.url:
        route.continue_()
    else:
        route.fulfill(body="", content_type="text/css")
