import pytest

from indinb.protocol.vocabulary import State
from indinb.simulator.devices.telescope import TelescopeSimulator
from tests.simulator.bench import Bench


@pytest.fixture
def bench():
    with Bench(TelescopeSimulator) as bench:
        yield bench


def test_the_optics_are_those_of_the_light(bench):
    light = bench.light
    lengths = (light.aperture, light.focal_length, light.guide_aperture, light.guide_focal_length)
    assert tuple(bench["TELESCOPE_INFO"].values.values()) == lengths == (50, 127, 30, 120)
    bench.ask("TELESCOPE_INFO", TELESCOPE_APERTURE=200, TELESCOPE_FOCAL_LENGTH=1000)
    assert (light.aperture, light.focal_length, light.guide_aperture) == (200, 1000, 30)


def test_sets_of_optics_are_kept(bench):
    bench.ask("APPLY_SCOPE_CONFIG", "SCOPE_CONFIG2")
    assert bench["APPLY_SCOPE_CONFIG"].state is State.ALERT
    bench.ask("SCOPE_CONFIG_NAME", "long")
    bench.ask("TELESCOPE_INFO", TELESCOPE_FOCAL_LENGTH=2000)
    bench.ask("APPLY_SCOPE_CONFIG", "SCOPE_CONFIG1")
    assert bench.light.focal_length == 127
    assert bench["SCOPE_CONFIG_NAME"].value == ""
    bench.ask("APPLY_SCOPE_CONFIG", "SCOPE_CONFIG2")
    assert bench.light.focal_length == 2000
    assert bench["SCOPE_CONFIG_NAME"].value == "long"


def test_a_length_beyond_its_limits_is_refused(bench):
    bench.ask("TELESCOPE_INFO", TELESCOPE_FOCAL_LENGTH=5)
    assert bench["TELESCOPE_INFO"].state is State.ALERT
    assert bench.light.focal_length == 127


def test_the_optics_can_be_changed_before_anything_is_connected():
    with Bench(TelescopeSimulator, connect=False) as bench:
        bench.ask("TELESCOPE_INFO", GUIDER_APERTURE=60)
        assert bench.light.guide_aperture == 60
