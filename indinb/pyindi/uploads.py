"""BLOBs that a script sends to a driver, one after the other, in one message."""

from dataclasses import dataclass, field

from indinb.protocol.messages import Blob, New, Value
from indinb.protocol.vocabulary import Kind


@dataclass
class Upload:
    """What was given so far, of one BLOB property.

    Examples
    --------
    >>> upload = Upload("CCD Simulator", "UPLOAD", "2026-11-22T10:18:05")
    >>> upload.add("FILE", ".txt", b"hello")
    >>> upload.message().values
    {'FILE': <Blob .txt of 5 bytes>}
    """

    device: str
    name: str
    timestamp: str | None
    blobs: dict[str, Value] = field(default_factory=dict)

    def add(
        self,
        member: str,
        format: str,
        data: bytes | bytearray | memoryview,
        size: int | None = None,
    ) -> None:
        """Add a BLOB; its size is that of the bytes unless another is given."""
        view = memoryview(bytes(data))
        self.blobs[member] = Blob(view, format, len(view) if size is None else size)

    def message(self) -> New:
        """Make the message that brings them all."""
        return New(Kind.BLOB, self.device, self.name, self.blobs, self.timestamp or None)
