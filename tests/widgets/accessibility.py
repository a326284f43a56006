"""What axe finds that would keep somebody from using our widgets."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator

GRAVE = ("serious", "critical")
AXE = Axe()
# JupyterLab's body is 0 px high: axe would take all words in it for hidden.
HIGH_BODY = "() => { document.body.style.minHeight = '100vh'; }"

# What fades in is pale for a moment. (What pulses for ever goes on.)
END_TRANSITIONS = """() => document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().endTime < Infinity)
  .forEach((animation) => animation.finish())"""


def findings(element: Locator) -> list[str]:
    """List what is serious or critical in an element, one line for each place.

    What is scrolled out of sight counts as hidden, so it is brought into view.
    """
    element.scroll_into_view_if_needed()
    element.page.evaluate(HIGH_BODY)
    element.page.evaluate(END_TRANSITIONS)
    element.evaluate("element => { element.dataset.examined = 'true'; }")
    results = AXE.run(element.page, "[data-examined]", {"resultTypes": ["violations"]})
    element.evaluate("element => { delete element.dataset.examined; }")
    grave = [one for one in results.response["violations"] if one["impact"] in GRAVE]
    return sorted(line for one in grave for line in _lines(one))


def _lines(violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        reasons = [check["message"] for check in node["any"] + node["all"] + node["none"]]
        where = " ".join(map(str, node["target"]))
        yield f"{violation['impact']} {violation['id']}: {where}: {'; '.join(reasons)}"
