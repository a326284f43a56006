"""The benchmarks at work: each case once, and tiny. Peers are not installed here."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.benchmarks import runner
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.servers import SERVERS

HERE = {"indinb", "dropin", "raw", "lxml"}
TINY = {"width": 640, "height": 512, "frames": 2, "count": 200, "properties": 10}
MAY_BE_ZERO = {"descriptors", "memory", "importing"}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, dict[str, Any]]]:
    with SERVERS["load"]() as load, SERVERS["simulator"]() as simulator:
        yield {"load": load, "simulator": simulator}


def smaller(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        name: smaller(value) if isinstance(value, dict) else TINY.get(name, value)
        for name, value in arguments.items()
    }


def tiny(case: Case) -> Case:
    return replace(case, arguments=smaller(case.arguments), memory=1)


DIFFERENT = {(case.job, str(tiny(case).arguments)): tiny(case) for case in CASES}.values()
"""All cases but those that differ in size only."""


@pytest.mark.parametrize("case", DIFFERENT, ids=lambda case: case.title.strip())
def test_case(case, servers):
    clients = [client for client in case.clients if client in HERE]
    figures = runner.measure(case, servers[case.server], clients, runs=1)
    assert list(figures) == clients
    assert case.job in MAY_BE_ZERO or min(figures.values()) > 0


@pytest.mark.parametrize("client", ["indinb", "dropin"])
def test_files_left_are_none(servers, client):
    (case,) = (case for case in CASES if case.job == "descriptors")
    assert runner.run(tiny(case), servers["load"], client) == 0


def test_simulated_camera_is_connected(servers):
    assert {"CONNECTION", "CCD_EXPOSURE", "CCD1"} <= set(servers["simulator"]["names"])


def test_server_survives_a_client_that_fails(servers):
    broken = replace(CASES[0], arguments={"load": "updates", "nonsense": 1})
    with pytest.raises(RuntimeError, match=r"raw failed at 'updates of 3 numbers':\nTraceback"):
        runner.run(broken, servers["load"], "raw")
    assert runner.run(tiny(CASES[0]), servers["load"], "raw") > 0
