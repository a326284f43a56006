"""Whether a page is fit for the night."""

import io
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from playwright.sync_api import Page


def pixels(page: Page) -> NDArray[Any]:
    """The screen, as rows of red, green and blue."""
    return np.asarray(PIL.Image.open(io.BytesIO(page.screenshot())).convert("RGB"))


def check_night(page: Page) -> None:
    """Check that there is red light to read by, and no other; and little of it."""
    red, green, blue = np.moveaxis(pixels(page), -1, 0)
    assert green.max() == blue.max() == 0
    assert red.max() > 200
    assert red.mean() < 60
