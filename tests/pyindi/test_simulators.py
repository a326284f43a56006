"""The same with INDI's own simulators behind the real indiserver, and the embedded observatory."""

import contextlib
import threading

import pytest

from indinb import pyindi as PyIndi
from indinb.servers import EmbeddedServer, IndiServer
from tests.client.fakes import CCD, MOUNT
from tests.pyindi.fakes import PATIENCE, Script, joined
from tests.waiting import look_until

WHEEL = "Filter Simulator"


@pytest.fixture(scope="module")
def embedded():
    server = EmbeddedServer()
    yield server
    server.close()


@pytest.fixture(scope="module", params=["indiserver", "embedded"])
def place(request):
    """Return a server with simulators."""
    return request.getfixturevalue(request.param)


class Scripts:
    """Makes scripts of one server, and disconnects them."""

    def __init__(self):
        self.made = []

    def connected(self, place, script=None):
        """Return a script that is connected to a server; its devices need not be there yet."""
        script = script or Script()
        self.made.append(script)
        script.setServer(place.host, place.port)
        assert script.connectServer()
        return script

    def end(self):
        for script in self.made:
            script.acts.clear()
            script.disconnectServer()
            if script._indinb.connection is not None:
                script._indinb.connection.close()


@pytest.fixture
def scripts():
    scripts = Scripts()
    yield scripts
    scripts.end()


def connect_device(script, name):
    script.until(lambda: script.getDevice(name).getSwitch("CONNECTION"))
    script.connectDevice(name)
    script.until(script.getDevice(name).isConnected)
    return script.getDevice(name)


@pytest.fixture
def script(scripts, place):
    return scripts.connected(place)


@pytest.fixture
def camera(script):
    """Return the camera, which sends its pictures."""
    camera = connect_device(script, CCD)
    script.until(lambda: camera.getNumber("CCD_EXPOSURE") and camera.getBLOB("CCD1"))
    script.setBLOBMode(PyIndi.B_ALSO, CCD, "CCD1")
    look_every(script, 10)
    yield camera
    look_every(script, 1000)


def look_every(script, milliseconds):
    """Let the real camera look so often whether an exposure is over, as others may not wait."""
    script.sendNewNumber(CCD, "POLLING_PERIOD", "PERIOD_MS", milliseconds)


def expose(script, seconds=0.01):
    exposure = script.getDevice(CCD).getNumber("CCD_EXPOSURE")
    exposure[0].setValue(seconds)
    script.sendNewProperty(exposure)


def next_blob(script):
    """Wait for the next picture, and return it."""
    while True:
        (prop,) = script.next("updateProperty")
        if prop.getType() == PyIndi.INDI_BLOB:
            return PyIndi.PropertyBlob(prop)[0]


def is_picture(data):
    return data[:9] == b"SIMPLE  =" and len(data) > 10_000


# Exposures in callbacks


def test_many_exposures_each_begun_when_the_last_has_come(script, camera):
    pictures = []
    all_there = threading.Event()

    def expose_again(given):
        if given.getType() != PyIndi.INDI_BLOB:
            return
        pictures.append(bytes(PyIndi.PropertyBlob(given)[0].getblobdata()[:20_000]))
        if len(pictures) == 8:
            all_there.set()
        else:
            expose(script)

    script.acts["updateProperty"] = expose_again
    expose(script)
    assert all_there.wait(2 * PATIENCE), len(pictures)
    assert all(map(is_picture, pictures))
    script.until(lambda: camera.getProperty("CCD_EXPOSURE").getState() == PyIndi.IPS_OK)


def test_an_exposure_begun_when_its_property_is_defined(script, camera):
    """As in the documentation's way: all is done in newProperty, without waiting."""

    def begin(prop):
        if prop.getName() == "CCD_EXPOSURE":
            script.setBLOBMode(PyIndi.B_ALSO, CCD, "CCD1")
            expose(script)

    script.disconnectDevice(CCD)
    script.until(lambda: not camera.isConnected() and not camera.getNumber("CCD_EXPOSURE"))
    script.acts["newProperty"] = begin
    script.connectDevice(CCD)
    blob = next_blob(script)
    assert is_picture(blob.getblobdata())


def test_exposures_in_the_main_loop(script, camera):
    """As in scripts that wait by looking."""
    exposure = camera.getNumber("CCD_EXPOSURE")
    for _ in range(3):
        expose(script, 0.1)
        assert exposure.getState() == PyIndi.IPS_BUSY, "at once"
        script.until(lambda: exposure.getState() != PyIndi.IPS_BUSY)
        assert exposure.getState() == PyIndi.IPS_OK


# Callbacks that fail


def test_callbacks_that_all_fail(scripts, place, caplog):
    def fail(*_):
        raise ValueError("wrong")

    script = Script()
    script.acts = dict.fromkeys(["newDevice", "newProperty", "updateProperty", "newMessage"], fail)
    scripts.connected(place, script)
    wheel = connect_device(script, WHEEL)
    script.until(lambda: wheel.getNumber("FILTER_SLOT"))
    slot = wheel.getNumber("FILTER_SLOT")
    wanted = 1 + slot[0].getValue() % 3
    slot[0].setValue(wanted)
    script.sendNewNumber(slot)
    script.until(lambda: slot.getState() == PyIndi.IPS_OK)
    assert slot[0].getValue() == wanted
    failed = [each for each in caplog.records if each.name == "indinb.pyindi" and each.exc_info]
    assert len(failed) == len({each.getMessage() for each in failed}) >= 3


# Several clients


def test_several_clients_of_one_server(scripts, place):
    one, two = scripts.connected(place), scripts.connected(place)
    slots = [connect_device(each, WHEEL).getNumber("FILTER_SLOT") for each in (one, two)]
    for each, slot in zip((one, two), slots, strict=True):
        each.until(lambda slot=slot: slot)
    wanted = 1 + slots[0][0].getValue() % 3
    one.sendNewNumber(WHEEL, "FILTER_SLOT", "FILTER_SLOT_VALUE", wanted)
    two.until(lambda: slots[1][0].getValue() == wanted)
    one.disconnectServer()
    assert two.isServerConnected()


def test_clients_of_several_servers(scripts, indiserver, embedded):
    made = [scripts.connected(place) for place in (indiserver, embedded)]
    for each in made:
        each.until(lambda each=each: each.getDevice(MOUNT))
    assert made[0].getDevice(MOUNT) != made[1].getDevice(MOUNT)
    made[0].disconnectServer()
    assert made[1].getDevice(MOUNT).getDriverInterface() & PyIndi.BaseDevice.TELESCOPE_INTERFACE


# Watching


def test_a_watched_device(scripts, place):
    script = Script()
    script.watchDevice(WHEEL)
    scripts.connected(place, script)
    script.until(lambda: script.getDevice(WHEEL).getSwitch("CONNECTION"))
    assert [device.getDeviceName() for device in script.getDevices()] == [WHEEL]
    assert len(script.getDevice(WHEEL).getProperties()) > 3


def test_a_watched_property(scripts, place):
    script = Script()
    script.watchProperty(CCD, "DRIVER_INFO")
    script.watchProperty(MOUNT, "CONNECTION")
    scripts.connected(place, script)
    script.until(lambda: script.getDevice(CCD) and script.getDevice(MOUNT))
    seen = {
        device.getDeviceName(): [prop.getName() for prop in device.getProperties()]
        for device in script.getDevices()
    }
    assert seen == {CCD: ["DRIVER_INFO"], MOUNT: ["CONNECTION"]}


# Shared memory


def test_pictures_through_the_server_s_own_socket(scripts, indiserver):
    script = Script()
    script.setServer(f"localhost:{indiserver.path}", 1)
    scripts.made.append(script)
    assert script.connectServer()
    camera = connect_device(script, CCD)
    script.until(lambda: camera.getNumber("CCD_EXPOSURE") and camera.getBLOB("CCD1"))
    script.setBLOBMode(PyIndi.B_ALSO, CCD, "CCD1")
    script.enableDirectBlobAccess(CCD, "CCD1")
    kept = []
    for _ in range(3):
        expose(script)
        blob = next_blob(script)
        kept.append(blob.getblobdata())
        assert len(kept[-1]) == blob.getBlobLen() == blob.getSize()
    assert all(map(is_picture, kept)), "they stay as they were"


# A server that is killed


def indiserver_at(port=None):
    return IndiServer(["indi_simulator_wheel", "indi_simulator_ccd"], port=port)


def embedded_at(port=None):
    return EmbeddedServer(["--port", str(port)] if port else [])


class Mortal:
    """A server that can be killed, and started again at the same port."""

    def __init__(self, start):
        self._start = start
        self.server = start()

    def kill(self):
        self.server.close()

    def revive(self):
        self.server = self._start(self.server.port)


@pytest.fixture(params=[indiserver_at, embedded_at])
def mortal(request):
    mortal = Mortal(request.param)
    yield mortal
    mortal.kill()


def wheel_turning(script):
    """Ask the wheel for something, and return it and what was asked."""
    wheel = connect_device(script, WHEEL)
    script.until(lambda: wheel.getNumber("FILTER_SLOT"))
    slot = wheel.getNumber("FILTER_SLOT")
    script.sendNewNumber(slot)
    return wheel, slot


def check_lost(wheel, slot):
    assert slot.getState() in (PyIndi.IPS_ALERT, PyIndi.IPS_OK)
    assert not wheel.isConnected()


def check_found(script, wheel, slot):
    """Use the handles from before the loss."""
    assert connect_device(script, WHEEL) == wheel
    script.until(lambda: wheel.getNumber("FILTER_SLOT"))
    wanted = 1 + slot[0].getValue() % 3
    script.sendNewNumber(WHEEL, "FILTER_SLOT", "FILTER_SLOT_VALUE", wanted)
    script.until(lambda: slot.getState() == PyIndi.IPS_OK and slot[0].getValue() == wanted)
    assert script.count("serverDisconnected") == 1


def test_a_server_that_is_killed_and_found_again_by_the_main_loop(mortal, scripts):
    script = scripts.connected(mortal.server)
    wheel, slot = wheel_turning(script)
    mortal.kill()
    assert script.next("serverDisconnected") == (-1,)
    assert not script.connectServer()
    check_lost(wheel, slot)
    mortal.revive()
    assert script.connectServer()
    check_found(script, wheel, slot)


def test_a_server_that_is_killed_and_found_again_in_the_callback(mortal, scripts):
    script = scripts.connected(mortal.server)
    wheel, slot = wheel_turning(script)
    lost, returned = threading.Event(), threading.Event()

    def back(code):
        lost.set()
        assert returned.wait(PATIENCE)
        look_until(script.connectServer)

    script.acts["serverDisconnected"] = back
    mortal.kill()
    assert lost.wait(PATIENCE)
    check_lost(wheel, slot)
    mortal.revive()
    returned.set()
    assert script.next("serverDisconnected") == (-1,)
    check_found(script, wheel, slot)


def test_a_server_that_is_killed_while_it_sends_pictures(scripts):
    with contextlib.closing(indiserver_at()) as server:
        script = scripts.connected(server)
        camera = connect_device(script, CCD)
        script.until(lambda: camera.getNumber("CCD_EXPOSURE") and camera.getBLOB("CCD1"))
        script.setBLOBMode(PyIndi.B_ALSO, CCD)
        script.acts["updateProperty"] = lambda prop: prop.getBLOB() and expose(script)
        expose(script)
        next_blob(script)
        thread = threading.Thread(target=server.close)
        thread.start()
        exposure = camera.getNumber("CCD_EXPOSURE")
        assert script.next("serverDisconnected") == (-1,)
        script.until(lambda: exposure.getState() != PyIndi.IPS_BUSY)
        joined(thread)
        assert is_picture(camera.getBLOB("CCD1")[0].getblobdata()), "the last whole one is kept"
