"""Pictures that are saved where the observatory runs."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from astropy.io import fits

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.ccd import CCDSimulator
from indinb.simulator.devices.uploading import save
from tests.simulator.bench import Bench
from tests.simulator.devices.pictures import expose, small
from tests.simulator.replay import replay

WHEN = dt.datetime(2026, 1, 15, 20, 30, 5, tzinfo=dt.UTC)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    with Bench(CCDSimulator) as bench:
        small(bench)
        yield bench


def upload(bench: Bench, mode: str, **settings: str) -> None:
    bench.ask("UPLOAD_MODE", f"UPLOAD_{mode}")
    if settings:
        bench.ask("UPLOAD_SETTINGS", settings)
    bench.clear()


def local(bench: Bench) -> State:
    bench.ask("CCD_EXPOSURE", 0.1)
    return bench.settle("CCD_EXPOSURE")


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.rglob("*") if each.is_file())


def test_modes_are_announced_as_captured(bench: Bench) -> None:
    first, *_, last = [
        pair for pair in replay(bench, "exposure_both") if pair[0].asked.name == "UPLOAD_MODE"
    ]
    assert "Upload settings set to client and local." in first[0].notices[0]
    assert last[0].notices == last[1].notices
    assert last[0].told("UPLOAD_MODE") == last[1].told("UPLOAD_MODE")


def test_the_path_is_there_only_while_pictures_are_saved(bench: Bench) -> None:
    assert not bench["CCD_FILE_PATH"].defined
    bench.ask("UPLOAD_MODE", "UPLOAD_BOTH")
    bench.ask("UPLOAD_MODE", "UPLOAD_LOCAL")
    assert bench.defined == ["CCD_FILE_PATH"]
    bench.ask("UPLOAD_MODE", "UPLOAD_CLIENT")
    assert bench.deleted == ["CCD_FILE_PATH"]


def test_both_save_and_send_the_same(bench: Bench, tmp_path: Path) -> None:
    upload(bench, "BOTH", UPLOAD_DIR=str(tmp_path / "night"), UPLOAD_PREFIX="IMG_XXX")
    blob = expose(bench)
    path = tmp_path / "night" / "IMG_001.fits"
    assert path.read_bytes() == bytes(blob.data)
    assert bench["CCD_FILE_PATH"].value == str(path)
    assert bench.notices == [f"[INFO] Image saved to {path}"]
    names = [getattr(each, "name", "") for each in bench.messages]
    assert names.index("CCD_FILE_PATH") < names.index("CCD1")


def test_local_pictures_are_numbered_and_not_sent(bench: Bench, tmp_path: Path) -> None:
    upload(bench, "LOCAL")
    assert bench["UPLOAD_SETTINGS"]["UPLOAD_DIR"] == str(tmp_path)
    assert [local(bench) for _ in range(3)] == [State.OK] * 3
    assert files(tmp_path) == ["IMAGE_001.fits", "IMAGE_002.fits", "IMAGE_003.fits"]
    assert not bench.blobs()
    assert fits.getheader(tmp_path / "IMAGE_002.fits")["INSTRUME"] == "CCD Simulator"


def test_what_is_there_is_never_overwritten(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "IMAGE_001.fits").write_text("precious")
    (tmp_path / "M31.fits").write_text("precious")
    upload(bench, "LOCAL")
    local(bench)
    assert files(tmp_path) == ["IMAGE_001.fits", "IMAGE_002.fits", "M31.fits"]
    upload(bench, "LOCAL", UPLOAD_PREFIX="M31")
    assert local(bench) is State.ALERT
    assert (tmp_path / "M31.fits").read_text() == "precious"
    assert (tmp_path / "IMAGE_001.fits").read_text() == "precious"


def test_a_link_is_not_followed(bench: Bench, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "M31.fits").symlink_to(elsewhere)
    upload(bench, "LOCAL", UPLOAD_PREFIX="M31")
    assert local(bench) is State.ALERT
    assert not elsewhere.exists()


@pytest.mark.parametrize(
    "prefix",
    [
        "../XXX",
        "a/b",
        "/etc/cron.d/XXX",
        "..\\x",
        "C:x",
        "",
        "..",
        " ",
        "a\0b",
        "a\nb",
        "a" * 20_000,
    ],
)
def test_prefixes_are_no_paths(bench: Bench, prefix: str) -> None:
    before = bench["UPLOAD_SETTINGS"].values
    bench.ask("UPLOAD_SETTINGS", {"UPLOAD_PREFIX": prefix})
    assert bench["UPLOAD_SETTINGS"].state is State.ALERT
    assert bench["UPLOAD_SETTINGS"].values == before


def test_a_relative_folder_is_below_home(bench: Bench, tmp_path: Path) -> None:
    upload(bench, "LOCAL", UPLOAD_DIR="img/tonight")
    local(bench)
    assert files(tmp_path / "img" / "tonight") == ["IMAGE_001.fits"]


def test_a_folder_that_cannot_be_is_told(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    upload(bench, "LOCAL", UPLOAD_DIR=str(tmp_path / "file"))
    assert local(bench) is State.ALERT
    assert bench.notices
    upload(bench, "LOCAL", UPLOAD_DIR=str(tmp_path))
    assert local(bench) is State.OK


def test_names_may_hold_the_time(tmp_path: Path) -> None:
    path = save(b"x", tmp_path, "M31_ISO8601_XXX", ".fits", WHEN)
    assert path.name == "M31_2026-01-15T20-30-05_001.fits"


def test_numbers_go_on_beyond_999(tmp_path: Path) -> None:
    for n in range(1, 1000):
        (tmp_path / f"A_{n:03}.bin").touch()
    assert save(b"x", tmp_path, "A_XXX", ".bin", WHEN).name == "A_1000.bin"
