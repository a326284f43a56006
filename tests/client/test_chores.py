"""What a connection does beside reading."""

import threading

import pytest

from indinb.client.chores import Chores
from indinb.client.connection import Connection
from tests.client.fakes import SOON, FakeServer


def test_a_chore_that_fails_keeps_nothing_from_others(caplog: pytest.LogCaptureFixture):
    chores, done = Chores(), []
    chores.add(lambda: 1 / 0)
    chores.add(lambda: done.append(1))
    chores.do()
    chores.do()
    assert done == [1, 1]
    assert caplog.text.count("a chore failed") == 1


def test_chores_are_done_when_something_comes_and_when_nothing_does():
    server = FakeServer()
    client = Connection(server.transport).open()
    done = threading.Event()
    client.chores.add(done.set)
    assert done.wait(SOON), "nothing comes, and it is done all the same"
    done.clear()
    server.tell()
    assert done.wait(SOON)
    client.close()
    server.close()
