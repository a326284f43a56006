"""CCDData whose pixels are made when they are first looked at, and whose numbers do not wrap."""

from typing import Any

import numpy as np
from astropy.nddata import CCDData
from numpy.typing import NDArray

from indinb.images.image import Pixels


class LazyCCDData(CCDData):  # type: ignore[misc]  # astropy has no types
    """What `Frame` has from CCDData, with lazy pixels, and arithmetic in floats.

    Parameters
    ----------
    *args, **kwargs
        As for CCDData; but the data may also be `Pixels`.

    Examples
    --------
    >>> pixels = Pixels((2, 3), np.uint16, lambda: np.ones((2, 3), np.uint16))
    >>> lazy = LazyCCDData(pixels, unit="adu")
    >>> lazy.shape, lazy.is_decoded
    ((2, 3), False)
    >>> float((lazy - 5 * lazy.unit).data.min()), lazy.is_decoded
    (-4.0, True)
    """

    _data: Any

    @property
    def data(self) -> NDArray[Any]:
        """The pixels, made now if they have not been before; the same array for all threads."""
        data = self._data  # read once, as another thread may put the array in its place
        if isinstance(data, Pixels):
            self._data = data = data.array()
        array: NDArray[Any] = data
        return array

    @data.setter
    def data(self, values: Any) -> None:
        self._data = values

    @property
    def is_decoded(self) -> bool:
        """Whether the pixels have been made."""
        return not isinstance(self._data, Pixels)

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns, perhaps after planes."""
        shape: tuple[int, ...] = self._data.shape
        return shape

    @property
    def size(self) -> int:
        """How many numbers there are."""
        size: int = self._data.size
        return size

    @property
    def dtype(self) -> np.dtype[Any]:
        """Kind of the numbers."""
        dtype: np.dtype[Any] = self._data.dtype
        return dtype

    def _arithmetic(self, operation: Any, operand: Any, **options: Any) -> Any:
        # Called by CCDData for its four operations, and without operand for mean(), sum()...
        if operand is None:
            return super()._arithmetic(operation, operand, **options)
        images = [each.data.dtype for each in (self, operand) if each.data.ndim]
        dtype = np.result_type(np.float32, *images)
        left, right = (_converted(each, type(self), dtype) for each in (self, operand))
        options.setdefault("handle_meta", "first_found")
        return super(LazyCCDData, left)._arithmetic(operation, right, **options)

    def __add__(self, other: Any) -> Any:
        return self.add(_number(other))

    def __sub__(self, other: Any) -> Any:
        return self.subtract(_number(other))

    def __mul__(self, other: Any) -> Any:
        return self.multiply(_number(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self.divide(_number(other))


def _converted(image: Any, like: type[CCDData], dtype: np.dtype[Any]) -> Any:
    converted = like(image)  # shares all but the pixels
    converted.data = image.data.astype(dtype, copy=False)
    return converted


def _number(operand: Any) -> Any:
    # CCDData would squeeze an int into uint16, which fails for -1.
    return float(operand) if isinstance(operand, int) else operand
