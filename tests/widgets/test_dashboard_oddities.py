"""A dashboard of drivers that are odd, and of another camera than at first."""

import pytest

from indinb.protocol.messages import Delete
from indinb.protocol.vocabulary import BlobMode, State
from tests.client.fakes import numbers
from tests.widgets.observers import ALL, CCD, FOCUSER, MOUNT, WHEEL, Begin, Observer

GUIDE = "Guide Simulator"


def test_an_odd_driver_spoils_its_own_card_alone(
    observer: Observer, caplog: pytest.LogCaptureFixture
) -> None:
    odd = numbers("FOCUS_TEMPERATURE", {"TEMP": 4.0}, device=FOCUSER)
    observer.tell(Delete(FOCUSER, "FOCUS_TEMPERATURE"), odd)
    assert observer["focuser"]["condition"] == "odd"
    assert "TEMPERATURE" in observer["focuser"]["hint"]
    assert observer["mount"]["condition"] == "ready"
    observer.tell(numbers("CCD_GAIN", {"GAIN": 1.0}, device=CCD))
    assert caplog.text.count("the focuser cannot be shown") == 1


def test_an_odd_driver_keeps_no_dashboard_from_opening(begin: Begin) -> None:
    slot = numbers("FILTER_SLOT", {"SLOT": 1.0}, device=WHEEL)
    observer = begin(*(one for one in ALL if one.name != "FILTER_SLOT"), slot)
    assert observer["wheel"]["condition"] == "odd"
    assert observer["camera"]["condition"] == "ready"


@pytest.mark.parametrize("name", ["TELESCOPE_MOTION_NS", "TELESCOPE_HOME"])
def test_a_mount_that_is_moved_by_hand_can_be_aborted(observer: Observer, name: str) -> None:
    observer.tell(numbers(name, {"N": 1.0}, device=MOUNT, state=State.BUSY))
    assert (observer["mount"]["light"], observer["mount"]["words"]) == ("Busy", "Moving")
    assert observer["mount"]["can"]["abort"]


def test_pictures_come_of_the_camera_that_is_used(begin: Begin) -> None:
    guide = [one._replace(device=GUIDE) for one in ALL if one.device == CCD]
    observer = begin(*ALL, *guide)
    client = observer.client
    assert client.blob_mode(GUIDE, "CCD1") is BlobMode.NEVER
    client.use(camera=GUIDE)
    observer.tell()
    observer.look()
    assert observer["camera"]["device"] == GUIDE
    assert client.blob_mode(GUIDE, "CCD1") is BlobMode.ALSO


@pytest.mark.parametrize("exposure", ["5 foo", "1/0", "0x10", "5 m^^2"])
def test_an_exposure_time_that_is_none_is_refused_in_words(
    observer: Observer, exposure: str
) -> None:
    plan = {"count": "1", "binning": None, "frame_type": "light"}
    observer.act("camera", "expose", exposure=exposure, **plan)
    observer.look()
    assert "is no exposure time" in observer["camera"]["note"]["text"]
