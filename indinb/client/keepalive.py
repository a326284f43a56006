"""Whether a silent server still lives: a link whose other side has vanished says nothing either."""

import time
from collections.abc import Callable

from indinb.protocol.messages import Ping

SILENCE = 5.0
"""Seconds of silence after which a server is asked whether it lives."""

PATIENCE = 5.0
"""Seconds that it then has to answer, or to say anything else."""

QUESTION = Ping("indinb")


class KeepAlive:
    """Feels whether the server at the other end of one link lives.

    The `QUESTION` belongs to the greeting of each link, so that it is known early on whether this
    server answers. Those before INDI 1.9.8, and some of others, don't know it: they are never asked
    again on this link, and left to the system's keep-alive.

    Parameters
    ----------
    send : callable
        Puts a message on the wire.
    answers : bool
        Whether it is known to answer, from an earlier link.

    Examples
    --------
    >>> asked = []
    >>> keepalive = KeepAlive(asked.append)
    >>> keepalive.silent()  # but it has not answered yet
    >>> asked
    []
    """

    def __init__(self, send: Callable[[Ping], None], answers: bool = False) -> None:
        self.answers = answers
        self._send = send
        self._heard = time.monotonic()
        self._asked: float | None = self._heard  # since when an answer is awaited

    def heard(self) -> None:
        """Note that something has come: whatever it is, the server lives."""
        self._heard = time.monotonic()
        if self.answers:
            self._asked = None

    def answered(self) -> None:
        """Note that it was the answer."""
        self.answers = True
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
        elif self.answers and now - self._asked >= PATIENCE:
            raise TimeoutError(f"it has said nothing for {now - self._heard:.0f} s")

    def _ask(self) -> None:
        self._send(QUESTION)
        self._asked = time.monotonic()  # not before: sending may have waited for its turn
