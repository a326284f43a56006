"""A filter wheel, be it a device of its own or in a camera."""

from collections.abc import Mapping

from indinb.protocol.vocabulary import State
from indinb.simulator.driver import Driver
from indinb.simulator.properties import Numbers, Refused, Texts, number, text

FILTER_WHEEL = "Filter Wheel"

_FILTERS = ("Red", "Green", "Blue", "H_Alpha", "SII", "OIII", "LPR", "Luminance")
_SECONDS = 0.5
_TURNING = "turning"


class Filters(Driver):
    """A device with filters, one of which is in the light.

    Attributes
    ----------
    slot : Numbers
        Where the wheel stands.
    filters : Texts
        Names of the filters, slot by slot.
    """

    slot = Numbers(
        "FILTER_SLOT",
        "Filter Slot",
        FILTER_WHEEL,
        number("FILTER_SLOT_VALUE", "Filter", 1, (1, len(_FILTERS)), 1, "%3.0f"),
        checked=False,
    )
    filters = Texts(
        "FILTER_NAME",
        "Filter",
        FILTER_WHEEL,
        *(text(f"FILTER_SLOT_NAME_{n}", f"Filter#{n}", name) for n, name in enumerate(_FILTERS, 1)),
        timeout=0,
    )

    def begin(self) -> None:
        """Have a filter in the light."""
        super().begin()
        self._into_light()

    @slot.asked
    def select_filter(self, slot: float) -> None:
        """Turn the wheel to a slot."""
        if not 1 <= slot <= len(_FILTERS):
            raise Refused(f"Error: valid range of filter is from 1 to {len(_FILTERS)}")
        self.notice(f"Setting current filter to slot {slot:.0f}")
        self.slot.tell(State.BUSY)
        self.start(_TURNING, self._turn(float(round(slot))), self.slot)

    @filters.asked
    def name_filters(self, names: Mapping[str, str]) -> None:
        """Give the filters other names."""
        self.filters.tell(State.OK, names)
        self._into_light()

    async def _turn(self, slot: float) -> None:
        await self.clock.sleep(_SECONDS)
        self.slot.show(State.OK, slot)
        self._into_light()

    def _into_light(self) -> None:
        self.light.filters[self.name] = self.filters[f"FILTER_SLOT_NAME_{self.slot.value:.0f}"]
