"""A rectangle of pixels."""

from collections.abc import Sequence
from typing import NamedTuple, Self

from indinb.errors import ImageError


class Region(NamedTuple):
    """A rectangle of an image's pixels, which is also what a camera takes as its subframe.

    Parameters
    ----------
    x, y : int
        The first column and row; those of the image are 0.
    width, height : int
        Columns and rows.

    Examples
    --------
    >>> region = Region(10, 20, 30, 40)
    >>> region.slices
    (slice(20, 60, None), slice(10, 40, None))
    """

    x: int
    y: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an image with."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def within(self, shape: Sequence[int]) -> Self:
        """Return the part of it that lies within an image.

        Parameters
        ----------
        shape : sequence of int
            Of the image: rows and columns, perhaps after planes.

        Raises
        ------
        ImageError
            If no pixel of it does.

        Examples
        --------
        >>> Region(-2, 5, 10, 10).within((8, 100))
        Region(x=0, y=5, width=8, height=3)
        """
        rows, columns = shape[-2:]
        left, bottom = max(self.x, 0), max(self.y, 0)
        width = min(self.x + self.width, columns) - left
        height = min(self.y + self.height, rows) - bottom
        if width <= 0 or height <= 0:
            raise ImageError(
                f"the region at {self.x}, {self.y} of {self.width} x {self.height} pixels lies "
                f"outside the image, which has {columns} x {rows}"
            )
        return type(self)(left, bottom, width, height)
