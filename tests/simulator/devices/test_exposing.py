"""The life of exposures, as INDI's simulator has it in the captured sessions."""

import zlib

import numpy as np
import pytest

from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import State
from tests.simulator.bench import Bench
from tests.simulator.devices.pictures import expose, opened, small
from tests.simulator.replay import Exchange, replay

DEVICE = "CCD Simulator"


def exchange(bench: Bench, session: str, number: int = 0) -> tuple[Exchange, Exchange]:
    return replay(bench, session)[number]


def order(messages: list[object]) -> list[tuple[str, State | None]]:
    """The properties that told something, and their states; the same again is left out."""
    told = [(each.name, each.state) for each in messages if isinstance(each, Update)]
    return [each for each, before in zip(told, [None, *told], strict=False) if each != before]


@pytest.mark.parametrize(
    "session",
    ["exposure_blob", "exposure_twice_busy", "exposure_abort"],
)
def test_exposures_begin_and_end_as_captured(bench: Bench, session: str) -> None:
    for ours, theirs in replay(bench, session):
        assert order(ours.messages) == order(theirs.messages), ours.asked


def test_the_guide_head_exposes_as_captured(bench: Bench) -> None:
    ours, theirs = exchange(bench, "guidehead_ccd2")
    assert order(ours.messages) == order(theirs.messages)
    (mine,) = bench.blobs("CCD2")
    assert opened(mine).data.shape == (290, 500)


def test_the_time_that_is_left_is_counted_down(bench: Bench) -> None:
    small(bench)
    bench.ask("CCD_EXPOSURE", 2.5)
    bench.settle("CCD_EXPOSURE")
    told = [
        (each.state, each.values["CCD_EXPOSURE_VALUE"]) for each in bench.updates("CCD_EXPOSURE")
    ]
    assert [state for state, _ in told] == [State.BUSY] * 4 + [State.OK]
    assert [value for _, value in told] == pytest.approx([2.5, 1.5, 0.5, 0, 0])


def test_the_picture_comes_before_ok(bench: Bench) -> None:
    small(bench)
    expose(bench)
    names = [name for name, _ in order(bench.messages)]
    assert names == ["CCD_EXPOSURE", "CCD1", "CCD_EXPOSURE"]


@pytest.mark.parametrize("seconds", [-1, 0, 3601, 99999])
def test_seconds_out_of_bounds_are_refused(bench: Bench, seconds: float) -> None:
    bench.ask("CCD_EXPOSURE", seconds)
    assert bench.notices == [
        f"[ERROR] Requested exposure value ({seconds}) seconds out of bounds [0.01,3600]."
    ]
    (told,) = bench.updates("CCD_EXPOSURE")
    assert (told.state, told.values) == (State.ALERT, {"CCD_EXPOSURE_VALUE": 0.0})
    assert not bench.blobs()


def test_what_is_no_number_is_refused(bench: Bench) -> None:
    bench.ask("CCD_EXPOSURE", float("nan"))
    assert bench["CCD_EXPOSURE"].state is State.ALERT
    bench.run(5)
    assert not bench.blobs()


def test_an_aborted_exposure_sends_nothing(bench: Bench) -> None:
    bench.ask("CCD_EXPOSURE", 20)
    bench.run(3)
    bench.clear()
    bench.ask("CCD_ABORT_EXPOSURE", "ABORT")
    assert order(bench.messages) == [
        ("CCD_ABORT_EXPOSURE", State.OK),
        ("CCD_EXPOSURE", State.IDLE),
    ]
    assert bench["CCD_EXPOSURE"].value == 0
    assert bench["CCD_ABORT_EXPOSURE"].on is None
    bench.run(30)
    assert not bench.blobs()


def test_an_exposure_that_is_aborted_at_once_has_begun(bench: Bench) -> None:
    bench.clear()
    bench.ask_all(CCD_EXPOSURE=20, CCD_ABORT_EXPOSURE="ABORT")
    assert order(bench.messages) == [
        ("CCD_EXPOSURE", State.BUSY),
        ("CCD_ABORT_EXPOSURE", State.OK),
        ("CCD_EXPOSURE", State.IDLE),
    ]


def test_one_chip_is_aborted_without_the_other(bench: Bench) -> None:
    small(bench)
    bench.ask("CCD_EXPOSURE", 5)
    bench.ask("GUIDER_EXPOSURE", 5)
    bench.ask("GUIDER_ABORT_EXPOSURE", "ABORT")
    bench.run(6)
    assert (len(bench.blobs("CCD1")), len(bench.blobs("CCD2"))) == (1, 0)


def test_a_new_exposure_replaces_one_that_lasts(bench: Bench) -> None:
    small(bench)
    bench.ask("CCD_EXPOSURE", 10)
    bench.run(5)
    bench.ask("CCD_EXPOSURE", 1)
    bench.run(20)
    (blob,) = bench.blobs()
    assert opened(blob).header["EXPTIME"] == 1


def test_bias_frames_take_the_shortest_time(bench: Bench) -> None:
    small(bench)
    bench.ask("CCD_FRAME_TYPE", "FRAME_BIAS")
    blob = expose(bench, 60)
    assert opened(blob).header["EXPTIME"] == 0.01
    assert bench.updates("CCD_EXPOSURE")[0].values == {"CCD_EXPOSURE_VALUE": 0.01}


def test_time_may_count_more(bench: Bench) -> None:
    small(bench)
    bench.ask("SIMULATOR_SETTINGS", {"SIM_TIME_FACTOR": 3})
    bench.ask("CCD_EXPOSURE", 1)
    bench.run(2.9)
    assert bench["CCD_EXPOSURE"].state is State.BUSY
    bench.run(0.2)
    assert bench["CCD_EXPOSURE"].state is State.OK
    assert opened(bench.blobs()[0]).header["EXPTIME"] == 3


def test_series_come_as_captured(bench: Bench) -> None:
    ours, theirs = replay(bench, "exposure_fast")[2]
    beginning = [("CCD_EXPOSURE", State.BUSY)]
    assert order(ours.messages) == order(theirs.messages)
    assert order(ours.messages)[:1] == beginning
    assert bench["CCD_FAST_COUNT"].value == 1


def test_a_series_is_announced_and_ended_as_captured(bench: Bench) -> None:
    begin, count, _, end = replay(bench, "exposure_fast")
    together = begin[0].messages + count[0].messages  # both were asked at once
    assert order(together) == order(count[1].messages)
    assert begin[0].notices == count[1].notices
    assert order(end[0].messages) == order(end[1].messages)


def test_no_longer_fast_ends_a_series(bench: Bench) -> None:
    small(bench)
    bench.ask("CCD_FAST_TOGGLE", "INDI_ENABLED")
    bench.ask("CCD_FAST_COUNT", 100)
    bench.ask("CCD_EXPOSURE", 1)
    bench.run(3.5)
    bench.ask("CCD_FAST_TOGGLE", "INDI_DISABLED")
    sent = len(bench.blobs())
    assert sent == 3
    bench.run(10)
    assert len(bench.blobs()) == sent


def test_compressed_pictures_are_the_same(bench: Bench) -> None:
    small(bench)
    bench.ask("CCD_COMPRESSION", "INDI_ENABLED")
    blob = expose(bench)
    assert blob.format == ".fits.fz"
    assert blob.size % 2880 == 0
    assert len(blob.data) < blob.size
    packed = opened(blob)
    assert packed.data.shape == (150, 200)
    assert packed.header["INSTRUME"] == "CCD Simulator"
    bench.driver.chip.frame_number -= 1  # the same noise again
    bench.ask("CCD_COMPRESSION", "INDI_DISABLED")
    plain = expose(bench)
    assert plain.format == ".fits"
    assert plain.size == len(plain.data) == blob.size
    assert np.array_equal(opened(plain).data, packed.data)


def test_bare_pixels_may_be_had_again_and_again(bench: Bench) -> None:
    small(bench)
    bench.ask("CCD_TRANSFER_FORMAT", "FORMAT_NATIVE")
    for _ in range(2):
        blob = expose(bench)
        assert (blob.format, blob.size) == (".bin", 2 * 200 * 150)
    bench.ask("CCD_COMPRESSION", "INDI_ENABLED")
    packed = expose(bench)
    assert (packed.format, packed.size) == (".bin.z", 2 * 200 * 150)
    pixels = np.frombuffer(zlib.decompress(packed.data), "<u2")
    assert 450 < np.median(pixels) < 700


def test_disconnecting_ends_an_exposure(bench: Bench) -> None:
    bench.ask("CCD_EXPOSURE", 5)
    bench.ask("CONNECTION", "DISCONNECT")
    bench.run(10)
    assert not bench.blobs()
    bench.connect()
    assert bench["CCD_EXPOSURE"].state is State.IDLE


def test_a_mistake_in_the_darkroom_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("indinb.simulator.devices.darkroom.Darkroom.picture", broken)
    bench.ask("CCD_EXPOSURE", 1)
    assert bench.settle("CCD_EXPOSURE") is State.ALERT
    assert "no room" in bench.notices[-1]


def test_an_aborted_series_is_over(bench: Bench) -> None:
    bench.ask("CCD_FAST_TOGGLE", "INDI_ENABLED")
    bench.ask("CCD_FAST_COUNT", 20)
    bench.ask("CCD_EXPOSURE", 0.2)
    bench.run(2)
    assert bench["CCD_FAST_COUNT"].state is State.BUSY
    bench.ask("CCD_ABORT_EXPOSURE", "ABORT")
    assert (bench["CCD_FAST_COUNT"].state, bench["CCD_FAST_COUNT"].value) == (State.IDLE, 1)


@pytest.mark.parametrize("name", ["CCD_EXPOSURE", "CCD_VIDEO_STREAM"])
def test_a_frame_smaller_than_its_binning_is_refused(bench: Bench, name: str) -> None:
    bench.ask("CCD_BINNING", {"HOR_BIN": 4, "VER_BIN": 4})
    bench.ask("CCD_FRAME", {"X": 0, "Y": 0, "WIDTH": 1, "HEIGHT": 1})
    bench.ask(name, 1 if name == "CCD_EXPOSURE" else "STREAM_ON")
    assert bench[name].state is State.ALERT
    assert bench.notices[-1] == "[ERROR] Error: the frame is smaller than its binning."
