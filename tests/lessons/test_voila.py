"""Lessons in Voila, where a teacher projects them as pages without code."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.lessons.lesson import hurried, lessons
from tests.lessons.opened import ARTIFACTS, deviation, lay_out
from tests.voila import untroubled_page, voila

RUN_MILLISECONDS = 120_000
ERRORS = "[data-mime-type*=error], [data-mime-type*=stderr]"
PICTURES = ".jp-RenderedMarkdown img, .jp-RenderedImage img"
LOADED = "images => images.every((image) => image.complete && image.naturalWidth > 0)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("lessons")
    for lesson in lessons(["01", "02"]):
        lay_out(lesson.at(hurried(20)), folder)
    with voila(folder, tmp_path_factory.mktemp("voila")) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with untroubled_page(browser) as page:
        yield page


def open_lesson(page: Page, address: str) -> None:
    """Open a lesson, which runs whole before it is there, and look at what all have."""
    page.goto(address, timeout=RUN_MILLISECONDS)
    expect(page.locator(".indinb-panel").first).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("import indinb")
    expect(page.locator(ERRORS)).to_have_count(0)
    pictures = page.locator(PICTURES)
    assert pictures.count() > 0
    assert pictures.evaluate_all(LOADED)


def test_the_control_panel_is_projected(page: Page, address: str) -> None:
    open_lesson(page, f"{address}/02-control-panel.ipynb")
    expect(page.get_by_text("Not yet: ").first).to_be_visible()  # exercises wait, and harm nothing
    panel = page.locator(".indinb-panel").first
    expect(panel.locator(".indinb-banner")).to_be_empty()
    panel.get_by_role("tab", name="Image Settings").click()
    row = panel.locator("[data-property=CCD_FRAME_TYPE]")
    flat = row.locator("[data-element=FRAME_FLAT]")
    expect(flat).to_have_attribute("aria-pressed", "false")
    flat.click()
    expect(flat).to_have_attribute("aria-pressed", "true")
    assert spread(panel, "02-panel") > 5


def test_a_frame_is_projected(page: Page, address: str) -> None:
    open_lesson(page, f"{address}/01-first-light.ipynb")
    stage = page.locator(".indinb-stage[data-empty=false]").first
    assert spread(stage, "01-frame") > 5


def spread(sight: Locator, name: str) -> float:
    """Keep a screenshot, and return how far its grey values are spread."""
    picture = sight.screenshot(path=ARTIFACTS / "voila" / f"{name}.png")
    return deviation(Image.open(io.BytesIO(picture)))
