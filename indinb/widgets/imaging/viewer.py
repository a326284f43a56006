"""The viewer: a frame in a notebook, sent once, that is stretched and zoomed in the browser.

Its overview goes out in 16 bits, and finer parts of it when somebody looks closely.
"""

from os import PathLike
from pathlib import Path
from typing import Any

from indinb.images.frame import Frame
from indinb.images.region import Region
from indinb.widgets.imaging.loading import frame_of
from indinb.widgets.imaging.marking import Marking
from indinb.widgets.imaging.saving import save_view
from indinb.widgets.imaging.stage import DEFAULT_LABEL


class Viewer(Marking):
    """Shows images, and is told what to do as all viewers of astropy are.

    It speaks astro-image-display-api 0.3 of the Astropy project.

    Parameters
    ----------
    data : Frame, NDData, array, path-like or bytes, optional
        What to show at first, see `load_image`.
    **options
        First values of traits.

    Raises
    ------
    ImageError
        If it cannot be shown.

    Examples
    --------
    >>> import numpy as np
    >>> view = Viewer(np.arange(12).reshape(3, 4))
    >>> view
    <Viewer of <Frame 4x3 int64>>
    >>> view.set_cuts("minmax")
    >>> view.black, view.white
    (0.0, 11.0)
    >>> view.box = [1, 0, 2, 2]
    >>> view.region
    Region(x=1, y=0, width=2, height=2)
    >>> view.close()
    """

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(None if data is None else frame_of(data), **options)

    def load_image(self, data: Any, image_label: str | None = None, **kwargs: Any) -> None:
        """Show an image, with a label if there are several.

        Parameters
        ----------
        data : Frame, NDData, array, path-like or bytes
            Rows by columns or three planes of those, or the name or contents of a FITS file.
        image_label : str, optional
            What to call it. An image of the same label goes, and its settings stay; the part in
            view only if both are of one size. Images without share one label.
        **kwargs
            Other viewers have more options, which are ignored.

        Raises
        ------
        ImageError
            If it cannot be shown.
        """
        self._put(frame_of(data), image_label or DEFAULT_LABEL)

    def show(self, image_label: str) -> None:
        """Show one of the images that are loaded.

        Parameters
        ----------
        image_label : str
            Which one.

        Raises
        ------
        ValueError
            If there is none of that label.
        """
        with self._lock:
            self._show(self._image(image_label))

    def get_image(self, image_label: str | None = None, **kwargs: Any) -> Frame:
        """Return an image.

        Parameters
        ----------
        image_label : str, optional
            Which one; not needed if there is only one.
        **kwargs
            Ignored.

        Returns
        -------
        Frame
            The very one that was loaded, or of what was loaded.

        Raises
        ------
        ValueError
            If there is no such image, or several and no label.
        """
        frame = self._image(image_label).frame
        if frame is None:
            raise ValueError("No image is left: nobody has kept it, and what is shown is a copy")
        return frame

    @property
    def image_labels(self) -> tuple[str, ...]:
        """The labels of all images."""
        return tuple(self._images)

    @property
    def region(self) -> Region | None:
        """The box that is drawn in the picture, in pixels of the image."""
        return Region(*self.box) if self.box else None

    @property
    def subframe(self) -> Region | None:
        """The box in unbinned pixels of the sensor, as cameras take it for a subframe."""
        region, shown = self.region, self._shown
        frame = shown.frame if shown else None
        if region is None or frame is None:
            return None
        return frame.on_sensor(region)

    def save(self, filename: str | PathLike[str], overwrite: bool = False, **kwargs: Any) -> Path:
        """Draw what is in view into a file, without asking a browser.

        Parameters
        ----------
        filename : path-like
            Where to; ``~`` is the home folder. Its suffix says in which format: ``.png``,
            ``.jpg``, ``.pdf``, ``.svg`` and others of matplotlib.
        overwrite : bool
            Replace a file that is there already.
        **kwargs
            Other viewers have more options, which are ignored.

        Returns
        -------
        pathlib.Path
            The file written.

        Raises
        ------
        FileExistsError
            If the file is there and `overwrite` is not set.
        FileNotFoundError
            If its folder is not there.
        ValueError
            If the format is not known.
        """
        with self._lock:
            image, markers = self._shown, self._markers()
        return save_view(filename, overwrite, image, markers)
