"""Cameras that fail, are late, are used by others, or keep their pictures to themselves."""

from functools import partial
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indinb import Camera
from indinb.client.rules import Done
from indinb.errors import Aborted, Failed, OperationTimeout, OutOfRange, Refused, UnknownProperty
from indinb.instruments.cameras import imager
from indinb.instruments.cameras.chips import GUIDE_HEAD, MAIN
from indinb.instruments.cameras.exposing import Burst, exposed, path_in, saved
from indinb.protocol.messages import Blob, Delete, Update
from indinb.protocol.vocabulary import State, SwitchRule
from tests.captures import TINY_FITS
from tests.client.fakes import CCD, GUIDE_IMAGE, IMAGE, delete, numbers, switches, update
from tests.histories import compacted
from tests.instruments.cameras.fakes import (
    ALERT,
    BUSY,
    COUNT,
    FILE_PATH,
    IDLE,
    OK,
    SMALL,
    UPLOAD,
    WHOLE,
    Make,
    at,
    saved_to,
    stopping,
)
from tests.instruments.evidence import (
    EXPOSURE,
    VERSIONS,
    changes,
    exposing,
    picture,
    replay,
    verdict_of,
)
from tests.waiting import wait_until

OTHER = TINY_FITS[:-1] + b"\1"
PIXELS = [[1, 2, 3], [4, 5, 6]]


# Ok and picture, in either order, whenever they come


@pytest.mark.parametrize(("first", "later"), [(OK, picture()), (picture(), OK)])
def test_the_other_half_may_come_much_later(make: Make, first, later):
    camera, _ = make(*SMALL, CCD_EXPOSURE=[[BUSY, first]])
    operation = camera.start_exposure(1)
    server = camera.device.connection.server
    wait_until(camera.device, lambda: _has(camera, first))
    server.tell()
    assert not operation.done()
    server.tell(later)
    assert operation.result(5).data.tolist() == PIXELS


def _has(camera: Camera, report: Update) -> bool:
    found = camera.device[report.name]
    return found.state is State.OK and (report is not OK or found["CCD_EXPOSURE_VALUE"] == 0)


def test_a_late_picture_of_somebody_else_is_dropped(make: Make):
    camera, _ = make(*SMALL, CCD_EXPOSURE=[[picture(OTHER), BUSY, picture(), OK]])
    assert camera.expose(1).data.tolist() == PIXELS


def test_a_camera_that_somebody_else_exposes_refuses(make: Make):
    camera, driver = make(*SMALL)
    server = camera.device.connection.server
    server.tell(BUSY)
    with pytest.raises(Refused, match=r"exposing already: camera.abort\(\) stops it"):
        camera.expose(1)
    server.tell(OK)
    assert camera.expose(1).data.tolist() == PIXELS
    assert [name for name, _ in driver.asked] == ["CCD_EXPOSURE"]


def test_words_of_an_error_alone_are_no_failure(make: Make):
    stars = exposing(State.BUSY, 1.0, "[ERROR] Got no stars, is gsc installed?")
    camera, _ = make(*SMALL, CCD_EXPOSURE=[[stars, picture(), OK]])
    assert camera.expose(1).data.tolist() == PIXELS


# Trying again


def test_a_failure_is_not_tried_again_unless_asked(make: Make):
    camera, driver = make(*SMALL, CCD_EXPOSURE=[[BUSY, ALERT], [BUSY, picture(), OK]])
    with pytest.raises(Failed):
        camera.expose(1)
    assert len(driver.asked) == 1


def test_a_failure_is_tried_again(make: Make, caplog: pytest.LogCaptureFixture):
    failed = exposing(State.ALERT, message="[ERROR] USB hiccup")
    camera, driver = make(*SMALL, CCD_EXPOSURE=[[BUSY, failed], [BUSY, picture(), OK]])
    assert camera.expose(1, retries=1).data.tolist() == PIXELS
    assert [name for name, _ in driver.asked] == ["CCD_EXPOSURE"] * 2
    assert "USB hiccup" in caplog.text
    assert "it is tried again" in caplog.text


def test_at_some_time_it_is_enough(make: Make):
    camera, driver = make(*SMALL, CCD_EXPOSURE=[[BUSY, ALERT]])
    with pytest.raises(Failed, match="the exposure failed"):
        camera.expose(1, retries=3)
    assert len(driver.asked) == 4
    assert not camera.exposing


def test_what_is_late_is_stopped_and_tried_again(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imager, "_DOWNLOAD_TIMEOUT", -0.9)
    camera, driver = make(
        *SMALL,
        CCD_EXPOSURE=[[BUSY], [BUSY, picture(), OK]],
        CCD_ABORT_EXPOSURE=[stopping()],
    )
    assert camera.expose(1, retries=1).data.tolist() == PIXELS
    assert [name for name, _ in driver.asked] == [
        "CCD_EXPOSURE", "CCD_ABORT_EXPOSURE", "CCD_EXPOSURE"
    ]  # fmt: skip


def test_busy_for_ever_is_late(make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imager, "_DOWNLOAD_TIMEOUT", -0.9)
    camera, _ = make(*SMALL, CCD_EXPOSURE=[[BUSY]])
    with pytest.raises(OperationTimeout, match="its state is Busy"):
        camera.expose(1)


def test_an_abort_is_not_tried_again(make: Make):
    camera, driver = make(*SMALL, CCD_EXPOSURE=[[BUSY]], CCD_ABORT_EXPOSURE=[stopping()])
    operation = camera.start_exposure(60, retries=5)
    wait_until(camera.device, lambda: camera.exposing)
    operation.abort()
    assert isinstance(operation.exception(5), Aborted)
    assert [name for name, _ in driver.asked] == ["CCD_EXPOSURE", "CCD_ABORT_EXPOSURE"]


def test_somebody_elses_abort_is_not_tried_again(make: Make):
    camera, driver = make(*SMALL, CCD_EXPOSURE=[[BUSY, IDLE]])
    with pytest.raises(Aborted):
        camera.expose(60, retries=5)
    assert len(driver.asked) == 1


def test_a_dead_driver_is_not_tried_again(make: Make):
    camera, driver = make(*SMALL, CCD_EXPOSURE=[[BUSY, Delete(CCD)]])
    with pytest.raises(Failed, match="its driver has died"):
        camera.expose(60, retries=5)
    assert len(driver.asked) == 1


# Pictures that stay on the server's disk


def test_a_picture_on_the_servers_disk(make: Make):
    camera, driver = make(
        *SMALL, UPLOAD, FILE_PATH, CCD_EXPOSURE=[[BUSY, saved_to("/img/M31_001.fits"), OK]]
    )
    assert camera.expose_to_server(1, "light") == PurePosixPath("/img/M31_001.fits")
    assert driver.settings == [("UPLOAD_MODE", {"UPLOAD_LOCAL": True})]
    assert camera.upload == "local"
    assert camera.device.connection.blob_mode(CCD, IMAGE.name) == "Never"


def test_the_path_of_a_picture_before_is_not_taken(make: Make):
    camera, _ = make(*SMALL, UPLOAD, at(FILE_PATH, FILE_PATH="/img/1.fits"), CCD_EXPOSURE=[[BUSY]])
    operation = camera.start_exposure_to_server(1)
    server = camera.device.connection.server
    wait_until(camera.device, lambda: camera.exposing)
    server.tell(OK)
    assert not operation.done()
    server.tell(saved_to("/img/2.fits"))
    assert operation.result(5) == PurePosixPath("/img/2.fits")


def test_a_driver_that_does_not_tell_the_path(make: Make):
    camera, _ = make(*SMALL, UPLOAD, CCD_EXPOSURE=[[BUSY, OK]])
    assert camera.expose_to_server(1) is None


def test_a_camera_that_keeps_nothing(make: Make):
    camera, driver = make(*SMALL)
    with pytest.raises(UnknownProperty, match="UPLOAD_MODE"):
        camera.expose_to_server(1)
    assert driver.asked == []


def test_both_here_and_there(make: Make):
    told = [BUSY, saved_to("/img/1.fits"), picture(), OK]
    camera, _ = make(*SMALL, UPLOAD, FILE_PATH, CCD_EXPOSURE=[told])
    frame = camera.expose(1, upload="both")
    assert frame.server_path == PurePosixPath("/img/1.fits")
    assert frame.data.tolist() == PIXELS
    assert camera.expose(1, upload="client").server_path is None


def test_a_path_that_is_not_told(make: Make):
    camera, _ = make(*SMALL, FILE_PATH)
    assert path_in(camera.device) is None


@pytest.mark.parametrize(
    ("messages", "verdict"),
    [
        ([BUSY, saved_to("/1"), OK], Done("/1")),
        ([BUSY, OK, saved_to("/1")], Done("/1")),
        ([saved_to("/0"), BUSY, saved_to("/1"), OK], Done("/1")),
        ([saved_to("/0"), BUSY, OK], None),
        ([BUSY, saved_to("/1")], None),
        ([], None),
    ],
)
def test_when_a_picture_is_saved(messages, verdict):
    assert verdict_of(partial(saved, MAIN, True), changes([EXPOSURE, FILE_PATH], *messages)) == (
        len(messages),
        verdict,
    )


@pytest.mark.parametrize(("last", "error"), [(ALERT, Failed), (IDLE, Aborted)])
def test_when_it_is_not(last, error):
    reports = changes([EXPOSURE, FILE_PATH], BUSY, last)
    assert isinstance(saved(MAIN, True, reports), error)


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_pictures_on_the_servers_disk(version: str):
    request = "name='UPLOAD_LOCAL'>On"
    answers = replay(f"{version}/exposure_both", "ccd", request, "CCD_EXPOSURE", "CCD_FILE_PATH")
    _, verdict = verdict_of(partial(saved, MAIN, True), answers)
    assert verdict == Done("/home/observer/img/IMG_002.fits")


# Fast exposures


def bursting(count: int) -> list:
    """Return the answer of a camera to fast exposures: Ok comes before each picture."""
    told = []
    for number in range(count):
        left = update(COUNT, State.BUSY, FRAMES=float(count - 1 - number))
        told += [BUSY, OK, left, picture(TINY_FITS[:-1] + bytes([number]))]
    return told


def test_a_burst(make: Make):
    camera, driver = make(CCD_EXPOSURE=[bursting(3)])
    frames = camera.burst(3, 0.1, "flat", binning=2)
    assert [frame.data.shape for frame in frames] == [(2, 3)] * 3
    assert driver.settings == [
        ("CCD_FRAME_TYPE", {"FRAME_FLAT": True}),
        ("CCD_BINNING", {"HOR_BIN": 2, "VER_BIN": 2}),
        ("CCD_FAST_TOGGLE", {"INDI_ENABLED": True}),
        ("CCD_FAST_COUNT", {"FRAMES": 3}),
    ]
    assert driver.asked[-1][0] == "CCD_FAST_TOGGLE"
    assert camera.device["CCD_FAST_TOGGLE"].value == "INDI_DISABLED"


def test_a_burst_is_not_over_before_its_last_picture(make: Make):
    camera, _ = make(CCD_EXPOSURE=[bursting(3)[:-1]])
    operation = camera.start_burst(3, 1)
    server = camera.device.connection.server
    count = camera.device["CCD_FAST_COUNT"]
    wait_until(count, lambda: count["FRAMES"] == 0)
    assert not operation.done()
    fraction, detail, remaining = operation.progress
    assert (fraction, detail) == (pytest.approx(2 / 3), "2 of 3")
    assert 0 <= remaining <= 1
    server.tell(picture())
    assert len(operation.result(5)) == 3


@pytest.mark.parametrize("last", [ALERT, IDLE])
def test_a_burst_that_ends_early_leaves_the_camera_as_it_was(make: Make, last):
    camera, _ = make(CCD_EXPOSURE=[[*bursting(2), BUSY, last]])
    with pytest.raises((Failed, Aborted)):
        camera.burst(3, 0.1)
    assert camera.device["CCD_FAST_TOGGLE"].value == "INDI_DISABLED"


def test_abort_of_a_burst(make: Make):
    camera, driver = make(CCD_EXPOSURE=[[*bursting(1), BUSY]], CCD_ABORT_EXPOSURE=[stopping()])
    operation = camera.start_burst(50, 1)
    wait_until(camera.device, lambda: camera.exposing)
    operation.abort()
    assert isinstance(operation.exception(5), Aborted)
    camera.device.connection.server.tell()
    assert [name for name, _ in driver.asked[-2:]] == ["CCD_ABORT_EXPOSURE", "CCD_FAST_TOGGLE"]
    assert camera.device["CCD_FAST_TOGGLE"].value == "INDI_DISABLED"


def test_a_camera_without_bursts(make: Make):
    camera, _ = make(*SMALL)
    with pytest.raises(UnknownProperty, match="has no fast exposures"):
        camera.burst(2, 1)


@pytest.mark.parametrize("count", [0, -1, 1.5, "2", None])
def test_impossible_bursts(make: Make, count: object):
    camera, driver = make()
    with pytest.raises(OutOfRange, match="is no number of pictures"):
        camera.burst(count, 1)
    assert driver.asked == []


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_burst(version: str):
    answers = replay(f"{version}/exposure_fast", "ccd", "'CCD_EXPOSURE'", "CCD_EXPOSURE", "CCD1")
    number, verdict = verdict_of(Burst(MAIN, 3), answers)
    assert number == len(answers)
    assert [blob.format for blob in verdict.result] == [".fits"] * 3
    assert len({id(blob) for blob in verdict.result}) == 3
    assert [change.name for change in answers[-2:]] == ["CCD_EXPOSURE", "CCD1"]


BURSTS = st.lists(
    st.one_of(
        st.sampled_from([BUSY, OK, IDLE, ALERT]),
        st.builds(picture, st.binary(min_size=1, max_size=2)),
    ),
    max_size=20,
)


@given(BURSTS)
def test_a_burst_decides_the_same_of_what_a_history_keeps(messages):
    everything = changes([EXPOSURE, IMAGE], *messages)
    whole, kept = Burst(MAIN, 3), Burst(MAIN, 3)
    for number in range(1, len(everything) + 1):
        some = everything[:number]
        first, second = whole(some), kept(compacted(some))
        assert type(first) is type(second)
        assert whole.pictures == kept.pictures
        if first is not None:
            break


# The chip to guide with


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_guide_head(version: str):
    answers = replay(
        f"{version}/guidehead_ccd2", "ccd", "'GUIDER_EXPOSURE'", "GUIDER_EXPOSURE", "CCD2"
    )
    number, verdict = verdict_of(partial(exposed, GUIDE_HEAD), answers)
    assert number == len(answers)
    assert isinstance(verdict.result, Blob)
    assert verdict_of(partial(exposed, MAIN), answers)[1] is None


GUIDER = (
    numbers("GUIDER_EXPOSURE", {"GUIDER_EXPOSURE_VALUE": 1.0}, 0.01, 3600.0),
    switches("GUIDER_ABORT_EXPOSURE", {"ABORT": False}, SwitchRule.AT_MOST_ONE),
    GUIDE_IMAGE,
)


def guiding(state: State) -> Update:
    return update(GUIDER[0], state, GUIDER_EXPOSURE_VALUE=1.0)


def test_the_second_chip_has_properties_of_its_own(make: Make):
    image = picture()._replace(name="CCD2", values={"CCD2": picture().values["CCD1"]})
    camera, driver = make(
        *WHOLE, *GUIDER, GUIDER_EXPOSURE=[[guiding(State.BUSY), image, guiding(State.OK)]]
    )
    assert camera.guide_chip.expose(1).data.tolist() == PIXELS
    assert [name for name, _ in driver.asked] == ["GUIDER_EXPOSURE"]
    assert camera.guide_chip.shape is None


def test_the_main_chip_may_send_video_meanwhile(make: Make):
    camera, driver = make(*WHOLE, *GUIDER, GUIDER_EXPOSURE=[[guiding(State.BUSY)]])
    camera.start_streaming().result(5)
    operation = camera.guide_chip.start_exposure(1)
    wait_until(camera.device, lambda: camera.guide_chip.exposing)
    assert camera.streaming
    assert not camera.exposing
    camera.device.connection.close()
    assert operation.exception(5)
    assert [name for name, _ in driver.asked] == ["CCD_VIDEO_STREAM", "GUIDER_EXPOSURE"]


def test_the_second_chip_is_stopped_by_its_own_switch(make: Make):
    stop = [update(GUIDER[1], State.OK, ABORT=False), guiding(State.IDLE)]
    camera, driver = make(
        *WHOLE,
        *GUIDER,
        GUIDER_EXPOSURE=[[guiding(State.BUSY)]],
        GUIDER_ABORT_EXPOSURE=[stop],
    )
    operation = camera.guide_chip.start_exposure(60)
    wait_until(camera.device, lambda: camera.guide_chip.exposing)
    operation.abort()
    assert isinstance(operation.exception(5), Aborted)
    assert driver.asked[-1][0] == "GUIDER_ABORT_EXPOSURE"


def test_a_camera_without_a_second_chip(make: Make):
    camera, _ = make(*SMALL)
    with pytest.raises(UnknownProperty, match="has no second chip to guide with"):
        _ = camera.guide_chip


# Video


def test_video_is_ended_before_an_exposure(make: Make):
    camera, driver = make()
    camera.start_streaming().result(5)
    assert camera.streaming
    camera.expose(1)
    assert not camera.streaming
    assert ("CCD_VIDEO_STREAM", {"STREAM_OFF": True}) in driver.settings


def test_an_exposing_camera_sends_no_video(make: Make):
    camera, _ = make(CCD_EXPOSURE=[[BUSY]])
    operation = camera.start_exposure(60)
    with pytest.raises(Refused, match="is exposing"):
        camera.start_streaming()
    camera.device.connection.close()
    assert operation.exception(5)


def test_the_end_of_video(make: Make):
    camera, _ = make()
    camera.start_streaming().result(5)
    camera.stop_streaming()
    assert not camera.streaming


def test_a_camera_without_video(make: Make):
    camera, _ = make(*SMALL)
    assert not camera.streaming
    for use in (camera.start_streaming, camera.stop_streaming):
        with pytest.raises(UnknownProperty, match="CCD_VIDEO_STREAM"):
            use()


def test_what_is_refused_does_not_keep_the_camera_busy(make: Make):
    camera, driver = make(*WHOLE)
    with pytest.raises(OutOfRange):
        camera.burst(2, 1e9)
    assert camera.running is None
    assert driver.asked == []
    assert camera.expose(1).data.tolist() == PIXELS


def test_a_driver_that_takes_its_picture_back(make: Make):
    camera, _ = make(*SMALL, CCD_EXPOSURE=[[BUSY, delete(IMAGE)]])
    with pytest.raises(Failed, match="took CCD1 back"):
        camera.expose(1)
