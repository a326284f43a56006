"""Viewers in a headless browser, and viewers whose browser is a test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances
from playwright.sync_api import Page

from indinb.widgets import Viewer
from tests.widgets.comms import Widget
from tests.widgets.imaging.viewers import ViewerPage

Open = Callable[..., ViewerPage]


@pytest.fixture
def open_viewer(open_page: Callable[..., Page]) -> Open:
    """Return a function that shows a picture in a page: ``open_viewer(picture, **traits)``."""

    def open_viewer(
        *told: Any, width: int = 900, height: int = 900, dark: bool = False, **traits: Any
    ) -> ViewerPage:
        return ViewerPage(open_page(width, height, dark=dark)).show(*told, **traits)

    return open_viewer


@pytest.fixture
def all_closed(close_later: Callable[[Widget], Widget]) -> Iterator[None]:
    """Close what a test has shown, as nobody else does: it stays in the notebook."""
    before = set(_instances)
    yield
    for name in _instances.keys() - before:
        _instances[name].close()


@pytest.fixture
def new_viewer(all_closed: None) -> Callable[..., Viewer]:
    """Return a function that makes a viewer, of an image if one is given."""
    return Viewer
