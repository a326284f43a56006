"""One connection to an INDI server.

The threads, and their rules:

1. The reader thread alone applies messages and calls observers, in the order of the wire; only
   the end is told by the thread that closes. Any thread may read.
2. What is published is never changed: frozen values, replaced by one assignment. So reading needs
   no lock.
3. There are two small locks: one is of the link, so that messages stay whole on it; one guards the
   tuples of observers. No observer is called while they are held.
4. An observer returns soon and may send; it may not wait. What it raises is logged, and keeps
   nothing from the others.
5. When the link ends, every pending operation fails with `ConnectionLost` at once; values stay
   readable, and are stale. The reader then looks for the server again, asks for all definitions
   before anything else is sent, and the same handles and observers live on. What has not come back
   in time is deleted.
6. Pictures are decoded, stretched and saved on the worker thread, never on the reader's.
"""

import logging
import math
import time
from collections.abc import Callable, Iterable
from typing import Any, Self

from indinb import display
from indinb.client.archive import Archive
from indinb.client.chores import Chores
from indinb.client.clock import check_may_wait
from indinb.client.completion import offer_keys
from indinb.client.device import Device
from indinb.client.devices import Devices
from indinb.client.model import Delta, Model
from indinb.client.observers import Change, Handler, Observers, Subscription
from indinb.client.operation import Operation
from indinb.client.property import Property
from indinb.client.quiet import Quiet
from indinb.client.scope import ALL, Scope, is_of, wanted
from indinb.client.session import END_TIMEOUT, Session, Status
from indinb.client.transport import TICK, Transport
from indinb.client.worker import Worker
from indinb.errors import ConnectionLost, PropertyError, UnknownProperty
from indinb.protocol.messages import EnableBlob, Message, Notice
from indinb.protocol.vocabulary import BlobMode, Kind

logger = logging.getLogger(__name__)

RETURN_TIMEOUT = 10.0
"""Seconds that devices have to be announced again once a link is back."""

_DEFINITIONS_TIMEOUT = 2.0  # seconds to wait for definitions, as some servers are never quiet


_PLUMBING = (
    *("archive", "begin", "belongings", "chores", "disown", "handle"),
    *("model", "observers", "quiet", "send", "start", "worker"),
)
"""What the rooms above need, and nobody who types at a prompt."""


class Connection(Session):
    """A live view of one INDI server, from its opening to `close`.

    It survives the loss of its link: the same devices, properties and observers live on.

    Parameters
    ----------
    transport : Transport
        A link that is open already.
    address : str
        What to call the server.
    devices : sequence of str or (str, str), or str, optional
        See only these, or this one; of a device and a property, only that property. Most servers
        send nothing of the others.
    read_only : bool
        Look, but ask nothing of any device.
    reopen : callable, optional
        Makes another link when one is lost, or raises OSError. It is asked, less and less often,
        until it succeeds; without it, a lost link stays lost.
    pings : bool
        Ask the server whether it lives when it is silent.

    Attributes
    ----------
    devices : Devices
        Live mapping from names to devices.
    status : str
        "connected", "lost" or "closed"; observers hear of it by a `Change` of that type.
    loss : str
        Why there is no link, or was none the last time; and what to do.
    belongings : dict
        What the rooms above keep with it, each under a key of its own.
    """

    def __init__(
        self,
        transport: Transport,
        address: str = "server",
        devices: Scope = None,
        read_only: bool = False,
        reopen: Callable[[], Transport] | None = None,
        pings: bool = True,
    ) -> None:
        super().__init__(transport, address, read_only, reopen, pings)
        self.model = Model()
        self.observers = Observers(watched=True)
        self.devices = Devices(self)
        self.worker = Worker()
        self.chores = Chores()
        self.archive: Archive | None = None
        self.belongings: dict[Any, Any] = {}
        self._wanted = wanted(devices)
        self._handles: dict[str, Device] = {}
        self._blob_modes: dict[tuple[str, str], BlobMode] = {}
        self._sweep_at = math.inf
        self._looked_at = 0.0

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in _PLUMBING]

    def open(self) -> Self:
        """Start reading, ask for all definitions, and wait until they have come.

        Returns after 150 ms without a new one, or after 2 s at most.
        """
        offer_keys(Devices, Device, Property)
        quiet = self.quiet(limit=_DEFINITIONS_TIMEOUT, only_after_first=True)
        try:
            self.start()
            quiet.result()
            if not self.devices:
                logger.warning(
                    "%s has announced no devices yet: is it an INDI server, with drivers?",
                    self.address,
                )
        except BaseException:
            self.close()
            raise
        return self

    def start(self, greeted: Callable[[], object] = lambda: None) -> None:
        """Start reading and ask for all definitions, but don't wait for them as `open` does.

        Parameters
        ----------
        greeted : callable
            Called when they are asked for, and before anything is heard.
        """
        self._greet(self._transport)
        try:
            greeted()
        finally:  # the link is there, whatever that raises
            self._reader.start()

    def close(self) -> None:
        """End the connection; values stay readable. Safe to call twice and from any thread."""
        if not self._is_ours:
            return
        super().close()
        if not self.worker.close(END_TIMEOUT):
            logger.warning("%s is closed, but what its worker has begun goes on", self.address)
        for device in self._handles.values():
            device.let_go()
        self.observers.clear()

    def disown(self) -> None:
        """Be closed in a forked child, without a word: all of it is the parent's."""
        super().disown()
        self.observers = Observers()
        self.worker = Worker()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def messages(self) -> tuple[Notice, ...]:
        """What the server itself has said, oldest first."""
        return tuple(self.model.messages)

    def observe(self, handler: Handler) -> Subscription:
        """Call `handler` with each `Change` of anything, on the reader thread.

        Parameters
        ----------
        handler : callable
            Returns soon; may send, but not wait.
        """
        return self.observers.add((None, None), handler)

    def wait_for(
        self, device: str, property: str | None = None, timeout: float = 5.0
    ) -> Device | Property:
        """Wait until the server announces a device, or the driver defines a property.

        Parameters
        ----------
        device, property : str
            Their names.
        timeout : float
            Seconds.

        Returns
        -------
        Device or Property
            The property if one was named.

        Raises
        ------
        UnknownDevice, UnknownProperty
            If it does not come in time.
        ConnectionLost
            If the link ends before.
        """
        check_may_wait()
        appeared: Operation[None] = Operation(f"wait for {property or device}")

        def look(_: object = None) -> None:
            if self._has(device, property):
                appeared.succeed(None)

        with self.observers.add((device, property), look):
            look()
            self.begin(appeared)
            try:
                appeared.result(timeout)
            except TimeoutError:
                appeared.abort()
        try:
            return self.devices[device] if property is None else self.devices[device][property]
        except PropertyError as error:
            raise type(error)(f"{error} (waited {timeout:g} s)") from None

    def wait_until_connected(self, timeout: float = 60.0) -> None:
        """Wait until a lost link is back, and with it all that was known.

        What the server does not announce again is deleted after 10 s, and not waited for any more:
        such as most properties of a device whose driver was started anew, until it is connected.

        Parameters
        ----------
        timeout : float
            Seconds.

        Raises
        ------
        ConnectionLost
            If the client was closed, or does not look for its server.
        TimeoutError
            If the link is not back in time; trying goes on.
        """
        back: Operation[None] = Operation(f"wait for {self.address}")

        def look(_: object = None) -> None:
            stale = any(device.stale for device in self.devices.values())
            if self.status == "connected" and not stale:
                back.succeed(None)
            elif self.status == "closed" or not self.reconnects:
                back.fail(ConnectionLost(self.loss))

        with self.observe(look):
            look()
            back.result(timeout)

    def enable_blobs(
        self, device: str, property: str | None = None, mode: BlobMode | str = BlobMode.ALSO
    ) -> None:
        """Tell the server whether to send BLOBs.

        Parameters
        ----------
        device : str
            Whose.
        property : str, optional
            Which; without it, each BLOB property that the device has now. (INDI's own form
            without a property would count for all devices of the connection.)
        mode : BlobMode or str
            "Never", "Also" or "Only".
        """
        names = [property] if property else self._blob_properties(device)
        for name in names:
            self.send(EnableBlob(device, name, BlobMode(mode)))
            self._blob_modes[device, name] = BlobMode(mode)

    def blob_mode(self, device: str, property: str) -> BlobMode:
        """Return what was last asked for by `enable_blobs`: servers send none by default."""
        return self._blob_modes.get((device, property), BlobMode.NEVER)

    def quiet(
        self,
        device: str | None = None,
        limit: float = _DEFINITIONS_TIMEOUT,
        only_after_first: bool = False,
    ) -> Operation[None]:
        """Return an operation that is done when no new definition has come for 150 ms.

        Parameters
        ----------
        device : str, optional
            Of this device only.
        limit : float
            Seconds after which it is done anyhow.
        only_after_first : bool
            Start to count when the first one has come.
        """
        operation = Quiet(self.observers, device, limit, only_after_first)
        self.begin(operation)
        return operation

    def handle(self, name: str) -> Device:
        """Return the one handle of a device, announced or not."""
        return self._handles.get(name) or self._handles.setdefault(name, Device(self, name))

    def _has(self, device: str, property: str | None) -> bool:
        if property is None:
            return device in self.model.devices()
        return self.model.vector(device, property) is not None

    def _blob_properties(self, device: str) -> list[str]:
        vectors = self.model.vectors(self.devices[device].name)
        names = [name for name, each in vectors.items() if each.definition.kind is Kind.BLOB]
        if not names:
            raise UnknownProperty(
                f"{device} has no BLOB property now: is it connected? "
                f"client.devices[{device!r}].connect()"
            )
        return names

    def _greeting(self) -> Iterable[Message]:
        self.model.epoch += 1
        return [*self._wanted, *(EnableBlob(*of, mode) for of, mode in self._blob_modes.items())]

    def _take(self, message: Message) -> None:
        """Fold what the server says into the model, and tell who observes."""
        if self._wanted is not ALL and not is_of(self._wanted, message):
            return
        for delta in self.model.apply(message):
            self._publish(delta)

    def _answered(self, uid: str) -> None:
        self._publish(Delta("ping", None, None, None, uid))

    def _look_after(self) -> None:
        now = time.monotonic()
        away, self._looked_at = now - self._looked_at, now
        if away > 2 * TICK:  # an observer was slow, or the computer slept: nobody has read
            self._sweep_at += away
        if now >= self._sweep_at:
            self._sweep_at = math.inf
            for delta in self.model.sweep():
                self._publish(delta)
        self.chores.do()

    def _status_changed(self, before: Status, after: Status) -> None:
        self._looked_at = time.monotonic()
        self._sweep_at = self._looked_at + RETURN_TIMEOUT if after == "connected" else math.inf
        self._publish(Delta("status", None, None, before, after))

    def _publish(self, delta: Delta) -> None:
        interested = self.observers.interested(delta.device, delta.name)
        if interested:
            owner = self._owner(delta)
            name = delta.name or delta.device or self.address
            change = Change(delta.type, owner, name, delta.old, delta.new)
            self.observers.notify(interested, change)

    def _owner(self, delta: Delta) -> "Connection | Device | Property":
        if delta.device is None:
            return self
        device = self.handle(delta.device)
        return device if delta.name is None else device.handle(delta.name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address}: {self.status}, {len(self.devices)} devices>"

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        return self.devices.summary()

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)
