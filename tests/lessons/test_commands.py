"""The commands around the lessons."""

from pathlib import Path

import nbformat
import pytest

from tests.lessons import ROOT, __main__, real
from tests.lessons.__main__ import main
from tests.lessons.lesson import Lesson
from tests.lessons.measure import Figures
from tests.lessons.real import passes
from tests.lessons.samples import code, printed, sample

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return sample(tmp_path)


def opened(folder: Path) -> str:
    """Return the line of a copy that opens its observatory."""
    (path,) = folder.glob("*.ipynb")
    return str(Lesson(path).tagged("observatory")[0].source.splitlines()[2])


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ([], "indinb.simulate(speed=20)"),
        (["--speed", "2.5"], "indinb.simulate(speed=2.5)"),
        (["--address", "127.0.0.1:7625"], 'indinb.connect("127.0.0.1:7625")'),
    ],
)
def test_copies_open_another_observatory(
    lesson: Lesson, tmp_path: Path, options: list[str], line: str
) -> None:
    folder = tmp_path / "new" / "copies"
    assert main(["copy", str(folder), str(lesson.path), *options]) == 0
    assert opened(folder).startswith(f"client = {line}  # ")


def test_copies_can_be_solved(lesson: Lesson, tmp_path: Path) -> None:
    main(["copy", str(tmp_path / "solved"), str(lesson.path), "--solved"])
    copied = Lesson(tmp_path / "solved" / lesson.path.name)
    assert copied.exercises[0].blank.source == "answer = 4 + 1"


def test_all_lessons_are_copied_by_default(tmp_path: Path) -> None:
    main(["copy", str(tmp_path)])
    copies = {path.name for path in tmp_path.iterdir()}
    assert copies == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_a_lesson_that_is_not_there_is_told(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["curate", "77"])
    assert "no lesson is called '77'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["", "curate", "measure", "copy", "indiserver"])
def test_each_command_tells_what_it_does(command: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*command.split(), "--help"])
    assert "essons" in capsys.readouterr().out


def test_lessons_are_curated_in_a_hurry(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    done = []
    monkeypatch.setattr(__main__, "curate", lambda *given: done.append(given))
    assert main(["curate", str(lesson.path)]) == 0
    ((one, observatory),) = done
    assert (one.name, observatory) == ("04-sums", "indinb.simulate(speed=20)")
    assert capsys.readouterr().out == "04-sums\n"


@pytest.mark.parametrize(("seconds", "status"), [(59.0, 0), (61.0, 1)])
def test_a_lesson_that_costs_too_much_fails(
    lesson: Lesson,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    seconds: float,
    status: int,
) -> None:
    found = Figures(lesson, [seconds, 1.0], 400.0, [], {})
    monkeypatch.setattr(__main__, "measure", lambda *_: found)
    assert main(["measure", str(lesson.path)]) == status
    head, row, *_ = capsys.readouterr().out.splitlines()
    assert head.split() == ["lesson", "seconds", "MB", "texts", "pictures"]
    assert row.split()[:2] == ["04-sums", f"{seconds},"]


@pytest.mark.parametrize(("passes", "status"), [(True, 0), (False, 1)])
def test_lessons_that_need_more_than_indiserver_has_are_left_out(
    lesson: Lesson,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    passes: bool,
    status: int,
) -> None:
    tried = []
    monkeypatch.setattr(
        __main__, "passes_at_indiserver", lambda one: tried.append(one.name) or passes
    )
    needy = lesson.path.with_name("06-focus.ipynb")
    lesson.notebook.metadata["indinb"] = {"needs": ["stars", "a dome"]}
    lesson.save(needy)
    assert main(["indiserver", str(lesson.path), str(needy)]) == status
    told = capsys.readouterr().out
    assert "06-focus: left out, as it needs stars and a dome\n" in told
    assert f"{int(passes)} of 1 pass at a real indiserver" in told
    assert ("04-sums fails" in told) != passes
    assert tried == ["04-sums"]


# ---- At a real indiserver ----


def few(folder: Path, *sources: str) -> Lesson:
    """Make a lesson of some cells of code, of which the first opens the observatory."""
    cells = [code(source, printed("stored\n")) for source in sources]
    cells[0].metadata["tags"] = ["observatory"]
    return Lesson(folder / "01-few.ipynb", nbformat.v4.new_notebook(cells=cells))


def test_a_lesson_meets_all_simulators_of_a_real_indiserver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Lesson] = []
    monkeypatch.setattr(real, "passes", lambda lesson: tried.append(lesson) or True)
    assert real.passes_at_indiserver(few(tmp_path, "client = indinb.simulate()"))
    (lesson,) = tried
    assert lesson.code[0].source.startswith('client = indinb.connect("127.0.0.1:')


@pytest.mark.parametrize(("source", "good"), [("print('new')", True), ("1 / 0", False)])
def test_other_words_are_no_errors(tmp_path: Path, source: str, good: bool) -> None:
    lesson = few(tmp_path, source)
    lesson.code[0].execution_count = 1
    assert passes(lesson) == good
