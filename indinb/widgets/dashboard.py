"""The dashboard: the desk of an observer in one widget.

The truth is in Python. A snapshot of it opens the widget, numbered patches follow, and whoever
misses one asks for the snapshot again. A patch has those cards that changed, whole. Pictures are
large, so they are sent when a browser asks, which it does when it has drawn the one before.
"""

import logging
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import traitlets

from indinb import display
from indinb.client.blocking import blocking
from indinb.client.clock import Timer, call_later
from indinb.errors import ConnectionLost
from indinb.printable import printable
from indinb.widgets.darkroom import Picture
from indinb.widgets.desk import Desk
from indinb.widgets.feed import TICK, Feed
from indinb.widgets.line import Widget
from indinb.widgets.module import module, style
from indinb.widgets.snapshot import Json

if TYPE_CHECKING:
    from indinb.observatory import Client

logger = logging.getLogger(__name__)

BEAT = 1.0
"""Seconds after which the sky has turned, though no driver has said a word."""


class Dashboard(Widget):
    """Mount, camera, focuser and filter wheel of a client, in the way an observer works.

    Parameters
    ----------
    client : Client
        Whose instruments.
    """

    _esm = module(
        "elements.js",
        "abort.js",
        "night.js",
        "dashboard_store.js",
        "dashboard_parts.js",
        "dashboard_mount.js",
        "dashboard_camera.js",
        "dashboard_focuser.js",
        "dashboard.js",
    )
    _css = style("theme.css", "dashboard.css")
    # What is sent of it is made anew each time: new views begin with what is true now.
    desk = traitlets.Dict().tag(sync=True, to_json=lambda _, widget: widget._whole())

    def __init__(self, client: "Client") -> None:
        self._client: Client | None = client  # until it is closed
        self._seq = 0
        self._shown: Json = {}  # by the browsers
        self._last: Picture | None = None  # when the client is closed
        self._sending = threading.RLock()  # keeps patches and snapshots in their order
        self._beat: Timer | None = None
        self._feed = Feed(self._flush)
        self._desk: Desk | None = Desk(client, self._feed.poke)
        # Before the snapshot is taken, so that nothing falls between it and the first patch.
        self._subscription = client.observe(self._desk.hear)
        self._leave = blocking.observe(lambda _: self._feed.poke())
        self._names = ", ".join(self._desk.devices) or "no instruments"
        super().__init__()
        self._feed.poke()

    def close(self) -> None:
        """Show no more."""
        if self.comm is not None:  # garbage is closed once more, and may wait for no lock
            self._rest()
            super().close()

    def __repr__(self) -> str:
        return printable(f"<Dashboard of {self._names}>")

    def summary(self) -> display.Summary:
        """Describe the desk as a table, for pages where no widget lives."""
        return display.Summary("Dashboard", ["", "instrument", "state"], _rows(self._shown))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        view = super()._repr_mimebundle_(**options)
        widget = view[0] if isinstance(view, tuple) else view
        return (widget or {}) | display.static(self)

    def _whole(self) -> Json:
        with self._sending:
            self._flush()  # what is due goes first
            return {**self._shown, "seq": self._seq}

    def _flush(self) -> None:
        """Send what is new, if there is a line to browsers (yet, or still)."""
        with self._sending:
            if self._desk is None:
                return
            desk = self._desk.describe()
            news = {name: part for name, part in desk.items() if part != self._shown.get(name)}
            self._shown = desk
            if news and self.comm is not None:
                self._seq += 1
                self.send({"type": "patch", "seq": self._seq, "news": news})
            if desk["status"] == "closed":
                self._retire()
            else:
                self._look_again(TICK if self._desk.busy else BEAT)

    def _look_again(self, seconds: float) -> None:
        """Look again soon: the sky turns, and operations go on, without a word from drivers."""
        if self._beat is not None:
            self._beat.cancel()
        self._beat = call_later(seconds, self._feed.poke)

    def _retire(self) -> None:
        """Let go of a closed client: what it showed last stays in the notebook."""
        self._last = self._picture
        self._desk = self._client = None
        self._rest()

    def _rest(self) -> None:
        self._subscription.close()
        self._leave()
        self._feed.close()
        if self._beat is not None:
            self._beat.cancel()

    @property
    def _picture(self) -> Picture | None:
        return self._last if self._desk is None else self._desk.picture

    def _heard(self, content: Json) -> None:
        match content:
            case {"type": "act"}:
                self._submit(content)
            case {"type": "reconnect"}:
                self._reconnect()
            case {"type": "picture"}:
                self._send_picture()
            case {"type": "resync"}:
                with self._sending:
                    self.send_state("desk")

    def _abort(self, content: Json) -> None:
        """Stop an instrument at once: the worker may have something else to do."""
        desk = self._desk
        if desk is not None:
            desk.cards[content["card"]].abort()

    def _submit(self, content: Json) -> None:
        """Hand a click to the worker: the thread that brings it may be the kernel's own."""
        client = self._client
        if client is None:
            return
        try:
            client.worker.submit(self._act, **content)
        except RuntimeError:  # the client is closed, which the browsers will hear of
            logger.debug("a dashboard's click came too late: %r", content)

    def _act(self, card: str, action: str, values: Json, **_: Any) -> None:
        desk = self._desk
        try:
            if desk is not None:
                desk.cards[card].act(action, values)
        except Exception:
            logger.exception("a dashboard's wish failed: %s of %s, %r", action, card, values)

    def _reconnect(self) -> None:
        client = self._client
        with suppress(ConnectionLost):  # it was closed meanwhile, which the browsers will hear of
            if client is not None:
                client.reconnect()

    def _send_picture(self) -> None:
        picture = self._picture
        if picture is not None:
            serial = picture.facts["serial"]
            self.send({"type": "picture", "serial": serial}, buffers=[picture.file])


def _rows(desk: Json) -> list[list[str]]:
    cards = {"mount": "Mount", "camera": "Camera", "focuser": "Focuser", "wheel": "Filter wheel"}
    return [
        [label, desk[name].get("device", "none"), desk[name].get("words", "not connected")]
        for name, label in cards.items()
        if name in desk
    ]
