"""What axe finds on a page that would keep somebody from using our widgets."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")
AXE = Axe()


def findings(page: Page, selector: str) -> list[str]:
    """List what is serious or critical in the elements found, one line for each of them."""
    results = AXE.run(page, selector, {"resultTypes": ["violations"]})
    grave = [one for one in results.response["violations"] if one["impact"] in GRAVE]
    return sorted(line for one in grave for line in _lines(one))


def _lines(violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"]:
        reasons = [check["message"] for check in node["any"] + node["all"] + node["none"]]
        where = " ".join(map(str, node["target"]))
        yield f"{violation['impact']} {violation['id']}: {where}: {'; '.join(reasons)}"
