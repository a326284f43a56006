"""A night in a ``with``: at its end, whatever ends it, the observatory is left in safety."""

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from time import monotonic
from types import TracebackType
from typing import NamedTuple, Self

from indinb.client.clock import check_may_wait
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.observers import Change, Subscription
from indinb.client.operation import Operation
from indinb.client.quiet import is_definition
from indinb.errors import Aborted, ConnectionLost, Failed, Refused
from indinb.instruments.base import Instrument, kinds_of
from indinb.instruments.nights.ending import Task
from indinb.instruments.nights.report import Outcome, Report
from indinb.instruments.roles import roles_of
from indinb.protocol.vocabulary import Interface, State

logger = logging.getLogger(__name__)

_ATTEMPTS = 3  # at one step, as the link may be lost again and again
_PATIENCE_FOR_CTRL_C = 2  # the first goes on to the next step, the second leaves the rest alone
_ALONE = {Interface.TELESCOPE: "telescope", Interface.DOME: "dome"}  # of which one is in use


class Step(NamedTuple):
    """A task with one instrument."""

    task: Task
    instrument: Instrument


class Night:
    """A ``with`` that ends with all in safety, as ``client.night()`` returns it.

    Parameters
    ----------
    connection : Connection
        Whose instruments.
    tasks : sequence of Task
        What is done at the end, in this order.
    patience : float
        Seconds that all of it waits for a link that is lost.

    Examples
    --------
    ::

        with client.night():
            client.telescope.slew("M31")
            frames = [client.camera.expose(60) for _ in range(100)]
    """

    def __init__(self, connection: Connection, tasks: Sequence[Task], patience: float) -> None:
        self._connection = connection
        self._tasks = tasks
        self._patience = patience
        self._seen: dict[Device, Interface] = {}
        self._subscription: Subscription | None = None
        self._lock = threading.RLock()  # a signal may close the client in the midst of it
        self._is_ending = False
        self._outcomes: dict[Step, Outcome] = {}
        self._interrupts = 0

    def __enter__(self) -> Self:
        self._subscription = self._connection.observe(self._hear)
        self._look_around()
        _nights_of(self._connection).append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()
        if error is not None:
            _noted(error, self.report)
        elif self._interrupts:
            raise _noted(KeyboardInterrupt("the end of the night was cut short"), self.report)
        elif self.report.failures:
            raise Failed(f"the night did not end as it should: {self.report.words}")

    @property
    def report(self) -> Report:
        """What was done at the end, and what was not, as far as it is; empty before."""
        return Report(self._outcomes.values())

    def end(self) -> None:
        """Do now what is to be done at the end; the end of the ``with`` does nothing then.

        Each step is printed. What fails is in `report`, and is raised by the end of the ``with``.

        Raises
        ------
        RuntimeError
            In an observer, which must not wait.
        """
        check_may_wait()
        with self._lock:  # another thread may close the client at the same time
            if self._subscription is None or self._is_ending:
                return
            self._is_ending = True
            try:
                self._carry_out_all()
            finally:
                self._subscription.close()
                self._subscription = None
                _nights_of(self._connection).remove(self)

    def _hear(self, change: Change) -> None:
        """Note what is connected; and forget what is disconnected on purpose."""
        if change.name != "CONNECTION" or change.type not in ("defined", "updated"):
            return
        device: Device = change.owner.device
        if device.connected:
            self._see(device)
        elif not is_definition(change) and change.new.state is not State.ALERT:
            self._seen.pop(device, None)

    def _see(self, device: Device) -> None:
        """Note what a device is: a driver that dies does not tell any more."""
        self._seen[device] = self._seen.get(device, Interface.GENERAL) | kinds_of(device)

    def _look_around(self) -> None:
        for device in self._connection.devices.values():
            if _is_there(device):
                self._see(device)

    def _carry_out_all(self) -> None:
        self._look_around()
        for step in self._steps():
            began = monotonic()
            try:
                self._carry_out(step)
            except KeyboardInterrupt:
                self._interrupts += 1
                self._note(step, began, Aborted("left alone, as Ctrl-C was pressed"))

    def _steps(self) -> Iterator[Step]:
        for task in self._tasks:
            for device in self._devices(task.kind.interface):
                yield Step(task, task.kind(device))

    def _devices(self, interface: Interface) -> list[Device]:
        """Return what has been seen of a kind; of mounts and domes the one in use, if any is."""
        role = _ALONE.get(interface)
        used = roles_of(self._connection).find(role) if role else None
        seen = [device for device, kinds in list(self._seen.items()) if interface in kinds]
        return [device for device in seen if used is None or device is used]

    def _carry_out(self, step: Step) -> None:
        began = monotonic()
        try:
            if self._interrupts >= _PATIENCE_FOR_CTRL_C:
                raise Aborted("not begun, as Ctrl-C was pressed again")
            if self._try(step):
                self._note(step, began)
        except Exception as error:
            self._note(step, began, error)

    def _try(self, step: Step, attempts: int = _ATTEMPTS) -> bool:
        """Do a step, if it has to be done; and once more after the link was lost."""
        self._wait_for_link()
        if not self._can_be_asked(step) or not step.task.needed(step.instrument):
            return False
        danger = step.task.danger(step.instrument, self._devices(Interface.TELESCOPE))
        if danger:
            raise Refused(danger)
        try:
            step.task.start(step.instrument).result(step.task.seconds)
        except ConnectionLost:
            if attempts == 1:
                raise
            self._try(step, attempts - 1)
        return True

    def _can_be_asked(self, step: Step) -> bool:
        """Whether a device is there; raise Failed if it should be put away, and is not."""
        device = step.instrument.device
        if step.task.option and not device.defined:
            raise Failed("it is gone: the server no longer announces it")
        if step.task.option and not _is_there(device):
            raise Failed("its driver is not connected any more")
        return device.defined and _is_there(device)

    def _wait_for_link(self) -> None:
        """Give a lost link what is left of its time."""
        connection = self._connection
        if connection.status == "lost" and connection.reconnects and self._patience > 0:
            began = monotonic()
            connection.reconnect()
            _wait_until_found(connection, self._patience)
            self._patience -= monotonic() - began

    def _note(self, step: Step, began: float, error: BaseException | None = None) -> None:
        if step in self._outcomes:
            return
        outcome = Outcome(step.task.what, step.instrument.name, monotonic() - began, error)
        self._outcomes[step] = outcome
        logger.info(outcome.line)
        with contextlib.suppress(OSError, ValueError):  # nobody may read it any more
            print(outcome.line, flush=True)


def end_nights(connection: Connection) -> None:
    """End the nights of a connection that is about to be closed, the newest first."""
    for night in reversed(_nights_of(connection)):
        with contextlib.suppress(RuntimeError):  # in an observer, which must not wait
            night.end()


def _nights_of(connection: Connection) -> list[Night]:
    nights: list[Night] = connection.belongings.setdefault(Night, [])
    return nights


def _is_there(device: Device) -> bool:
    """Whether a device can be asked for something: some have nothing to be connected to."""
    return device.connected or "CONNECTION" not in device


def _wait_until_found(connection: Connection, seconds: float) -> None:
    """Wait until a link is no longer lost and all is defined again, or time is up."""
    found: Operation[None] = Operation(f"wait for {connection.address}")

    def look(_: object = None) -> None:
        if connection.status != "lost":
            found.succeed(None)

    with connection.observe(look), contextlib.suppress(TimeoutError, ConnectionLost):
        look()
        found.result(seconds)
        connection.quiet().result()


def _noted(error: BaseException, report: Report) -> BaseException:
    for each in report.failures:
        error.add_note(f"{each.what} {each.device}: {each.words}")
    return error
