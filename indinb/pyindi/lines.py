"""What a device has said, numbered from the first line on, for ever."""

import itertools

from indinb.client.model import MESSAGES_KEPT


class Lines:
    """The last lines of one device.

    Attributes
    ----------
    last : str
        The newest; nothing before the first.

    Examples
    --------
    >>> lines = Lines()
    >>> lines.add("2026-11-22T10:18:05: hello ")
    0
    >>> lines[0] == lines.last
    True
    """

    def __init__(self) -> None:
        self.last = ""
        self._numbers = itertools.count()
        self._kept: dict[int, str] = {}

    def add(self, line: str) -> int:
        """Add one, from any thread, and return its number."""
        number = next(self._numbers)
        self._kept[number] = self.last = line
        self._kept.pop(number - MESSAGES_KEPT, None)
        return number

    def __getitem__(self, number: int) -> str:
        try:
            return self._kept[number]
        except KeyError:
            raise IndexError(
                f"there is no line {number!r}: they count from 0; the last {MESSAGES_KEPT} are kept"
            ) from None
