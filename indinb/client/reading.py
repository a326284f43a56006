"""The reader thread: it reads one link after another, and finds the server again in between."""

import logging
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Protocol

from indinb.client.clock import forbid_waiting
from indinb.client.transport import Received, Transport
from indinb.errors import IndiError
from indinb.protocol.messages import Message, Ping
from indinb.protocol.reader import Reader

logger = logging.getLogger(__name__)

FIRST_DELAY, LONGEST_DELAY = 0.1, 10.0
"""Seconds between two attempts to find a server again: at first, and after many in vain."""

SHORT = 0.1
"""Seconds that a link has to last to be a success, after which delays begin anew."""


class Owner(Protocol):
    """Whom the reader thread works for. When nobody else knows the owner any more, it ends.

    These methods are for this thread alone; people who use the owner need not see them.
    """

    def _received(self, data: memoryview) -> None:
        """Hear of bytes as they came, before they are read."""

    def _silent(self) -> None:
        """Hear that nothing has come for a while; raise OSError if the link is dead."""

    def _look_after(self) -> None:
        """Do what is due, as at least once a second while there is a link."""

    def _pinged(self, ping: Ping) -> None:
        """Take a ping, or the answer to one."""

    def _take(self, message: Message) -> None:
        """Take any other message."""

    def _linked(self, transport: Transport) -> None:
        """Use another link; raise OSError if it is none."""

    def _lost(self, reason: str) -> None:
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
        self._stopped = False
        self._hurried = False
        self._wake = threading.Condition()  # whose lock a thread may take twice: see `stop`
        self._opens = False
        self._delays = delays()

    def stop(self) -> None:
        """End the link and look for no other; safe to call twice and from any thread.

        Even from this one, wherever it is, when it happens to collect the owner as garbage.
        """
        self._stopped = True
        self._transport.close()
        with self._wake:
            self._wake.notify_all()

    def hurry(self) -> None:
        """Look for the server now, if it is being looked for; from any thread."""
        with self._wake:
            self._hurried = True
            self._wake.notify_all()

    def disown(self) -> None:
        """Be no thread any more, in a forked child; others of the parent may have held the lock."""
        self._stopped = True
        self._wake = threading.Condition()
        self._transport.close()

    def wait_for_end(self, timeout: float) -> None:
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
            begin = time.monotonic()
            reason = self._follow()
            self._transport.close()
            if time.monotonic() - begin > SHORT:
                self._delays = delays()
            linked = self._tell(reason) and self._find_again()

    def _follow(self) -> str:
        """Read a link to its end, and return why it ended."""
        reader = Reader()
        try:
            while self._read_on(reader):
                pass
        except (OSError, IndiError) as error:
            return str(error)
        except Exception as error:
            logger.exception("reading failed")
            return f"reading failed: {error}"
        return _end(reader)

    def _read_on(self, reader: Reader) -> bool:
        """Read what has come; return whether there may be more."""
        buffer = reader.get_buffer()
        received = self._transport.receive_into(buffer)
        owner = self._owner()
        if owner is None:
            return False
        more = self._hand_on(owner, reader, buffer, received)
        owner._look_after()
        return more

    def _hand_on(
        self, owner: Owner, reader: Reader, buffer: memoryview, received: Received | None
    ) -> bool:
        if received is None:
            owner._silent()
            return True
        count, blocks = received
        if count:
            owner._received(buffer[:count])
            for message in reader.buffer_updated(count, blocks):
                if isinstance(message, Ping):
                    owner._pinged(message)
                else:
                    owner._take(message)
        return count > 0

    def _tell(self, reason: str) -> bool:
        """Tell the owner of the loss, if it wants to know; return whether to go on."""
        owner = self._owner()
        if owner is None or self._stopped:
            return False
        owner._lost(reason)
        return self._reopen is not None

    def _find_again(self) -> bool:
        """Try until there is a link again; return False when nobody wants one any more."""
        for delay in self._delays:
            if self._stops_within(delay):
                return False
            try:
                return self._link(self._open())
            except OSError:
                continue
            except Exception:
                logger.exception("looking for the server failed, and goes on")
        return False

    def _stops_within(self, seconds: float) -> bool:
        with self._wake:
            self._wake.wait_for(lambda: self._stopped or self._hurried, seconds)
            self._hurried = False
            return self._stopped

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
        if owner is None or self._stopped:
            transport.close()
            return False
        try:
            owner._linked(transport)
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
