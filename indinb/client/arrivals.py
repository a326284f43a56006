"""Which BLOBs a change brings, and what is left of it without them."""

from indinb.client.model import Vector
from indinb.client.observers import Change
from indinb.protocol.messages import Blob, Value
from indinb.protocol.vocabulary import Kind


def arrived(change: Change, video: bool = False) -> dict[str, Blob]:
    """Return the BLOBs that a change brings, by member; video only if it is wanted.

    Reports of a state alone leave the old ones where they were, and definitions bring none.
    """
    if change.type != "updated" or change.new.definition.kind is not Kind.BLOB:
        return {}
    return {
        name: blob
        for name, blob in change.new.items()
        if isinstance(blob, Blob) and blob is not change.old.get(name)
        if video or not is_video(blob)
    }


def with_only(change: Change, blobs: dict[str, Blob]) -> Change:
    """Return the same change, before and after it without any BLOBs but those that it brings.

    What is kept of it then holds no others in memory, and `arrived` still tells the same of them.
    """
    if change.new.definition.kind is not Kind.BLOB:
        return change
    old = None if change.old is None else _holding(change.old, {})
    return change._replace(old=old, new=_holding(change.new, blobs))


def _holding(vector: Vector, blobs: dict[str, Blob]) -> Vector:
    values: dict[str, Value] = {name: blobs.get(name) for name in vector}
    return vector.with_values(values)


def is_video(blob: Blob) -> bool:
    """Whether it is one of many pictures, as cameras send them for people to look at."""
    return "stream" in blob.format.casefold()


def is_raw_video(blob: Blob) -> bool:
    """Whether it is video that does not tell its size: ``.stream`` or ``.stream.z``."""
    return blob.format.casefold().strip().removesuffix(".z").endswith("stream")
