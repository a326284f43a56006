"""Odd sending, hearing and ending, one test for each row of what the original was seen to do."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from indinb import pyindi as PyIndi
from tests.pyindi import test_edge
from tests.pyindi.canonical import canonical
from tests.pyindi.edges import THEIRS, connected, row, rows_of
from tests.pyindi.replay import PATIENCE, RawServer
from tests.pyindi.wire_script import DEFINITIONS

NUMBERS = (
    b"<newNumberVector device='D' name='N'><oneNumber name='RA'>1.5</oneNumber>"
    b"<oneNumber name='DE'>-0.5</oneNumber></newNumberVector>"
)


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer(DEFINITIONS) as server:
        yield server


@pytest.fixture
def client(server: RawServer) -> Iterator[Any]:
    with connected(server) as client:
        yield client


@pytest.fixture
def device(client: Any) -> PyIndi.BaseDevice:
    return client.getDevice("D")


@pytest.fixture
def number(device: PyIndi.BaseDevice) -> PyIndi.PropertyNumber:
    return device.getNumber("N")


# Sending


@row("sendNewProperty generic")
def test_a_generic_property_is_sent(client, server, device):
    assert "<newNumberVector device='D' name='N'>" in THEIRS["sendNewProperty generic"].printed
    client.sendNewProperty(device.getProperty("N"))
    assert canonical(server.take()) == canonical(NUMBERS)


@row("sendNewNumber of generic")
def test_a_generic_property_is_sent_as_numbers_too(client, server, device):
    assert THEIRS["sendNewNumber of generic"].code == 0
    client.sendNewNumber(device.getProperty("N"))
    assert canonical(server.take()) == canonical(NUMBERS)


@row("sendNewNumber of view")
def test_a_view_is_sent(client, server, device):
    assert "<newNumberVector device='D' name='N'>" in THEIRS["sendNewNumber of view"].printed
    client.sendNewNumber(device.getProperty("N").getNumber())
    assert canonical(server.take()) == canonical(NUMBERS)


@row("port str")
def test_a_port_is_no_text(client):
    assert "TypeError" in THEIRS["port str"].error
    with pytest.raises(TypeError):
        client.setServer("localhost", "7624")


# What drivers say


@row("messages")
def test_lines_have_their_time_before_them_and_a_blank_after(server, device):
    server.tell(b'<message device="D" timestamp="2026-11-22T10:49:56" message="x"/>')
    line = device.messageQueue(0)
    assert f"{line} {type(line)}" == THEIRS["messages"].printed
    assert line == device.lastMessage()


@row("latin1 text")
def test_text_in_an_older_encoding_is_read(server, device):
    assert THEIRS["latin1 text"].printed == ascii("caf\udce9")
    server.tell(
        b'<setTextVector device="D" name="T" state="Ok">'
        b'<oneText name="A">caf\xe9</oneText></setTextVector>'
    )
    assert device.getText("T")[0].getText() == "café"


@row("state invalid int")
def test_a_state_that_is_none_is_refused(number):
    assert THEIRS["state invalid int"][:2] == (0, "9 None")
    with pytest.raises(ValueError, match=r"\b9\b"):
        number.setState(9)
    assert number.getStateAsString() == "Idle"


# Callbacks


@row("disconnect inside cb")
def test_a_callback_may_disconnect(server, client):
    client.react = lambda event: event[0] == "update" and client.disconnectServer()
    server.say(b'<setNumberVector device="D" name="N" state="Ok"/>')
    client.hear("serverDisconnected")
    assert THEIRS["disconnect inside cb"].printed == f"alive {client.isServerConnected()}"


@row("send inside cb")
def test_a_callback_may_send(server, client, device):
    def answer(event: tuple) -> None:
        if event[0] == "update":
            device.getText("T")[0].setText("x")
            client.sendNewText(device.getText("T"))

    client.react = answer
    server.tell(b'<setNumberVector device="D" name="N" state="Ok"/>')
    assert canonical(server.take()) == canonical(
        b"<newTextVector device='D' name='T'><oneText name='A'>x</oneText>"
        b"<oneText name='B'></oneText></newTextVector>"
    )
    assert "<oneText name='A'>\\n      x\\n" in THEIRS["send inside cb"].printed


# The end of a program


def run(server: RawServer, body: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own."""
    script = f"""
import threading
import PyIndi

class Client(PyIndi.BaseClient):
    heard = threading.Semaphore(0)
    def updateProperty(self, prop):
        self.heard.release()
        1 / 0

client = Client()
client.setServer("127.0.0.1", {server.port})
assert client.connectServer()
{body}
"""
    starter = "import sys, indinb.pyindi; indinb.pyindi.install(); exec(sys.argv[1])"
    return subprocess.run(
        [sys.executable, "-c", starter, script],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )


UPDATE = '<setNumberVector device="D" name="N" state="Ok"/>\n'


@row("exc then exit")
def test_a_callback_that_raises_stops_neither_the_updates_nor_the_program(server):
    assert THEIRS["exc then exit"].code == -6
    server.greeting += 3 * UPDATE.encode()
    ended = run(server, f"for _ in range(3): assert client.heard.acquire(timeout={PATIENCE})")
    assert ended.returncode == 0, ended.stderr
    assert "ZeroDivisionError" in ended.stderr


@row("normal exit w/o disconnect")
def test_a_program_may_end_without_disconnecting(server):
    assert THEIRS["normal exit w/o disconnect"].code == 0
    ended = run(server, "")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_every_row_of_the_capture_has_a_test():
    assert len(THEIRS) == 40
    covered = rows_of(test_edge) + rows_of(sys.modules[__name__])
    assert sorted(covered) == sorted(THEIRS)
