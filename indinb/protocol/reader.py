"""Bytes to messages.

The framer cuts the stream; plain updates, which are most of it, are read at once, and all else
goes through an XML parser (see `framing`, `updates` and `elements`).
"""

from collections.abc import Sequence

from indinb.protocol import elements, updates
from indinb.protocol.framing import MAX_ELEMENT, Element, Framer, PlainUpdate
from indinb.protocol.messages import Message
from indinb.protocol.payload import MAX_BLOB

_SCRATCH = 256 * 1024  # bytes received at once: small enough to stay in the processor's cache


class Reader:
    """Turns received bytes into messages; it never sees a socket.

    Its verbs are those of `asyncio.BufferedProtocol`: fill (a part of) `get_buffer()`, then call
    `buffer_updated` with the number of bytes.

    Parameters
    ----------
    max_element : int
        Largest element in bytes that is accepted, BLOBs aside: a guard against a stream gone
        astray.
    max_blob : int
        Largest BLOB, in characters of base64.

    Examples
    --------
    >>> reader = Reader()
    >>> data = b'<message device="CCD" message="[INFO] ready"/>'
    >>> reader.get_buffer()[: len(data)] = data
    >>> reader.buffer_updated(len(data))
    [Notice(device='CCD', message='[INFO] ready', timestamp=None)]
    """

    def __init__(self, max_element: int = MAX_ELEMENT, max_blob: int = MAX_BLOB) -> None:
        self._scratch = memoryview(bytearray(_SCRATCH))
        self._framer = Framer(max_element, max_blob)

    def get_buffer(self) -> memoryview:
        """Where to put the next bytes; only the part that `buffer_updated` names counts."""
        return self._scratch

    def buffer_updated(self, n: int, blocks: Sequence[memoryview | None] = ()) -> list[Message]:
        """Take `n` bytes from the buffer and return the messages that they complete.

        Parameters
        ----------
        n : int
            Number of bytes that were put into the buffer.
        blocks : sequence of memoryview or None
            Shared memory that came with them, which only a local socket has: each BLOB that says
            that it is attached takes the next. None is one that could not be used.

        Returns
        -------
        list of Message
            In the order of the wire; elements that are no INDI are logged and left out.

        Raises
        ------
        ProtocolError
            If an element grows beyond its limit; the reader cannot be used after that.
        """
        complete = self._framer.feed(self._scratch[:n], blocks)
        return [message for each in complete if (message := _read(each)) is not None]

    def eof_received(self) -> None:
        """Say that no more bytes will come.

        Raises
        ------
        ProtocolError
            If the stream ended inside an element.
        """
        self._framer.finish()


def _read(element: PlainUpdate | Element) -> Message | None:
    if isinstance(element, Element):
        return elements.read(element)
    return updates.read(element) or elements.read(Element(element.xml))
