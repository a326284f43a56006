"""The cooler of a camera: slowly cold, and slowly warm again."""

import logging
import math
from collections.abc import Sequence
from functools import partial
from typing import cast

from astropy import units as u

from indinb.client.device import Device
from indinb.client.observers import Change
from indinb.client.operation import Operation, Progress
from indinb.client.pace import at_pace
from indinb.client.procedure import Procedure, Steps
from indinb.client.request import build
from indinb.client.rules import Done, Verdict
from indinb.errors import Failed, OperationTimeout, OutOfRange, Refused
from indinb.instruments.base import Instrument
from indinb.instruments.durations import Pause
from indinb.instruments.readings import is_on, members, number
from indinb.instruments.running import Running
from indinb.protocol.vocabulary import State

logger = logging.getLogger(__name__)

TEMPERATURE = "CCD_TEMPERATURE"
COOLER = "CCD_COOLER"
RAMP = "CCD_TEMP_RAMP"
_POWER = "CCD_COOLER_POWER"  # its only member has many names

_TOLERANCE = 0.5 * u.K
_MILD = 10 * u.deg_C
_VALUE = "CCD_TEMPERATURE_VALUE"
_STEADY = 5.0  # seconds near its target after which a camera that stays Busy is there
_PATIENCE = 1800.0  # seconds beside those that the rate takes

_running: Running[u.Quantity] = Running()


class Cooling(Instrument):
    """What cameras with a cooler, or at least a thermometer, can do."""

    @property
    def temperature(self) -> u.Quantity | None:
        """Of its chip, in °C; None if it has no thermometer."""
        celsius = _here(self.device)
        return None if celsius is None else celsius * u.deg_C

    @property
    def cooler_power(self) -> u.Quantity | None:
        """How hard its cooler works, in percent; None if its driver does not tell."""
        percent = next(
            (number(self.device, _POWER, each) for each in members(self.device, _POWER)), None
        )
        return None if percent is None else percent * u.percent

    @property
    def cooling(self) -> bool:
        """Whether its cooler is on."""
        return is_on(self.device, COOLER, "COOLER_ON")

    def start_cool_to(
        self,
        temperature: u.Quantity,
        rate: u.Quantity | None = None,
        tolerance: u.Quantity = _TOLERANCE,
    ) -> Operation[u.Quantity]:
        """Start to cool; see `cool_to`."""
        target = celsius_of(temperature)
        label = f"cool {self.name} to {target:g} °C"
        steps = _reach(self.device, label, target, _near(tolerance), _pace(rate))
        return self._instead(label, steps)

    def cool_to(
        self,
        temperature: u.Quantity,
        rate: u.Quantity | None = None,
        tolerance: u.Quantity = _TOLERANCE,
    ) -> u.Quantity:
        """Bring the chip to a temperature, and wait for it with a progress bar.

        The cooler is switched on, and stays on; it goes on by itself when the waiting ends, by
        Ctrl-C as well. Another temperature that was asked for before is given up.

        Parameters
        ----------
        temperature : Quantity
            Such as ``-10 * u.deg_C``.
        rate : Quantity, optional
            How fast at most, such as ``2 * u.deg_C / u.min``; the driver keeps it from now on.
        tolerance : Quantity
            How near is near enough.

        Returns
        -------
        Quantity
            The temperature that it has then.

        Raises
        ------
        OutOfRange
            If these are no temperatures, or the camera cannot be so cold.
        UnknownProperty, NotWritable
            If the camera has no thermometer, or no cooler.
        Refused
            If its driver knows no ramp, and a rate was given.
        OperationError
            If it fails; or takes half an hour, beside what the rate makes it last.
        """
        return self.start_cool_to(temperature, rate, tolerance).wait()

    def start_warm_up(
        self, temperature: u.Quantity = _MILD, rate: u.Quantity | None = None
    ) -> Operation[u.Quantity]:
        """Start to warm the chip; see `warm_up`."""
        target = celsius_of(temperature)
        label = f"warm {self.name} up to {target:g} °C"
        steps = _warm(self.device, label, target, _near(_TOLERANCE), _pace(rate))
        return self._instead(label, steps)

    def warm_up(
        self, temperature: u.Quantity = _MILD, rate: u.Quantity | None = None
    ) -> u.Quantity:
        """Warm the chip, and then switch its cooler off; waits with a progress bar.

        Parameters
        ----------
        temperature : Quantity
            From which the air may do the rest, 10 °C by default. If that is not reached in half
            an hour, as the air is colder, the cooler is switched off all the same.
        rate : Quantity, optional
            How fast at most, such as ``5 * u.deg_C / u.min``; the driver keeps it from now on.

        Returns
        -------
        Quantity
            The temperature that it has then.

        Raises
        ------
        PropertyError, OperationError
            As by `cool_to`.
        """
        return self.start_warm_up(temperature, rate).wait()

    def _instead(self, label: str, steps: Steps[u.Quantity]) -> Operation[u.Quantity]:
        """Begin, and end the waiting for another temperature, which will never be reached."""
        before = _running.get(self.device)
        operation = _running.keep(self.device, Procedure(label, steps))
        if before is not None:
            before.abort()
        return operation


def cooled(target: float, tolerance: float, changes: Sequence[Change]) -> Verdict:
    """Decide whether a chip is near its target.

    Some drivers stay Busy for ever, and an Ok elsewhere is that of a target before.

    Parameters
    ----------
    target, tolerance : float
        °C.
    changes : sequence of Change
        Of the temperature, since the request was sent.

    Returns
    -------
    Done, OperationError or None
        The result is the state: without Ok, the chip may be about to pass by its target.
    """
    if any(change.new.state is State.ALERT for change in changes):
        return Failed("the cooler reports an error")
    if changes and abs(changes[-1].new[_VALUE] - target) <= tolerance:
        return Done(changes[-1].new.state)
    return None


def approach(begin: float, target: float, changes: Sequence[Change]) -> Progress:
    """Tell how far a chip is, and from its pace how long it will take.

    Examples
    --------
    >>> approach(20.0, -10.0, [])
    Progress(fraction=0.0, detail='20.0 → -10.0 °C', remaining=None)
    """
    here = changes[-1].new[_VALUE] if changes else begin
    way = abs(target - begin)
    fraction = min(max(1 - abs(target - here) / way, 0.0), 1.0) if way else 1.0
    left = at_pace(lambda vector: abs(target - cast(float, vector[_VALUE])), changes)
    return Progress(fraction, f"{here:.1f} → {target:.1f} °C", left)


def celsius_of(temperature: u.Quantity) -> float:
    """Return a temperature in °C.

    Examples
    --------
    >>> round(celsius_of(263.15 * u.K), 6)
    -10.0
    """
    if isinstance(temperature, u.Quantity) and temperature.isscalar:
        try:
            value = float(temperature.to_value(u.deg_C, u.temperature()))
        except u.UnitConversionError:
            pass
        else:
            if math.isfinite(value):
                return value
    raise OutOfRange(f"{temperature!r} is no temperature: write -10 * u.deg_C")


def kelvins(difference: u.Quantity, per: u.UnitBase, example: str) -> float:
    """Return a difference of temperatures, or a rate of it, which has the size of a kelvin."""
    for degree in (u.deg_C, u.K):
        try:
            value = float(u.Quantity(difference).to_value(degree / per))
        except (TypeError, ValueError, u.UnitConversionError):
            continue
        if 0 < value < math.inf:
            return value
    raise OutOfRange(f"{difference!r} will not do: write {example}")


def _reach(
    device: Device, label: str, target: float, tolerance: float, rate: float | None
) -> Steps[u.Quantity]:
    """Bring a chip to a temperature, as fast as the driver does or is told here."""
    temperature = device[TEMPERATURE]
    build(temperature.vector, {_VALUE: target})  # refuse it before anything is set
    begin = _here(device) or 0.0
    yield from _set_ramp(device, rate)
    while True:
        state = yield temperature.ask(
            {_VALUE: target},
            partial(cooled, target, tolerance),
            label=label,
            timeout=_PATIENCE + (60 * abs(target - begin) / rate if rate else 0.0),
            progress=partial(approach, begin, target),
        )
        if state is not State.OK:
            yield Pause(label, _STEADY, device.connection)
        here = _here(device)
        if here is not None and abs(here - target) <= tolerance:
            return here * u.deg_C


def _warm(
    device: Device, label: str, target: float, tolerance: float, rate: float | None
) -> Steps[u.Quantity]:
    """Bring a chip up to a temperature, then switch its cooler off; where it is so warm, at once.

    A chip cannot become warmer than the air, so after a time it is left to it.
    """
    here = _here(device)
    if here is None or here < target - tolerance:
        try:
            yield from _reach(device, label, target, tolerance, rate)
        except OperationTimeout as error:
            logger.warning("%s; its cooler is switched off all the same", error)
    if COOLER in device and not is_on(device, COOLER, "COOLER_OFF"):
        yield device[COOLER].set("COOLER_OFF")
    here = _here(device)
    return (math.nan if here is None else here) * u.deg_C


def _set_ramp(device: Device, rate: float | None) -> Steps[None]:
    if rate is None:
        return
    if RAMP not in device:
        raise Refused(f"the driver of {device.name} knows no ramp: leave the rate out")
    if number(device, RAMP, "RAMP_SLOPE") != rate:
        yield device[RAMP].set(RAMP_SLOPE=rate)


def _here(device: Device) -> float | None:
    return number(device, TEMPERATURE, _VALUE)


def _near(tolerance: u.Quantity) -> float:
    return kelvins(tolerance, u.one, "tolerance=0.5 * u.K")


def _pace(rate: u.Quantity | None) -> float | None:
    return None if rate is None else kelvins(rate, u.min, "rate=2 * u.deg_C / u.min")
