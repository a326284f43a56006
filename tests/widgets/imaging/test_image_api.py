"""Whether the viewer is what astropy calls an image viewer: the tests of that package itself."""

import sys
import typing
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import astro_image_display_api
import pytest

from indinb.widgets import Viewer


def _api_tests() -> Any:
    """Import the tests, which are written for Python 3.12 but need nothing of it."""
    interface: Any = astro_image_display_api.ImageViewerInterface
    if sys.version_info < (3, 12):
        interface.__protocol_attrs__ = typing._get_protocol_attrs(interface)
    name = "astro_image_display_api.api_test"
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    module = ModuleType(name)
    words = source.replace(r"{'\n\t'.join(", "{chr(10).join(")  # no backslash before Python 3.12
    exec(compile(words, spec.origin, "exec"), module.__dict__)
    return module


class TestImageAPI(_api_tests().ImageAPITest):  # type: ignore[misc]
    image_widget_class = Viewer

    @pytest.fixture(autouse=True)
    def setup(self, all_closed: None) -> None:
        self.image = self.image_widget_class()


def test_it_is_an_image_viewer(new_viewer: Callable[..., Viewer]) -> None:
    viewer = new_viewer()
    for name in typing.cast(Any, astro_image_display_api.ImageViewerInterface).__protocol_attrs__:
        assert hasattr(viewer, name), name
