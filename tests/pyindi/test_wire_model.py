"""Any sequence of edits, requests and updates, against a small model of what has to go out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indinb import pyindi as PyIndi
from indinb.protocol.messages import New, Update, Value
from indinb.protocol.vocabulary import Kind, State
from indinb.protocol.writer import encode
from tests.captures import read
from tests.protocol.strategies import characters, moderately, numbers, texts
from tests.pyindi.edges import staged
from tests.pyindi.wire_script import Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@dataclass
class Expected:
    """What a script must see, and send, of one property."""

    told: dict[str, Value]  # by the driver
    written: dict[str, Value] = field(default_factory=dict)  # and not sent yet
    asked: dict[str, Value] = field(default_factory=dict)  # and not answered yet
    state: str = "Ok"

    @property
    def seen(self) -> dict[str, Value]:
        return self.told | self.asked | self.written

    def write(self, member: str, value: Value) -> None:
        self.written.pop(member, None)
        self.written[member] = value

    def send(self) -> dict[str, Value]:
        seen = self.seen
        self.asked |= self.written
        self.written = {}
        self.state = "Busy"
        return seen

    def update(self, values: Mapping[str, Value], state: State) -> None:
        self.told |= values
        self.asked = {}
        self.state = state


@dataclass
class Actor:
    """Does to one property of a stage what is done to its model."""

    stage: Stage
    name: str
    kind: Kind
    write: Callable[[Any, Any], None]
    begin: dict[str, Value]

    def __post_init__(self) -> None:
        self.handle = self.stage.get(self.name)
        self.stage.client.sendNewProperty(self.handle)  # so that nothing is left of the last time
        self.stage.server.take()
        self.update(self.begin, State.OK)
        self.expected = Expected(dict(self.begin))

    def update(self, values: Mapping[str, Value], state: State) -> None:
        message = Update(self.kind, "D", self.name, values, state)
        self.stage.server.tell(encode(message))

    def sent(self) -> Mapping[str, Value]:
        """Return what arrives at a driver, of which there has to be one message."""
        [message] = read(self.stage.server.take())
        assert isinstance(message, New)
        assert (message.kind, message.device, message.name) == (self.kind, "D", self.name)
        return message.values

    def do(self, step: tuple) -> None:
        match step:
            case ("write", member, value):
                self.write(self.handle.findWidgetByName(member), value)
                self.expected.write(member, value)
            case ("send",):
                self.stage.client.sendNewProperty(self.handle)
                self.check_sent(self.expected.send())
            case ("update", values, state):
                self.update(values, state)
                self.expected.update(values, state)

    def check_sent(self, expected: dict[str, Value]) -> None:
        assert self.sent() == expected

    def check_seen(self, read_value: Callable[[Any], Value]) -> None:
        seen = {widget.getName(): read_value(widget) for widget in self.handle}
        assert (seen, self.handle.getStateAsString()) == (self.expected.seen, self.expected.state)


def steps(members: list[str], values: st.SearchStrategy) -> st.SearchStrategy[list[tuple]]:
    one = st.sampled_from(members)
    return st.lists(
        st.tuples(st.just("write"), one, values)
        | st.just(("send",))
        | st.tuples(
            st.just("update"),
            st.dictionaries(one, values, min_size=1),
            st.sampled_from([State.IDLE, State.OK, State.BUSY, State.ALERT]),
        ),
        max_size=12,
    )


@moderately
@given(steps(["RA", "DE"], numbers))
def test_numbers_go_out_as_written_or_else_as_told(stage, steps):
    actor = Actor(
        stage, "N", Kind.NUMBER, PyIndi.WidgetViewNumber.setValue, {"RA": 1.5, "DE": -0.5}
    )
    for step in steps:
        actor.do(step)
        actor.check_seen(PyIndi.WidgetViewNumber.getValue)


@moderately
@given(steps(["A", "B"], texts))
def test_texts_go_out_as_written_or_else_as_told(stage, steps):
    actor = Actor(stage, "T", Kind.TEXT, PyIndi.WidgetViewText.setText, {"A": "a", "B": ""})
    for step in steps:
        actor.do(step)
        actor.check_seen(PyIndi.WidgetViewText.getText)


class SwitchActor(Actor):
    """Expects what is sent of switches of any rule."""

    def do(self, step: tuple) -> None:
        self.turned_on = [name for name, on in self.expected.written.items() if on]
        super().do(step)

    def check_sent(self, expected: dict[str, Value]) -> None:
        on = self.turned_on[-1:] or [name for name, state in expected.items() if state][:1]
        only = {name: name in on for name in expected}
        rules = {"S1": dict.fromkeys(on, True) or expected, "SM": only, "SA": expected}
        assert self.sent() == rules[self.name]


@pytest.mark.parametrize("name", ["S1", "SM", "SA"])
@moderately
@given(steps(["P", "Q"], st.booleans()))
def test_switches_go_out_by_their_rule(stage, name, steps):
    actor = SwitchActor(
        stage, name, Kind.SWITCH, PyIndi.WidgetViewSwitch.setState, {"P": True, "Q": False}
    )
    for step in steps:
        if step[0] == "update" and name != "SA":
            clears = True in step[1].values()  # the others, where one at most is on
            step = ("update", (dict.fromkeys("PQ", False) if clears else {}) | step[1], step[2])
        actor.do(step)
        actor.check_seen(lambda widget: bool(widget.getState()))


# Any text, at the drivers' end


FRAGMENTS = st.sampled_from(
    ["]]>", "&amp;", "<![CDATA[", "<!--", "</oneText>", "&#10;", "\n", "\t"]
)


def texts_at_drivers(sent: bytes) -> list[str]:
    """Read one message as drivers in Python do, by a strict parser that is not ours."""
    return [(member.text or "").strip() for member in ElementTree.fromstring(sent)]


@moderately
@given(st.lists(st.text(characters) | FRAGMENTS).map("".join).map(str.strip))
@example("]]>")
@example("&")
@example("'\"<>&")
@example("é€😀")
def test_any_text_arrives_unchanged(stage, text):
    stage.client.sendNewText("D", "T", "A", text)
    sent = stage.server.take()
    assert read(sent)[0].values["A"] == text
    assert texts_at_drivers(sent)[0] == text


@pytest.mark.parametrize(
    ("text", "arrives"),
    [("a\0b\x1bc", "abc"), ("a\r\nb", "a\nb"), ("  a ", "a"), ("caf\udce9", "caf?"), ("", "")],
)
def test_what_xml_cannot_carry_is_left_out(stage, text, arrives):
    stage.client.sendNewText("D", "T", "A", text)
    sent = stage.server.take()
    assert read(sent)[0].values["A"] == arrives
    assert texts_at_drivers(sent)[0] == arrives


@moderately
@given(st.binary(min_size=1, max_size=300), st.sampled_from([".txt", ".fits", ".fits.z"]))
def test_any_bytes_arrive_unchanged(stage, data, format):
    client = stage.client
    client.startBlob("D", "BL", "2026-01-01T00:00:00")
    client.sendOneBlobFromBuffer("P", format, data)
    client.finishBlob()
    sent = stage.server.take()
    [message] = read(sent)
    blob = message.values["P"]
    assert (bytes(blob), blob.format, blob.size) == (data, format, len(data))
    assert message.timestamp == "2026-01-01T00:00:00"
    [base64] = texts_at_drivers(sent)
    assert f'enclen="{len(base64)}"'.encode() in sent
    assert len(base64.split()) == 1
