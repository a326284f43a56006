"""What our viewer has to reach."""

from tests.benchmarks.targets import Target
from tests.benchmarks.viewers import results

TARGETS = (
    Target("4096² frame to the screen, ms", 110, lambda r: r[results.STILL]["indinb"], True),
    Target("live at 1024², frames/s shown", 10, lambda r: r[results.LIVE]["indinb"]),
    Target("live, ms of the kernel a frame", 50, lambda r: r[results.LIVE_WORK]["indinb"], True),
    Target("redraw on stretch, ms", 16, lambda r: r[results.REDRAW]["indinb"], True),
    Target("default frame on the wire, kB", 50, lambda r: r[results.DEFAULT]["indinb"]),
    Target("default frame on the wire, kB", 500, lambda r: r[results.DEFAULT]["indinb"], True),
)
