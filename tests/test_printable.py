import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.printable import printable


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("", ""),
        ("CCD Simulator: -10.5 °C, 5″", "CCD Simulator: -10.5 °C, 5″"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31mred", r"\x9b31mred"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("a\u2028b\u202ec", r"a\u2028b\u202ec"),
        ("\ud800\U000e0041", r"\ud800\U000e0041"),
        ("望遠鏡 🔭", "望遠鏡 🔭"),
        (r"C:\new", r"C:\new"),
    ],
)
def test_what_is_not_to_be_printed_is_an_escape(text: str, printed: str):
    assert printable(text) == printed


@given(st.text())
def test_all_is_one_line_of_visible_characters(text: str):
    printed = printable(text)
    assert printed.isprintable()
    assert len(printed.splitlines()) <= 1
    assert printable(printed) == printed


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_words_stay_as_they_are(text: str):
    assert printable(text) == text
