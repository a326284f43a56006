"""What scripts look things up in, without a connection: tests speak for the drivers."""

from indinb.client.model import Delta, Model
from indinb.protocol.messages import Message, New
from indinb.protocol.vocabulary import Interface
from indinb.pyindi import sending
from indinb.pyindi.device import BaseDevice
from indinb.pyindi.lines import Lines
from indinb.pyindi.properties import Property
from indinb.pyindi.sheet import Sheet
from tests.client.fakes import CCD


class Book:
    """Sheets and devices over a plain model, as a switchboard has them over a connection."""

    def __init__(self, *messages: Message) -> None:
        self.model = Model()
        self.linked = True
        self.told: list[tuple[str, str]] = []
        self._sheets: dict[tuple[str, str], Sheet] = {}
        self._lines: dict[str, Lines] = {}
        self.say(*messages)

    def say(self, *messages: Message) -> None:
        """Tell what drivers say."""
        for message in messages:
            for delta in self.model.apply(message):
                self._hear(delta)

    def _hear(self, delta: Delta) -> None:
        if delta.type == "deleted" and delta.name is not None:
            self.sheet(delta.device, delta.name).keep(delta.old)

    def restart(self) -> None:
        """Begin anew with a server that has said nothing yet."""
        for sheet in self._sheets.values():
            sheet.keep(sheet.vector)
        self.model = Model()

    def sheet(self, device: str, name: str) -> Sheet:
        return self._sheets.setdefault((device, name), Sheet(self, device, name))

    def property(self, name: str, device: str = CCD) -> Property:
        """Return a new handle."""
        return Property.of(self.sheet(device, name))

    def send(self, prop: Property) -> New:
        """Do what is done to send what was written on a property, and return the message."""
        request = sending.request(prop.sheet)
        prop.sheet.ask()
        return request

    def device(self, name: str) -> BaseDevice:
        return BaseDevice(self, name)

    def interfaces(self, device: str) -> int:
        return int(Interface.CCD | Interface.GUIDER) if device == CCD else 0

    def lines(self, device: str) -> Lines:
        return self._lines.setdefault(device, Lines())

    def add_line(self, device: str, line: str) -> None:
        self.lines(device).add(line)
        self.told.append((device, line))
