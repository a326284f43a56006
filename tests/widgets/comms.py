"""Where widgets talk to no kernel: their lines are kept here, and a test is the browser."""

import json
import zlib
from typing import Any

from comm.base_comm import BaseComm

from indinb.widgets import Panel, ProgressBar, Viewer
from indinb.widgets.dashboard import Dashboard

Json = dict[str, Any]
Widget = Panel | ProgressBar | Dashboard | Viewer


class FakeComm(BaseComm):
    """A widget's line to the browsers: keeps what it sends, and brings what a browser says."""

    def __init__(self, **options: Any) -> None:
        self.opened: Json = {}
        self.contents: list[Any] = []
        self.files: list[bytes] = []
        self.states: list[Json] = []
        super().__init__(**options)

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        data = json.loads(json.dumps(data, allow_nan=False))  # as strict as Jupyter is
        if msg_type == "comm_open":
            self.opened = _state(data, buffers)
        elif data.get("method") == "custom":
            self.contents.append(data["content"])
            self.files += map(bytes, buffers or [])
        elif data.get("method") == "update":
            self.states.append(_state(data, buffers))

    def bring(self, content: Any) -> None:
        """Bring a message of the widget's JavaScript, on this thread."""
        self._bring({"method": "custom", "content": content})

    def bring_state(self, **traits: Any) -> None:
        """Set traits, as the widget's JavaScript does."""
        self._bring({"method": "update", "state": traits, "buffer_paths": []})

    def request_state(self) -> None:
        """Ask as a page does that is loaded anew."""
        self._bring({"method": "request_state"})

    def take(self, type: str) -> list[Json]:
        """Return the messages of a type, and forget them."""
        taken = [content for content in self.contents if content["type"] == type]
        self.contents = [content for content in self.contents if content["type"] != type]
        return taken

    def _bring(self, data: Json) -> None:
        self.handle_msg({"content": {"data": data}, "buffers": []})


def unpacked(snapshot: bytes) -> Json:
    """Read what a panel packed, as strictly as a browser does."""
    read: Json = json.loads(zlib.decompress(snapshot), parse_constant=_refuse)
    return read


def _state(data: Json, buffers: list[bytes] | None) -> Json:
    """Put the binary traits back where they belong."""
    state: Json = data["state"]
    for (*path, last), binary in zip(data["buffer_paths"], buffers or [], strict=True):
        place: Any = state
        for step in path:
            place = place[step]
        place[last] = bytes(binary)
    return state


def _refuse(word: str) -> None:
    raise ValueError(f"a browser does not read {word}")
