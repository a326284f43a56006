"""What devices are carrying out: it is remembered until it is over, and no longer."""

import gc
from weakref import ref

import pytest

from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.instruments.running import Running


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
