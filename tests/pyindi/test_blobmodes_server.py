"""Modes of BLOBs, against what indiserver makes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb.pyindi.blobmodes import BlobModes
from indinb.pyindi.constants import B_ALSO, B_NEVER, B_ONLY
from tests.protocol.strategies import moderately


@pytest.fixture
def modes():
    return BlobModes()


def test_a_device_ends_the_exceptions_by_being_named_again(modes):
    modes.set("CCD", None, B_NEVER)
    modes.set("CCD", "CCD1", B_ALSO)
    assert modes.set("CCD", None, B_NEVER)
    assert modes.get("CCD", "CCD1") == B_NEVER


def test_a_property_like_its_device_is_no_exception(modes):
    modes.set("CCD", None, B_ALSO)
    modes.set("CCD", "CCD1", B_ALSO)
    assert not modes.set("CCD", None, B_ALSO)


@pytest.mark.parametrize("name", ["CCD1", None])
def test_another_device_as_a_whole_silences_all_so_it_is_told_again(modes, name):
    modes.set("CCD", name, B_ALSO)
    modes.set("Guide", None, B_NEVER)
    assert modes.set("CCD", name, B_ALSO)
    assert not modes.set("CCD", name, B_ALSO)


def test_a_property_of_another_device_changes_nothing(modes):
    modes.set("CCD", "CCD1", B_ALSO)
    modes.set("Guide", "CCD1", B_NEVER)
    assert not modes.set("CCD", "CCD1", B_ALSO)


class Server:
    """What indiserver makes of modes: one for all, and exceptions by property."""

    def __init__(self) -> None:
        self.all, self.exceptions = B_NEVER, {}

    def hear(self, device: str, name: str | None, mode: int) -> None:
        if name is None:
            self.all, self.exceptions = mode, {}
        else:
            self.exceptions[device, name] = mode

    def mode(self, device: str, name: str) -> int:
        return self.exceptions.get((device, name), self.all)


DEVICES, NAMES = st.sampled_from(["CCD", "Guide"]), st.sampled_from(["CCD1", "CCD2"])


@moderately
@given(st.lists(st.tuples(DEVICES, st.none() | NAMES, st.sampled_from([B_NEVER, B_ALSO, B_ONLY]))))
def test_the_last_word_always_holds_at_the_server(words):
    modes, server = BlobModes(), Server()
    for device, name, mode in words:
        if modes.set(device, name, mode):
            server.hear(device, name, mode)
        assert modes.get(device, name) == mode
        concerned = [name] if name else ["CCD1", "CCD2"]
        assert {server.mode(device, each) for each in concerned} == {mode}
