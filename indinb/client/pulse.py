"""Whether a silent server still lives: a link whose other side has vanished says nothing either."""

import time
from collections.abc import Callable

from indinb.protocol.messages import Ping

SILENCE = 5.0
"""Seconds of silence after which a server is asked whether it lives."""

PATIENCE = 5.0
"""Seconds that it then has to answer, or to say anything else."""


class Pulse:
    """Feels whether the server at the other end of one link lives.

    It is asked by a `Ping` at its first silence. Servers before INDI 1.9.8, and those of others,
    don't know the question: one that does not answer is never asked again on this link, and left to
    the system's keep-alive.

    Parameters
    ----------
    send : callable
        Puts a message on the wire.

    Examples
    --------
    >>> asked = []
    >>> pulse = Pulse(asked.append)
    >>> pulse.silent()
    >>> asked
    [Ping(uid='indinb', reply=False)]
    """

    def __init__(self, send: Callable[[Ping], None]) -> None:
        self._send = send
        self._answers = False
        self._heard = time.monotonic()
        self._asked: float | None = None  # since when an answer is awaited

    def heard(self) -> None:
        """Note that something has come: whatever it is, the server lives."""
        self._heard = time.monotonic()
        if self._answers:
            self._asked = None

    def answered(self) -> None:
        """Note that it was the answer."""
        self._answers = True
        self._asked = None

    def silent(self) -> None:
        """Note that nothing has come for a while.

        Raises
        ------
        TimeoutError
            If the server does not live any more.
        """
        now = time.monotonic()
        if self._asked is None:
            if not self._answers or now - self._heard >= SILENCE:
                self._ask()
        elif self._answers and now - self._asked >= PATIENCE:
            raise TimeoutError(f"it has said nothing for {now - self._heard:.0f} s")

    def _ask(self) -> None:
        self._send(Ping("indinb"))
        self._asked = time.monotonic()  # not before: sending may have waited for its turn
