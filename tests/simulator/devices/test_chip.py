"""What of a chip is read out."""

import pytest

from indinb.protocol.messages import Update
from indinb.protocol.vocabulary import State
from tests.simulator.bench import Bench
from tests.simulator.devices.pictures import expose, opened
from tests.simulator.replay import replay

DEVICE = "CCD Simulator"


def frame(bench: Bench) -> tuple[float, ...]:
    return tuple(bench["CCD_FRAME"].values.values())


def told(messages: list[object]) -> list[tuple[str, State | None]]:
    return [(each.name, each.state) for each in messages if isinstance(each, Update)]


def test_binning_and_frame_tell_what_is_captured(bench: Bench) -> None:
    answers = replay(bench, "exposure_bin_frame")
    for ours, theirs in answers:
        if ours.asked.name in ("CCD_BINNING", "CCD_FRAME"):
            assert told(ours.messages) == told(theirs.messages)
    streams = [ours.told("CCD_STREAM_FRAME") for ours, _ in answers]
    assert streams[:2] == [theirs.told("CCD_STREAM_FRAME") for _, theirs in answers][:2]


def test_a_binned_part_of_the_chip_is_read_out(bench: Bench) -> None:
    bench.ask("CCD_BINNING", {"HOR_BIN": 2, "VER_BIN": 3})
    bench.ask("CCD_FRAME", {"X": 100, "Y": 110, "WIDTH": 201, "HEIGHT": 100})
    hdu = opened(expose(bench, 0.1))
    assert hdu.data.shape == (33, 100)
    assert (hdu.header["XBINNING"], hdu.header["YBINNING"]) == (2, 3)
    assert (hdu.header["XPIXSZ"], hdu.header["YPIXSZ"]) == (10.4, 15.6)


def test_a_reset_undoes_both(bench: Bench) -> None:
    bench.ask("CCD_BINNING", {"HOR_BIN": 2, "VER_BIN": 2})
    bench.ask("CCD_FRAME", {"X": 100, "Y": 110, "WIDTH": 200, "HEIGHT": 100})
    bench.clear()
    bench.ask("CCD_FRAME_RESET", "RESET")
    assert frame(bench) == (0, 0, 1280, 1024)
    assert bench["CCD_BINNING"].values == {"HOR_BIN": 1, "VER_BIN": 1}
    assert told(bench.messages) == [
        ("CCD_BINNING", State.OK),
        ("CCD_STREAM_FRAME", State.OK),
        ("CCD_FRAME", State.OK),
        ("CCD_FRAME_RESET", State.OK),
    ]


@pytest.mark.parametrize(
    ("asked", "what"), [((9, 9), "9x9"), ((0, 1), "0x1"), ((5, 1), "5x1"), ((1.5, 2), "1.5x2")]
)
def test_other_binnings_are_refused(bench: Bench, asked: tuple[float, float], what: str) -> None:
    bench.ask("CCD_BINNING", dict(zip(("HOR_BIN", "VER_BIN"), asked, strict=True)))
    assert bench.notices == [f"[ERROR] {what} binning is not supported."]
    assert bench["CCD_BINNING"].state is State.ALERT
    assert bench["CCD_BINNING"].values == {"HOR_BIN": 1, "VER_BIN": 1}
    bench.ask("CCD_BINNING", {"HOR_BIN": 1, "VER_BIN": 1})
    assert bench["CCD_BINNING"].state is State.OK


@pytest.mark.parametrize(
    "asked",
    [
        {"WIDTH": 99999},
        {"X": 1280},
        {"X": -1},
        {"WIDTH": 0},
        {"X": 1000, "WIDTH": 300},
        {"Y": 1000, "HEIGHT": 25},
        {"X": float("nan")},
    ],
)
def test_a_frame_beyond_the_chip_is_refused_and_changes_nothing(
    bench: Bench, asked: dict[str, float]
) -> None:
    bench.ask("CCD_FRAME", asked)
    assert bench["CCD_FRAME"].state is State.ALERT
    assert len(bench.notices) == 1
    assert frame(bench) == (0, 0, 1280, 1024)
    assert opened(expose(bench, 0.01)).data.shape == (1024, 1280)


def test_a_frame_has_whole_pixels(bench: Bench) -> None:
    bench.ask("CCD_FRAME", {"X": 10.7, "Y": 11, "WIDTH": 101.9, "HEIGHT": 33})
    assert frame(bench) == (10, 11, 101, 33)


def test_both_chips_have_frames_of_their_own(bench: Bench) -> None:
    bench.ask("GUIDER_FRAME", {"X": 0, "Y": 0, "WIDTH": 100, "HEIGHT": 60})
    bench.ask("GUIDER_BINNING", {"HOR_BIN": 2, "VER_BIN": 2})
    assert not bench.updates("CCD_STREAM_FRAME")
    assert opened(expose(bench, 0.01, chip="GUIDER")).data.shape == (30, 50)
    assert frame(bench) == (0, 0, 1280, 1024)


def test_another_chip_has_other_limits(bench: Bench) -> None:
    bench.ask("CCD_FRAME", {"X": 100, "Y": 100, "WIDTH": 1180, "HEIGHT": 900})
    bench.clear()
    bench.ask("SIMULATOR_SETTINGS", {"SIM_XRES": 640, "SIM_YRES": 512, "SIM_XSIZE": 9})
    info = bench["CCD_INFO"].values
    assert (info["CCD_MAX_X"], info["CCD_MAX_Y"]) == (640, 512)
    assert (info["CCD_PIXEL_SIZE"], info["CCD_PIXEL_SIZE_X"], info["CCD_PIXEL_SIZE_Y"]) == (
        9,
        9,
        5.2,
    )
    assert frame(bench) == (0, 0, 640, 512)
    limits = bench.updates("CCD_FRAME")[-1].limits
    assert {name: (each.min, each.max) for name, each in limits.items()} == {
        "X": (0, 639),
        "Y": (0, 511),
        "WIDTH": (1, 640),
        "HEIGHT": (1, 512),
    }
    hdu = opened(expose(bench, 0.01))
    assert hdu.data.shape == (512, 640)
    assert hdu.header["PIXSIZE1"] == 9


def test_a_chip_can_have_4096_rows_and_columns(bench: Bench) -> None:
    bench.ask("SIMULATOR_SETTINGS", {"SIM_XRES": 4096, "SIM_YRES": 4096})
    assert frame(bench) == (0, 0, 4096, 4096)
    bench.ask("SIMULATOR_SETTINGS", {"SIM_XRES": 4097})
    assert bench["SIMULATOR_SETTINGS"].state is State.ALERT
    assert frame(bench) == (0, 0, 4096, 4096)


def test_another_chip_ends_an_exposure(bench: Bench) -> None:
    bench.ask("CCD_EXPOSURE", 5)
    bench.ask("SIMULATOR_SETTINGS", {"SIM_XRES": 640})
    assert bench["CCD_EXPOSURE"].state is State.IDLE
    bench.run(10)
    assert not bench.blobs()
