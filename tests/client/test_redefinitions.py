"""Properties that come, go and become others, while observers look on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.client.model import Vector
from indinb.protocol.messages import Delete
from tests.client.fakes import CCD, CONNECTION, TEMPERATURE, Desk, FakeServer, delete
from tests.client.helpers import Handler
from tests.turmoil import FORMS, MESSAGES, turmoil

ACTS = st.lists(st.sampled_from([*MESSAGES, Delete(CCD), *FORMS]), max_size=40)


class Replica:
    """What somebody knows who hears all changes; each has to follow from what was before."""

    def __init__(self) -> None:
        self.vectors: dict[str, Vector] = {}

    def __call__(self, change):
        before = self.vectors.get(change.name)
        if change.name == CCD or change.type == "message":
            return
        assert (change.old is None) == (change.type == "defined")
        assert (change.new is None) == (change.type == "deleted")
        assert change.old is before, "a change was not told"
        if change.type == "deleted":
            del self.vectors[change.name]
        else:
            self.vectors[change.name] = change.new
        if change.type == "updated":
            assert change.old.keys() == change.new.keys()
            assert change.old.definition.kind is change.new.definition.kind


class Life:
    """What an observer of one property may hear of its being there."""

    def __init__(self) -> None:
        self.there = False

    def __call__(self, change):
        assert self.there == (change.type != "defined")
        self.there = change.type != "deleted"


@given(ACTS)
def test_observers_of_all_and_of_one_hear_all_that_happens(messages):
    desk, everybody, one = Desk(CONNECTION), Replica(), Life()
    everybody.vectors.update(desk.model.vectors(CCD))
    heard = []  # an observer's failure is only logged
    desk.observers.add((None, None), lambda change: heard.append(change))
    desk.say(*messages)
    for change in heard:
        everybody(change)
        if change.name == TEMPERATURE.name:
            one(change)
    assert everybody.vectors == dict(desk.model.vectors(CCD))
    assert one.there == (desk.model.vector(CCD, TEMPERATURE.name) is not None)


@given(ACTS)
def test_observers_at_all_levels_hear_the_same(messages):
    desk, heard = Desk(CONNECTION), {}
    for key in [(None, None), (CCD, None), (CCD, TEMPERATURE.name)]:
        heard[key] = Handler()
        desk.observers.add(key, heard[key])
    desk.say(*messages)
    everything, device, one = (handler.changes for handler in heard.values())
    assert everything == device
    assert one == [change for change in device if change.name == TEMPERATURE.name]


@pytest.mark.parametrize("seed", range(3))
def test_handles_show_what_is_there(client, server: FakeServer, ccd, seed):
    handle = ccd.handle(TEMPERATURE.name)
    handler = Handler()
    with handle.observe(handler):
        for messages in turmoil(seed, ticks=20):
            server.tell(*messages)
            vector = client.model.vector(CCD, TEMPERATURE.name)
            assert handle.defined == (vector is not None)
            assert (handle.name in ccd) == handle.defined
            assert not handle.defined or handle.vector is vector
            assert TEMPERATURE.name in repr(handle)
            assert client.devices[CCD].handle(TEMPERATURE.name) is handle
    assert {change.type for change in handler.changes} == {"defined", "updated", "deleted"}
    assert all(change.owner is handle for change in handler.changes)


def test_what_goes_and_comes_as_another_in_one_piece(client, server: FakeServer, ccd):
    handler, handle = Handler(), ccd[TEMPERATURE.name]
    handle.observe(handler)
    other = FORMS[5]
    server.tell(delete(TEMPERATURE), other)
    assert handler.heard == [("deleted", handle.name), ("defined", handle.name)]
    assert handle.kind is other.kind
    assert handle["CCD_TEMPERATURE_VALUE"] == "warm"


def test_other_permission_label_and_limits_leave_it_the_same(client, server: FakeServer, ccd):
    handler, handle = Handler(), ccd[TEMPERATURE.name]
    handle.observe(handler)
    for form in FORMS[1:4]:
        server.tell(form)
        assert handle.permission is form.permission
        assert (handle.label, handle.group) == (form.label, form.group)
        assert handle.elements["CCD_TEMPERATURE_VALUE"].max == form.members[0].max
    assert {change.type for change in handler.changes} == {"updated"}
