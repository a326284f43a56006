"""The desk of an observer, as JSON: the words between dashboard.py and dashboard.js."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from indinb.client.blocking import blocking
from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.property import Property
from indinb.errors import UnknownDevice
from indinb.widgets.cameracard import CameraCard
from indinb.widgets.card import Card
from indinb.widgets.darkroom import IMAGE, Darkroom, Picture
from indinb.widgets.focuscards import FocuserCard, WheelCard
from indinb.widgets.mountcard import MountCard
from indinb.widgets.snapshot import Json

if TYPE_CHECKING:
    from indinb.observatory import Client


class Desk:
    """The instruments that an observer works with, and the newest picture.

    Parameters
    ----------
    client : Client
        Whose instruments.
    changed : callable
        Called, from any thread, when there is something new to draw.
    """

    def __init__(self, client: "Client", changed: Callable[[], None]) -> None:
        self._client = client
        self._changed = changed
        self._darkroom = Darkroom(client, changed)
        self._camera = CameraCard(client, changed)
        self.cards: dict[str, Card] = {
            "mount": MountCard(client, changed),
            "camera": self._camera,
            "focuser": FocuserCard(client, changed),
            "wheel": WheelCard(client, changed),
        }
        self._receiving: Device | None = None
        self._receive()

    @property
    def picture(self) -> Picture | None:
        """The newest picture."""
        return self._darkroom.newest

    @property
    def busy(self) -> bool:
        """Whether something is under way, the progress of which no driver tells."""
        return any(card.is_busy for card in self.cards.values())

    @property
    def devices(self) -> list[str]:
        """The names of its instruments that are there."""
        described = (card.describe() for card in self.cards.values())
        return [one["device"] for one in described if "device" in one]

    def hear(self, change: Change) -> None:
        """Note what changed; the reader thread is not kept for more."""
        if change.name == IMAGE and isinstance(change.owner, Property):
            self._take(change)
        self._changed()

    def describe(self) -> Json:
        """Describe all that is shown."""
        self._receive()  # of another camera, if that was chosen meanwhile
        client, picture = self._client, self.picture
        return {
            "title": client.address,
            "status": client.status,
            "loss": client.loss,
            "read_only": client.read_only,
            "reconnects": client.reconnects,
            "blocking": blocking.now,
            "picture": None if picture is None else picture.facts,
            **{name: card.describe() for name, card in self.cards.items()},
        }

    def _take(self, change: Change) -> None:
        camera = self._find_camera()
        if camera is None or change.owner.device is not camera:
            return
        if change.type == "defined":
            self._darkroom.receive(camera)
        else:
            self._darkroom.hear(change, camera)

    def _receive(self) -> None:
        camera = self._find_camera()
        if camera is not None and camera is not self._receiving:
            self._receiving = camera
            self._darkroom.receive(camera)

    def _find_camera(self) -> Device | None:
        try:
            return self._camera.device
        except UnknownDevice:
            return None
