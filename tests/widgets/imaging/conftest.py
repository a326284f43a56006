"""Viewers in a headless browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

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
