"""The line of progress in a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from indinb.widgets.progress import ProgressBar
from tests.widgets.pages import WidgetPage, colours

RUNNING = {
    "label": "Exposing 30 s",
    "detail": "12.3 s left",
    "fraction": 0.59,
    "state": "running",
    "blocking": True,
}
KERNEL = "{ interrupt: async () => { interrupts += 1; } }"


class Progress(WidgetPage):
    """A line of progress on a page."""

    def show(self, kernel: str, **traits: Any) -> None:
        """Show the line in a page whose kernel is this JavaScript."""
        self.start(ProgressBar, **(RUNNING | traits))
        self.page.evaluate(f"window.interrupts = 0; window.kernel = {kernel}")

    @property
    def root(self) -> Locator:
        return self.page.locator("#first .indinb-progress")

    @property
    def bar(self) -> Locator:
        return self.root.get_by_role("progressbar")

    @property
    def abort(self) -> Locator:
        return self.root.get_by_role("button", name="Abort")

    @property
    def detail(self) -> Locator:
        return self.root.locator(".indinb-progress-detail")

    def filled(self) -> float:
        """The part of the bar that is filled."""
        parts = self.bar.evaluate(
            "bar => [bar.firstChild, bar].map((node) => node.getBoundingClientRect().width)"
        )
        return float(parts[0] / parts[1])


OpenProgress = Callable[..., Progress]


@pytest.fixture(scope="module", autouse=True)
def time_stands_still(only_page: Page) -> None:
    """Let time pass by `clock.run_for` alone."""
    only_page.clock.install(time=0)
    only_page.clock.pause_at(1000)


@pytest.fixture
def open_progress(open_page: Callable[..., Page]) -> OpenProgress:
    def open_progress(kernel: str = "undefined", dark: bool = False, **traits: Any) -> Progress:
        progress = Progress(open_page(700, 120, dark))
        progress.show(kernel, **traits)
        return progress

    return open_progress


def test_it_tells_what_and_how_far(open_progress: OpenProgress) -> None:
    progress = open_progress()
    expect(progress.root).to_contain_text("Exposing 30 s")
    expect(progress.detail).to_have_text("12.3 s left")
    expect(progress.bar).to_have_attribute("aria-valuenow", "59")
    expect(progress.bar).to_have_accessible_name("Exposing 30 s")
    assert progress.filled() == pytest.approx(0.59, abs=0.01)


def test_it_follows_the_model(open_progress: OpenProgress) -> None:
    progress = open_progress()
    progress.assign(fraction=0.75, detail="7.5 s left", label="Exposing M 31")
    expect(progress.bar).to_have_attribute("aria-valuenow", "75")
    expect(progress.bar).to_have_attribute("aria-valuetext", "7.5 s left")
    expect(progress.root).to_contain_text("Exposing M 31")


def test_an_unknown_fraction_moves_without_end(open_progress: OpenProgress) -> None:
    progress = open_progress(fraction=None)
    assert progress.bar.get_attribute("aria-valuenow") is None
    moving = progress.bar.locator("> div")
    expect(moving).to_have_css("animation-name", "indinb-progress-search")
    progress.assign(fraction=0.2)
    expect(moving).to_have_css("animation-name", "none")
    expect(progress.bar).to_have_attribute("aria-valuenow", "20")


def test_what_is_done_is_full_and_has_no_abort(open_progress: OpenProgress) -> None:
    progress = open_progress()
    progress.assign(state="done", detail="30.1 s")
    expect(progress.abort).to_have_count(0)
    expect(progress.bar).to_have_attribute("aria-valuenow", "100")
    expect(progress.root).to_have_attribute("data-state", "done")
    expect(progress.bar.locator("> div")).to_have_css("background-color", "rgb(47, 143, 70)")


@pytest.mark.parametrize("state", ["failed", "aborted"])
def test_what_ended_early_says_why(open_progress: OpenProgress, state: str) -> None:
    progress = open_progress(fraction=None)
    progress.assign(state=state, detail="the camera said no")
    expect(progress.abort).to_have_count(0)
    expect(progress.detail).to_have_text("the camera said no")
    expect(progress.bar.locator("> div")).to_have_css("animation-name", "none")


def test_abort_asks_python(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL)
    progress.abort.click()
    assert progress.sent == [{"type": "abort", "id": 1}]
    expect(progress.detail).to_have_text("aborting…")
    progress.deliver({"type": "ack", "id": 1})
    progress.page.clock.run_for(1000)
    assert progress.page.evaluate("interrupts") == 0
    expect(progress.detail).to_have_text("aborting…")


def test_without_an_answer_the_kernel_is_interrupted(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL)
    progress.abort.press("Enter")
    progress.deliver({"type": "ack", "id": 99})
    progress.page.clock.run_for(399)
    assert progress.page.evaluate("interrupts") == 0
    progress.page.clock.run_for(1)
    assert progress.page.evaluate("interrupts") == 1


def test_what_has_ended_meanwhile_is_not_interrupted(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL)
    progress.abort.click()
    progress.assign(state="aborted", detail="aborted")
    progress.page.clock.run_for(1000)
    assert progress.page.evaluate("interrupts") == 0
    expect(progress.detail).to_have_text("aborted")


def test_where_no_cell_waits_none_is_interrupted(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL, blocking=False)
    progress.abort.click()
    progress.page.clock.run_for(1000)
    assert progress.page.evaluate("interrupts") == 0
    expect(progress.detail).to_have_text("as soon as the kernel is free")


def test_whether_a_cell_waits_is_asked_when_it_matters(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL, blocking=False)
    progress.abort.click()
    progress.page.clock.run_for(399)
    progress.assign(blocking=True)
    progress.page.clock.run_for(1)
    assert progress.page.evaluate("interrupts") == 1


def test_impatient_clicks_interrupt_once(open_progress: OpenProgress) -> None:
    """A second interrupt would end whatever cell runs next."""
    progress = open_progress(kernel=KERNEL)
    for _ in range(3):
        progress.abort.click()
        progress.page.clock.run_for(100)
    progress.page.clock.run_for(1000)
    assert [message["id"] for message in progress.sent] == [1, 2, 3]
    assert progress.page.evaluate("interrupts") == 1


def test_an_answer_to_another_click_is_none(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL)
    progress.abort.click()
    progress.abort.click()
    progress.deliver({"type": "ack", "id": 1})
    progress.page.clock.run_for(400)
    assert progress.page.evaluate("interrupts") == 1


def test_what_is_shown_no_more_interrupts_nobody(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL)
    progress.abort.click()
    progress.page.evaluate("cleanUp()")
    progress.page.clock.run_for(1000)
    assert progress.page.evaluate("interrupts") == 0
    progress.page.evaluate("widget.close()")
    assert progress.page.evaluate("widget.listening()") == 0


def test_voila_interrupts_no_kernel_and_has_no_stop_button(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL)
    progress.page.evaluate("document.body.dataset.voila = 'voila'")
    progress.abort.click()
    progress.page.clock.run_for(1000)
    assert progress.page.evaluate("interrupts") == 0
    expect(progress.detail).to_have_text("as soon as the kernel is free")


@pytest.mark.parametrize("kernel", ["undefined", "{}", "{ interrupt: () => Promise.reject(1) }"])
def test_a_kernel_out_of_reach_is_left_to_the_user(
    open_progress: OpenProgress, kernel: str
) -> None:
    progress = open_progress(kernel=kernel)
    progress.abort.click()
    progress.page.clock.run_for(400)
    expect(progress.detail).to_have_text("press the stop button")
    expect(progress.abort).to_be_visible()
    progress.assign(state="aborted", detail="aborted after 3 s")
    expect(progress.detail).to_have_text("aborted after 3 s")


def test_words_are_never_markup(open_progress: OpenProgress) -> None:
    evil = "<img src=x onerror=boom()>"
    progress = open_progress(label=evil, detail=evil)
    expect(progress.root.locator("img")).to_have_count(0)
    expect(progress.detail).to_have_text(evil)


def test_two_views_end_apart(open_progress: OpenProgress) -> None:
    progress = open_progress()
    progress.page.evaluate("async () => { window.second = await widget.show('second'); }")
    progress.assign(fraction=0.9)
    expect(progress.page.get_by_role("progressbar")).to_have_count(2)
    progress.page.evaluate("cleanUp()")
    progress.assign(fraction=0.95)
    second = progress.page.locator("#second").get_by_role("progressbar")
    expect(second).to_have_attribute("aria-valuenow", "95")
    progress.page.evaluate("second()")
    progress.page.evaluate("widget.close()")
    assert progress.page.evaluate("widget.listening()") == 0


# ---- A kernel that is restarted ----


RESTARTED = "The kernel was restarted: run your cells again."


def test_without_its_kernel_nothing_is_under_way(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL)
    progress.abort.click()
    progress.restart()
    progress.page.clock.run_for(1000)
    expect(progress.detail).to_have_text(RESTARTED)
    expect(progress.abort).to_have_count(0)
    expect(progress.root).to_have_attribute("data-state", "lost")
    assert progress.page.evaluate("interrupts") == 0  # it would be another kernel's cell
    progress.page.evaluate("async () => { await widget.show('second'); }")
    expect(progress.page.locator("#second")).to_contain_text(RESTARTED)


def test_without_its_kernel_an_unknown_fraction_moves_no_more(open_progress: OpenProgress) -> None:
    progress = open_progress(fraction=None)
    progress.restart()
    expect(progress.bar.locator("> div")).to_have_css("animation-name", "none")


def test_what_was_done_before_the_restart_stays_done(open_progress: OpenProgress) -> None:
    progress = open_progress(state="done", detail="30.1 s")
    progress.restart()
    expect(progress.detail).to_have_text("30.1 s")


def test_of_several_those_that_were_under_way_are_lost(open_progress: OpenProgress) -> None:
    progress = open_progress(**TOGETHER)
    progress.restart()
    assert progress.detail.all_text_contents() == [RESTARTED, "done", RESTARTED]
    expect(progress.abort).to_have_count(0)


# ---- Several that are gathered ----


SLEW = {"label": "slew Telescope Simulator to M 31", "detail": "32.1° to go · 12 s left"}
PARTS = [
    SLEW | {"fraction": 0.4, "state": "running"},
    {"label": "select Red", "detail": "", "fraction": 1.0, "state": "done"},
    {"label": "open the dome", "detail": "", "fraction": None, "state": "running"},
]
TOGETHER = {"label": "all three", "detail": "1 of 3 done", "fraction": 0.47, "parts": PARTS}
ENDED = [
    PARTS[0] | {"detail": "aborted", "state": "aborted"},
    PARTS[1],
    PARTS[2] | {"detail": "the shutter is stuck; the driver said 'no power'", "state": "failed"},
]


def test_each_part_has_a_bar_and_one_abort_stops_all(open_progress: OpenProgress) -> None:
    progress = open_progress(kernel=KERNEL, **TOGETHER)
    names = [part["label"] for part in PARTS]
    assert progress.root.locator(".indinb-progress-label").all_text_contents() == names
    values = [bar.get_attribute("aria-valuenow") for bar in progress.bar.all()]
    assert values == ["40", "100", None]
    expect(progress.root).not_to_contain_text("1 of 3 done")
    expect(progress.abort).to_have_text("Abort all")
    progress.abort.click()
    assert progress.sent == [{"type": "abort", "id": 1}]
    assert progress.detail.all_text_contents() == ["aborting…", "done", "aborting…"]
    progress.assign(state="failed", parts=ENDED)
    expect(progress.abort).to_have_count(0)
    words = [part["detail"] or "done" for part in ENDED]
    assert progress.detail.all_text_contents() == words


def test_parts_stay_the_same_elements(open_progress: OpenProgress) -> None:
    progress = open_progress(**TOGETHER)
    progress.bar.first.evaluate("bar => { window.before = bar; }")
    progress.assign(parts=[PARTS[0] | {"fraction": 0.9}, *PARTS[1:]])
    expect(progress.bar.first).to_have_attribute("aria-valuenow", "90")
    assert progress.bar.first.evaluate("bar => bar === window.before")


def test_words_of_parts_are_never_markup(open_progress: OpenProgress) -> None:
    evil = "<img src=x onerror=boom()>"
    progress = open_progress(parts=[part | {"label": evil, "detail": evil} for part in PARTS])
    expect(progress.root.locator("img")).to_have_count(0)
    assert progress.detail.all_text_contents() == [evil] * 3


LOOKS = {"light": (700, False), "dark": (700, True), "narrow": (320, False), "night": (700, True)}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", ["running", "failed"])
def test_picture_of_many(open_progress: OpenProgress, look: str, state: str) -> None:
    width, dark = LOOKS[look]
    shown = PARTS if state == "running" else ENDED
    progress = open_progress(dark=dark, **(TOGETHER | {"parts": shown, "state": state}))
    progress.page.set_viewport_size({"width": width, "height": 160})
    if look == "night":
        progress.page.evaluate(
            "setNight => { document.documentElement.dataset.indinbNight = 'on' }"
        )
    assert colours(progress.picture(f"progress-many-{state}-{look}")) > 30
    left = progress.bar.evaluate_all(
        "bars => bars.map((bar) => [bar.getBoundingClientRect().left, bar.clientWidth])"
    )
    assert left == [left[0]] * 3
    assert left[0][1] >= 60
    assert progress.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("state", ["running", "done", "failed", "aborted"])
def test_picture(open_progress: OpenProgress, state: str, dark: bool) -> None:
    detail = {"running": "12.3 s left", "done": "30.1 s"}.get(state, f"{state} after 17.7 s")
    progress = open_progress(dark=dark, state=state, detail=detail)
    assert colours(progress.picture(f"progress-{state}-{'dark' if dark else 'light'}")) > 30
