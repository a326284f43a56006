"""Whether a silent server still lives: a link whose other side has vanished says nothing either."""

import time
from collections.abc import Callable

from indinb.protocol.messages import Ping

SILENCE = 5.0
"""Seconds of silence after which a server is asked whether it lives."""

PATIENCE = 5.0
"""Seconds that it then has to answer, or to say anything else."""

QUESTION = Ping("indinb")


class Pulse:
    """Feels whether the server at the other end of one link lives.

    The `QUESTION` belongs to the greeting of each link, so that it is known early on whether this
    server answers. Those before INDI 1.9.8, and some of others, don't know it: they are never asked
    again on this link, and left to the system's keep-alive.

    Parameters
    ----------
    send : callable
        Puts a message on the wire.

    Examples
    --------
    >>> asked = []
    >>> pulse = Pulse(asked.append)
    >>> pulse.silent()  # but it has not answered yet
    >>> asked
    []
    """

    def __init__(self, send: Callable[[Ping], None]) -> None:
        self._send = send
        self._answers = False
        self._heard = time.monotonic()
        self._asked: float | None = self._heard  # since when an answer is awaited

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
            if now - self._heard >= SILENCE:
                self._ask()
        elif self._answers and now - self._asked >= PATIENCE:
            raise TimeoutError(f"it has said nothing for {now - self._heard:.0f} s")

    def _ask(self) -> None:
        self._send(QUESTION)
        self._asked = time.monotonic()  # not before: sending may have waited for its turn
