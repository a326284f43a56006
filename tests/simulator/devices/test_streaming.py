"""Video of a camera."""

import io

import numpy as np
import pytest
from PIL import Image

from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import State
from indinb.simulator.devices.streaming import jpeg, to_bytes
from tests.simulator.bench import Bench
from tests.simulator.replay import replay

DEVICE = "CCD Simulator"


def stream(bench: Bench, seconds: float = 1.05) -> list[np.ndarray]:
    bench.clear()
    bench.ask("CCD_VIDEO_STREAM", "STREAM_ON")
    bench.run(seconds)
    bench.ask("CCD_VIDEO_STREAM", "STREAM_OFF")
    return [np.frombuffer(each.data, np.uint8) for each in bench.blobs()]


def test_it_begins_and_ends_as_captured(bench: Bench) -> None:
    bench.ask("CCD_FRAME", {"WIDTH": 100, "HEIGHT": 80})
    begin, end = replay(bench, "stream")
    assert begin[0].notices == begin[1].notices[:1]
    for ours, theirs in (begin, end):
        assert ours.told("CCD_VIDEO_STREAM") == theirs.told("CCD_VIDEO_STREAM")
    assert begin[0].properties == begin[1].properties


def test_each_frame_comes_between_rate_and_delay(bench: Bench) -> None:
    stream(bench)
    names = [each.name for each in bench.messages if isinstance(each, Update)]
    frames = names[1:-1]
    assert frames == ["FPS", "CCD1", "STREAM_DELAY"] * (len(frames) // 3)
    assert bench["FPS"]["EST_FPS"] == pytest.approx(10, abs=0.1)
    assert bench["FPS"]["AVG_FPS"] == pytest.approx(10, abs=0.1)


def test_raw_frames_are_bytes_of_all_pixels(bench: Bench) -> None:
    frames = stream(bench)
    assert len(frames) == 10
    (blob, *_) = bench.blobs()
    assert (blob.format, blob.size, len(blob.data)) == (".stream", 1280 * 1024, 1280 * 1024)
    assert 10 < np.median(frames[0]) < 60
    assert frames[0].max() > np.median(frames[0]) + 30
    assert not np.array_equal(frames[0], frames[1])


def test_frames_follow_binning_and_frame(bench: Bench) -> None:
    bench.ask("CCD_BINNING", {"HOR_BIN": 2, "VER_BIN": 2})
    bench.ask("CCD_FRAME", {"X": 100, "Y": 100, "WIDTH": 200, "HEIGHT": 101})
    assert {len(frame) for frame in stream(bench, 0.3)} == {100 * 50}
    bench.ask("CCD_STREAM_FRAME", {"X": 10, "Y": 5, "WIDTH": 30, "HEIGHT": 20})
    assert {len(frame) for frame in stream(bench, 0.3)} == {30 * 20}


@pytest.mark.parametrize(
    "asked", [{"X": 1280}, {"X": 1000, "WIDTH": 300}, {"WIDTH": 5}, {"HEIGHT": 2000}]
)
def test_a_part_beyond_the_frame_is_refused(bench: Bench, asked: dict[str, float]) -> None:
    bench.ask("CCD_STREAM_FRAME", asked)
    assert bench["CCD_STREAM_FRAME"].state is State.ALERT
    assert {len(frame) for frame in stream(bench, 0.3)} == {1280 * 1024}


def test_mjpeg_is_scaled_down(bench: Bench) -> None:
    bench.ask("CCD_STREAM_ENCODER", "MJPEG")
    stream(bench, 0.3)
    (blob, *_) = bench.blobs()
    assert blob.format == ".stream_jpg"
    image = Image.open(io.BytesIO(bytes(blob.data)))
    assert (image.format, image.size, image.mode) == ("JPEG", (640, 512), "L")


def test_frames_may_be_compressed(bench: Bench) -> None:
    bench.ask("CCD_COMPRESSION", "INDI_ENABLED")
    bench.ask("CCD_FRAME", {"WIDTH": 100, "HEIGHT": 80})
    stream(bench, 0.3)
    (blob, *_) = bench.blobs()
    assert (blob.format, blob.size) == (".stream.z", 100 * 80)


def test_the_rate_is_that_of_exposure_and_limit(bench: Bench) -> None:
    bench.ask("CCD_FRAME", {"WIDTH": 100, "HEIGHT": 80})
    bench.ask("STREAMING_EXPOSURE", {"STREAMING_EXPOSURE_VALUE": 0.01})
    assert len(stream(bench)) == 10
    bench.ask("LIMITS", {"LIMITS_PREVIEW_FPS": 40})
    assert len(stream(bench, 1.01)) == 40
    bench.ask("STREAMING_EXPOSURE", {"STREAMING_DIVISOR_VALUE": 5})
    assert len(stream(bench, 1.01)) == 20
    bench.ask("STREAMING_EXPOSURE", {"STREAMING_EXPOSURE_VALUE": 0.1})
    assert len(stream(bench)) == 2


def test_video_and_exposures_exclude_each_other(bench: Bench) -> None:
    bench.ask("CCD_FRAME", {"WIDTH": 100, "HEIGHT": 80})
    bench.ask("CCD_VIDEO_STREAM", "STREAM_ON")
    bench.ask("CCD_EXPOSURE", 1)
    assert bench["CCD_EXPOSURE"].state is State.ALERT
    bench.ask("CCD_VIDEO_STREAM", "STREAM_OFF")
    bench.ask("CCD_EXPOSURE", 1)
    bench.ask("CCD_VIDEO_STREAM", "STREAM_ON")
    assert bench["CCD_VIDEO_STREAM"].state is State.ALERT
    assert bench["CCD_VIDEO_STREAM"]["STREAM_OFF"]
    assert bench.settle("CCD_EXPOSURE") is State.OK


def test_begun_twice_it_runs_once(bench: Bench) -> None:
    bench.ask("CCD_FRAME", {"WIDTH": 100, "HEIGHT": 80})
    bench.ask("CCD_VIDEO_STREAM", "STREAM_ON")
    assert len(stream(bench)) in (10, 11)


def test_bytes_bring_out_what_is_faint() -> None:
    everything = np.arange(1 << 16, dtype=np.uint16)
    bright = to_bytes(everything).astype(int)
    assert (bright[0], bright[-1]) == (0, 255)
    assert (np.diff(bright) >= 0).all()
    assert bright[600] - bright[500] >= 2


def test_small_pictures_keep_their_size_in_jpeg() -> None:
    image = Image.open(io.BytesIO(jpeg(np.zeros((50, 60), np.uint8))))
    assert image.size == (60, 50)
