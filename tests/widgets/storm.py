"""Drivers that say a lot, in the kernel itself: 60 properties of 250 elements for each device.

Notebooks import it, for panels that are under load; tests import it to know what is to be seen.
"""

import threading
import time
from collections.abc import Iterator

from indinb import Client
from indinb.protocol.messages import Define, Update, Value
from indinb.protocol.vocabulary import State
from tests.client.fakes import FakeServer, numbers, switches, texts, update

PROPERTIES = 60
GROUPS = 8
TICK = 0.01  # seconds between two bursts


def group_of(index: int) -> str:
    return f"Group {index * GROUPS // PROPERTIES}"


def values_of(index: int, count: int) -> dict[str, Value]:
    """Return the values of a property as of update number `count`."""
    match index % 6:
        case 4:
            return {f"E{element}": f"word {count}.{element}" for element in range(2)}
        case 5:
            return {f"E{element}": count % 3 == element for element in range(3)}
    return {f"E{element}": float(10 * count + element) for element in range(5)}


def definitions(device: str) -> list[Define]:
    """Return what a driver of 60 properties announces."""
    makers = {4: texts, 5: switches}
    return [
        makers.get(index % 6, numbers)(
            f"P{index:02}", values_of(index, 0), device=device, group=group_of(index)
        )
        for index in range(PROPERTIES)
    ]


def shown(value: Value) -> str:
    """Return how a panel shows a value: the word, the number, or whether a button is pressed."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
    return str(value)


class Drivers:
    """A client of devices of 60 properties each, all in this program."""

    def __init__(self, *devices: str) -> None:
        self.definitions = [one for device in devices for one in definitions(device)]
        self.server = FakeServer(*self.definitions)
        self.client = Client(self.server.transport).open()
        self.told = 0  # updates
        self.ended_at = 0.0
        self._thread = threading.Thread()

    def close(self) -> None:
        self.client.close()
        self.server.close()

    def storm(self, rate: int, total: int) -> None:
        """Begin to tell of changes, so many in a second and in all, each property in its turn."""
        self._thread = threading.Thread(target=self._storm, args=(rate, total))
        self._thread.start()

    def end(self) -> float:
        """Wait for the end, and tell when it was."""
        self._thread.join()
        return self.ended_at

    def _storm(self, rate: int, total: int) -> None:
        began = time.monotonic()
        burst = round(rate * TICK)
        for done in range(0, total, burst):
            time.sleep(max(0.0, began + done / rate - time.monotonic()))
            self.server.send(*self._updates(range(self.told, self.told + burst)))
            self.told += burst
        self.ended_at = time.time()

    def _updates(self, counts: range) -> Iterator[Update]:
        for count in counts:
            index = count % len(self.definitions)
            state = State.BUSY if count % 7 else State.OK
            yield update(self.definitions[index], state, **values_of(index, count))


def last_counts(total: int) -> dict[int, int]:
    """Tell for each property of one device the number of its last update."""
    return {count % PROPERTIES: count for count in range(total - PROPERTIES, total)}


def last_shown(total: int) -> dict[str, dict[str, str]]:
    """Tell what a panel shows of each element after so many updates."""
    return {
        f"P{index:02}": {name: shown(value) for name, value in values_of(index, count).items()}
        for index, count in last_counts(total).items()
    }
