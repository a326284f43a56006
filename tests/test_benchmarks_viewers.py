"""The benchmark of viewers, as far as it goes without a browser: see also `test_viewer_speed`."""

import ast
import io
import math
import sys

import numpy as np
import pytest
from PIL import Image

from tests.benchmarks import __main__ as command
from tests.benchmarks import peers, table
from tests.benchmarks.viewers import kernel, measuring, results
from tests.benchmarks.viewers.targets import TARGETS
from tests.benchmarks.viewers.ways import START, WAYS


@pytest.fixture(scope="module")
def field():
    return kernel.star_field(256)


def python(cell: str) -> str:
    """Return a cell without what only IPython understands."""
    return "\n".join(line for line in cell.splitlines() if not line.startswith("%"))


def test_stars_stand_out_of_the_sky(field):
    assert field.dtype == np.uint16
    assert np.median(field) == pytest.approx(1000, abs=2)
    assert field.max() > 1300
    assert (field == kernel.star_field(256)).all()


def test_series_change_from_picture_to_picture(monkeypatch):
    monkeypatch.setattr(kernel, "LIVE", 64)
    one, other, *_ = kernel.series(3)
    assert one.shape == other.shape == (64, 64)
    assert (one != other).any()


def test_binning_takes_means(field):
    small = kernel.binned(field, 64)
    means = field.reshape(64, 4, 64, 4).mean((1, 3))
    assert small.shape == (64, 64)
    assert np.abs(small - means).max() < 1
    assert kernel.binned(small, 64) is small


def test_jpeg_is_upright_and_stretched(monkeypatch, field):
    monkeypatch.setattr(kernel, "LIVE", 256)
    half = np.where(np.arange(1024)[:, None] < 512, 0, 5000).astype(np.uint16) * np.ones(
        (1, 1024), np.uint16
    )
    picture = np.asarray(Image.open(io.BytesIO(kernel.jpeg(half))))
    assert picture[0, 0] > 250 > 5 > picture[-1, 0]


def test_playing_takes_frames_in_turn(monkeypatch):
    now = iter(range(100))
    monkeypatch.setattr(kernel.time, "time", lambda: next(now))
    shown = []
    kernel.play(["a", "b"], shown.append)
    assert shown[:2] == ["a", "b"]
    assert len(shown) == kernel.LIVE_SECONDS - 1


def test_clock_tells_when_it_began():
    kernel.clock.start()
    began, worked = kernel.clock.times()
    assert began > 1.7e9
    assert 0 <= worked < 1


@pytest.mark.parametrize("name", WAYS)
def test_cells_are_python_and_start_the_clock(name):
    way = WAYS[name]
    for cell in (START, way.setup, way.show, way.stretch, way.open, way.play, way.end):
        compile(python(cell), name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    timed = [way.show, way.stretch]
    assert all(cell.count("clock.start()") == 1 for cell in timed)
    assert "play(small" in way.play or "clock.start()" in way.play


def test_rate_is_of_what_was_seen():
    figures = measuring.live_figures({"times": [1.0, 1.5, 2.0], "bytes": 300}, worked=0.6)
    assert figures == {"live, rate": 2.0, "live, bytes": 100.0, "live, worked": pytest.approx(0.2)}


@pytest.mark.parametrize("seen", [[], [3.0]])
def test_nothing_live_is_no_rate(seen):
    assert measuring.live_figures({"times": seen, "bytes": 7}, worked=1.0)["live, rate"] == 0


def test_rows_take_the_figures_of_those_who_have_them():
    (row,) = (row for row in results.ROWS if row.title == results.REDRAW)
    figures = {"indinb": {"redraw": 0.012}, "ipympl": {"first": 3.0}}
    assert results.of_row(row, figures) == {"indinb": 12.0}


def test_titles_are_unique_and_fit():
    titles = [row.title for row in results.ROWS]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) < 30
    assert set(results.COLUMNS.clients) == set(WAYS)
    assert max(map(len, [*results.COLUMNS.clients.values(), *results.COLUMNS.ratios])) < 14


def test_ratio_to_a_viewer():
    (row,) = (row for row in results.ROWS if row.title == results.STILL)
    line = table.row(row.case, {"indinb": 100.0, "inline": 2000.0}, results.COLUMNS)
    assert line.split()[-4:] == ["100", "2", "000", "20"]


def test_targets_are_about_rows_that_exist():
    figures = {row.title: {"indinb": 49.0} for row in results.ROWS}
    assert all(math.isfinite(target.value(figures)) for target in TARGETS)
    assert "MISSED" in TARGETS[4].judge(figures)  # 49 kB are too few


def test_command_measures_viewers_and_judges(monkeypatch, capsys):
    asked = []

    def measure(runs):
        asked.append(runs)
        return {row.title: {"indinb": 60.0} for row in results.ROWS}

    monkeypatch.setattr(peers, "installed", lambda _: True)
    monkeypatch.setattr(results, "measure", measure)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--runs", "2", "viewer"])
    command.main()
    out = capsys.readouterr().out
    assert asked == [2]
    assert "astrowidgets" in out
    assert "reached       4096² frame to the screen, ms ≤ 110: 60" in out


def test_viewers_that_are_missing_are_named(monkeypatch, capsys):
    monkeypatch.setattr(peers, "installed", lambda _: False)
    command.measure_viewers(runs=1)
    assert capsys.readouterr().out.startswith("No other viewers are installed")
