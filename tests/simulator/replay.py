"""Sessions that clients had with INDI's own simulators, asked of ours again."""

from itertools import groupby
from typing import NamedTuple

from indinb.protocol.messages import Delete, Message, New, Notice, Update
from indinb.protocol.vocabulary import State
from tests import captures
from tests.simulator.bench import Bench

VERSION = "indi-1.9.9"


class Told(NamedTuple):
    """What a property told after a request: its states in order, and the last values."""

    states: tuple[State | None, ...]
    values: dict[str, object]


class Exchange(NamedTuple):
    """One request, and what came of it until the next."""

    asked: New
    seconds: float
    messages: list[Message]

    def told(self, name: str) -> Told | None:
        """Return what a property told, or None if it told nothing."""
        return told(self.messages, name)

    @property
    def properties(self) -> set[str]:
        """Names of the properties that told something."""
        return {each.name for each in self.messages if isinstance(each, Update)}

    @property
    def notices(self) -> list[str]:
        """Lines of text, also those that came with a property."""
        return notices(self.messages)


def told(messages: list[Message], name: str) -> Told | None:
    updates = [each for each in messages if isinstance(each, Update) and each.name == name]
    states = tuple(state for state, _ in groupby(each.state for each in updates))
    return Told(states, dict(updates[-1].values)) if updates else None


def notices(messages: list[Message]) -> list[str]:
    texts = (each.message for each in messages if isinstance(each, Notice | Update | Delete))
    return [text for text in texts if text]


def exchanges(session: str) -> list[Exchange]:
    """Return a session, request by request; what came later than the last one is in the last."""
    found: list[Exchange] = []
    begins: list[float] = []
    steps = captures.session(f"{VERSION}/{session}")
    for (direction, seconds), group in groupby(steps, key=_when_sent):
        for message in captures.read(b"".join(step.data for step in group)):
            if direction == "sent" and isinstance(message, New):
                found.append(Exchange(message, 0.0, []))
                begins.append(seconds)
            elif direction == "received" and found:
                found[-1].messages.append(message)
    ends = [*begins[1:], begins[-1] + 30]
    return [
        exchange._replace(seconds=end - begin)
        for exchange, begin, end in zip(found, begins, ends, strict=True)
    ]


def _when_sent(step: captures.Step) -> tuple[str, float]:
    """Group what was received in between two requests: a BLOB comes in many pieces."""
    return step.direction, step.seconds if step.direction == "sent" else 0.0


def replay(bench: Bench, session: str) -> list[tuple[Exchange, Exchange]]:
    """Ask what was asked in a session, at the same times; return what each then answered."""
    return [(_ours(bench, theirs), theirs) for theirs in exchanges(session)]


def _ours(bench: Bench, theirs: Exchange) -> Exchange:
    bench.clear()
    bench.ask(theirs.asked.name, theirs.asked.values, device=theirs.asked.device)
    bench.run(theirs.seconds)
    return theirs._replace(messages=list(bench.messages))
