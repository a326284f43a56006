"""The optics on a mount: a telescope and a guide scope."""

from typing import Any

from indinb.protocol.messages import Member
from indinb.protocol.vocabulary import State
from indinb.simulator.driver import OPTIONS, Driver
from indinb.simulator.properties import Numbers, Refused, Switches, Texts, number, switch, text

_CONFIGURATIONS = range(1, 7)


def _length(name: str, label: str, value: float) -> Member:
    return number(name, label, value, (10, 10_000 if "Focal" in label else 5000), 0, "%g")


class Optics(Driver):
    """A device that knows what optics it carries, and keeps up to six sets of them.

    Attributes
    ----------
    scopes : Numbers
        Apertures and focal lengths, in mm.
    scopes_name, scopes_choice : Texts, Switches
        What a set is called, and which one it is.
    """

    scopes = Numbers(
        "TELESCOPE_INFO",
        "Scope Properties",
        OPTIONS,
        _length("TELESCOPE_APERTURE", "Aperture (mm)", 50),
        _length("TELESCOPE_FOCAL_LENGTH", "Focal Length (mm)", 127),
        _length("GUIDER_APERTURE", "Guider Aperture (mm)", 30),
        _length("GUIDER_FOCAL_LENGTH", "Guider Focal Length (mm)", 120),
        state=State.OK,
        since="start",
    )
    scopes_name = Texts(
        "SCOPE_CONFIG_NAME",
        "Scope Name",
        OPTIONS,
        text("SCOPE_CONFIG_NAME", "Config Name"),
        state=State.OK,
        since="start",
    )
    scopes_choice = Switches(
        "APPLY_SCOPE_CONFIG",
        "Scope Configs",
        OPTIONS,
        *(switch(f"SCOPE_CONFIG{n}", f"Config #{n}", n == 1) for n in _CONFIGURATIONS),
        state=State.OK,
    )

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self._sets: dict[str, tuple[dict[str, float], str]] = {}
        self._keep_set()

    @scopes.asked
    def set_scopes(self, lengths: dict[str, float]) -> None:
        """Put other optics into the way of the light."""
        self.light.aperture = lengths["TELESCOPE_APERTURE"]
        self.light.focal_length = lengths["TELESCOPE_FOCAL_LENGTH"]
        self.light.guide_aperture = lengths["GUIDER_APERTURE"]
        self.light.guide_focal_length = lengths["GUIDER_FOCAL_LENGTH"]
        self.scopes.tell(State.OK, {**lengths})
        self._keep_set()

    @scopes_name.asked
    def name_scopes(self, name: str) -> None:
        """Name the set of optics that is chosen."""
        self.scopes_name.show(State.OK, name)
        self._keep_set()

    @scopes_choice.asked
    def choose_scopes(self, wanted: str) -> None:
        """Put a set of optics on that has been used before, or begin another one."""
        if wanted not in self._sets:
            self.scopes_choice.keep(self.scopes_choice.only(wanted))
            raise Refused(
                f"Config {wanted[-1]} is not found. To save a new config, update and set scope "
                "properties and config name."
            )
        self.scopes_choice.select(wanted)
        lengths, name = self._sets[wanted]
        self.scopes_name.show(State.OK, name)
        self.set_scopes(lengths)

    def _keep_set(self) -> None:
        lengths = {name: float(self.scopes[name]) for name in self.scopes.members}
        self._sets[self.scopes_choice.on or ""] = lengths, self.scopes_name.value
