"""The focuser and the filter wheel on a dashboard."""

from contextlib import suppress

from astropy import units as u

from indinb.client.device import Device
from indinb.errors import IndiError, OutOfRange
from indinb.instruments.filterwheel import FilterWheel
from indinb.instruments.focusers.focuser import Focuser
from indinb.instruments.readings import can_set, grouped, state
from indinb.protocol.vocabulary import State
from indinb.widgets.card import Card, celsius
from indinb.widgets.snapshot import Json

_ABSOLUTE = "ABS_FOCUS_POSITION"
_RELATIVE = "REL_FOCUS_POSITION"
_SLOT = "FILTER_SLOT"


class FocuserCard(Card):
    """A focuser."""

    role = "focuser"

    def _readings(self, device: Device) -> Json:
        focuser = Focuser(device)
        moving = self.operation is not None or _is_busy(device, _ABSOLUTE, _RELATIVE)
        alert = State.ALERT in (state(device, _ABSOLUTE), state(device, _RELATIVE))
        position = limits = None
        with suppress(IndiError, ValueError, OverflowError):  # some know none, or no end
            position, limits = focuser.position, focuser.limits
        return {
            "light": State.BUSY if moving else State.ALERT if alert else State.OK,
            "words": "Moving" if moving else "Reports an error" if alert else "At rest",
            "position": None if position is None else grouped(position),
            "limits": _range(limits),
            "temperature": _temperature(focuser),
            "can": {
                "go": can_set(device, _ABSOLUTE),
                "step": can_set(device, _ABSOLUTE) or can_set(device, _RELATIVE),
                "abort": moving and can_set(device, "FOCUS_ABORT_MOTION"),
            },
        }

    def _step(self, steps: int) -> None:
        self._run(Focuser(self.device).start_move_by(steps))

    def _go(self, position: str) -> None:
        self._run(Focuser(self.device).start_move_to(_steps(position)))

    def _stop(self) -> None:
        if self.operation is not None:
            self.operation.abort()
        else:
            self._watch(Focuser(self.device).start_abort())

    _actions = {"step": _step, "go": _go}  # noqa: RUF012


class WheelCard(Card):
    """A filter wheel."""

    role = "filter_wheel"

    def _readings(self, device: Device) -> Json:
        wheel = FilterWheel(device)
        turning = self.operation is not None or _is_busy(device, _SLOT)
        alert = state(device, _SLOT) is State.ALERT
        filters: tuple[str, ...] = ()
        slot = None
        with suppress(IndiError):  # which are not told yet
            filters, slot = wheel.filters, wheel.slot
        return {
            "light": State.BUSY if turning else State.ALERT if alert else State.OK,
            "words": "Turning"
            if turning
            else "Reports an error"
            if alert
            else _name(filters, slot),
            "filters": list(filters),
            "slot": slot,
            "can": {"select": can_set(device, _SLOT)},
        }

    def _select(self, slot: int) -> None:
        self._run(FilterWheel(self.device).start_select(slot))

    _actions = {"select": _select}  # noqa: RUF012


def _is_busy(device: Device, *names: str) -> bool:
    return any(state(device, name) is State.BUSY for name in names)


def _name(filters: tuple[str, ...], slot: int | None) -> str:
    return "Not known" if slot is None else filters[slot - 1]


def _range(limits: tuple[int, int] | None) -> str:
    if limits is None or limits[0] >= limits[1]:
        return ""
    return f"{grouped(limits[0])} to {grouped(limits[1])}"


def _temperature(focuser: Focuser) -> str | None:
    told = focuser.temperature
    return None if told is None else celsius(float(told.to_value(u.deg_C)))


def _steps(text: str) -> int:
    """Read a position: people write 30000 and 30 000.

    Examples
    --------
    >>> _steps("30 000")
    30000
    """
    try:
        return int("".join(text.split()))
    except ValueError:
        raise OutOfRange(f"{text!r} is no position: write a whole number of steps") from None
