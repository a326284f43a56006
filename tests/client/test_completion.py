"""Completion as it happens in a notebook: through IPython's own completer."""

import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from IPython.core.completer import IPCompleter
from IPython.core.guarded_eval import EVALUATION_POLICIES

from indinb.client.completion import offer_keys
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.property import Property
from indinb.client.transport import open_tcp
from indinb.servers import IndiServer


@pytest.fixture
def complete(indiserver: IndiServer) -> Iterator[Callable[[str], set[str]]]:
    names: dict[str, object] = {}
    completer = IPCompleter(namespace=names, global_namespace={})
    completer.use_jedi = False  # the guarded evaluation alone
    no_magics = SimpleNamespace(lsmagic=lambda: {"line": {}, "cell": {}})
    completer.shell = SimpleNamespace(magics_manager=no_magics)

    def complete(text: str) -> set[str]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # completions are provisional, says IPython
            return {found.text for found in completer.completions(text, len(text))}

    with Connection(open_tcp(indiserver.host, indiserver.port, 5)).open() as connection:
        names["client"] = connection
        yield complete


def test_devices_properties_and_members(complete: Callable[[str], set[str]]) -> None:
    assert {"CCD Simulator", "Telescope Simulator"} <= complete('client.devices["')
    assert complete('client.devices["CCD Simulator"]["DRIVER_IN') == {"DRIVER_INFO"}
    assert "DRIVER_NAME" in complete('client.devices["CCD Simulator"]["DRIVER_INFO"]["')


def test_methods_behind_a_key(complete: Callable[[str], set[str]]) -> None:
    assert ".connected" in complete('client.devices["CCD Simulator"].conn')


def test_other_types_stay_guarded() -> None:
    class Strange:
        def __getitem__(self, key: str) -> None: ...

    offer_keys(Device, Property)
    policy = EVALUATION_POLICIES["limited"]
    assert not policy.can_get_item(Strange(), "x")
