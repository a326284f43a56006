"""A JupyterLab for the lessons, in a headless browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.lab import Lab, jupyter_lab
from tests.lessons.opened import OpenedLesson, keep_settings
from tests.widgets.conftest import browser as browser
from tests.widgets.conftest import lab_page as lab_page

Opening = Callable[[str], OpenedLesson]


@pytest.fixture(scope="module")
def lessons_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab for all lessons, which shows all cells of a notebook at once."""
    folder, private = tmp_path_factory.mktemp("lessons"), tmp_path_factory.mktemp("jupyter")
    keep_settings(private)
    with jupyter_lab(folder, private) as address:
        yield Lab(address, folder, private)


@pytest.fixture
def open_lesson(lessons_lab: Lab, lab_page: Page) -> Iterator[Opening]:
    """Return a function that opens a notebook of the lab's folder; its kernel ends afterwards."""
    opened: list[OpenedLesson] = []

    def open_lesson(name: str) -> OpenedLesson:
        opened.append(OpenedLesson(lab_page, lessons_lab.address, name))
        return opened[-1]

    yield open_lesson
    for lesson in opened:
        lesson.close()
