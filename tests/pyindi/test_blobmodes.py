import pytest

from indinb.pyindi import B_ALSO, B_NEVER, B_ONLY
from indinb.pyindi.blobmodes import BlobModes


@pytest.fixture
def modes():
    return BlobModes()


def test_before_anything_was_said_blobs_are_said_to_come(modes):
    assert modes.get("CCD", None) == modes.get("CCD", "CCD1") == B_ALSO
    assert modes.all() == []


@pytest.mark.parametrize("mode", [B_NEVER, B_ALSO, B_ONLY])
@pytest.mark.parametrize("name", [None, "CCD1"])
def test_what_is_said_for_the_first_time_changes_something(modes, mode, name):
    assert modes.set("CCD", name, mode)
    assert modes.get("CCD", name) == mode
    assert not modes.set("CCD", name, mode)
    assert modes.all() == [("CCD", name, mode)]


def test_another_mode_takes_the_place_of_the_first(modes):
    modes.set("CCD", "CCD1", B_ALSO)
    assert modes.set("CCD", "CCD1", B_ONLY)
    assert modes.get("CCD", "CCD1") == B_ONLY
    assert modes.all() == [("CCD", "CCD1", B_ONLY)]


def test_a_property_goes_by_its_device_unless_it_has_a_mode(modes):
    modes.set("CCD", None, B_NEVER)
    assert modes.get("CCD", "CCD1") == B_NEVER
    assert modes.set("CCD", "CCD1", B_ONLY)
    assert (modes.get("CCD", "CCD1"), modes.get("CCD", "CCD2")) == (B_ONLY, B_NEVER)
    assert modes.get("CCD", None) == B_NEVER


def test_what_is_said_of_a_device_counts_for_all_its_properties(modes):
    modes.set("CCD", None, B_ALSO)
    modes.set("CCD", "CCD1", B_ONLY)
    assert modes.set("CCD", None, B_ALSO)  # for the device nothing new, but for CCD1
    assert modes.get("CCD", "CCD1") == B_ALSO
    assert modes.all() == [("CCD", None, B_ALSO)]


def test_devices_have_nothing_to_do_with_each_other(modes):
    modes.set("CCD", "CCD1", B_ONLY)
    modes.set("Guider", None, B_NEVER)
    assert modes.get("CCD", "CCD1") == B_ONLY
    assert modes.get("Guider", "CCD1") == B_NEVER
    assert modes.get("Spectrograph", None) == B_ALSO


def test_all_are_told_devices_first_as_they_would_undo_what_was_said_of_properties(modes):
    modes.set("CCD", "CCD1", B_ONLY)
    modes.set("Guider", None, B_NEVER)
    modes.set("Guider", "CCD1", B_ALSO)
    modes.set("Spectrograph", None, B_ALSO)
    assert modes.all() == [
        ("Guider", None, B_NEVER),
        ("Spectrograph", None, B_ALSO),
        ("CCD", "CCD1", B_ONLY),
        ("Guider", "CCD1", B_ALSO),
    ]
