"""One message to an instrument, and the waiting for its answer.

A `Request` is an `Operation` that ends by a rule (see `rules`), or because something else ends it:
its time is up, the driver takes the property back, the link is lost, somebody aborts it. However
long that takes, it holds no more than a `History` and the driver's last few words.
"""

import logging
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from time import monotonic, time
from typing import Any, Protocol, TypeVar

from indinb.client import pace
from indinb.client.clock import Timer, call_later
from indinb.client.history import History
from indinb.client.model import Model, Vector
from indinb.client.observers import Change, Observers
from indinb.client.operation import ABORT_PATIENCE, Operation, Progress
from indinb.client.rules import Done, Rule, Verdict
from indinb.errors import Aborted, Failed, IndiError, OperationError, OperationTimeout
from indinb.protocol.messages import Message, New
from indinb.protocol.vocabulary import State

logger = logging.getLogger(__name__)

T = TypeVar("T")

_EXPLANATION_PATIENCE = 0.3  # seconds in which a driver may still say why it failed
_BUSY_PATIENCE = 3600.0  # seconds that a Busy is believed of which nothing more is heard
_EXPLANATION_AGE = 2.0  # seconds before a failure in which a driver may have said why
_EXPLANATIONS = 3  # lines of a driver that are told at most
_SMALL_TALK = ("[INFO]", "[DEBUG]", "[SCOPE]")


class Link(Protocol):
    """What an operation needs of its connection."""

    model: Model
    observers: Observers

    def send(self, message: Message) -> None:
        """Put a message on the wire."""

    def begin(self, operation: Operation[Any]) -> None:
        """Take an operation to fail when the link is lost."""


class Request(Operation[T]):
    """One message to an instrument, and the rule by which its answer is known.

    Parameters
    ----------
    link : Link
        The connection.
    label : str
        What is being done, for people.
    message : New
        What to send.
    rule : callable
        From the changes since then, as far as a `History` keeps them, to a verdict.
    watch : iterable of str
        Other properties of the device whose changes the rule wants to see.
    timeout : float
        Seconds after which it fails with `OperationTimeout`.
    patient : bool
        While the property is Busy, let the time start again.
    recheck : float, optional
        Seconds after which the rule is asked again, even if nothing has changed.
    abort : callable, optional
        Stops the instrument. Without it, `abort` only ends the waiting.
    progress : callable, optional
        From the changes to a `Progress`.
    """

    def __init__(
        self,
        link: Link,
        label: str,
        message: New,
        rule: Rule,
        *,
        watch: Iterable[str] = (),
        timeout: float,
        patient: bool = False,
        recheck: float | None = None,
        abort: Callable[[], object] | None = None,
        progress: Callable[[Sequence[Change]], Progress] | None = None,
    ) -> None:
        super().__init__(label)
        self._model = link.model
        self._device = message.device
        self._watched = {message.name, *watch}
        self._rule = rule
        self._timeout = timeout
        self._patient = patient
        self._abort = abort
        self._measure = progress
        self._history = History()
        self._said: deque[tuple[float, str]] = deque(maxlen=_EXPLANATIONS)
        self._problem: OperationError | None = None
        self._timers: dict[Callable[[], None], Timer] = {}
        self._since = monotonic()
        self._subscription = link.observers.add((message.device, None), self._hear)
        self.add_done_callback(self._release)
        try:
            self._begin(link, message, recheck)
        except Exception as error:
            self.fail(error)
            raise
        except BaseException:  # Ctrl-C, when the message may be out: nobody else could stop it
            self._abort_and_wait()
            raise

    def _begin(self, link: Link, message: New, recheck: float | None) -> None:
        self._later(self._timeout, self._expire)
        if recheck is not None:
            self._later(recheck, self._judge)
        link.begin(self)
        if self.done():  # for lack of a link, even if there is another at this moment
            self.result()
        link.send(message)

    @property
    def progress(self) -> Progress:
        """How far it is, from what the driver tells."""
        if self.done() or self._measure is None:
            return super().progress
        try:
            measured = pace.sound(self._measure(self._history.changes))
            if measured.remaining is None:
                left = pace.remaining(measured.fraction, monotonic() - self._since)
                return measured._replace(remaining=left)
            return measured
        except Exception:  # what a driver sends may be what no measure expects
            logger.debug("the progress of %r is not known", self.label, exc_info=True)
            return Progress()

    def _stop(self) -> None:
        if self._abort is None:
            self._leave("aborted; what was asked of the driver may go on")
            return
        self._later(ABORT_PATIENCE, self._stop_unconfirmed)
        try:
            self._abort()
        except IndiError as error:
            self._leave(f"aborted, but the instrument goes on: {error}")

    def _stop_unconfirmed(self) -> None:
        self._leave(
            "aborted, but the instrument has not confirmed within "
            f"{ABORT_PATIENCE:g} s that it stopped"
        )

    def _leave(self, words: str) -> None:
        """End as aborted, though the instrument may go on."""
        messages = self._explanations()
        self.fail(Aborted(f"{self.label}: {words}", messages=messages, goes_on=True))

    def _later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after some time, instead of when it would have been called."""
        before = self._timers.get(callback)
        self._timers[callback] = timer = call_later(seconds, callback)
        if before is not None:
            before.cancel()
        if self.done():  # it ended just now, so `_release` may not have seen this one
            timer.cancel()

    def _hear(self, change: Change) -> None:
        if change.type == "message":
            self._hear_text(change.new.message)
        elif change.type == "deleted":
            self._hear_deletion(change.name)
        elif change.name in self._watched:
            self._history.add(change)
            self._judge()

    def _hear_deletion(self, name: str) -> None:
        # A device's properties are told to be gone before itself, but it is out of the model.
        if self._device not in self._model.devices():
            self._problem = Failed(
                "its driver has died or was stopped: the server took the device back; when it is "
                f"there again, connect it again: client.devices[{self._device!r}].connect()"
            )
        elif name in self._watched:
            self._problem = Failed(f"the driver took {name} back: was it disconnected?")
        else:
            return
        self._give_up()

    def _judge(self) -> None:
        try:
            self._conclude(self._rule(self._history.changes))
        except Exception as error:  # what a driver sends may be what no rule expects
            logger.exception("the rule of %r failed", self.label)
            self._end_as(Failed, f"its answer makes no sense: {error!r}")

    def _hear_text(self, text: str) -> None:
        if not text.startswith(_SMALL_TALK):
            self._said.append((monotonic(), text))
            self._give_up()

    def _conclude(self, verdict: Verdict) -> None:
        if isinstance(verdict, Done):
            self.succeed(verdict.result)
            return
        is_new = self._problem is None
        self._problem = verdict  # None takes back what was seen in a poll of before
        if self._explanations() or isinstance(verdict, Aborted):  # which needs no explanation
            self._give_up()
        elif verdict is not None and is_new:  # drivers explain themselves before or after they fail
            self._later(_EXPLANATION_PATIENCE, self._give_up)

    def _give_up(self) -> None:
        """Fail with the problem, if there is one."""
        problem = self._problem
        if problem is not None:
            self._end_as(type(problem), str(problem))

    def _end_as(
        self, kind: type[OperationError], words: str, age: float = _EXPLANATION_AGE
    ) -> None:
        """Fail, with what the driver has said in the last seconds."""
        self.fail(kind(f"{self.label}: {words}", messages=self._explanations(age)))

    def _explanations(self, age: float = _EXPLANATION_AGE) -> list[str]:
        """Return what the driver has just said; what is older explains no event."""
        since = monotonic() - age
        return [text for moment, text in self._said if moment > since]

    def _expire(self) -> None:
        changes = self._history.changes
        last = changes[-1].new if changes else None
        if self._patient and last is not None and _is_still_busy(last):
            self._later(self._timeout, self._expire)
            return
        seen = "the driver did not answer" if last is None else f"its state is {last.state}"
        words = f"not done after {self._timeout:g} s; {seen}"
        self._end_as(OperationTimeout, words, age=math.inf)  # it may have stopped long ago

    def _release(self, _: Future[T]) -> None:
        self._subscription.close()
        self._history = History()  # the old one may hold pictures
        for timer in tuple(self._timers.values()):
            timer.cancel()


def _is_still_busy(vector: Vector) -> bool:
    return vector.state is State.BUSY and time() - vector.received < _BUSY_PATIENCE
