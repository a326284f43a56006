"""CCDData that knows which part of the sensor, and of the sky, it shows."""

from typing import Any, Self

from indinb.images.cutting import rectangle, region_around
from indinb.images.lazydata import LazyCCDData
from indinb.images.region import Region
from indinb.images.sensor import has_steps, on_sensor, part_of, take_part, take_some


class Located(LazyCCDData):
    """What `Frame` has of a part of the sensor. The header of a slice tells its place, too."""

    def on_sensor(self, region: tuple[int, int, int, int] | None = None) -> Region:
        """Return where the frame, or a region of it, lies on the sensor, in unbinned pixels.

        Parameters
        ----------
        region : Region or (x, y, width, height), optional
            In pixels of the frame; what is outside of it does not count.

        Returns
        -------
        Region
            What ``camera.expose(1, subframe=...)`` takes. XORGSUBF, YORGSUBF, XBINNING and YBINNING
            in the header tell, of which `Camera` writes what drivers leave out. Without them, the
            frame begins at the sensor's first pixel, and is not binned.

        Raises
        ------
        ImageError
            If the region is outside the frame.

        Examples
        --------
        >>> import numpy as np
        >>> header = {"XBINNING": 2, "YBINNING": 2, "XORGSUBF": 100, "YORGSUBF": 0}
        >>> Located(np.zeros((200, 300)), unit="adu", header=header).on_sensor((10, 10, 20, 20))
        Region(x=220, y=20, width=40, height=40)
        """
        rows, columns = self.shape[-2:]
        part = Region(*region or (0, 0, columns, rows)).within(self.shape)
        return on_sensor(self.header, rows, part)

    def cutout(self, place: Any, size: Any = None) -> Self:
        """Take a part of the frame: a rectangle, or what is around a place.

        Parameters
        ----------
        place : Region, (x, y, width, height), (x, y) or SkyCoord
            The rectangle; or, with a size, its centre, in pixels of the frame or on the sky.
        size : float, Quantity, or a pair of those, optional
            Width and height around the centre, in pixels or as angles; one is both.

        Returns
        -------
        Frame
            A view of the same pixels, with WCS, mask, uncertainty, and a header of its own that
            tells its place on the sensor. What is outside is left out, so it may be smaller.

        Raises
        ------
        ImageError
            If all of it is outside; or the frame has no WCS, which a place on the sky, or a size as
            an angle, takes.
        TypeError
            If the place is neither a rectangle nor, with a size, a centre.
        ValueError
            If it is a rectangle without pixels.

        Examples
        --------
        >>> import numpy as np
        >>> frame = Located(np.zeros((200, 300)), unit="adu")
        >>> frame.cutout((10, 20, 50, 40)).shape
        (40, 50)
        >>> frame.cutout((299, 100), 11).shape
        (11, 6)
        """
        region = rectangle(place) if size is None else region_around(place, size, self.wcs)
        part: Self = self[(..., *region.within(self.shape).slices)]
        return part

    def _slice(self, item: Any) -> Any:
        sliced = super()._slice(item)
        if (part := part_of(item, self.shape)) is not None:
            sliced["meta"] = self.header.copy()
            take_part(sliced["meta"], self.shape[-2], part)
        elif has_steps(item, len(self.shape)):
            sliced["meta"] = self.header.copy()
            take_some(sliced["meta"])
        return sliced

    def _slice_wcs(self, item: Any) -> Any:
        part = part_of(item, self.shape)
        if self.wcs is None or part is None or self.wcs.naxis != 2:
            return super()._slice_wcs(item)
        return self.wcs[part.slices]  # planes have none of their own
