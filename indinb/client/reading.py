"""The reader thread: it reads one link after another, and finds the server again in between."""

import logging
import random
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Protocol

from indinb.client.clock import forbid_waiting
from indinb.client.transport import Transport
from indinb.errors import IndiError
from indinb.protocol.messages import Message, Ping
from indinb.protocol.reader import Reader

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.1, 10.0
"""Seconds between two attempts to find a server again: at first, and after many in vain."""


class Owner(Protocol):
    """Whom the reader thread works for. When nobody else knows the owner any more, it ends."""

    def received(self, data: memoryview) -> None:
        """Hear of bytes as they came, before they are read."""

    def silent(self) -> None:
        """Hear that nothing has come for a while; raise OSError if the link is dead."""

    def pinged(self, ping: Ping) -> None:
        """Take a ping, or the answer to one."""

    def take(self, message: Message) -> None:
        """Take any other message."""

    def linked(self, transport: Transport) -> None:
        """Use another link; raise OSError if it is none."""

    def lost(self, reason: str) -> None:
        """Do without a link."""


class ReaderThread(threading.Thread):
    """Reads for an owner, whom it does not keep alive.

    Parameters
    ----------
    owner : Owner
        Whom it tells.
    transport : Transport
        The first link.
    reopen : callable, optional
        Makes another link when one is lost, or raises OSError; without it, one is all.
    """

    def __init__(
        self, owner: Owner, transport: Transport, reopen: Callable[[], Transport] | None
    ) -> None:
        super().__init__(name="indinb-reader", daemon=True)
        self._owner = weakref.ref(owner)
        self._transport = transport
        self._reopen = reopen
        self._stopping = threading.Event()
        self._opens = False
        self._heard = False
        self._delays = delays()

    def stop(self) -> None:
        """End the link and look for no other; safe to call twice and from any thread."""
        self._stopping.set()
        self._transport.close()

    def settle(self, timeout: float) -> None:
        """Wait for the end after `stop`.

        Not in the thread itself; nor while it waits for an answer of the network, which nobody can
        hurry: it ends right after.
        """
        if self.is_alive() and threading.current_thread() is not self and not self._opens:
            self.join(timeout)

    def run(self) -> None:
        """Read, as long as there is a link to read."""
        forbid_waiting()
        linked = True
        while linked:
            reason = self._follow()
            self._transport.close()
            linked = self._tell(reason) and self._find_again()

    def _follow(self) -> str:
        """Read a link to its end, and return why it ended."""
        reader = Reader()
        try:
            while self._read_on(reader):
                pass
        except OSError as error:
            return str(error)
        except IndiError as error:
            self._heard = False  # it would say the same again: don't hurry
            return str(error)
        except Exception as error:
            logger.exception("reading failed")
            self._heard = False
            return f"reading failed: {error}"
        return _end(reader)

    def _read_on(self, reader: Reader) -> bool:
        """Read what has come; return whether there may be more."""
        buffer = reader.get_buffer()
        received = self._transport.receive_into(buffer)
        owner = self._owner()
        if owner is None:
            return False
        if received is None:
            owner.silent()
            return True
        count, blocks = received
        if count:
            self._heard = True
            owner.received(buffer[:count])
            for message in reader.buffer_updated(count, blocks):
                if isinstance(message, Ping):
                    owner.pinged(message)
                else:
                    owner.take(message)
        return count > 0

    def _tell(self, reason: str) -> bool:
        """Tell the owner of the loss, if it wants to know; return whether to go on."""
        owner = self._owner()
        if owner is None or self._stopping.is_set():
            return False
        owner.lost(reason)
        return self._reopen is not None

    def _find_again(self) -> bool:
        """Try until there is a link again; return False when nobody wants one any more."""
        if self._heard:  # else it was none: some proxies take any connection, and drop it
            self._heard, self._delays = False, delays()
        for delay in self._delays:
            if self._stopping.wait(delay):
                return False
            try:
                return self._link(self._open())
            except OSError:
                continue
            except Exception:
                logger.exception("looking for the server failed, and goes on")
        return False

    def _open(self) -> Transport:
        assert self._reopen is not None
        self._opens = True
        try:
            return self._reopen()
        finally:
            self._opens = False

    def _link(self, transport: Transport) -> bool:
        self._transport = transport
        owner = self._owner()
        if owner is None or self._stopping.is_set():
            transport.close()
            return False
        try:
            owner.linked(transport)
        except OSError:
            transport.close()
            raise
        return True


def _end(reader: Reader) -> str:
    try:
        reader.eof_received()
    except IndiError as error:
        return str(error)
    return "the server ended it"


def delays() -> Iterator[float]:
    """Yield how many seconds to wait before each attempt: longer and longer.

    Half of each is left to chance, so that the clients of one server don't come all at once.

    Examples
    --------
    >>> import itertools
    >>> all(0.05 <= delay <= 0.1 for delay in itertools.islice(delays(), 1))
    True
    """
    longest = FIRST_DELAY
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(2 * longest, LONGEST_DELAY)
