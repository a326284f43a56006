"""What a device tells, short enough to be compared with what INDI's simulator told."""

import re
from collections.abc import Iterable

from indinb.protocol.messages import Message, Notice, Update
from indinb.protocol.vocabulary import Kind
from tests import captures


def story(messages: Iterable[Message], device: str, without: tuple[str, ...] = ()) -> list[str]:
    """Return lines of text, and the changes of states and switches, in order; no numbers."""
    last: dict[str, str] = {}
    told = []
    for message in messages:
        if getattr(message, "device", None) != device:
            continue
        if isinstance(message, Notice):
            told.append(re.sub(r"[-+\d.:]+", "#", re.sub(r"\s+", "", message.message)))
        elif isinstance(message, Update) and message.name not in without:
            line = _line(message)
            if last.get(message.name) != line:
                told.append(line)
            last[message.name] = line
    return told


def captured(session: str, device: str, without: tuple[str, ...] = ()) -> list[str]:
    """Return the story of a captured session, from the first request on."""
    steps = captures.session(f"indi-1.9.9/{session}")
    asked = next(
        i for i, step in enumerate(steps) if b"<new" in step.data and step.direction == "sent"
    )
    data = b"".join(step.data for step in steps[asked:] if step.direction == "received")
    return story(captures.read(data, eof=False), device, without)


def _line(update: Update) -> str:
    state = "" if update.state is None else update.state.value
    on = [name for name, value in update.values.items() if value is True]
    return " ".join([update.name, state, *(on if update.kind is Kind.SWITCH else ())])
