"""When two runs of a lesson have shown the same."""

from pathlib import Path

import numpy as np
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_notebook, new_output
from numpy.typing import NDArray

from tests.lessons.comparing import NEARLY, differences, other_texts, pictures, texts
from tests.lessons.lesson import IGNORED, WIDGET, Lesson
from tests.lessons.samples import code, png, printed


def run(*outputs: NotebookNode, tag: str | None = None) -> Lesson:
    """Make the run of a lesson that has one cell."""
    return Lesson(
        Path("01-few.ipynb"), new_notebook(cells=[code("first\nlast", *outputs, tag=tag)])
    )


def html(words: str) -> NotebookNode:
    return new_output("display_data", {"text/html": words})


def picture(grey: NDArray[np.float64]) -> NotebookNode:
    return new_output("display_data", {"image/png": png(grey), "text/plain": "<Figure>"})


def sky(seed: int = 0, shift: int = 0) -> NDArray[np.float64]:
    """Draw some fifty stars on a noisy sky; the noise is another for each seed."""
    places = np.random.default_rng(1).random((64, 80)) > 0.99
    stars = np.kron(places, np.ones((8, 8)))
    noise = np.random.default_rng(seed).normal(0.2, 0.05, stars.shape)
    return np.clip(np.roll(stars, shift, 1) + noise, 0, 1)


def difference(one: Lesson, two: Lesson) -> float:
    """Return how far the pictures of two runs of one cell are apart."""
    (cell,) = differences(one, two).items()
    assert cell[0] == "cell 1, 'last'"
    return cell[1]


def test_texts_are_what_words_a_cell_has_shown() -> None:
    figure = new_output("display_data", {"image/png": "", WIDGET: {}, "text/plain": "<Figure>"})
    (cell,) = run(printed("a\n"), figure, html("<b>b</b>")).code
    assert texts(cell) == ["a\n", "text/plain: <Figure>", "text/html: <b>b</b>"]


def test_drawings_by_lines_are_texts() -> None:
    (cell,) = run(new_output("display_data", {"image/svg+xml": "<svg/>"})).code
    assert texts(cell) == ["image/svg+xml: <svg/>"]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("<caption>Devices of 127.0.0.1:43739<", "<caption>Devices of 127.0.0.1:42065<"),
        ('<table id="table1397" class="x">', '<table id="table1398" class="x">'),
        ('<table id="table1397" class="x">', '<table class="x">'),
        ("(56.86916668, -24.10527778)>", "(56.86916669, -24.10527779)>"),
    ],
)
def test_what_is_another_in_each_run_is_the_same(one: str, two: str) -> None:
    assert other_texts(run(html(one)), run(html(two))) == []


def test_some_milliarcseconds_more_is_different() -> None:
    assert other_texts(run(html("(56.869166, 24.105277)>")), run(html("(56.869167, 24.105277)>")))


def test_a_difference_is_shown_with_what_is_around_it() -> None:
    before, after = (printed(100 * "." + f"flux {n}" + 100 * ".") for n in (1, 2))
    (told,) = other_texts(run(before), run(after))
    assert told.startswith("cell 1, 'last': '....")
    assert "flux 1..." in told
    assert "flux 2..." in told
    assert len(told) < 200


@pytest.mark.parametrize(("one", "two"), [("a", "ab"), ("ab", "a"), ("", "a")])
def test_more_or_less_is_different(one: str, two: str) -> None:
    assert other_texts(run(printed(one)), run(printed(two)))


def test_another_number_of_outputs_is_different() -> None:
    (told,) = other_texts(run(printed("a")), run(printed("a"), html("b")))
    assert told == "cell 1, 'last': 1 outputs, then 2"


def test_a_cell_that_nbval_ignores_may_differ() -> None:
    assert not other_texts(run(printed("a"), tag=IGNORED), run(printed("b"), tag=IGNORED))


def test_the_noise_of_a_camera_is_nearly_the_same() -> None:
    one, two = run(picture(sky(1))), run(picture(sky(2)))
    assert 0 < difference(one, two) < NEARLY
    assert difference(one, one) == 0


def test_another_place_of_the_stars_is_not() -> None:
    assert difference(run(picture(sky())), run(picture(sky(shift=40)))) > 2 * NEARLY
    assert difference(run(picture(sky())), run(picture(np.zeros((512, 640))))) > 2 * NEARLY


def test_a_picture_more_is_another() -> None:
    assert difference(run(picture(sky())), run(picture(sky()), picture(sky()))) == 1


def test_the_least_similar_pictures_count() -> None:
    black, white = np.zeros((8, 8)), np.ones((8, 8))
    one, two = run(picture(white), picture(white)), run(picture(white), picture(black))
    assert difference(one, two) == pytest.approx(1)


def test_pictures_are_seen_from_afar() -> None:
    (one,) = pictures(run(picture(np.eye(8))).code[0])
    assert one.shape == (64, 64)
    assert (one.min(), one.max()) == (0, 1)
