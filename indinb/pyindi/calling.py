"""Calling a script back, come what may."""

import logging
from typing import Any

from indinb.client.clock import may_wait
from indinb.pyindi.callbacks import BaseMediator

logger = logging.getLogger("indinb.pyindi")


class Caller:
    """Calls the methods of a client that its script has written.

    What they raise goes to the client's `on_error`, and no further: it must not end the thread that
    reads. Only in a thread of the script's own, ``sys.exit()`` and Ctrl-C do what they are for.

    Parameters
    ----------
    client : BaseClient
        Whose methods they are.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._present = ""  # name of what is being called
        self._told: set[tuple[str, type[BaseException]]] = set()

    def wants(self, name: str) -> bool:
        """Tell whether the script has a method of its own by this name."""
        method = getattr(self._client, name, None)
        return getattr(method, "__func__", method) is not getattr(BaseMediator, name, None)

    def call(self, name: str, *arguments: Any) -> None:
        """Call a method."""
        before, self._present = self._present, name
        try:
            getattr(self._client, name)(*arguments)
        except BaseException as error:
            if _is_for_the_script(error):
                raise
            self._tell(name, error)
        finally:
            self._present = before

    def log(self, name: str, error: BaseException) -> None:
        """Log that a method failed, once for each kind of error: it may do so all the time."""
        if (name, type(error)) not in self._told:
            self._told.add((name, type(error)))
            logger.error(
                "%s failed, and reading goes on (the same error will not be told again)",
                name,
                exc_info=error,
            )

    def _tell(self, name: str, error: BaseException) -> None:
        try:
            self._client.on_error(name, error)
        except BaseException as another:
            if _is_for_the_script(another):
                raise
            self.log("on_error", another)

    def __repr__(self) -> str:
        return f"<{self._present or 'callbacks'} of {type(self._client).__name__}>"


def _is_for_the_script(error: BaseException) -> bool:
    """Tell whether it asks the present thread to end, and that is one of the script's own."""
    return may_wait() and not isinstance(error, Exception)
