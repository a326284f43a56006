"""Flat panels: INDI's simulator and ours, and panels that do as they are told."""

import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from indinb import Client, FlatPanel
from indinb.errors import ConnectionLost, Failed, OutOfRange, UnknownProperty
from indinb.instruments import flatpanel
from indinb.protocol.messages import Define, Message, New
from indinb.protocol.vocabulary import State
from tests.client.fakes import numbers, obey, update
from tests.instruments.smalldevices import PANEL, announced, told_in
from tests.waiting import wait_until

OK, BUSY, ALERT, IDLE = State.OK, State.BUSY, State.ALERT, State.IDLE
LIGHT, BRIGHTNESS = "FLAT_LIGHT_CONTROL", "FLAT_LIGHT_INTENSITY"

DEFINITIONS = {definition.name: definition for definition in announced("lightpanel")}
LAMP = DEFINITIONS[LIGHT]


class Cloud(Exception):
    """What may end the taking of flats."""


@pytest.fixture
def panel(observatory: Client) -> Iterator[FlatPanel]:
    """Return a dark panel, and leave it so."""
    panel = FlatPanel(observatory.devices[PANEL])
    panel.turn_off()
    yield panel
    panel.turn_off()


# With INDI's simulator, and ours


def test_on_and_off(panel: FlatPanel):
    assert not panel.lit
    panel.turn_on()
    assert panel.lit
    panel.turn_on()  # which it is already
    assert panel.lit
    panel.turn_off()
    assert not panel.lit


def test_brightness(panel: FlatPanel):
    assert panel.brightness_range == (0, 255)
    panel.turn_on(brightness=100)
    assert (panel.lit, panel.brightness) == (True, 100)
    panel.brightness = 50
    assert panel.brightness == 50
    panel.set_brightness(60)
    assert panel.brightness == 60
    assert panel.lit


@pytest.mark.parametrize("brightness", [256, -1, float("nan"), "bright"])
def test_a_brightness_that_it_has_not_leaves_it_dark(panel: FlatPanel, brightness: object):
    with pytest.raises(OutOfRange):
        panel.start_turn_on(brightness)
    with pytest.raises(OutOfRange):
        panel.brightness = brightness
    assert not panel.lit


def test_light_for_a_while(panel: FlatPanel):
    with panel.light(brightness=120) as lit:
        assert lit is panel
        assert (panel.lit, panel.brightness) == (True, 120)
    assert not panel.lit


def test_light_as_bright_as_it_was(panel: FlatPanel):
    panel.set_brightness(77)
    with panel.light():
        assert (panel.lit, panel.brightness) == (True, 77)


@pytest.mark.parametrize("error", [Cloud, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_the_light_goes_off_whatever_happens(panel: FlatPanel, error: type[BaseException]):
    def flats() -> None:
        with panel.light(10):
            assert panel.lit
            raise error

    with pytest.raises(error):
        flats()
    assert not panel.lit


def test_the_light_goes_off_by_ctrl_c(panel: FlatPanel):
    with pytest.raises(KeyboardInterrupt), panel.light(10):
        signal.raise_signal(signal.SIGINT)
    assert not panel.lit


def test_the_light_goes_off_when_a_generator_is_left(panel: FlatPanel):
    def flats() -> Iterator[int]:
        with panel.light(10):
            yield from range(3)

    frames = flats()
    assert next(frames) == 0
    assert panel.lit
    frames.close()
    assert not panel.lit


def test_operations(panel: FlatPanel):
    operation = panel.start_turn_on(30)
    assert operation.label == "light Light Panel Simulator"
    assert operation.result() is None
    assert panel.start_turn_off().result() is None
    assert panel.start_set_brightness(40).result() is None
    assert not panel.lit


def test_without_connection_the_error_says_what_to_do(panel: FlatPanel):
    panel.disconnect()
    try:
        for use in (lambda: panel.lit, panel.turn_on, panel.turn_off, panel.light().__enter__):
            with pytest.raises(UnknownProperty, match=r"\.connect\(\)"):
                use()
    finally:
        panel.connect()
        wait_until(panel.device, lambda: BRIGHTNESS in panel.device)


# As INDI 1.9.9 did it


@pytest.mark.parametrize(
    ("seconds", "lit", "brightness"), [(0.6, False, 0), (0.7, True, 0), (1.7, True, 100)]
)
def test_the_captured_session(seconds: float, lit: bool, brightness: float):
    model = told_in("lightpanel", "lightpanel", seconds)
    assert model.vector(PANEL, LIGHT)["FLAT_LIGHT_ON"] is lit
    assert model.vector(PANEL, BRIGHTNESS)["FLAT_LIGHT_INTENSITY_VALUE"] == brightness
    assert not told_in("lightpanel", "lightpanel", 9).vector(PANEL, LIGHT)["FLAT_LIGHT_ON"]


# With a panel that does as it is told


@pytest.fixture
def make(connect: Callable[..., Client]) -> Callable[..., FlatPanel]:
    """Return a function that makes a panel of definitions and its answer."""

    def make(*definitions: Define, answer: Callable[[New], list[Message]] = obey) -> FlatPanel:
        client = connect(*(definitions or DEFINITIONS.values()), answer=answer)
        return FlatPanel(client.devices[PANEL])

    return make


def asked(panel: FlatPanel) -> list[tuple[str, dict]]:
    """Return what the panel was asked to do."""
    return [(new.name, dict(new.values)) for new in panel.device.connection.server.heard(New)]


def _range(low: float, high: float) -> Define:
    return numbers(BRIGHTNESS, {"FLAT_LIGHT_INTENSITY_VALUE": low}, low, high, device=PANEL)


def test_light_first_and_then_its_brightness(make):
    panel = make()
    panel.turn_on(99)
    assert asked(panel) == [
        (LIGHT, {"FLAT_LIGHT_ON": True}),
        (BRIGHTNESS, {"FLAT_LIGHT_INTENSITY_VALUE": 99.0}),
    ]


@pytest.mark.parametrize(("low", "high"), [(0, 4096), (1, 10), (20, 100), (0, 0)])
def test_the_range_is_each_drivers_own(make, low: float, high: float):
    panel = make(LAMP, _range(low, high))
    assert panel.brightness_range == (low, high)
    panel.brightness = high
    assert panel.brightness == high
    if low < high:
        with pytest.raises(OutOfRange, match=f"goes from {low} to {high}"):
            panel.turn_on(high + 1)


def test_brightness_for_each_filter_beside(make):
    filters = numbers("FLAT_LIGHT_FILTER_INTENSITY", {"Red": 40.0, "Ha": 200.0}, device=PANEL)
    panel = make(LAMP, _range(0, 255), filters)
    panel.turn_on(30)
    assert panel.brightness == 30
    assert "FLAT_LIGHT_FILTER_INTENSITY" not in dict(asked(panel))


def test_a_panel_whose_brightness_cannot_be_chosen(make):
    panel = make(LAMP)
    panel.turn_on()
    assert panel.lit
    with pytest.raises(UnknownProperty, match=BRIGHTNESS):
        _ = panel.brightness
    with pytest.raises(UnknownProperty, match=BRIGHTNESS):
        panel.turn_on(100)


def test_a_light_that_is_slow(make):
    busy = update(LAMP, BUSY, FLAT_LIGHT_ON=True, FLAT_LIGHT_OFF=False)
    panel = make(answer=lambda new: [busy])
    operation = panel.start_turn_on()
    wait_until(panel.device, lambda: panel.device[LIGHT].state is BUSY)
    assert not operation.done()
    panel.device.connection.server.tell(update(LAMP, OK))
    assert operation.result(5) is None


def test_a_light_that_fails_is_switched_off(make):
    def answer(new: New) -> list[Message]:
        return [update(LAMP, ALERT)] if new.values.get("FLAT_LIGHT_ON") else list(obey(new))

    panel = make(answer=answer)
    with pytest.raises(Failed, match="the driver reports an error"), panel.light(10):
        raise AssertionError("it has no light")
    assert asked(panel)[-1] == (LIGHT, {"FLAT_LIGHT_OFF": True})


def test_a_brightness_that_fails_switches_the_light_off(make):
    def answer(new: New) -> list[Message]:
        return [update(_range(0, 255), ALERT)] if new.name == BRIGHTNESS else list(obey(new))

    panel = make(answer=answer)
    with pytest.raises(Failed), panel.light(10):
        raise AssertionError("it has no light")
    assert asked(panel)[-1] == (LIGHT, {"FLAT_LIGHT_OFF": True})


def test_ctrl_c_while_the_light_is_switched_on(make):
    def answer(new: New) -> list[Message]:
        if new.values.get("FLAT_LIGHT_ON"):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            return []
        return list(obey(new))

    panel = make(answer=answer)
    with pytest.raises(KeyboardInterrupt), panel.light(10):
        raise AssertionError("it has no light")
    assert asked(panel) == [
        (LIGHT, {"FLAT_LIGHT_ON": True}),
        (LIGHT, {"FLAT_LIGHT_OFF": True}),
    ]


def test_a_lost_link_is_told_at_the_end(make):
    panel = make()
    with (
        pytest.raises(ConnectionLost, match="the light of Light Panel Simulator may still be on: "),
        panel.light(10),
    ):
        panel.device.connection.close()


def test_a_lost_link_is_told_beside_what_went_wrong(make):
    panel = make()

    def flats() -> None:
        with panel.light(10):
            panel.device.connection.close()
            raise Cloud

    with pytest.raises(Cloud) as caught:
        flats()
    [note] = caught.value.__notes__
    assert note.startswith("the light of Light Panel Simulator may still be on: ")


def test_a_light_that_does_not_go_off_is_told(make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flatpanel, "_TIMEOUT", 0.05)
    panel = make(answer=lambda new: [] if "FLAT_LIGHT_OFF" in new.values else obey(new))
    with pytest.raises(TimeoutError, match="may still be on"), panel.light():
        pass
