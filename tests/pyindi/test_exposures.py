"""Exposures that a script leaves running."""

import contextlib
import queue
import signal
import threading

import pytest

from indinb import pyindi as PyIndi
from indinb.protocol.messages import Blob, New
from indinb.protocol.vocabulary import State
from indinb.pyindi import exposures
from tests.client.fakes import CCD, IMAGE, OBSERVATORY, numbers, update
from tests.pyindi.fakes import PATIENCE, joined, running

EXPOSURE = numbers("CCD_EXPOSURE", {"CCD_EXPOSURE_VALUE": 0.0}, 0.0, 3600.0)
GUIDE = numbers("GUIDER_EXPOSURE", {"GUIDER_EXPOSURE_VALUE": 0.0}, 0.0, 3600.0)
PICTURE = update(IMAGE, State.OK, CCD1=Blob(memoryview(b"stars"), ".fits", 5))


@pytest.fixture
def harbour(harbour):
    harbour.definitions = (*OBSERVATORY, EXPOSURE, GUIDE)
    return harbour


@pytest.fixture
def expose(script, server):
    """Return a function that begins an exposure, whose pictures are wanted."""
    script.setBLOBMode(PyIndi.B_ALSO, CCD)

    def expose(name="CCD_EXPOSURE"):
        number = script.getDevice(CCD).getNumber(name)
        number[0].setValue(10)
        script.sendNewNumber(number)
        server.next(New)
        return number

    return expose


class Finishing(threading.Thread):
    """Waits for exposures, as at the end of a script."""

    def __init__(self, script):
        super().__init__()
        self.board = script._indinb

    def run(self):
        exposures.finish(self.board)


@pytest.fixture
def finishing(script, monkeypatch):
    """Return a thread that waits, once it has said so."""
    said = queue.SimpleQueue()
    monkeypatch.setattr(exposures, "print", lambda line, file: said.put(line), raising=False)

    @contextlib.contextmanager
    def finishing():
        thread = Finishing(script)
        thread.start()
        assert said.get(timeout=PATIENCE).startswith("waiting for ")
        yield thread
        joined(thread)

    return finishing


def test_nothing_to_wait_for(script, capsys):
    exposures.finish(script._indinb)
    exposures.finish(PyIndi.BaseClient()._indinb)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["CCD_EXPOSURE", "GUIDER_EXPOSURE"])
def test_the_picture_is_waited_for(script, server, expose, finishing, name):
    number = expose(name)
    asked = EXPOSURE if name == "CCD_EXPOSURE" else GUIDE
    with finishing() as thread:
        server.tell(update(asked, State.BUSY))
        assert thread.is_alive()
        server.tell(PICTURE)
        assert thread.is_alive(), "it is not over yet"
        server.tell(update(asked, State.OK))
    assert number.getStateAsString() == "Ok"


def test_a_picture_that_comes_late(script, server, expose, finishing):
    expose()
    with finishing() as thread:
        server.tell(update(EXPOSURE, State.OK))
        assert thread.is_alive()
        server.tell(PICTURE)
    assert script.count("updateProperty") == 2


def test_a_picture_that_never_comes(script, server, expose, finishing, monkeypatch):
    monkeypatch.setattr(exposures, "_PICTURE_TIMEOUT", 0.01)
    expose()
    with finishing():
        server.tell(update(EXPOSURE, State.OK))


def test_an_exposure_that_fails(server, expose, finishing, monkeypatch):
    monkeypatch.setattr(exposures, "_PICTURE_TIMEOUT", 0.01)
    expose()
    with finishing():
        server.tell(update(EXPOSURE, State.ALERT))


def test_a_server_that_goes(harbour, expose, finishing):
    expose()
    with finishing():
        harbour.server.cut()


def test_callbacks_go_on_meanwhile(script, server, expose, finishing):
    """Another exposure that a callback begins is the next one's."""
    expose()
    with finishing():
        server.tell(update(EXPOSURE, State.BUSY), PICTURE, update(EXPOSURE, State.OK))
    assert [name for name, *_ in script.heard].count("updateProperty") == 3


def test_what_is_over_is_not_waited_for(script, server, expose, capsys):
    expose()
    server.tell(PICTURE, update(EXPOSURE, State.OK))
    exposures.finish(script._indinb)
    assert capsys.readouterr().err == ""


def test_without_pictures_nobody_waits(script, server, capsys):
    number = script.getDevice(CCD).getNumber("CCD_EXPOSURE")
    script.sendNewNumber(number)
    assert number.getStateAsString() == "Busy"
    exposures.finish(script._indinb)
    script.setBLOBMode(PyIndi.B_NEVER, CCD)
    exposures.finish(script._indinb)
    script.setBLOBMode(PyIndi.B_ALSO, "Other Camera")
    exposures.finish(script._indinb)
    assert capsys.readouterr().err == ""


def test_exposures_of_others_are_not_waited_for(script, server, capsys):
    script.setBLOBMode(PyIndi.B_ALSO, CCD)
    script.getDevice(CCD).getNumber("CCD_EXPOSURE")
    server.tell(update(EXPOSURE, State.BUSY))
    exposures.finish(script._indinb)
    assert capsys.readouterr().err == ""


def test_after_disconnecting_nobody_waits(script, expose, capsys):
    expose()
    script.disconnectServer()
    exposures.finish(script._indinb)
    assert capsys.readouterr().err == ""


# A whole program

LEAVING = """
import sys
import PyIndi

class Client(PyIndi.BaseClient):
    def updateProperty(self, prop):
        if prop.getType() == PyIndi.INDI_BLOB:
            print("saved", len(PyIndi.PropertyBlob(prop)[0].getblobdata()), flush=True)

def main():
    client = Client()
    client.setServer("127.0.0.1", int(sys.argv[1]))
    client.connectServer()
    client.setBLOBMode(PyIndi.B_ALSO, "CCD Simulator", None)
    exposure = client.getDevice("CCD Simulator").getNumber("CCD_EXPOSURE")
    exposure[0].setValue(10)
    client.sendNewNumber(exposure)

main()
"""


@contextlib.contextmanager
def leaving(port, tmp_path):
    port.harbour.definitions = (*OBSERVATORY, EXPOSURE)
    with running(LEAVING, tmp_path, str(port.number)) as program:
        assert program.stderr.readline() == (
            "waiting for CCD_EXPOSURE of CCD Simulator, as the script does not; Ctrl-C ends it\n"
        )
        yield program


def test_a_script_that_leaves_an_exposure_gets_its_picture(port, tmp_path):
    with leaving(port, tmp_path) as program:
        port.harbour.server.send(PICTURE, update(EXPOSURE, State.OK))
        out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, out, err) == (0, "saved 5\n", "")


def test_interrupt_ends_the_waiting(port, tmp_path):
    with leaving(port, tmp_path) as program:
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, out, err) == (130, "", "")


def test_a_server_that_dies_ends_the_waiting(port, tmp_path):
    with leaving(port, tmp_path) as program:
        port.harbour.server.cut()
        out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, out) == (0, "")
    assert "is lost" in err
