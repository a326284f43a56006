"""Which size a picture of video has, when that changes in mid-stream."""

from indinb.images.image import Geometry

_BYTES = (1, 2, 3, 6)  # of a pixel: grey or colours, of 8 or 16 bits
_UNDER_WAY = 3  # pictures of the size before may come: drivers read one, and send one


class VideoSizes:
    """The sizes that a camera tells of its video, and which of them the pictures have.

    A driver tells a new size at once, while pictures of the size before are still under way: one
    that is being cut, and one that is being packed. How many bytes a picture has tells which size
    it is of, if the pixels have as many bytes as those before. If it can be of both, as of 320 x
    200 and 200 x 320, nobody knows, and nobody guesses.

    Examples
    --------
    >>> sizes = VideoSizes()
    >>> sizes.fitting(6, Geometry(3, 2))
    Geometry(width=3, height=2, bits=None)
    >>> sizes.fitting(6, Geometry(4, 2))
    Geometry(width=3, height=2, bits=None)
    >>> sizes.fitting(8, Geometry(4, 2))
    Geometry(width=4, height=2, bits=None)
    >>> sizes.fitting(6, Geometry(4, 2)) is None
    True
    """

    def __init__(self) -> None:
        self._told: Geometry | None = None
        self._before: Geometry | None = None
        self._doubtful = 0  # pictures that may still be of the size before
        self._pixel: int | None = None  # bytes of it

    def fitting(self, size: int, told: Geometry) -> Geometry | None:
        """Return the size of a picture.

        Parameters
        ----------
        size : int
            Bytes of the picture.
        told : Geometry
            What the camera tells at this time.

        Returns
        -------
        Geometry or None
            None if no size fits, or more than one.
        """
        if told != self._told:
            self._change(told)
        if self._doubtful and self._pixel is not None:
            return self._either(size, self._pixel)
        self._pixel = _bytes_of_pixel(size, told) or self._pixel
        return told if _bytes_of_pixel(size, told) else None

    def _change(self, told: Geometry) -> None:
        self._before, self._told = self._told, told
        self._doubtful = 0 if self._before is None else _UNDER_WAY

    def _either(self, size: int, pixel: int) -> Geometry | None:
        self._doubtful -= 1
        fits = [each for each in (self._told, self._before) if each and _area(each) * pixel == size]
        if fits == [self._told]:
            self._doubtful = 0  # pictures do not overtake each other
        return fits[0] if len(fits) == 1 else None


def _area(geometry: Geometry) -> int:
    return geometry.width * geometry.height


def _bytes_of_pixel(size: int, geometry: Geometry) -> int | None:
    return next((each for each in _BYTES if _area(geometry) * each == size), None)
