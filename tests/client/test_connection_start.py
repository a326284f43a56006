import sys

import pytest

from indinb.client.connection import Connection
from tests.client.fakes import MOUNT, SOON


def test_who_waits_for_the_greeting_is_called_before_anything_is_heard(server):
    events: list[str] = []
    client = Connection(server.transport, "fake")
    client.observe(lambda change: events.append(change.type))

    def greeted() -> None:
        assert server.asked.wait(SOON)
        assert events == []

    with client:
        client.start(greeted)
        client.wait_for(MOUNT)
    assert events[0] == "defined"


def test_who_waits_for_the_greeting_may_close_the_connection(server):
    client = Connection(server.transport, "fake")
    client.start(client.close)
    assert client.status == "closed"
    assert list(client.devices) == []


def test_what_the_greeting_raises_does_not_keep_the_reader_from_reading(server):
    client = Connection(server.transport, "fake")
    with client:
        with pytest.raises(SystemExit):
            client.start(sys.exit)
        client.wait_for(MOUNT)
