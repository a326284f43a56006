"""Running a lesson from its first cell to its last, in a kernel of its own."""

import asyncio
import os
import subprocess
import tempfile

from nbclient import NotebookClient

from tests.lessons import ROOT
from tests.lessons.lesson import Lesson

CELL_SECONDS = 120


def run(lesson: Lesson) -> None:
    """Run all cells, which then have new outputs; the kernel imports what is tested here.

    What the lesson writes to its folder is gone afterwards.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises an error.
    """
    with tempfile.TemporaryDirectory(prefix="indinb-") as folder:
        runner = NotebookClient(
            lesson.notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,
            store_widget_state=False,
            resources={"metadata": {"path": folder}},
        )
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        # What the kernel itself says on its stderr is for nobody.
        asyncio.run(runner.async_execute(env=environment, stderr=subprocess.DEVNULL))
