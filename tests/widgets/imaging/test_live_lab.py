"""A person in JupyterLab watches what a camera sees, and goes on working."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.lab import Lab, Notebook
from tests.widgets.imaging.desks import Desk, ask, opened_desk, wait_for_python

POINT = "client.telescope.slew('NGC 869')"
EXPOSURES = "live = camera.live(0.2, stream=False)\nlive"
VIDEO = "live = camera.live(0.2)\nlive"
ANSWER = 0.5  # seconds for a cell while pictures come; other work may make it two and a half
SLOWER = 2.5
EXPOSED, FILMED, LEFT = range(2, 5)  # cells
COUNTED = re.compile(r"([\d.]+) fps · (\d+) shown")


@pytest.fixture(scope="module")
def notebook(lab: Lab, lab_page: Page) -> Iterator[Notebook]:
    with opened_desk(lab, lab_page, "live", POINT, EXPOSURES, VIDEO, EXPOSURES) as notebook:
        notebook.run(1)
        yield notebook


def shown(desk: Desk) -> int:
    """How many pictures have been on the screen, as the page says."""
    counts = desk.live.locator(".indinb-live-counts")
    expect(counts).to_have_text(re.compile(r"\d+ shown"))
    found = re.search(r"(\d+) shown", counts.inner_text())
    return int(found[1]) if found else 0


def wait_for_more(desk: Desk, more: int = 2) -> None:
    before = shown(desk)
    script = "([text, least]) => Number(text.textContent.match(/(\\d+) shown/)?.[1]) >= least"
    counts = desk.live.locator(".indinb-live-counts").element_handle()
    desk.page.wait_for_function(script, arg=[counts, before + more])


def stop(desk: Desk) -> None:
    desk.uncover()
    desk.live.get_by_role("button", name="Stop").click()
    expect(desk.live).to_contain_text("Stopped")


# ---- Exposures ----


def test_pictures_come_while_cells_answer(notebook: Notebook) -> None:
    desk = Desk(notebook, notebook.run(EXPOSED))
    wait_for_more(desk)
    expect(desk.live).to_contain_text("Live · 1280 × 1024 · 0.2 s · Luminance")  # noqa: RUF001
    expect(desk.live.locator(".indinb-live-counts")).to_have_text(COUNTED)
    first = desk.grey()
    waited = min(notebook.seconds("1 + 1") for _ in range(3))
    assert waited < SLOWER * ANSWER
    wait_for_more(desk)
    assert (desk.grey() != first).mean() > 0.2
    assert len(np.unique(desk.take_picture("viewer_live"))) > 50


def test_a_live_picture_is_zoomed_and_told_of(notebook: Notebook) -> None:
    desk = Desk(notebook, notebook.output(EXPOSED))
    before = desk.grey()
    desk.button("Zoom in").click(click_count=3, delay=20)
    wait_for_more(desk)
    near = desk.grey()
    assert abs(near - before).mean() > 3
    assert near.std() > 5
    desk.stage.hover()
    expect(desk.read("value")).to_have_text(re.compile(r"^(≈ )?\d+ adu$"))
    expect(desk.read("sky")).to_have_text(re.compile("^02h"))
    desk.button("Fit").click()


def test_a_box_becomes_the_subframe(notebook: Notebook) -> None:
    desk = Desk(notebook, notebook.output(EXPOSED))
    scale = 1280 / desk.drawn().shape[1]
    desk.button("Box").click()
    desk.drag((200, 150), (300, 250), (440, 330))
    desk.live.get_by_role("button", name="Subframe").click()
    wait_for_python(notebook, "live.newest.shape[1] < 600")
    height, width = ask(notebook, "live.newest.shape")
    assert (width, height) == pytest.approx((240 * scale, 180 * scale), abs=6)
    expect(desk.root.locator(".indinb-box")).to_be_hidden()
    wait_for_more(desk)
    desk.live.get_by_role("button", name="Whole chip").click()
    wait_for_python(notebook, "live.newest.shape == (1024, 1280)")
    wait_for_more(desk)


def test_stop_leaves_the_very_pixels(notebook: Notebook) -> None:
    desk = Desk(notebook, notebook.output(EXPOSED))
    stop(desk)
    assert ask(notebook, "live.running") is False
    expect(desk.read("words")).to_contain_text("0.2 s")
    assert ask(notebook, "live.newest.shape") == [1024, 1280]
    desk.button("One to one").click()
    desk.stage.hover()
    place = re.compile(r"x (\d+)  y (\d+)")
    expect(desk.read("place")).to_have_text(place)
    found = place.search(desk.read("place").inner_text())
    assert found is not None
    value = ask(notebook, f"int(live.newest.data[{found[2]}, {found[1]}])")
    expect(desk.read("value")).to_have_text(f"{value} adu")


# ---- Video ----


def test_video(notebook: Notebook) -> None:
    desk = Desk(notebook, notebook.run(FILMED))
    wait_for_more(desk, 3)
    expect(desk.live).to_contain_text("Live · 1280 × 1024 · video of 0.2 s")  # noqa: RUF001
    assert ask(notebook, "camera.streaming") is True
    stop(desk)
    assert ask(notebook, "camera.streaming") is False
    assert desk.grey().std() > 3


# ---- Left alone ----


def test_the_client_is_closed_while_pictures_come(notebook: Notebook) -> None:
    desk = Desk(notebook, notebook.run(LEFT))
    wait_for_more(desk)
    notebook.python("client.close()")
    expect(desk.live).to_contain_text("Stopped")
    assert ask(notebook, "live.running") is False
    assert desk.grey().std() > 3
    names = "[one.name for one in __import__('threading').enumerate()]"
    left = [name for name in ask(notebook, names) if name.startswith("indinb")]
    assert [name for name in left if name != "indinb-clock"] == []
