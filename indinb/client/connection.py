"""One connection to an INDI server.

The threads, and their rules:

1. The reader thread alone applies messages and calls observers, in the order of the wire; only
   the end is told by the thread that closes. Any thread may read.
2. What is published is never changed: frozen values, replaced by one assignment. So reading needs
   no lock.
3. There are two small locks: one keeps a message whole on the wire, one guards the tuples of
   observers. Neither is held while anything is called.
4. An observer returns soon and may send; it may not wait. What it raises is logged, and keeps
   nothing from the others.
5. When the connection ends, every pending operation fails with `ConnectionLost` at once. Values
   stay readable, and are stale.
6. Pictures are decoded, stretched and saved on the worker thread, never on the reader's.
"""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, Self

from indinb.client import display
from indinb.client.clock import check_may_wait, forbid_waiting
from indinb.client.completion import offer_keys
from indinb.client.device import Device
from indinb.client.model import Delta, Model
from indinb.client.observers import Change, Handler, Observers, Subscription, notify
from indinb.client.operation import Operation
from indinb.client.property import Property, did_you_mean
from indinb.client.quiet import Quiet
from indinb.client.transport import Transport
from indinb.errors import (
    ConnectionLost,
    IndiError,
    NotWritable,
    PropertyError,
    UnknownDevice,
    UnknownProperty,
)
from indinb.protocol.messages import EnableBlob, GetProperties, Message, New, Notice, Ping
from indinb.protocol.reader import Reader
from indinb.protocol.vocabulary import BlobMode, Kind
from indinb.protocol.writer import encode

logger = logging.getLogger(__name__)

_WORKER = "indinb-worker"
_END_TIMEOUT = 5.0  # seconds for observers that are being called while the client is closed

Status = Literal["connected", "lost", "closed"]

_DEFINITIONS_TIMEOUT = 2.0  # seconds to wait for definitions, as some servers are never quiet


class Devices(Mapping[str, Device]):
    """The devices that the server announces now, by name."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    def __getitem__(self, name: str) -> Device:
        if name not in self._connection.model.devices():
            raise self._connection.unknown(name)
        return self._connection.handle(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._connection.model.devices())

    def __len__(self) -> int:
        return len(self._connection.model.devices())

    def __repr__(self) -> str:
        return "\n".join(map(repr, map(self._connection.handle, self))) or "<no devices>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def summary(self) -> display.Summary:
        """Describe them as a table."""
        columns = ["device", "connected", "interfaces", "properties"]
        rows = [
            [d.name, "yes" if d.connected else "no", d.interfaces.name or "GENERAL", str(len(d))]
            for d in map(self._connection.handle, self)
        ]
        return display.Summary(f"Devices of {self._connection.address}", columns, rows)

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.static(self)


class Connection:
    """A live view of one INDI server, from its opening to `close`.

    Parameters
    ----------
    transport : Transport
        A link that is open already.
    address : str
        What to call the server.
    devices : sequence of str, or str, optional
        See only these, or this one. The server sends nothing of the others.
    read_only : bool
        Look, but ask nothing of any device.

    Attributes
    ----------
    devices : Devices
        Live mapping from names to devices.
    status : str
        "connected", "lost" or "closed".
    """

    def __init__(
        self,
        transport: Transport,
        address: str = "server",
        devices: Sequence[str] | str | None = None,
        read_only: bool = False,
    ) -> None:
        self.address = address
        self.read_only = read_only
        self.status: Status = "connected"
        self.model = Model()
        self.observers = Observers()
        self.devices = Devices(self)
        self.worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=_WORKER)
        self._transport = transport
        self._scope = [devices] if isinstance(devices, str) else devices
        self._handles: dict[str, Device] = {}
        self._blob_modes: dict[tuple[str, str], BlobMode] = {}
        self._pending: set[Operation[Any]] = set()
        self._loss = ""
        self._send_lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, name="indinb-reader", daemon=True)

    def open(self) -> Self:
        """Start reading, ask for all definitions, and wait until they have come.

        Returns after 150 ms without a new one, or after 2 s at most.
        """
        offer_keys(Devices, Device, Property)
        self.model.epoch += 1
        quiet = self.quiet(limit=_DEFINITIONS_TIMEOUT, only_after_first=True)
        self._reader.start()
        try:
            for device in self._scope or (None,):
                self.send(GetProperties(device))
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

    def close(self) -> None:
        """End the connection; values stay readable. Safe to call twice and from any thread."""
        if self.status == "closed":
            return
        self._end("closed", "this client was closed: make a new one with indinb.connect()")
        self._transport.close()
        on_worker = threading.current_thread().name.startswith(_WORKER)
        self.worker.shutdown(wait=not on_worker, cancel_futures=True)
        if self._reader.is_alive() and threading.current_thread() is not self._reader:
            self._reader.join(_END_TIMEOUT)
        self.status = "closed"  # the reader may have called it "lost" at the same moment
        self.observers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def messages(self) -> tuple[Notice, ...]:
        """What the server itself has said, oldest first."""
        return tuple(self.model.messages)

    def send(self, message: Message) -> None:
        """Put one message on the wire, whole.

        Raises
        ------
        ConnectionLost
            If there is no link.
        NotWritable
            If the connection is read-only and the message asks a device for something.
        """
        if self.read_only and isinstance(message, New):
            raise NotWritable(
                f"this client is read-only, so {message.name} of {message.device} was not set: "
                "connect without read_only=True to control devices"
            )
        data = encode(message)
        if self.status != "connected":
            raise ConnectionLost(self._loss)
        try:
            with self._send_lock:
                self._transport.send(data)
        except BaseException as error:
            self._transport.close()  # half a message may be on the wire: nothing may follow it
            if not isinstance(error, OSError):
                raise
            raise ConnectionLost(f"{self.address} does not take any more: {error}") from error

    def begin(self, operation: Operation[Any]) -> None:
        """Take an operation to fail when the link is lost."""
        self._pending.add(operation)
        operation.add_done_callback(lambda _: self._pending.discard(operation))
        if self.status != "connected":
            operation.fail(ConnectionLost(self._loss))

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

    def unknown(self, name: str) -> UnknownDevice:
        """Return the error that says that there is no such device, and what to do."""
        known = list(self.devices)
        hint = did_you_mean(name, known) or f"; there is {', '.join(known) or 'none at all'}"
        return UnknownDevice(f"{self.address} announces no device {name!r}{hint}")

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

    def _read(self) -> None:
        forbid_waiting()
        reader = Reader()
        try:
            while (received := self._transport.receive_into(reader.get_buffer()))[0]:
                for message in reader.buffer_updated(*received):
                    self._take(message)
            reason = f"{self.address} has ended the connection: connect again when it is back"
            reader.eof_received()
        except (IndiError, OSError) as error:
            reason = f"the link to {self.address} broke: {error}"
        except Exception as error:
            logger.exception("reading from %s failed", self.address)
            reason = f"reading from {self.address} failed: {error}"
        self._end("lost", reason)
        self._transport.close()

    def _take(self, message: Message) -> None:
        if isinstance(message, Ping):
            if not message.reply:
                self.send(Ping(message.uid, reply=True))
            return
        for delta in self.model.apply(message):
            self._publish(delta)

    def _publish(self, delta: Delta) -> None:
        interested = self.observers.interested(delta.device, delta.name)
        if interested:
            owner = self._owner(delta)
            name = delta.name or delta.device or self.address
            notify(interested, Change(delta.type, owner, name, delta.old, delta.new))

    def _owner(self, delta: Delta) -> "Connection | Device | Property":
        if delta.device is None:
            return self
        device = self.handle(delta.device)
        return device if delta.name is None else device.handle(delta.name)

    def _end(self, status: Status, reason: str) -> None:
        """Note that the link is gone, and tell everybody who waits or observes."""
        before = self.status
        if before == "closed":
            return
        self._loss = reason
        self.status = status
        for operation in tuple(self._pending):
            operation.fail(ConnectionLost(f"{operation.label}: {reason}"))
        change = Change("status", self, self.address, before, status)
        notify(self.observers.interested(None, None), change)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address}: {self.status}, {len(self.devices)} devices>"

    def summary(self) -> display.Summary:
        """Describe it as a table."""
        return self.devices.summary()

    def _repr_mimebundle_(self, **_: Any) -> display.MimeBundle:
        return display.render(self)
