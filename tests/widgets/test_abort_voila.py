"""Abort in Voilà, which shows no cells, and whose kernel a page cannot interrupt."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import kernels
from tests.lab import START_SECONDS, jupyter_lab, write_notebook

BUSY = 30_000  # ms within which a slew is over
CELLS = [
    """\
import indinb, ipywidgets
client = indinb.simulate()
client.camera.device.connect()
client.telescope.device.connect()
client.telescope.unpark()
operation = client.camera.start_exposure(60)
operation""",
    """\
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
ipywidgets.VBox([button, said])""",
]


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder, private = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("jupyter")
    kernel = kernels.add(kernels.CURRENT, private / "data")
    write_notebook(folder / "page.ipynb", *CELLS, kernel=kernel)
    page = browser.new_page()
    page.set_default_timeout(START_SECONDS * 1000)
    with jupyter_lab(folder, private) as address:
        page.goto(f"{address}/voila/render/page.ipynb")
        yield page
        page.close()


def test_abort_waits_for_a_kernel_that_it_may_not_interrupt(page: Page) -> None:
    bar = page.locator(".indinb-progress")
    expect(bar).to_contain_text("left", timeout=START_SECONDS * 1000)
    page.get_by_role("button", name="Slew").click()
    expect(page.get_by_text("slewing", exact=True)).to_be_visible(timeout=BUSY)
    bar.get_by_role("button", name="Abort").click()
    expect(bar).to_contain_text("as soon as the kernel is free", timeout=BUSY)
    expect(bar).to_have_attribute("data-state", "aborted", timeout=BUSY)
    expect(page.get_by_text("there", exact=True)).to_be_visible(timeout=BUSY)
