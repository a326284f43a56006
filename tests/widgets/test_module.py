"""The texts for the browser."""

import base64
import re
import zlib
from pathlib import Path

import pytest

from indinb.widgets import module

SOURCES = Path(module.__file__).parent
PARTS = ("elements.js", "panel_state.js", "panel_editors.js")


def code(text: str) -> list[str]:
    """Return the lines that do something, whatever their indentation."""
    lines, comment = [], False
    for line in map(str.strip, text.splitlines()):
        comment = comment or line.startswith("/*")
        if line and not comment and not line.startswith("//"):
            lines.append(line)
        comment = comment and "*/" not in line
    return lines


def test_the_squeezed_module_is_the_same_program() -> None:
    text = "".join((SOURCES / part).read_text(encoding="utf-8") for part in PARTS)
    squeezed = module.source(*PARTS)
    assert code(squeezed) == code(text)
    assert len(squeezed) < 0.8 * len(text)
    # Within a line nothing is touched, and no template goes over several.
    assert all(line.count("`") % 2 == 0 for line in code(text))


def test_comments_and_indentation_are_all_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """/** What it does:\n * this. */\nconst a = "/* no */"; // why\n\n  // A line.
    const b = `//${a}`;\n  /* one */ /* two */\nconst c = /\\/\\*/.test(b) /* x */;\n"""
    (tmp_path / "a.js").write_text(text, encoding="utf-8")
    monkeypatch.setattr(module, "_HERE", tmp_path)
    squeezed = module.source("a.js").split("\n")
    assert squeezed[0] == 'const a = "/* no */"; // why'
    assert squeezed[1] == "const b = `//${a}`;"
    assert squeezed[-2] == "const c = /\\/\\*/.test(b) /* x */;"


def test_the_style_is_one_line_with_all_its_rules() -> None:
    text = (SOURCES / "theme.css").read_text(encoding="utf-8")
    style = module.style("theme.css")
    assert "\n" not in style
    assert style.count("{") == style.count("}") == "".join(code(text)).count("{")
    assert style.replace(" ", "") == "".join(code(text)).replace(" ", "")


def test_a_packed_module_is_small_and_holds_its_source() -> None:
    text = module.module(*PARTS)
    packed = re.search(r'load\("([A-Za-z0-9+/=]+)"\)', text)
    assert packed is not None
    assert zlib.decompress(base64.b64decode(packed[1])).decode() == module.source(*PARTS)
    assert len(text) < 0.5 * len(module.source(*PARTS))
