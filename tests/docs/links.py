"""Where links lead: ``python -m tests.docs.links`` asks the network for each address.

Links within the repository need no network, and are looked at by the tests.
"""

import re
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.docs.pages import LESSONS, as_html, pages, sources

PLACEHOLDER = "/ORG/"
_ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]|{}]+")
_NOT_FOR_PEOPLE = re.compile(r"//(www\.w3\.org/\d+/|localhost|127\.0\.0\.1)|\.local\b")
_TIMEOUT = 20.0  # seconds
_NOT_A_BROWSER = (403, 405, 429)  # from hosts that are there, and want no programs


def targets(page: Path) -> list[str]:
    """Return all that a page links to, and the pictures in it."""
    return [target for _, _, target, _ in as_html(page).iterlinks()]


def broken(page: Path) -> list[str]:
    """Return the links of a page that lead to no file of this repository, or to no heading."""
    local = [target for target in targets(page) if not urlsplit(target).scheme]
    return [target for target in local if not _leads_somewhere(page, target)]


def _leads_somewhere(page: Path, target: str) -> bool:
    parts = urlsplit(target)
    path = page.parent / unquote(parts.path) if parts.path else page
    if not path.exists():
        return False
    if page.parent == LESSONS and LESSONS not in path.resolve().parents:
        return False  # a lesson that is copied elsewhere takes only its folder with it
    return not parts.fragment or parts.fragment in anchors(path)


def anchors(page: Path) -> set[str]:
    """Return what a link may name in a page: its headings, as GitHub or Jupyter spells them."""
    headings = [item.text_content().strip() for item in as_html(page).xpath("//h1|//h2|//h3|//h4")]
    spelled = _by_jupyter if page.suffix == ".ipynb" else _by_github
    return {spelled(heading) for heading in headings}


def _by_github(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _by_jupyter(heading: str) -> str:
    return heading.replace(" ", "-")


def without_words(page: Path) -> list[str]:
    """Return the pictures of a page that say nothing to who cannot see them."""
    images = as_html(page).iter("img")
    return [image.get("src", "") for image in images if not image.get("alt", "").strip()]


def addresses() -> set[str]:
    """Return what our pages, lessons and modules tell people to look at in the network."""
    texts = [path.read_text("utf-8") for path in [*pages(), *sources()]]
    found = {match.rstrip(".,;:\\") for text in texts for match in _ADDRESS.findall(text)}
    return {one for one in found if PLACEHOLDER not in one and not _NOT_FOR_PEOPLE.search(one)}


def unanswered(urls: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with addresses, one after the other."""
    with ThreadPoolExecutor(8) as pool:
        yield from filter(None, pool.map(_wrong, sorted(urls)))


def _wrong(url: str) -> str:
    asked = urllib.request.Request(url, headers={"User-Agent": "indinb's links"})
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT):
            return ""
    except OSError as error:
        return "" if getattr(error, "code", 0) in _NOT_A_BROWSER else f"{url}: {error}"


def main() -> int:
    """Ask for all addresses, and print those that don't answer."""
    urls = addresses()
    wrong = list(unanswered(urls))
    print("\n".join([*wrong, f"{len(urls) - len(wrong)} of {len(urls)} addresses answer"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
