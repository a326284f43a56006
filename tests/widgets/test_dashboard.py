"""The dashboard's half in Python: what it tells browsers, and how it obeys them."""

import json
import math
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from IPython.core.formatters import DisplayFormatter

from indinb import Client
from indinb.client import reading
from indinb.client.blocking import blocking
from indinb.errors import UnknownDevice
from indinb.protocol.messages import Define, Delete, EnableBlob, New
from indinb.protocol.vocabulary import Kind, State
from indinb.widgets.dashboard import BEAT, Dashboard
from tests.client.fakes import SOON, ManualClock, update
from tests.client.harbour import Harbour
from tests.hostile import TEXTS, arrives
from tests.waiting import look_until, wait_until
from tests.widgets.comms import Widget
from tests.widgets.observers import (
    ALL,
    CCD,
    DRIVERS,
    EOD,
    FOCUSER,
    MOUNT,
    POLE,
    POSITION,
    WHEEL,
    Begin,
    Observer,
    definitions,
    of,
)

# ---- Of a client ----


def test_a_client_has_one_dashboard(observer: Observer) -> None:
    assert isinstance(observer.dashboard, Dashboard)
    assert observer.client.dashboard() is observer.dashboard


def test_one_that_was_closed_is_made_anew(
    observer: Observer, close_later: Callable[[Widget], Widget]
) -> None:
    observer.dashboard.close()
    again = close_later(observer.client.dashboard())
    assert again is not observer.dashboard
    assert observer.client.dashboard() is again


def test_it_prints_nothing_where_several_cameras_are(
    begin: Begin, capsys: pytest.CaptureFixture[str]
) -> None:
    twins = [each._replace(device="Another camera") for each in definitions(CCD)]
    observer = begin(*ALL, *twins)
    assert observer["camera"]["device"] in (CCD, "Another camera")
    assert capsys.readouterr().out == ""


def test_it_shows_what_the_client_uses(begin: Begin) -> None:
    twins = [each._replace(device="Another camera") for each in definitions(CCD)]
    observer = begin(*ALL, *twins)
    for name in ("Another camera", CCD):
        observer.client.use(camera=name)
        observer.tell(update(EOD, State.OK, RA=1.0))
        assert observer["camera"]["device"] == name


def test_between_two_mounts_it_does_not_guess(begin: Begin) -> None:
    twins = [each._replace(device="Another mount") for each in definitions(MOUNT)]
    mount = begin(*ALL, *twins)["mount"]
    assert mount["condition"] == "missing"
    assert mount["hint"].startswith("which telescope? Say client.use(telescope=…) with")


def test_the_role_of_a_device_is_found_without_a_word(observer: Observer) -> None:
    client = observer.client
    found = [client.device_of(role) for role in ("mount", "camera", "focuser", "filter_wheel")]
    assert [device.name for device in found] == list(DRIVERS)
    assert client.device_of("telescope") is found[0]
    with pytest.raises(UnknownDevice, match="no device is a dome"):
        client.device_of("dome")


def test_its_words(observer: Observer) -> None:
    assert repr(observer.dashboard) == f"<Dashboard of {', '.join(DRIVERS)}>"


def test_its_words_where_nothing_is(begin: Begin) -> None:
    observer = begin(*[each._replace(device="Weather") for each in definitions(MOUNT)[:1]])
    assert repr(observer.dashboard) == "<Dashboard of no instruments>"


def test_pages_without_widgets_show_a_table(observer: Observer) -> None:
    observer.look()
    bundle = observer.dashboard._repr_mimebundle_()
    assert set(bundle) >= {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert bundle["text/plain"] == repr(observer.dashboard)
    page = bundle["text/html"]
    for words in (*DRIVERS, "Not tracking", "Ready", "At rest", "Red"):
        assert f"<td>{words}</td>" in page
    data, _ = DisplayFormatter().format(observer.dashboard)
    assert data["text/html"] == page


def test_who_wants_no_dashboard_loads_no_widgets() -> None:
    code = "import indinb, sys; indinb.connect; sys.exit('ipywidgets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- What it tells ----


def test_the_whole_opens_it(observer: Observer) -> None:
    assert observer.state["seq"] == 0
    assert observer.state["status"] == "connected"
    assert observer.state["picture"] is None
    for name, device in zip(("mount", "camera", "focuser", "wheel"), DRIVERS, strict=True):
        assert observer.state[name]["device"] == device
        assert observer.state[name]["condition"] == "ready"


def test_a_patch_has_the_cards_that_changed(observer: Observer) -> None:
    observer.look()
    observer.server.tell(update(POSITION, State.OK, FOCUS_ABSOLUTE_POSITION=30_000.0))
    (patch,) = observer.look()
    assert set(patch["news"]) == {"focuser"}
    assert observer.state["focuser"]["position"] == "30 000"


def test_however_much_changes_it_tells_once_a_tick(observer: Observer) -> None:
    observer.look()
    for step in range(50):
        observer.server.tell(update(POSITION, State.OK, FOCUS_ABSOLUTE_POSITION=float(step)))
    assert len(observer.look()) == 1
    assert observer.state["focuser"]["position"] == "49"


def test_what_is_the_same_is_not_told(observer: Observer) -> None:
    observer.look()
    observer.server.tell(update(POSITION, State.OK))
    assert observer.look() == []


def test_the_sky_turns_though_no_driver_says_a_word(
    observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    observer.tell(POLE)
    observer.look()
    monkeypatch.setattr("indinb.instruments.mounts.apparent.horizontal", lambda *_: (12.0, 34.0))
    observer.clock.advance(BEAT)
    assert observer["mount"]["alt"] == "+12° 00′"  # noqa: RUF001  arcminutes


def test_a_new_view_begins_with_what_is_true_now(observer: Observer) -> None:
    observer.look()
    observer.server.tell(update(POSITION, State.OK, FOCUS_ABSOLUTE_POSITION=123.0))
    observer.line.request_state()
    state = observer.line.states[-1]["desk"]
    assert state["focuser"]["position"] == "123"
    assert state["seq"] == observer.line.take("patch")[-1]["seq"]


def test_who_missed_a_patch_asks_for_the_whole(observer: Observer) -> None:
    observer.look()
    observer.server.tell(update(POSITION, State.OK, FOCUS_ABSOLUTE_POSITION=123.0))
    observer.line.bring({"type": "resync"})
    assert observer.line.states[-1]["desk"]["focuser"]["position"] == "123"
    assert json.dumps(observer.line.states[-1])


# ---- What is not there, or not yet ----


@pytest.mark.parametrize("name", ["mount", "camera", "focuser", "wheel"])
def test_what_is_missing_says_what_to_do(begin: Begin, name: str) -> None:
    device = dict(zip(("mount", "camera", "focuser", "wheel"), DRIVERS, strict=True))[name]
    without = {"wheel": {WHEEL, CCD}}.get(name, {device})  # the camera has a wheel of its own
    observer = begin(*definitions(*[each for each in DRIVERS if each not in without]))
    card = observer[name]
    assert card["condition"] == "missing"
    assert "no device is a" in card["hint"]
    assert "client.use(" in card["hint"]


def test_a_camera_with_filters_is_the_wheel_where_there_is_no_other(begin: Begin) -> None:
    observer = begin(*definitions(MOUNT, CCD))
    assert observer["wheel"]["device"] == CCD


def test_what_is_not_connected_can_be(begin: Begin) -> None:
    observer = begin(*definitions(FOCUSER, connected=False))
    assert observer["focuser"]["condition"] == "disconnected"
    observer.act("focuser", "connect")
    assert observer.asked("CONNECTION") == [{"CONNECT": True}]
    observer.tell(*definitions(FOCUSER))
    assert observer["focuser"]["condition"] == "ready"
    assert observer.state["focuser"]["position"] == "50 000"


def test_what_is_being_connected(begin: Begin) -> None:
    observer = begin(*definitions(FOCUSER, connected=False))
    connection = next(each for each in ALL if each.name == "CONNECTION")
    observer.tell(update(connection._replace(device=FOCUSER), State.BUSY))
    assert observer["focuser"]["condition"] == "connecting"


def test_what_comes_later_makes_its_card_alive(begin: Begin) -> None:
    observer = begin(*definitions(MOUNT))
    assert observer["camera"]["condition"] == "missing"
    observer.tell(*definitions(CCD))
    assert observer["camera"]["condition"] == "ready"
    assert observer.client.blob_mode(CCD, "CCD1") == "Also"


def test_what_is_gone_is_missing_again(observer: Observer) -> None:
    observer.tell(Delete(FOCUSER))
    assert observer["focuser"]["condition"] == "missing"


def test_what_is_used_and_gone_says_so(observer: Observer) -> None:
    observer.client.use(focuser=FOCUSER)
    observer.tell(Delete(FOCUSER))
    assert observer["focuser"]["condition"] == "gone"


def test_pictures_are_wanted_from_the_camera_alone(observer: Observer) -> None:
    observer.server.tell()
    asked = [each for each in observer.server.received if isinstance(each, EnableBlob)]
    assert [(each.device, each.name) for each in asked] == [(CCD, "CCD1")]


def strange(definition: Define, value: float) -> Define:
    """Return a definition all of whose numbers are one."""
    if definition.kind is not Kind.NUMBER:
        return definition
    numbers = {"value": value, "min": value, "max": value}
    return definition._replace(members=[each._replace(**numbers) for each in definition.members])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -1e308, 0.0, 0.5])
def test_numbers_that_make_no_sense_harm_nobody(begin: Begin, value: float) -> None:
    observer = begin(*[strange(each, value) for each in ALL])
    for name in ("mount", "camera", "focuser", "wheel"):
        assert observer[name]["condition"] == "ready"
    assert json.dumps(observer.state, allow_nan=False)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_words_of_a_hostile_server_are_told_as_they_are(begin: Begin, text: str) -> None:
    observer = begin()
    names = of(WHEEL, "FILTER_NAME")
    observer.server.send(update(names, State.ALERT, **{each.name: text for each in names.members}))
    observer.settle()
    told = observer["wheel"]["filters"]
    assert told
    assert {" ".join(name.split()) for name in told} == {" ".join(arrives(text).split())}


# ---- Who may only look ----


def test_who_may_only_look_gets_pictures(begin: Begin) -> None:
    observer = begin(read_only=True)
    assert observer.state["read_only"]
    observer.send_picture()
    assert observer.look()
    assert observer.state["picture"]["size"] == "3 × 2"  # noqa: RUF001
    observer.act("focuser", "go", position="30000")
    assert "read_only" in observer["focuser"]["note"]["text"]
    assert not [each for each in observer.server.received if isinstance(each, New)]


# ---- The end ----


def test_a_closed_client_leaves_its_last_values(observer: Observer) -> None:
    observer.send_picture()
    observer.look()
    observer.client.close()
    observer.look()
    assert observer.state["status"] == "closed"
    assert "closed" in observer.state["loss"]
    assert observer.state["mount"]["condition"] == "ready"
    assert not observer.clock.pending
    observer.line.bring({"type": "picture"})
    assert len(observer.line.files) == 1
    observer.line.request_state()
    assert observer.line.states[-1]["desk"]["status"] == "closed"
    for content in ({"type": "abort", "id": 1, "card": "mount"}, {"type": "resync"}):
        observer.line.bring(content)
    observer.line.bring({"type": "act", "card": "mount", "action": "park", "values": {"on": True}})
    assert observer.line.take("ack") == [{"type": "ack", "id": 1}]


def test_a_closed_client_is_let_go(begin: Begin) -> None:
    observer = begin()
    observer.client.close()
    observer.look()
    assert observer.dashboard._desk is None
    assert observer.client._dashboard is None


def test_a_dashboard_that_is_closed_hears_no_more(observer: Observer) -> None:
    observer.look()
    observer.dashboard.close()
    observer.server.tell(update(POSITION, State.OK, FOCUS_ABSOLUTE_POSITION=1.0))
    observer.clock.advance(10 * BEAT)
    assert observer.line.take("patch") == []
    assert not observer.clock.pending
    observer.dashboard.close()


# ---- A link that is lost ----


def test_a_lost_link(
    monkeypatch: pytest.MonkeyPatch, clock: ManualClock, close_later: Callable[[Widget], Widget]
) -> None:
    monkeypatch.setattr(reading, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(reading, "SHORT", 0)
    harbour = Harbour(*ALL)
    client = Client(harbour.open(), "fake", reopen=harbour.open).open()
    try:
        harbour.server.tell()
        observer = Observer(client, harbour.server, clock, None)  # type: ignore[arg-type]
        close_later(observer.dashboard)
        observer.look()
        harbour.refusals = 1_000_000
        harbour.server.cut()
        wait_until(client, lambda: client.status == "lost")
        look_until(lambda: any("status" in patch["news"] for patch in observer.look()))
        assert observer.state["status"] == "lost"
        assert "lost" in observer.state["loss"]
        assert observer["mount"]["condition"] == "ready"
        harbour.refusals = 0
        wait_until(client, lambda: client.status == "connected")
        assert client.blob_mode(CCD, "CCD1") == "Also"
        assert harbour.server.asked.wait(SOON)
        harbour.server.tell()
        assert observer["mount"]["condition"] == "ready"
        assert observer.state["status"] == "connected"
    finally:
        client.close()
        harbour.close()


# ---- Clicks ----


def test_an_abort_is_answered_by_who_hears_it(observer: Observer) -> None:
    """The worker may be busy with a picture, or a name that is looked up."""
    busy, free = threading.Event(), threading.Event()

    def work() -> None:
        busy.set()
        free.wait(20)

    job = observer.client.worker.submit(work)
    assert busy.wait(20)
    observer.line.bring({"type": "abort", "id": 3, "card": "mount"})
    assert observer.line.take("ack") == [{"type": "ack", "id": 3}]
    observer.server.tell()
    assert observer.asked("TELESCOPE_ABORT_MOTION") == [{"ABORT": True}]
    free.set()
    job.result(20)


def test_a_wish_that_makes_no_sense_is_logged(
    observer: Observer, caplog: pytest.LogCaptureFixture
) -> None:
    observer.act("mount", "fly")
    assert "a dashboard's wish failed: fly of mount" in caplog.text
    observer.line.bring({"type": "sing"})
    assert observer["mount"]["note"] is None


def test_a_message_is_dismissed(observer: Observer) -> None:
    observer.act("focuser", "go", position="nowhere")
    assert observer["focuser"]["note"]["level"] == "alert"
    observer.act("focuser", "dismiss")
    assert observer["focuser"]["note"] is None


def test_what_waits_is_told_to_browsers(
    observer: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:

    observer.look()
    assert not observer.state["blocking"]
    with blocking.by(Future()):
        observer.look()
        assert observer.state["blocking"]
    observer.look()
    assert not observer.state["blocking"]
