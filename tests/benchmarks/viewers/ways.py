"""The ways to show a picture in a notebook, each as its own documentation teaches."""

from typing import NamedTuple

START = """\
from tests.benchmarks.viewers.kernel import *
large, small = stills(), series()"""


class Way(NamedTuple):
    """One of them, as the cells of a notebook.

    Parameters
    ----------
    setup : str
        What is imported and made once.
    show : str
        Shows `data`, a large frame. It begins where ``clock.start()`` is written.
    stretch : str
        Shows the same with `black`.
    open : str
        Shows the first of the `small` frames, if the next cell doesn't do it.
    play : str
        Shows them one after the other.
    end : str
        Ends what would go on.
    runs : int
        How many are enough of one that is slow.
    """

    setup: str
    show: str
    stretch: str
    open: str
    play: str
    end: str = ""
    runs: int = 9


_MATPLOTLIB = """\
%matplotlib {back_end}
import matplotlib.pyplot as plt
from IPython.display import clear_output, display
def imshow(data, black=BLACK):
    figure, axes = plt.subplots(figsize=(8, 8))
    axes.imshow(data, cmap="gray", vmin=black, vmax=WHITE, origin="lower")
    return figure"""

INLINE = Way(
    _MATPLOTLIB.format(back_end="inline"),
    "clock.start()\nimshow(data)\nplt.show()",
    "clock.start()\nimshow(data, black)\nplt.show()",
    "figure = imshow(small[0])\nimage = figure.axes[0].images[0]\nplt.close(figure)",
    """\
def show(frame):
    image.set_data(frame)
    clear_output(wait=True)
    display(figure)
play(small, show)""",
)

BINNED = INLINE._replace(
    show="clock.start()\nimshow(binned(data))\nplt.show()",
    stretch="clock.start()\nimshow(binned(data), black)\nplt.show()",
)

IPYMPL = Way(
    _MATPLOTLIB.format(back_end="widget"),
    "plt.close('all')\nclock.start()\nfigure = imshow(data)",
    "clock.start()\nfigure.axes[0].images[0].set_clim(black, WHITE)\nfigure.canvas.draw()",
    "plt.close('all')\nfigure = imshow(small[0])\nimage = figure.axes[0].images[0]",
    """\
def show(frame):
    image.set_data(frame)
    figure.canvas.draw()
    figure.canvas.flush_events()
play(small, show)""",
)

_ASTROWIDGETS = """\
from astrowidgets.{back_end} import ImageWidget
def shown(data):
    viewer = ImageWidget({size})
    viewer.load_image(data)
    return viewer"""

GINGA = Way(
    _ASTROWIDGETS.format(back_end="ginga", size="image_width=800, image_height=800"),
    "clock.start()\nviewer = shown(data)\nviewer",
    "clock.start()\nviewer.set_cuts((black, WHITE))",
    "viewer = shown(small[0])\nviewer",
    "play(small, lambda frame: viewer.load_image(frame, image_label='live'))",
)

BQPLOT = GINGA._replace(
    setup=_ASTROWIDGETS.format(back_end="bqplot", size="display_width=800"), runs=1
)

IMAGE = Way(
    "import ipywidgets",
    "clock.start()\npicture = ipywidgets.Image(value=jpeg(data), format='jpeg')\npicture",
    "clock.start()\npicture.value = jpeg(data, black)",
    "picture = ipywidgets.Image(value=jpeg(small[0]), format='jpeg')\npicture",
    """\
def show(frame):
    picture.value = jpeg(frame)
play(small, show)""",
)

INDINB = Way(
    """\
import asyncio
from indinb.images.frame import Frame
from indinb.widgets import viewer
from tests.benchmarks.viewers import camera
camera = camera.Camera()""",
    "clock.start()\nframe = Frame(data, unit='adu')\nframe",
    "clock.start()\nviewer(frame).black = black",
    "live = camera.live()\nlive",
    "clock.start()\nawait asyncio.sleep(LIVE_SECONDS)\nlive.stop()",
    "camera.close()",
)

WAYS = {
    "indinb": INDINB,
    "inline": INLINE,
    "binned": BINNED,
    "ipympl": IPYMPL,
    "ginga": GINGA,
    "bqplot": BQPLOT,
    "image": IMAGE,
}
