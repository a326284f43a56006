"""The one thread of a client for what takes time: decoding, saving, clicks."""

import threading
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Worker(futures.Executor):
    """Does one thing after another, on a thread that lives from the first of them on.

    Examples
    --------
    >>> worker = Worker()
    >>> worker.submit(sum, [1, 2]).result()
    3
    >>> worker.close(timeout=5)
    True
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "indinb-worker")
        self._thread: threading.Thread | None = None
        self._jobs: set[Future[Any]] = set()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Do it when its turn comes; RuntimeError after `close`."""
        job = self._pool.submit(self._do, partial(fn, *args, **kwargs))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return job

    def close(self, timeout: float) -> bool:
        """Cancel what has not begun, and wait for what has; return whether that has ended.

        Safe to call twice, from any thread, and from what is called at the end of a job.
        """
        self._pool.shutdown(wait=False)
        for job in tuple(self._jobs):
            job.cancel()  # not by the pool, which would call back while it holds its lock
        if threading.current_thread() is self._thread:
            return True
        return not futures.wait(tuple(self._jobs), timeout).not_done

    def _do(self, act: Callable[[], T]) -> T:
        self._thread = threading.current_thread()
        return act()
