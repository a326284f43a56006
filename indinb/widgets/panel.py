"""The control panel: one widget for a property, a device, or all devices of a client.

The truth is in the model. A snapshot of it opens the widget, patches follow, and whoever misses
one asks for the snapshot again. The browser keeps nothing that Python would have to ask for.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

import traitlets

from indinb.client.blocking import blocking
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.property import Property
from indinb.errors import ConnectionLost, IndiError
from indinb.printable import printable
from indinb.protocol.vocabulary import BlobMode
from indinb.widgets import snapshot
from indinb.widgets.feed import Feed
from indinb.widgets.line import Widget
from indinb.widgets.module import module, style
from indinb.widgets.news import News
from indinb.widgets.part import WHOLE, Part
from indinb.widgets.pictures import Pictures
from indinb.widgets.snapshot import Json

logger = logging.getLogger(__name__)

Shown = Connection | Device | Property

_FORMS = {Connection: "window", Device: "device", Property: "row"}


class Panel(Widget):
    """Control panel of all devices of a client, of one device, or of one property.

    Parameters
    ----------
    thing : Connection, Device or Property
        What to show.
    part : Part
        Of a device or of all, show only this.
    """

    _esm = module(
        "elements.js",
        "abort.js",
        "night.js",
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

    def __init__(self, thing: Shown, part: Part = WHOLE) -> None:
        self._device = _device_of(thing)
        connection = connection_of(thing)
        self._form = next(form for kind, form in _FORMS.items() if isinstance(thing, kind))
        self._title = thing.address if isinstance(thing, Connection) else thing.name
        self._part = Part(properties=(thing.name,)) if isinstance(thing, Property) else part
        self._client: Connection | None = connection  # until it is closed; and then
        self._last: Json = {}  # what is shown of it
        self._seq = 0
        self._lock = threading.Lock()  # of what is new; the reader thread takes it
        self._sending = threading.RLock()  # keeps patches and snapshots in their order
        self._news = News()
        self._pictures = Pictures(self.send)
        self._feed = Feed(self._flush)
        # Before the snapshot is taken, so that nothing falls between it and the first patch.
        self._subscription = connection.observe(self._hear)
        self._unheed = blocking.observe(self._heed)
        super().__init__()
        self._feed.poke()

    def close(self) -> None:
        """Show no more."""
        if self.comm is not None:  # garbage is closed once more, and may wait for no lock
            self._subscription.close()
            self._unheed()
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
            "form": self._form,
            "wanted": self._part.properties,
            "seq": self._seq,
            "devices": [snapshot.of_device(device, self._part) for device in self._shown()],
            **snapshot.of_connection(self._connection),
        }

    def _hear(self, change: Change) -> None:
        """Note what changed; the reader thread is not kept for more."""
        owner = change.owner
        if not self._concerns(owner):
            return
        if isinstance(owner, Property):
            self._pictures.arrived(owner)
        with self._lock:
            self._news.add(change)
            if change.type == "status":
                self._news.touch(self._shown())  # they may be gone
        self._feed.poke()

    def _heed(self, _: bool) -> None:
        """Note that a cell waits for an instrument, or no more: Abort may have to interrupt it."""
        with self._lock:
            self._news.touch()
        self._feed.poke()

    def _concerns(self, owner: object) -> bool:
        match owner:
            case Property() if self._form == "row":
                return owner.device is self._device and owner.name == self._title
            case Property():
                return self._device in (None, owner.device)
            case Device():
                return self._device in (None, owner)
        return True

    def _flush(self) -> None:
        """Send what is new, if there is a line to browsers (yet, or still)."""
        if self.comm is None:
            return
        with self._sending:
            with self._lock:
                news, self._news = self._news, News()
            if news and self._client is not None:
                self._seq += 1
                patch = news.patch(self._connection, self._part)
                self.send({"type": "patch", "seq": self._seq, **patch})
            if self._client is not None and self._client.status == "closed":
                self._retire()

    def _retire(self) -> None:
        """Let go of a closed client, and with it of its pictures: notebooks keep their widgets."""
        self._last = self._snapshot()
        self._client = self._device = None
        self._pictures.end()
        self._unheed()

    def _heard(self, content: Json) -> None:
        """Hand a click to the worker: the thread that brings it may be the kernel's own."""
        try:
            self._connection.worker.submit(self._obey, content)
        except (RuntimeError, ConnectionLost):  # closed: no worker, nothing that takes time
            self._obey(content)

    def _abort(self, content: Json) -> None:
        self._obey(content)  # here and now: it waits for nothing that the worker has begun

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

    def _property(self, content: Json) -> Property:
        return self._target(content)[content["property"]]

    def _set(self, content: Json) -> "Future[Any]":
        return self._property(content).set(content["values"])

    def _connect(self, content: Json) -> "Future[Any]":
        device = self._target(content)
        content.setdefault("property", "CONNECTION")
        return device.start_connect() if content["on"] else device.start_disconnect()

    def _stop(self, content: Json) -> None:
        """Press the abort switches, unless what was to be stopped has ended meanwhile."""
        device = self._target(content)
        if not snapshot.can_abort(device):
            return
        for switch in snapshot.abort_switches(device):
            if switch.permission.writable:
                self._press(content, device, switch.name)

    def _press(self, content: Json, device: Device, name: str) -> None:
        """Press one of several switches: what keeps it from that keeps no other."""
        try:
            self._follow(content, device[name].set())
        except IndiError as error:
            self._refuse(content, error)

    def _blobs(self, content: Json) -> None:
        mode = BlobMode.ALSO if content["on"] else BlobMode.NEVER
        found = self._property(content)
        self._connection.enable_blobs(found.device.name, found.name, mode)
        self._hear(Change("updated", found, found.name, None, None))

    def _look(self, content: Json) -> None:
        look = self._pictures.look if content["on"] else self._pictures.look_away
        look(self._property(content), content["element"])

    def _seen(self, content: Json) -> None:
        self._pictures.seen(self._property(content), content["element"])

    def _reconnect(self, _: Json) -> None:
        self._connection.reconnect()

    def _resync(self, _: Json) -> None:
        with self._sending:
            self.send_state("snapshot")

    _commands: dict[str, Callable[["Panel", Json], "Future[Any] | None"]] = {  # noqa: RUF012
        "set": _set,
        "connect": _connect,
        "abort": _stop,
        "blobs": _blobs,
        "look": _look,
        "seen": _seen,
        "reconnect": _reconnect,
        "resync": _resync,
    }


def connection_of(thing: Shown) -> Connection:
    """Return the connection to which a thing belongs."""
    match thing:
        case Property():
            return thing.device.connection
        case Device():
            return thing.connection
    return thing


def _device_of(thing: Shown) -> Device | None:
    match thing:
        case Property():
            return thing.device
        case Device():
            return thing
    return None
