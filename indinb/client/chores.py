"""What is done again and again while there is a link."""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

Chore = Callable[[], object]


class Chores:
    """What the reader thread of a connection does beside reading, at least once a second.

    Each is called whenever something has come, and after every second of silence; so it returns at
    once if nothing is due. It may send, but not wait. What one raises keeps nothing from the
    others, and is logged once.

    Examples
    --------
    >>> chores = Chores()
    >>> chores.add(lambda: print("done"))
    >>> chores.do()
    done
    """

    def __init__(self) -> None:
        self._chores: tuple[Chore, ...] = ()
        self._failed: set[Chore] = set()

    def add(self, chore: Chore) -> None:
        """Do this too from now on."""
        self._chores = (*self._chores, chore)

    def do(self) -> None:
        """Do all of them."""
        for chore in self._chores:
            try:
                chore()
            except Exception:
                if chore not in self._failed:
                    self._failed.add(chore)
                    logger.exception("a chore failed (it will not be told again): %r", chore)
