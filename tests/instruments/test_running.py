"""What devices are carrying out: it is remembered until it is over, and no longer."""

import gc
from weakref import ref

import pytest

from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.errors import Refused
from indinb.instruments.running import Running
from indinb.protocol.messages import Message
from tests.instruments.cameras.fakes import Make


@pytest.fixture
def running() -> Running:
    return Running()


@pytest.fixture
def device() -> Device:
    return Device(None, "Focuser")


def test_a_device_is_busy_until_its_operation_is_over(running: Running, device: Device):
    assert not running.has(device)
    operation = Operation("move")
    assert running.keep(device, operation) is operation
    assert running.has(device)
    assert not running.has(Device(None, "Focuser"))
    operation.succeed(None)
    assert not running.has(device)
    assert not running


@pytest.mark.parametrize("end", [Operation.abort, lambda o: o.fail(OSError())])
def test_however_it_ends(running: Running, device: Device, end):
    operation = running.keep(device, Operation("move"))
    end(operation)
    assert not running.has(device)
    assert not running


def test_what_is_over_already_is_not_kept(running: Running, device: Device):
    operation = Operation("move")
    operation.succeed(None)
    running.keep(device, operation)
    assert not running


def test_the_end_of_one_before_ends_nothing(running: Running, device: Device):
    before, after = Operation("move"), Operation("move again")
    running.keep(device, before)
    running.keep(device, after)
    before.succeed(None)
    assert running.has(device)
    after.succeed(None)
    assert not running


def test_results_are_let_go(running: Running, device: Device):
    result = Operation("a result")
    running.keep(device, Operation("expose")).succeed(result)
    gone = ref(result)
    del result
    gc.collect()
    assert gone() is None


def test_what_is_occupied_begins_nothing(running: Running, device: Device):
    first = Operation("move")
    assert running.begin(device, lambda: first) is first
    assert running.begin(device, lambda: pytest.fail("it was begun")) is None
    assert running.begin(Device(None, "Focuser"), lambda: Operation("move")) is not None
    first.succeed(None)
    assert running.begin(device, lambda: Operation("move again")) is not None


def test_nothing_begins_while_something_begins(running: Running, device: Device):
    def start() -> Operation:  # in which another thread may come
        assert running.begin(device, lambda: pytest.fail("it was begun")) is None
        return Operation("move")

    assert running.begin(device, start) is not None


def test_what_could_not_begin_is_in_nobody_s_way(running: Running, device: Device):
    with pytest.raises(ZeroDivisionError):
        running.begin(device, lambda: 1 / 0)
    assert running.begin(device, lambda: Operation("move")) is not None


def test_a_camera_that_is_just_asked_to_expose_refuses(make: Make, monkeypatch: pytest.MonkeyPatch):
    camera, driver = make()
    send = camera.device.connection.send
    refused: list[Refused] = []

    def send_while_another_comes(message: Message) -> None:
        if not refused:
            with pytest.raises(Refused) as caught:
                camera.start_exposure(1)
            refused.append(caught.value)
        send(message)

    monkeypatch.setattr(camera.device.connection, "send", send_while_another_comes)
    assert camera.expose(1).data.shape == (2, 3)
    assert len(refused) == 1
    assert [name for name, _ in driver.asked].count("CCD_EXPOSURE") == 1
