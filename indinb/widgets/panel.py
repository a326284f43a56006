"""The control panel: one widget for a device, or for all devices of a client.

The truth is in the model. A snapshot of it opens the widget, patches follow, and whoever misses
one asks for the snapshot again. The browser keeps nothing that Python would have to ask for.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

import anywidget
import traitlets

from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.property import Property
from indinb.errors import ConnectionLost, IndiError
from indinb.printable import printable
from indinb.protocol.vocabulary import BlobMode, Kind
from indinb.widgets import snapshot
from indinb.widgets.clicks import answer_beside_cells
from indinb.widgets.feed import Feed
from indinb.widgets.module import module, style
from indinb.widgets.snapshot import Json

logger = logging.getLogger(__name__)


class Panel(anywidget.AnyWidget):
    """Control panel of one device, or of all devices of a client.

    Parameters
    ----------
    thing : Device or Connection
        What to show.
    """

    _esm = module(
        "elements.js",
        "panel_state.js",
        "panel_editors.js",
        "panel_rows.js",
        "panel_log.js",
        "panel_device.js",
        "panel.js",
    )
    _css = style("theme.css", "panel.css")
    # What is sent of it is made anew each time: new views begin with what is true now.
    snapshot = traitlets.Bytes().tag(sync=True, to_json=lambda _, panel: panel._packed())

    def __init__(self, thing: Device | Connection) -> None:
        connection = thing.connection if isinstance(thing, Device) else thing
        self._title = thing.name if isinstance(thing, Device) else thing.address
        self._device = thing if isinstance(thing, Device) else None
        self._client: Connection | None = connection  # until it is closed; and then
        self._last: Json = {}  # what is shown of it
        self._seq = 0
        self._lock = threading.Lock()  # of what is new; the reader thread takes it
        self._sending = threading.RLock()  # keeps patches and snapshots in their order
        self._news = _News()
        self._feed = Feed(self._flush)
        # Before the snapshot is taken, so that nothing falls between it and the first patch.
        self._subscription = connection.observe(self._hear)
        super().__init__()
        answer_beside_cells(self.comm)
        self.on_msg(self._receive)
        self._feed.poke()

    def close(self) -> None:
        """Show no more."""
        if self.comm is not None:  # garbage is closed once more, and may wait for no lock
            self._subscription.close()
            self._feed.close()
            super().close()

    def __repr__(self) -> str:
        return printable(f"<Panel of {self._title}>")

    @property
    def _connection(self) -> Connection:
        if self._client is None:
            raise ConnectionLost(self._last["loss"])
        return self._client

    def _packed(self) -> bytes:
        self._flush()  # what is due goes first, or its messages would come twice
        return snapshot.packed(self._snapshot())

    def _shown(self) -> Iterable[Device]:
        names = [self._device.name] if self._device else self._connection.devices
        return map(self._connection.handle, names)

    def _snapshot(self) -> Json:
        if self._client is None:
            return {**self._last, "seq": self._seq}
        return {
            "title": self._title,
            "seq": self._seq,
            "window": self._device is None,
            "devices": [snapshot.of_device(device) for device in self._shown()],
            **snapshot.of_connection(self._connection),
        }

    def _hear(self, change: Change) -> None:
        """Note what changed; the reader thread is not kept for more."""
        owner = change.owner
        device = owner.device if isinstance(owner, Property) else owner
        if isinstance(device, Device) and self._device not in (None, device):
            return
        touched = self._shown() if change.type == "status" else ()  # they are stale, or no more
        with self._lock:
            self._news.add(change, touched)
        self._feed.poke()

    def _flush(self) -> None:
        """Send what is new, if there is a line to browsers (yet, or still)."""
        if self.comm is None:
            return
        with self._sending:
            with self._lock:
                news, self._news = self._news, _News()
            if news:
                self._seq += 1
                self.send({"type": "patch", "seq": self._seq, **news.patch(self._connection)})
            if self._client is not None and self._client.status == "closed":
                self._retire()

    def _retire(self) -> None:
        """Let go of a closed client, and with it of its pictures: notebooks keep their widgets."""
        self._last = self._snapshot()
        self._client = self._device = None

    def _receive(self, _: Any, content: Json, __: Any) -> None:
        """Hand a click to the worker: the thread that brings it may be the kernel's own."""
        try:
            self._connection.worker.submit(self._obey, content)
        except (RuntimeError, ConnectionLost):  # closed: no worker, nothing that takes time
            self._obey(content)

    def _obey(self, content: Json) -> None:
        try:
            operation = self._commands[content["type"]](self, content)
        except IndiError as error:
            self._refuse(content, error)
        except Exception:
            logger.exception("a panel's wish failed: %r", content)
        else:
            if operation is not None:
                self._follow(content, operation)

    def _follow(self, content: Json, operation: "Future[Any]") -> None:
        """Say so when what was asked for fails later."""

        def report(done: "Future[Any]") -> None:
            error = done.exception()
            if error is not None:
                self._refuse(content, error)

        operation.add_done_callback(report)

    def _refuse(self, content: Json, error: BaseException) -> None:
        where = {"device": content.get("device"), "property": content.get("property")}
        self.send({"type": "failed", **where, "message": str(error)})

    def _target(self, content: Json) -> Device:
        return self._connection.devices[content["device"]]

    def _set(self, content: Json) -> "Future[Any]":
        return self._target(content)[content["property"]].set(content["values"])

    def _connect(self, content: Json) -> "Future[Any]":
        device = self._target(content)
        content.setdefault("property", "CONNECTION")
        return device.start_connect() if content["on"] else device.start_disconnect()

    def _abort(self, content: Json) -> None:
        for found in self._target(content).values():
            if "ABORT" in found.name and found.kind is Kind.SWITCH and found.permission.writable:
                self._follow(content, found.set({next(iter(found)): True}))

    def _blobs(self, content: Json) -> None:
        mode = BlobMode.ALSO if content["on"] else BlobMode.NEVER
        found = self._target(content)[content["property"]]
        self._connection.enable_blobs(found.device.name, found.name, mode)
        self._hear(Change("updated", found, found.name, None, None))

    def _resync(self, _: Json) -> None:
        with self._sending:
            self.send_state("snapshot")

    _commands: dict[str, Callable[["Panel", Json], "Future[Any] | None"]] = {  # noqa: RUF012
        "set": _set,
        "connect": _connect,
        "abort": _abort,
        "blobs": _blobs,
        "resync": _resync,
    }


class _News:
    """What has changed since the last patch: names, not values, so that only the newest count."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self._properties: dict[str, dict[str, Property]] = {}
        self._messages: dict[str | None, list[Json]] = {}
        self._some = False

    def __bool__(self) -> bool:
        return self._some

    def add(self, change: Change, touched: Iterable[Device] = ()) -> None:
        self._some = True
        self._devices |= {device.name: device for device in touched}
        match change.owner:
            case Property() as found:
                self._devices[found.device.name] = found.device
                self._properties.setdefault(found.device.name, {})[found.name] = found
            case Device() as device:
                self._devices[device.name] = device
        if change.type == "message":
            name = change.owner.name if isinstance(change.owner, Device) else None
            lines = self._messages.setdefault(name, [])
            lines.append(snapshot.of_notice(change.new))
            del lines[: -snapshot.MESSAGES_SHOWN]

    def patch(self, connection: Connection) -> Json:
        present = [device for device in self._devices.values() if device.defined]
        return {
            "status": connection.status,
            "loss": connection.loss,
            "devices": [self._device(device) for device in present],
            "deleted_devices": [d.name for d in self._devices.values() if not d.defined],
            "messages": self._messages.get(None, []),
        }

    def _device(self, device: Device) -> Json:
        changed = self._properties.get(device.name, ())
        connection = device.connection
        vectors = connection.model.vectors(device.name)
        present = [vectors[name] for name in changed if name in vectors]
        return {
            **snapshot.heading(device),
            "properties": [snapshot.of_property(connection, vector) for vector in present],
            "deleted": [name for name in changed if name not in vectors],
            "messages": self._messages.get(device.name, []),
        }
