import functools
import threading

import pytest

from indinb.client.model import Model
from indinb.protocol.messages import Blob, Delete, Notice
from indinb.protocol.vocabulary import Kind, State
from tests import captures
from tests.client.fakes import CCD, FRAME, FRAME_TYPE, MOUNT, RADEC, delete, update
from tests.client.helpers import kinds

TYPES = {
    Kind.TEXT: str,
    Kind.NUMBER: float,
    Kind.SWITCH: bool,
    Kind.LIGHT: State,
    Kind.BLOB: Blob | None,
}


@functools.cache
def announced(name):
    """Return the definitions of a real driver."""
    return captures.read(captures.capture(name))


def check(model):
    """What holds after whatever came."""
    for device in model.devices():
        for name, found in model.vectors(device).items():
            definition = found.definition
            assert (definition.device, definition.name) == (device, name)
            assert found.keys() == definition.members.keys() == found.elements.keys()
            assert all(isinstance(value, TYPES[definition.kind]) for value in found.values())


def replay(model, messages):
    """Apply messages; deltas must say how the model before became the model after."""
    for message in messages:
        for delta in model.apply(message):
            if delta.type == "updated":
                assert delta.old.keys() == delta.new.keys()
                assert delta.new is model.vector(delta.device, delta.name)
            elif delta.type == "deleted":
                assert delta.name is None or delta.new is None is not delta.old


@pytest.mark.parametrize("name", captures.DEFINITIONS)
def test_definitions_of_real_drivers(name):
    model, messages = Model(), announced(name)
    replay(model, messages)
    check(model)
    device = model.devices()[0]
    seen = {message.name for message in messages if getattr(message, "members", None)}
    assert model.vectors(device).keys() == seen
    assert "DRIVER_INFO" in seen


@pytest.mark.parametrize("name", captures.SESSIONS)
def test_sessions_with_real_servers(name):
    version = name.split("/")[0]
    model = Model()
    for drivers in captures.DEFINITIONS:
        if drivers.startswith(version) and "preconnect" not in drivers:
            replay(model, announced(drivers))
    replay(model, captures.read(captures.received(name), eof=False))
    check(model)


@pytest.mark.parametrize("version", ["indi-1.9.9", "indi-2.2.4"])
def test_a_device_that_is_disconnected_keeps_what_it_had_before(version):
    model = Model()
    replay(model, announced(f"{version}/ccd.xml"))
    deltas = [
        delta
        for message in captures.read(captures.received(f"{version}/disconnect"), eof=False)
        for delta in model.apply(message)
    ]
    assert deltas[0].name == "CONNECTION"
    assert deltas[0].new["DISCONNECT"] is True
    deleted = {delta.name for delta in deltas if delta.type == "deleted"}
    assert {"CCD_EXPOSURE", "CCD1"} <= deleted
    assert deleted.isdisjoint({"CONNECTION", "DRIVER_INFO", None})


@pytest.mark.parametrize("version", ["indi-1.9.9", "indi-2.2.4"])
def test_a_driver_that_is_killed_comes_back_disconnected(version):
    model, wheel = Model(), "Filter Simulator"
    replay(model, announced(f"{version}/wheel.xml"))
    deltas = [
        delta
        for message in captures.read(captures.received(f"{version}/driver_killed"), eof=False)
        for delta in model.apply(message)
        if delta.device == wheel and delta.name is None and delta.type != "message"
    ]
    assert kinds(deltas) == [("deleted", wheel, None), ("defined", wheel, None)]
    assert model.vector(wheel, "CONNECTION")["CONNECT"] is False
    assert model.vector(wheel, "FILTER_SLOT") is None


def test_limits_follow_the_frame_in_a_real_session():
    model = Model()
    replay(model, announced("indi-1.9.9/ccd.xml"))
    maxima = []
    for message in captures.read(captures.received("indi-1.9.9/exposure_bin_frame"), eof=False):
        for delta in model.apply(message):
            if delta.name == "CCD_STREAM_FRAME":
                maxima.append(delta.new.elements["WIDTH"].max)
    assert maxima == [640, 100, 200, 1280, *maxima[4:]]
    picture = model.vector(CCD, "CCD1")["CCD1"]
    assert (picture.format, bytes(picture)) == (".fits", captures.TINY_FITS)


# Reading while it changes


def test_any_thread_may_read_while_another_applies(model):
    stop, problems, reads = threading.Event(), [], [0, 0]

    def read(reader):
        try:
            while not stop.is_set() or not reads[reader]:
                look(model)
                reads[reader] += 1
        except Exception as error:
            problems.append(error)

    readers = [threading.Thread(target=read, args=(number,)) for number in range(2)]
    for thread in readers:
        thread.start()
    for number in map(float, range(1500)):
        change(model, number)
    stop.set()
    for thread in readers:
        thread.join()
    assert problems == []
    assert all(reads)


def change(model, number):
    """Move the frame, and let a property and a whole device come and go."""
    model.apply(update(FRAME, State.OK, X=number, Y=number, WIDTH=number, HEIGHT=number))
    model.apply(delete(FRAME_TYPE) if number % 2 else FRAME_TYPE)
    model.apply(Delete(MOUNT) if number % 3 else RADEC)
    model.apply(Notice(CCD, str(number)))


def look(model):
    """Read everything; the members of the frame must be of one moment."""
    for device in model.devices():
        for found in model.vectors(device).values():
            assert found.elements.keys() == found.definition.members.keys()
    frame = model.vector(CCD, "CCD_FRAME")
    assert len(set(frame.values())) == 1 or frame["WIDTH"] == 1280.0
    model.messages_of(CCD)
