"""What has changed since a request was sent, in bounded room however long it lasts."""

from collections.abc import Hashable

from indinb.client.arrivals import arrived, with_only
from indinb.client.observers import Change

FORMATS_KEPT = 8
"""Formats of BLOBs, in all, of which the newest is kept: a driver has two or three."""


class History:
    """The changes that matter of all that were heard, oldest first.

    Of each property, those are the first and the last change of each step from a state to another
    or the same (four states make twenty steps, as there may be none before), and of BLOBs the
    newest of each format, but no video. So an hour of countdowns are three changes.

    BLOBs are large: each is held only by the change that brought it, and only while that is the
    newest. In all other changes, and before each of them, they are None.

    What a rule may ask of it, it answers as if it held all: whether there ever was a state, the
    first and the last report, the first report since a state was left, the newest picture. It
    cannot tell how many reports there were.

    Attributes
    ----------
    changes : tuple of Change
        Replaced with each `add`, so that any thread may read it.
    """

    def __init__(self) -> None:
        self.changes: tuple[Change, ...] = ()
        self._count = 0
        self._steps: dict[Hashable, tuple[int, Change]] = {}
        self._pictures: dict[Hashable, tuple[int, Change]] = {}

    def add(self, change: Change) -> None:
        """Take in the newest change of a property."""
        self._count += 1
        numbered = self._count, with_only(change, {})
        before = None if change.old is None else change.old.state
        step = change.name, before, change.new.state
        self._steps.setdefault(("first", *step), numbered)
        self._steps["last", *step] = numbered
        if blobs := arrived(change):
            formats = ((name, blob.format) for name, blob in blobs.items())
            self._keep_pictures((change.name, *formats), (self._count, with_only(change, blobs)))
        kept = dict([*self._steps.values(), *self._pictures.values()])
        self.changes = tuple(kept[number] for number in sorted(kept))

    def _keep_pictures(self, key: Hashable, numbered: tuple[int, Change]) -> None:
        self._pictures.pop(key, None)
        self._pictures[key] = numbered
        if len(self._pictures) > FORMATS_KEPT:
            del self._pictures[next(iter(self._pictures))]
