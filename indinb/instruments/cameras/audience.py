"""Who looks at pictures as they arrive."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from indinb.images.frame import Frame

T = TypeVar("T")

Hear = Callable[["Picture"], object]
Changed = Callable[[], object]


class Picture:
    """A picture that has arrived; it is developed when somebody first looks at it, and once.

    Parameters
    ----------
    develop : callable
        Makes the frame.

    Examples
    --------
    >>> import numpy as np
    >>> picture = Picture(lambda: Frame(np.eye(2), unit="adu"))
    >>> picture.frame is picture.frame
    True
    """

    def __init__(self, develop: Callable[[], Frame]) -> None:
        self._develop: Callable[[], Frame] | None = develop
        self._lock = Lock()
        self._frame: Frame | None = None

    @property
    def frame(self) -> Frame:
        """The frame of it.

        Raises
        ------
        ImageError
            If it cannot be read.
        """
        with self._lock:
            if self._frame is None:
                assert self._develop is not None
                self._frame = self._develop()
                self._develop = None  # and with it the BLOB
            return self._frame


class Audience(Generic[T]):
    """Those who hear of each picture, and of what else changes about them."""

    def __init__(self) -> None:
        self._lock = Lock()  # of the tuple; nobody is called while it is held
        self._members: tuple[tuple[Callable[[T], object], Changed], ...] = ()

    def join(self, hear: Callable[[T], object], changed: Changed) -> Callable[[], None]:
        """Call back from now on.

        Parameters
        ----------
        hear : callable
            Called with each picture, on the reader thread; returns soon.
        changed : callable
            Called when something else has changed, such as that there will be no more; on any
            thread.

        Returns
        -------
        callable
            Called with nothing, it ends that.
        """
        member = hear, changed
        with self._lock:
            self._members = (*self._members, member)

        def leave() -> None:
            with self._lock:
                self._members = tuple(each for each in self._members if each is not member)

        return leave

    def show(self, picture: T) -> None:
        """Show a picture to all of them."""
        for hear, _ in self._members:
            hear(picture)

    def tell(self) -> None:
        """Tell all of them that something has changed."""
        for _, changed in self._members:
            changed()
