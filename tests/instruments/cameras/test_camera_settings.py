"""Cameras: what a picture shall be like, checked before anything is set, and set one by one."""

from functools import partial

import numpy as np
import pytest

from indinb.client.rules import Done
from indinb.errors import Failed, NotWritable, OutOfRange, Refused, UnknownProperty
from indinb.instruments.cameras import controls
from indinb.instruments.cameras.settings import adopted
from indinb.protocol.messages import Define, EnableBlob
from indinb.protocol.vocabulary import BlobMode, Permission, State
from tests.client.fakes import CCD, switches, update
from tests.instruments.cameras.fakes import (
    BINNING,
    CONTROLS,
    FAST,
    FORMAT,
    FRAME,
    FRAME_TYPE,
    GAIN,
    INFO,
    ISO,
    OFFSET,
    SMALL,
    UPLOAD,
    VIDEO,
    WHOLE,
    Make,
    at,
    labelled,
)
from tests.instruments.evidence import VERSIONS, changes, replay, verdict_of


def changed(definition: Define) -> tuple[Define, ...]:
    """Return a whole camera, one of whose properties is another."""
    return tuple(definition if each.name == definition.name else each for each in WHOLE)


def without(*names: str) -> tuple[Define, ...]:
    return tuple(each for each in WHOLE if each.name not in names)


# What is set


def test_nothing_is_set_that_is_so_already(make: Make):
    camera, driver = make()
    camera.expose(1, binning=1, subframe="full", format="fits", compression=False, upload="client")
    assert driver.settings == []


def test_binning_comes_before_the_frame_that_it_may_reset(make: Make):
    camera, driver = make()
    camera.expose(1, binning=2, subframe=(10, 20, 300, 200))
    assert driver.settings == [
        ("CCD_BINNING", {"HOR_BIN": 2, "VER_BIN": 2}),
        ("CCD_FRAME", {"X": 10, "Y": 20, "WIDTH": 300, "HEIGHT": 200}),
    ]


def test_a_driver_that_resets_the_frame_with_the_binning_is_told_it_again(make: Make):
    framed = at(FRAME, X=10.0, Y=20.0, WIDTH=300.0, HEIGHT=200.0)
    camera, driver = make(
        *changed(framed),
        CCD_BINNING=[
            [
                update(FRAME, State.OK, X=0.0, Y=0.0, WIDTH=1280.0, HEIGHT=1024.0),
                update(BINNING, State.OK, HOR_BIN=2.0, VER_BIN=2.0),
            ]
        ],
    )
    camera.expose(1, binning=2, subframe=(10, 20, 300, 200))
    assert [name for name, _ in driver.settings] == ["CCD_BINNING", "CCD_FRAME"]
    assert camera.subframe == (10, 20, 300, 200)


def test_the_whole_chip_again(make: Make):
    camera, driver = make(*changed(at(FRAME, X=10.0, Y=20.0, WIDTH=300.0, HEIGHT=200.0)))
    assert camera.shape == (200, 300)
    camera.expose(1, subframe="full")
    assert driver.settings == [("CCD_FRAME", {"X": 0, "Y": 0, "WIDTH": 1280, "HEIGHT": 1024})]
    assert camera.shape == (1024, 1280)


def test_saved_configurations_are_not_trusted(make: Make):
    camera, driver = make(
        *SMALL,
        FRAME_TYPE,
        at(UPLOAD, UPLOAD_CLIENT=False, UPLOAD_LOCAL=True),
        at(FORMAT, FORMAT_FITS=False, FORMAT_NATIVE=True),
        at(FAST, INDI_ENABLED=True, INDI_DISABLED=False),
        at(VIDEO, STREAM_ON=True, STREAM_OFF=False),
    )
    camera.expose(1)
    assert driver.settings == [
        ("CCD_VIDEO_STREAM", {"STREAM_OFF": True}),
        ("CCD_FAST_TOGGLE", {"INDI_DISABLED": True}),
        ("CCD_TRANSFER_FORMAT", {"FORMAT_FITS": True}),
        ("UPLOAD_MODE", {"UPLOAD_CLIENT": True}),
    ]


def test_who_wants_both_uploads_keeps_them(make: Make):
    camera, driver = make(*changed(at(UPLOAD, UPLOAD_CLIENT=False, UPLOAD_BOTH=True)))
    camera.expose(1)
    assert driver.settings == []
    assert camera.upload == "both"


def test_formats(make: Make):
    camera, driver = make()
    assert (camera.format, camera.formats) == ("fits", ["fits", "native"])  # one has no name
    camera.expose(1, format="native", compression=True, upload="both")
    assert driver.settings == [
        ("CCD_TRANSFER_FORMAT", {"FORMAT_NATIVE": True}),
        ("CCD_COMPRESSION", {"INDI_ENABLED": True}),
        ("UPLOAD_MODE", {"UPLOAD_BOTH": True}),
    ]
    assert (camera.format, camera.compression, camera.upload) == ("native", True, "both")


@pytest.mark.parametrize(("on", "member"), [(True, "CCD_COMPRESS"), (False, "CCD_RAW")])
def test_compression_by_its_older_names(make: Make, on: bool, member: str):
    older = {"CCD_COMPRESS": not on, "CCD_RAW": on}
    camera, driver = make(*SMALL, switches("CCD_COMPRESSION", older))
    assert camera.compression is not on
    camera.expose(1, compression=on)
    assert driver.settings == [("CCD_COMPRESSION", {member: True})]
    assert camera.compression is on


def test_compression_that_cannot_be_chosen(make: Make):
    camera, _ = make(*SMALL, switches("CCD_COMPRESSION", {"CCD_RAW": True}))
    with pytest.raises(Refused, match="does not let its compression be chosen"):
        camera.expose(1, compression=True)


def test_capture_formats_may_be_others_after_a_while(make: Make):
    capture = switches("CCD_CAPTURE_FORMAT", {"INDI_MONO": True, "INDI_RGB": False})
    camera, driver = make(*SMALL, labelled(capture, INDI_MONO="Mono", INDI_RGB="RGB"))
    assert (camera.capture_format, camera.capture_formats) == ("Mono", ["Mono", "RGB"])
    other = switches("CCD_CAPTURE_FORMAT", {"RAW8": True, "RAW16": False})
    driver.definitions[other.name] = other
    camera.device.connection.server.tell(other)
    assert camera.capture_formats == ["Raw8", "Raw16"]
    camera.expose(1, capture_format="raw16")
    assert driver.settings == [("CCD_CAPTURE_FORMAT", {"RAW16": True})]
    assert camera.capture_format == "Raw16"


@pytest.mark.parametrize("name", ["VIDEO_STREAM", "AUX_VIDEO_STREAM"])
def test_video_by_its_other_names(make: Make, name: str):
    camera, driver = make(*SMALL, switches(name, {"STREAM_ON": False, "STREAM_OFF": True}))
    camera.start_streaming().result(5)
    assert camera.streaming
    camera.expose(1)
    assert driver.settings == [(name, {"STREAM_ON": True}), (name, {"STREAM_OFF": True})]
    assert not camera.streaming


def test_the_server_is_told_to_send_the_picture(make: Make):
    camera, _ = make(*SMALL)
    camera.expose(1)
    server = camera.device.connection.server
    assert server.heard(EnableBlob) == [EnableBlob(CCD, "CCD1", BlobMode.ALSO)]


def test_what_is_left_out_stays(make: Make):
    camera, driver = make(*WHOLE, GAIN, OFFSET)
    camera.expose(1, "dark", 2, subframe=(0, 0, 64, 64), gain=10, offset=5)
    assert len(driver.settings) == 5
    del driver.asked[:]
    camera.expose(1, "dark")
    assert driver.settings == []


# Where drivers hide gain and offset


@pytest.mark.parametrize(
    ("definitions", "gain", "offset"),
    [
        ((GAIN, OFFSET), ("CCD_GAIN", "GAIN"), ("CCD_OFFSET", "OFFSET")),
        ((CONTROLS,), ("CCD_CONTROLS", "Gain"), ("CCD_CONTROLS", "Offset")),
        ((CONTROLS, GAIN), ("CCD_GAIN", "GAIN"), ("CCD_CONTROLS", "Offset")),
        (
            (labelled(CONTROLS, BandWidth="GAIN "), OFFSET),
            ("CCD_CONTROLS", "Gain"),
            ("CCD_OFFSET", "OFFSET"),
        ),
        ((FRAME,), None, None),
    ],
    ids=["usual", "controls", "both", "label", "none"],
)
def test_where_gain_and_offset_are(make: Make, definitions, gain, offset):
    camera, _ = make(*SMALL, *definitions)
    assert controls.find(camera.device, "gain") == gain
    assert controls.find(camera.device, "offset") == offset


def test_a_gain_by_its_label_alone(make: Make):
    hidden = labelled(CONTROLS._replace(members=CONTROLS.members[2:]), BandWidth=" gain")
    camera, driver = make(*SMALL, hidden)
    assert camera.gain == 40
    camera.expose(1, gain=12)
    assert driver.settings == [("CCD_CONTROLS", {"BandWidth": 12})]


def test_the_others_of_many_controls_stay(make: Make):
    camera, driver = make(*SMALL, CONTROLS)
    assert (camera.gain, camera.offset) == (50, 8)
    camera.expose(1, gain=np.int64(120))
    assert driver.settings == [("CCD_CONTROLS", {"Gain": 120, "Offset": 8, "BandWidth": 40})]
    assert (camera.gain, camera.offset) == (120, 8)


def test_a_camera_without_gain(make: Make):
    camera, driver = make(*SMALL)
    assert camera.gain is None
    assert camera.offset is None
    with pytest.raises(UnknownProperty, match="CCD Simulator has no gain that its driver tells"):
        camera.expose(1, gain=1)
    assert driver.asked == []


@pytest.mark.parametrize("iso", [800, "800", "ISO3", " 800 "])
def test_iso_of_a_dslr(make: Make, iso: object):
    camera, driver = make(*SMALL, labelled(ISO, ISO1="Auto", ISO2="400", ISO3="800"))
    assert (camera.iso, camera.isos) == ("Auto", ["Auto", "400", "800"])
    camera.expose(1, iso=iso)
    assert driver.settings == [("CCD_ISO", {"ISO3": True})]
    assert camera.iso == "800"


def test_an_iso_that_a_dslr_has_not(make: Make):
    camera, driver = make(*SMALL, labelled(ISO, ISO1="Auto", ISO2="400", ISO3="800"))
    with pytest.raises(OutOfRange, match="has no '1600' in CCD_ISO; it has Auto, 400, 800"):
        camera.expose(1, iso=1600)
    assert driver.asked == []


def test_a_camera_that_is_no_dslr(make: Make):
    camera, _ = make(*SMALL)
    assert (camera.iso, camera.isos) == (None, [])
    with pytest.raises(UnknownProperty, match="CCD_ISO"):
        camera.expose(1, iso=800)


# What is refused before anything is set


@pytest.mark.parametrize(
    ("subframe", "complaint"),
    [
        ((0, 0, 1281, 10), r"\(0, 0, 1281, 10\) is not within the 1280 x 1024 pixels of CCD Sim"),
        ((1000, 0, 300, 10), "is not within"),
        ((0, 1000, 10, 30), "is not within"),
        ((-1, 0, 10, 10), "is not within"),
        ((0, 0, 0, 10), "is not within"),
        ((0, 0, 99999, 10), "is not within"),
        ((0, 0, 10.5, 10), "is no subframe: give"),
        ((0, 0, 10), "is no subframe: give"),
        ("whole", "'whole' is no subframe"),
        (5, "5 is no subframe"),
    ],
)
def test_impossible_subframes(make: Make, subframe: object, complaint: str):
    camera, driver = make()
    with pytest.raises(OutOfRange, match=complaint):
        camera.expose(1, "dark", subframe=subframe)
    assert driver.asked == []


def test_a_camera_that_reads_out_nothing_but_all(make: Make):
    camera, driver = make(*changed(FRAME._replace(permission=Permission.READ_ONLY)))
    camera.expose(1, subframe="full")
    with pytest.raises(NotWritable, match="CCD_FRAME"):
        camera.expose(1, subframe=(0, 0, 10, 10))
    assert driver.settings == []


def test_a_camera_that_does_not_tell_its_size(make: Make):
    camera, driver = make(*without("CCD_INFO"))
    with pytest.raises(Refused, match="does not tell its size: give"):
        camera.expose(1, subframe="full")
    camera.expose(1, subframe=(5, 5, 10, 10))
    assert [name for name, _ in driver.settings] == ["CCD_FRAME"]
    assert INFO.name not in camera.device


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"gain": 101}, "GAIN of CCD_GAIN of CCD Simulator goes from 0 to 100"),
        ({"gain": "high"}, "'high' is no gain: give a number"),
        ({"offset": True}, "True is no offset"),
        ({"gain": float("nan")}, "nan"),
        ({"format": "tiff"}, "has no 'tiff' in CCD_TRANSFER_FORMAT; it has"),
        ({"upload": "cloud"}, "has no 'cloud' in UPLOAD_MODE; it has"),
        ({"upload": "UPLOAD_LOCAL"}, r"camera.expose_to_server\(…\) does that"),
        ({"upload": "local"}, r"camera.expose_to_server\(…\) does that"),
        ({"retries": -1}, "-1 is no number of retries"),
        ({"retries": 1.5}, "1.5 is no number of retries"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_set(make: Make, options, complaint):
    camera, driver = make(*WHOLE, GAIN, OFFSET)
    with pytest.raises(OutOfRange, match=complaint):
        camera.expose(1, "dark", binning=2, **options)
    assert driver.asked == []


def test_a_setting_that_the_camera_lacks(make: Make):
    camera, driver = make(*SMALL)
    for options in ({"compression": True}, {"capture_format": "RGB"}, {"binning": 2}):
        with pytest.raises(UnknownProperty):
            camera.expose(1, **options)
    assert driver.asked == []
    assert (camera.format, camera.formats, camera.compression) == (None, [], False)
    assert (camera.capture_format, camera.capture_formats) == (None, [])
    assert (camera.upload, camera.shape, camera.pixel_size) == (None, None, None)
    assert camera.frame_type is None


# When a setting is taken


def taken(definition: Define, known: State, *states: tuple[State, float]) -> list:
    name = definition.members[0].name
    reports = [update(definition, state, **{name: value}) for state, value in states]
    return changes([definition, update(definition, known)], *reports)


@pytest.mark.parametrize(
    ("known", "states", "verdict"),
    [
        (State.OK, [(State.OK, 10)], Done()),
        (State.IDLE, [(State.IDLE, 10)], Done()),
        (State.ALERT, [(State.ALERT, 90), (State.OK, 10)], Done()),
        (State.OK, [(State.BUSY, 90), (State.OK, 10)], Done()),
        (State.OK, [(State.OK, 12)], Done()),
        (State.OK, [(State.BUSY, 10)], None),
        (State.OK, [(State.OK, 90)], None),
        (State.OK, [], None),
    ],
    ids=["Ok", "Idle", "Alert before", "Busy", "rounded", "still Busy", "stale Ok", "nothing"],
)
def test_a_setting_is_taken(known, states, verdict):
    reports = taken(GAIN, known, *states)
    rule = partial(adopted, {"GAIN": 10.0}, clock=lambda: 0.0)
    assert rule(reports) == verdict


def test_a_setting_that_fails():
    rule = partial(adopted, {"GAIN": 10.0})
    assert isinstance(rule(taken(GAIN, State.OK, (State.ALERT, 90))), Failed)


def test_a_driver_that_keeps_what_it_had():
    rule = partial(adopted, {"GAIN": 10.0}, clock=lambda: 1e12)
    verdict = rule(taken(GAIN, State.OK, (State.OK, 90)))
    assert isinstance(verdict, Refused)
    assert str(verdict) == "the driver keeps GAIN=90"


def test_what_a_driver_has_rounded_is_told(make: Make, caplog: pytest.LogCaptureFixture):
    rounded = update(FRAME, State.OK, X=0.0, Y=0.0, WIDTH=96.0, HEIGHT=100.0)
    camera, _ = make(*WHOLE, CCD_FRAME=[[rounded]])
    camera.expose(1, subframe=(0, 0, 100, 100))
    assert camera.subframe == (0, 0, 96, 100)
    assert "asked X=0, Y=0, WIDTH=100, HEIGHT=100, and got" in caplog.text
    assert "WIDTH=96" in caplog.text


def test_a_setting_after_one_that_failed(make: Make):
    camera, _ = make(
        *WHOLE,
        CCD_BINNING=[
            [update(BINNING, State.ALERT, "[ERROR] 3x3 binning is not supported.")],
            [update(BINNING, State.ALERT), update(BINNING, State.OK, HOR_BIN=2.0, VER_BIN=2.0)],
        ],
    )
    with pytest.raises(Failed, match="3x3 binning is not supported"):
        camera.expose(1, binning=3)
    camera.expose(1, binning=2)
    assert camera.binning == (2, 2)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("CCD_BINNING", {"HOR_BIN": 2.0, "VER_BIN": 2.0}),
        ("CCD_FRAME", {"X": 100.0, "Y": 100.0, "WIDTH": 200.0, "HEIGHT": 100.0}),
    ],
)
def test_captured_settings_are_idle_and_then_ok(version: str, name: str, asked: dict):
    answers = replay(f"{version}/exposure_bin_frame", "ccd", f"'{name}'", name)
    assert [change.new.state for change in answers[:2]] == [State.IDLE, State.OK]
    assert verdict_of(partial(adopted, asked), answers)[1] == Done()


@pytest.mark.parametrize("version", VERSIONS)
def test_captured_binning_after_a_failure(version: str):
    session = f"{version}/exposure_badvalue"
    request = "'CCD_BINNING'><oneNumber name='HOR_BIN'>1<"
    answers = replay(session, "ccd", request, "CCD_BINNING")
    assert [change.new.state for change in answers[:2]] == [State.ALERT, State.OK]
    _, verdict = verdict_of(partial(adopted, {"HOR_BIN": 1.0, "VER_BIN": 1.0}), answers[1:])
    assert verdict == Done()
