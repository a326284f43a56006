"""Properties that many devices have in common, each with what it does."""

from collections.abc import Mapping
from typing import Any, ClassVar

from indinb.protocol.messages import Value
from indinb.simulator.driver import CONNECTION, OPTIONS, Driver
from indinb.simulator.properties import (
    ANY_OF_MANY,
    AT_MOST_ONE,
    Numbers,
    Switches,
    Texts,
    number,
    switch,
    text,
)

_BAUD_RATES = ("9600", "19200", "38400", "57600", "115200", "230400")

Settings = Mapping[str, Mapping[str, Value]]


class Configurable(Driver):
    """A device that keeps settings, for as long as the observatory lasts."""

    settings: ClassVar[tuple[str, ...]] = ()
    """Names of the properties that are kept."""

    config = Switches(
        "CONFIG_PROCESS",
        "Configuration",
        OPTIONS,
        switch("CONFIG_LOAD", "Load"),
        switch("CONFIG_SAVE", "Save"),
        switch("CONFIG_DEFAULT", "Default"),
        switch("CONFIG_PURGE", "Purge"),
        rule=AT_MOST_ONE,
        timeout=0,
        since="start",
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self._defaults = self._settings()
        self._saved: Settings | None = None

    @config.asked
    def configure(self, wanted: str | None) -> None:
        """Save, load or forget settings."""
        match wanted:
            case "CONFIG_SAVE":
                self.notice("Saving device configuration...")
                self._saved = self._settings()
                self.notice("Device configuration saved.")
            case "CONFIG_LOAD":
                self.notice("Loading device configuration...")
                self._apply(self._saved or self._defaults)
            case "CONFIG_DEFAULT":
                self._apply(self._defaults)
                self.notice("Default configuration loaded.")
            case "CONFIG_PURGE":
                self._saved = None
                self.notice("Configuration file successfully purged.")
        self.config.select(None)

    def _settings(self) -> Settings:
        return {name: self.properties[name].values for name in self.settings}

    def _apply(self, settings: Settings) -> None:
        for name, values in settings.items():
            self.ask(name, values)
        self.notice("Device configuration applied.")


class Polling(Driver):
    """A device that says how often it reports."""

    polling = Numbers(
        "POLLING_PERIOD",
        "Polling",
        OPTIONS,
        number("PERIOD_MS", "Period (ms)", 1000, (10, 600_000), 1000),
        timeout=0,
        since="start",
    )

    @property
    def period(self) -> float:
        """Seconds between two reports."""
        return float(self.polling.value) / 1000


class Debugging(Driver):
    """A device that may say more than it does; levels are there while debugging is on."""

    debug = Switches(
        "DEBUG",
        "Debug",
        OPTIONS,
        switch("ENABLE", "Enable"),
        switch("DISABLE", "Disable", True),
        timeout=0,
        since="start",
    )
    debug_level = Switches(
        "DEBUG_LEVEL",
        "Debug Levels",
        OPTIONS,
        switch("DBG_ERROR", "Errors", True),
        switch("DBG_WARNING", "Warnings", True),
        switch("DBG_SESSION", "Messages", True),
        switch("DBG_DEBUG", "Driver Debug"),
        rule=ANY_OF_MANY,
        timeout=0,
        since="later",
    )
    logging_level = Switches(
        "LOGGING_LEVEL",
        "Logging Levels",
        OPTIONS,
        switch("LOG_ERROR", "Errors", True),
        switch("LOG_WARNING", "Warnings", True),
        switch("LOG_SESSION", "Messages", True),
        switch("LOG_DEBUG", "Driver Debug"),
        rule=ANY_OF_MANY,
        timeout=0,
        since="later",
    )
    log_output = Switches(
        "LOG_OUTPUT",
        "Log Output",
        OPTIONS,
        switch("CLIENT_DEBUG", "To Client", True),
        switch("FILE_DEBUG", "To File"),
        rule=ANY_OF_MANY,
        timeout=0,
        since="later",
    )

    @debug.asked
    def set_debug(self, wanted: str) -> None:
        """Show or hide the levels."""
        enabled = wanted == "ENABLE"
        self.notice(f"Debug is {'enabled' if enabled else 'disabled'}.")
        for each in (self.debug_level, self.logging_level, self.log_output):
            if enabled:
                each.define()
            else:
                each.delete()
        self.debug.select(wanted)

    def ask(self, name: str, asked: Mapping[str, Value]) -> None:
        """Do what a client asks, and tell it if debugging is on."""
        if self.debug["ENABLE"] and self.debug_level["DBG_DEBUG"]:
            self.notice(f"{name}: {dict(asked)}", "DEBUG")
        super().ask(name, asked)


class Serial(Driver):
    """A device on a serial port or the network, neither of which a simulated one uses."""

    connection_mode = Switches(
        "CONNECTION_MODE",
        "Connection Mode",
        CONNECTION,
        switch("CONNECTION_SERIAL", "Serial", True),
        switch("CONNECTION_TCP", "Network"),
        since="start",
    )
    port = Texts(
        "DEVICE_PORT", "Ports", CONNECTION, text("PORT", "Port", "/dev/ttyUSB0"), since="start"
    )
    baud_rate = Switches(
        "DEVICE_BAUD_RATE",
        "Baud Rate",
        CONNECTION,
        *(switch(rate, rate, rate == "9600") for rate in _BAUD_RATES),
        since="start",
    )
    auto_search = Switches(
        "DEVICE_AUTO_SEARCH",
        "Auto Search",
        CONNECTION,
        switch("INDI_ENABLED", "Enabled", True),
        switch("INDI_DISABLED", "Disabled"),
        since="start",
    )
    port_scan = Switches(
        "DEVICE_PORT_SCAN",
        "Refresh",
        CONNECTION,
        switch("Scan Ports", "Scan Ports"),
        since="start",
    )
    address = Texts(
        "DEVICE_ADDRESS",
        "Server",
        CONNECTION,
        text("ADDRESS", "Address"),
        text("PORT", "Port"),
        since="later",
    )

    @connection_mode.asked
    def set_connection_mode(self, wanted: str) -> None:
        """Show what the serial port or the network needs."""
        serial = (self.port, self.baud_rate, self.auto_search, self.port_scan)
        network = (self.address,)
        shown, hidden = (network, serial) if wanted == "CONNECTION_TCP" else (serial, network)
        for each in hidden:
            each.delete()
        for each in shown:
            each.define()
        self.connection_mode.select(wanted)

    @port_scan.asked
    def scan_ports(self, wanted: str) -> None:
        """Look for serial ports, of which a simulated device needs none."""
        self.port_scan.select(None)


class Joystick(Driver):
    """A device that a joystick could move; there is none here."""

    joystick = Switches(
        "USEJOYSTICK",
        "Joystick",
        OPTIONS,
        switch("ENABLE", "Enable"),
        switch("DISABLE", "Disable", True),
        timeout=0,
    )
    snoop_joystick = Texts(
        "SNOOP_JOYSTICK",
        "Snoop Joystick",
        OPTIONS,
        text("SNOOP_JOYSTICK_DEVICE", "Device", "Joystick"),
    )


class Simulated(Driver):
    """A device whose driver could also work with the real thing."""

    simulation = Switches(
        "SIMULATION",
        "Simulation",
        OPTIONS,
        switch("ENABLE", "Enable"),
        switch("DISABLE", "Disable", True),
        timeout=0,
        since="start",
    )


class Presets(Driver):
    """A device with three places to go to, by name; a subclass has `move_to_preset` do it.

    Attributes
    ----------
    place : str
        What a place is called.
    presets, goto : Numbers, Switches
        The places, and the buttons.
    """

    place = "position"

    presets = Numbers("Presets", "Presets", "Presets")
    goto = Switches(
        "Goto",
        "Goto",
        "Presets",
        *(switch(f"Preset {n}", f"Preset {n}") for n in (1, 2, 3)),
        timeout=0,
    )

    @goto.asked
    def go_to_preset(self, wanted: str) -> None:
        """Go to one of the places."""
        place = dict(zip(self.goto.members, self.presets.values.values(), strict=True))[wanted]
        self.notice(f"Moving to {wanted} with {self.place} {place:g}.")
        self.goto.select(wanted)
        self.move_to_preset(float(str(place)))

    def move_to_preset(self, place: float) -> None:
        """Go to a place."""
        raise NotImplementedError


def presets(limits: tuple[float, float], step: float, format: str = "%.f") -> Numbers:
    """Declare the places of a device with `Presets`."""
    members = (number(f"PRESET_{n}", f"Preset {n}", 0, limits, step, format) for n in (1, 2, 3))
    return Numbers("Presets", "Presets", "Presets", *members, timeout=0)
