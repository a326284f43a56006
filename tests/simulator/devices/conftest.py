"""A bench with the device that a test file is named after."""

from collections.abc import Iterator

import pytest

from indinb.simulator.observatory import DEVICES
from tests.simulator.bench import Bench


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with Bench(DEVICES[request.module.DEVICE]) as bench:
        yield bench
