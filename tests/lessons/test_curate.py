"""What is kept of a lesson that was run, and how it is run."""

import copy
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from tests.lessons import ROOT
from tests.lessons.curate import KERNEL, curate, tidy
from tests.lessons.lesson import IGNORED, WIDGET, Lesson, said
from tests.lessons.running import run
from tests.lessons.samples import runnable, sample
from tests.lessons.shape import OBSERVATORY

TABLE = (
    '<i>Table length=1</i>\n<table id="table1397" class="x"><tr><td id="table1">1</td></tr></table>'
)


def shown(**data: object) -> NotebookNode:
    return new_output("display_data", {key.replace("_", "/"): value for key, value in data.items()})


def tidied(lesson: Lesson, *outputs: NotebookNode) -> list[NotebookNode]:
    lesson.code[0].outputs = list(outputs)
    tidy(lesson)
    return list(lesson.code[0].outputs)


def test_a_widget_goes_and_what_stands_beside_it_stays(tmp_path: Path) -> None:
    widget = shown(text_plain="<Panel>")
    widget.data[WIDGET] = {"model_id": "1234"}
    (left,) = tidied(sample(tmp_path), widget)
    assert left.data == {"text/plain": "<Panel>"}


def test_nothing_is_left_of_a_bar(tmp_path: Path) -> None:
    bar = shown()
    bar.data[WIDGET] = {"model_id": "1234"}
    (left,) = tidied(sample(tmp_path), bar, new_output("stream", text="M31"))
    assert left.text == "M31"


def test_tables_lose_the_number_that_is_another_in_each_run(tmp_path: Path) -> None:
    (left,) = tidied(sample(tmp_path), shown(text_html=TABLE))
    assert left.data["text/html"] == TABLE.replace(' id="table1397"', "")


def test_metadata_of_tools_go(tmp_path: Path) -> None:
    lesson = sample(tmp_path)
    before = copy.deepcopy(lesson.notebook)
    lesson.notebook.metadata |= {"widgets": {"state": {}}, "jupytext": {"formats": "ipynb,py"}}
    lesson.notebook.metadata["language_info"] = {"name": "python", "version": "3.14.0"}
    lesson.notebook.metadata["kernelspec"] = {"name": "my-venv"}
    lesson.code[0].metadata["execution"] = {"iopub.status.busy": "2026-01-15"}
    lesson.code[0].id = "4f5c"
    tidy(lesson)
    assert lesson.notebook == before
    assert lesson.notebook.metadata.kernelspec == KERNEL


def test_needs_and_tags_stay(tmp_path: Path) -> None:
    lesson = sample(tmp_path)
    lesson.notebook.metadata["indinb"] = {"needs": ["stars"]}
    lesson.code[1].metadata["tags"] = [IGNORED]
    tidy(lesson)
    assert lesson.needs == ["stars"]
    assert lesson.tagged(IGNORED) == [lesson.code[1]]


def test_a_lesson_is_run_and_written_as_it_is_for_readers(tmp_path: Path) -> None:
    lesson = runnable(tmp_path, OBSERVATORY, "print(client)\nprint(2)", "6 * 7")
    lesson.code[0].metadata["tags"] = ["observatory"]
    lesson.save()
    curate(lesson, "indinb.__name__")
    written = nbformat.read(lesson.path, as_version=4)
    first, second, third = written.cells
    assert first.source == OBSERVATORY
    assert [said(second), third.outputs[0].data["text/plain"]] == ["indinb\n2\n", "42"]
    assert [cell.execution_count for cell in written.cells] == [1, 2, 3]
    assert written.metadata == {"kernelspec": KERNEL, "language_info": {"name": "python"}}


def test_kernels_import_what_is_tested_and_leave_no_files(tmp_path: Path) -> None:
    where = "import indinb, os\nprint(indinb.__file__, os.getcwd())"
    lesson = runnable(tmp_path, where, "open('left', 'w').close()")
    run(lesson)
    imported, folder = said(lesson.code[0]).split()
    assert imported == str(ROOT / "indinb" / "__init__.py")
    assert not Path(folder).exists()
    assert not (tmp_path / "left").exists()


def test_an_error_ends_the_run_and_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    lesson = runnable(tmp_path, "1 / 0")
    before = lesson.path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        curate(lesson, "indinb.simulate()")
    assert lesson.path.read_bytes() == before
