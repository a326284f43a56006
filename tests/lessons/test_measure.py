"""What a lesson costs is measured, and what is too much is found."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.lessons.comparing import NEARLY
from tests.lessons.measure import HEAD, Figures, Memory, measure, on_one_core
from tests.lessons.samples import runnable, sample
from tests.waiting import look_until

MB = 1_000_000
HOLD = """
held = bytearray({bytes})
held[::4096] = b"x" * len(held[::4096])
print("held", flush=True)
input()
"""


def holding(size: int, stack: ExitStack) -> "subprocess.Popen[str]":
    """Start a program that holds some memory until it hears a line."""
    command = [sys.executable, "-c", HOLD.format(bytes=size)]
    pipe = subprocess.PIPE
    program = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    stack.enter_context(program)
    assert program.stdout
    assert program.stdout.readline() == "held\n"
    return program


def end(program: "subprocess.Popen[str]") -> None:
    program.communicate("\n")


def test_programs_that_run_together_count_together() -> None:
    with ExitStack() as stack, Memory() as memory:
        one, two = holding(80 * MB, stack), holding(60 * MB, stack)
        look_until(lambda: memory.peak > 140 * MB)
        end(one)
        end(two)
    assert 140 * MB < memory.peak < 300 * MB


def test_programs_that_ran_before_do_not_count() -> None:
    with ExitStack() as stack:
        before = holding(200 * MB, stack)
        with Memory() as memory:
            program = holding(60 * MB, stack)
            look_until(lambda: memory.peak > 60 * MB)
            end(program)
        end(before)
    assert 60 * MB < memory.peak < 180 * MB


def test_programs_that_run_one_after_the_other_do_not() -> None:
    with ExitStack() as stack, Memory() as memory:
        for _ in range(3):
            program = holding(100 * MB, stack)
            look_until(lambda: memory.peak > 100 * MB)
            end(program)
    assert 100 * MB < memory.peak < 200 * MB


def test_one_core_is_left_and_all_are_given_back() -> None:
    before = os.sched_getaffinity(0)
    with on_one_core():
        child = subprocess.run(
            [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"],
            capture_output=True,
            check=True,
        )
    assert child.stdout.strip() == b"1"
    assert os.sched_getaffinity(0) == before


def figures(folder: Path, **changed: object) -> Figures:
    good = Figures(sample(folder), [20.0, 21.5], 412.3, [], {"cell 2": 0.0012, "cell 3": 0})
    return good._replace(**changed)


def test_a_row_tells_it_all(tmp_path: Path) -> None:
    good = figures(tmp_path)
    assert good.broken == []
    assert str(good).split() == ["04-sums", "20.0,", "21.5", "412", "same", "0.12%"]
    assert len(str(good)) == len(HEAD)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seconds": [20.0, 61.0]}, "it took more than 60 s"),
        ({"megabytes": 601.0}, "it took more than 600 MB"),
        ({"other_texts": ["cell 3, 'x': 'a', then 'b'"]}, "cell 3"),
        (
            {"differences": {"cell 7": 0.001, "cell 8": 2 * NEARLY}},
            "cell 8: pictures differ by 6.0%",
        ),
    ],
)
def test_what_is_too_much_is_told(tmp_path: Path, changed: dict[str, object], words: str) -> None:
    bad = figures(tmp_path, **changed)
    assert len(bad.broken) == 1
    assert words in str(bad)


def test_a_lesson_is_run_twice_and_what_has_changed_is_found(tmp_path: Path) -> None:
    lesson = runnable(tmp_path, "import random", "print(random.random())", "'always'")
    found = measure(lesson, "indinb.simulate()")
    assert len(found.seconds) == 2
    assert all(0 < seconds < 60 for seconds in found.seconds)
    assert 30 < found.megabytes < 300
    (told,) = found.other_texts
    assert told.startswith("cell 2, 'print(random.random())': ")
    assert set(found.differences.values()) == {0.0}
    assert not list(lesson.outputs), "the lesson itself is as it was"
