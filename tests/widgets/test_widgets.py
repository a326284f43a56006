"""How devices, clients and operations are shown, in notebooks and elsewhere."""

import gc
import importlib
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import IPython.display
import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

import indinb
from indinb import display, widgets
from indinb.client.connection import Connection
from indinb.client.device import Device
from indinb.client.operation import Operation
from indinb.errors import Failed
from indinb.protocol.messages import Delete
from indinb.widgets import Panel, ProgressBar
from tests.client.fakes import CCD, MOUNT, FakeServer, ManualClock, texts
from tests.widgets.comms import Widget

VIEW = "application/vnd.jupyter.widget-view+json"
HOSTILE = "<script>alert('1')</script>"
Connect = Callable[..., Connection]


@pytest.fixture(autouse=True)
def all_closed(clock: ManualClock, close_later: Callable[[Widget], Widget]) -> Iterator[None]:
    """Close what is shown, as nobody else does: it stays in the notebook."""
    before = set(_instances)
    yield
    for name in _instances.keys() - before:
        _instances[name].close()


@pytest.fixture
def ccd(client: Connection) -> Device:
    return client.devices[CCD]


def widget_in(bundle: display.MimeBundle) -> Any:
    """Return the widget of which a bundle has a view."""
    return _instances[bundle[VIEW]["model_id"]]


class Tags(HTMLParser):
    """The tags and the words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


# ---- panel() ----


def test_the_panel_of_a_device_is_always_the_same(client: Connection, ccd: Device) -> None:
    panel = widgets.panel(ccd)
    assert isinstance(panel, Panel)
    assert widgets.panel(ccd) is panel
    assert widgets.panel(client.devices[CCD]) is panel
    assert widgets.panel(client.devices[MOUNT]) is not panel


def test_the_window_of_a_client_is_always_the_same(client: Connection, ccd: Device) -> None:
    window = widgets.panel(client)
    assert widgets.panel(client) is window
    assert widgets.panel(ccd) is not window


def test_a_device_that_went_and_came_back_has_its_panel_still(
    client: Connection, server: FakeServer, ccd: Device
) -> None:
    panel = widgets.panel(ccd)
    server.tell(Delete(CCD))
    assert widgets.panel(ccd) is panel
    server.tell(*server.definitions)
    assert widgets.panel(client.devices[CCD]) is panel


def test_clients_have_panels_of_their_own(connect: Connect, ccd: Device) -> None:
    with closing(FakeServer()) as server:
        twin = connect(server).devices[CCD]
        assert widgets.panel(twin) is not widgets.panel(ccd)


def test_closing_the_client_forgets_its_panels(client: Connection, ccd: Device) -> None:
    panels = [widgets.panel(ccd), widgets.panel(client)]
    client.close()
    assert all(panel.comm is not None for panel in panels)  # for they show how it was
    assert not {ccd, client} & {of for of, _ in widgets._panels}


def test_what_is_closed_is_shown_anew_and_kept_by_nobody(client: Connection, ccd: Device) -> None:
    before = widgets.panel(ccd)
    client.close()
    after = widgets.panel(ccd)
    assert after is not before
    assert not {ccd, client} & {of for of, _ in widgets._panels}


def test_panels_made_anew_leave_no_observers(client: Connection, ccd: Device) -> None:
    widgets.panel(ccd).close()
    before = len(client.observers.interested(ccd.name, None))
    for _ in range(3):
        widgets.panel(ccd).close()
    assert len(client.observers.interested(ccd.name, None)) == before


def test_a_panel_that_was_closed_is_made_anew(ccd: Device) -> None:
    before = widgets.panel(ccd)
    before.close()
    after = widgets.panel(ccd)
    assert after is not before
    assert after.comm is not None
    assert widget_in(widgets.render(ccd)) is after


def test_a_client_that_nobody_shows_any_more_is_not_kept() -> None:
    with closing(FakeServer()) as server, Connection(server.transport).open() as client:
        panel, kept = widgets.panel(client), weakref.ref(client)
    panel.close()
    del server, client, panel
    gc.collect()
    assert kept() is None


@pytest.mark.parametrize("thing", [None, "CCD Simulator", 7, Operation("wait")], ids=str)
def test_nothing_else_has_a_panel(thing: Any) -> None:
    words = r"^a panel shows a device, a client or a property, not "
    with pytest.raises(TypeError, match=words) as caught:
        widgets.panel(thing)
    assert repr(thing) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_name_of_the_function_is_not_that_of_the_module() -> None:
    assert importlib.import_module("indinb.widgets.panel").Panel is Panel
    assert widgets.panel.__name__ == "panel"
    assert set(widgets.__all__) == {"Panel", "ProgressBar", "Viewer", "panel", "viewer"}


def test_a_part_has_a_panel_of_its_own(client: Connection, ccd: Device) -> None:
    whole = widgets.panel(ccd)
    part = widgets.panel(ccd, groups="Main Control", properties=["CCD_TEMPERATURE"])
    assert part is not whole
    assert widgets.panel(ccd, ["Main Control"], "CCD_TEMPERATURE") is part
    assert widgets.panel(client, groups="Main Control") is not widgets.panel(client)
    client.close()
    assert not {ccd, client} & {of for of, _ in widgets._panels}


@pytest.mark.parametrize("names", [[1], [None], [["CCD_EXPOSURE"]]], ids=str)
def test_parts_are_given_by_names(ccd: Device, names: Any) -> None:
    with pytest.raises(TypeError, match=r"properties are given by their names, as in \["):
        widgets.panel(ccd, properties=names)
    with pytest.raises(TypeError, match=r"groups are given by their names, as in \["):
        widgets.panel(ccd, groups=names)


def test_panels_compose_like_any_widget(ccd: Device) -> None:
    panels = [widgets.panel(ccd), widgets.panel(ccd["CCD_TEMPERATURE"])]
    for container in (ipywidgets.VBox, ipywidgets.HBox, ipywidgets.Tab):
        box = container(panels)
        assert list(box.children) == panels
        box.close()


# ---- render() ----


@pytest.mark.parametrize("of", ["property", "device", "client"])
def test_what_can_be_controlled_is_shown_as_a_panel(
    client: Connection, ccd: Device, of: str
) -> None:
    thing = {"property": ccd["CCD_TEMPERATURE"], "device": ccd, "client": client}[of]
    bundle = widgets.render(thing)
    assert set(bundle) == {VIEW, "text/plain", "text/html"}
    assert widget_in(bundle) is widgets.panel(thing)
    assert bundle["text/plain"] == repr(thing)
    assert bundle["text/html"] == display.static(thing)["text/html"]
    assert widgets.render(thing) == bundle


def test_an_operation_is_shown_as_its_progress(clock: ManualClock) -> None:
    operation: Operation[None] = Operation("cool")
    bundle = widgets.render(operation)
    assert set(bundle) == {VIEW, "text/plain", "text/html"}
    bar = widget_in(bundle)
    assert isinstance(bar, ProgressBar)
    assert bar.label == "cool"
    assert bundle["text/plain"] == "<Operation cool: running>"
    operation.fail(Failed("no"))
    assert widgets.render(operation)["text/plain"] == "<Operation cool: Failed>"
    clock.advance(1)


def test_lists_are_shown_without_a_widget(client: Connection) -> None:
    before = set(_instances)
    assert widgets.render(client.devices) == display.static(client.devices)
    assert set(client.devices._repr_mimebundle_()) == {"text/plain", "text/html"}
    assert set(_instances) == before


@pytest.mark.parametrize("of", ["device", "client", "operation", "property", "devices"])
def test_hostile_words_are_escaped_in_pages_without_widgets(
    client: Connection, server: FakeServer, of: str
) -> None:
    server.tell(texts(HOSTILE, {HOSTILE: HOSTILE}, label=HOSTILE, group=HOSTILE, device=HOSTILE))
    device = client.devices[HOSTILE]
    operation: Operation[None] = Operation(HOSTILE)
    things: dict[str, Any] = {
        "device": device,
        "client": client,
        "operation": operation,
        "property": device[HOSTILE],
        "devices": client.devices,
    }
    bundle = widgets.render(things[of])
    page = Tags(bundle["text/html"])
    assert page.tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert HOSTILE in "".join(page.words)
    assert HOSTILE not in bundle["text/html"]
    operation.succeed(None)


def test_the_text_is_the_same_each_time(client: Connection, ccd: Device) -> None:
    """Notebooks are compared by it, so it has no numbers of this process."""
    texts = [widgets.render(thing)["text/plain"] for thing in (ccd, client) for _ in range(2)]
    assert texts == [
        "<Device CCD Simulator: connected, 7 properties>",
        "<Device CCD Simulator: connected, 7 properties>",
        "<Connection fake: connected, 2 devices>",
        "<Connection fake: connected, 2 devices>",
    ]


def test_a_closed_client_can_be_shown(client: Connection) -> None:
    client.close()
    assert widgets.render(client)["text/plain"] == "<Connection fake: closed, 2 devices>"


# ---- follow() ----


def test_following_shows_the_progress_in_the_cell(
    monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    shown: list[display.MimeBundle] = []
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: shown.append(bundle))
    operation: Operation[None] = Operation("expose")
    widgets.follow(operation)
    (bundle,) = shown
    assert list(bundle) == [VIEW], "words would make a notebook with a bar another than without"
    bar = widget_in(bundle)
    assert (bar.label, bar.state) == ("expose", "running")
    operation.succeed(None)
    clock.advance(1)
    assert bar.state == "done"


# ---- The display slot ----


def test_in_notebooks_the_slot_shows_by_widgets(
    ccd: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=...))
    assert display.render(ccd) == widgets.render(ccd)
    assert ccd._repr_mimebundle_() == widgets.render(ccd)
    assert indinb.widgets is widgets


WAIT = """
import sys, threading
import indinb
from indinb.client import operation

operation._UNNOTICED = 0
waiting = operation.Operation("wait")
operation.display.following = lambda it, follow=operation.display.following: (
    follow(it), threading.Thread(target=waiting.succeed, args=("done",)).start()
)[0]
assert waiting.wait() == "done"
print(sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_in_plain_python_waiting_loads_no_widgets() -> None:
    command = [sys.executable, "-c", WAIT]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert "'indinb'" in done.stdout
    for heavy in ("ipywidgets", "anywidget", "traitlets", "IPython"):
        assert f"'{heavy}'" not in done.stdout
