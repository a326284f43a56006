"""Links lead to what is there; and the checker finds those that do not."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import nbformat
import pytest

from tests.docs import links
from tests.docs.pages import ROOT, pages, pictures
from tests.docs.website import serving

HEADINGS = "# One thing\n\n## Where to run `what`: *here*?\n\n"


def page(folder: Path, text: str, name: str = "page.md") -> Path:
    path = folder / name
    if path.suffix == ".md":
        path.write_text(text, "utf-8")
    else:
        cells = [nbformat.v4.new_markdown_cell(text), nbformat.v4.new_code_cell("x[1](2)")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    assert links.broken(path) == []


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_pictures_have_words_for_who_cannot_see_them(path: Path) -> None:
    assert links.without_words(path) == []


def test_all_pictures_are_shown() -> None:
    shown = {(page.parent / target).resolve() for page in pages() for target in links.targets(page)}
    assert set(pictures()) - shown == set()


def test_readme_has_links_of_each_kind() -> None:
    found = links.targets(ROOT / "README.md")
    assert "#coming-from-pyindi-client" in found
    assert "LICENSE" in found
    assert "https://indilib.org" in found
    assert ".github/panel.png" in found


@pytest.mark.parametrize("name", ["page.md", "page.ipynb"])
def test_links_to_nothing_are_found(tmp_path: Path, name: str) -> None:
    text = "![a](gone.png) [b](page.md) [c](a%20b.md#x) <a href='d.md'>d</a> [e](https://x.org)"
    page(tmp_path, "", "page.md")
    path = page(tmp_path, text, name)
    assert links.broken(path) == ["gone.png", "a%20b.md#x", "d.md"]
    page(tmp_path, "# x", "a b.md")
    assert links.broken(path) == ["gone.png", "d.md"]


def test_links_in_code_are_none(tmp_path: Path) -> None:
    path = page(tmp_path, "```\n[a](gone.md)\n```\n\n`[a](gone.md)`\n")
    assert links.targets(path) == []


def test_headings_are_spelled_as_github_does(tmp_path: Path) -> None:
    path = page(tmp_path, HEADINGS + "[a](#one-thing) [b](#where-to-run-what-here) [c](#One-thing)")
    assert links.broken(path) == ["#One-thing"]


def test_headings_of_lessons_are_spelled_as_jupyter_does(tmp_path: Path) -> None:
    text = HEADINGS + "[a](#One-thing) [b](#Where-to-run-what:-here?) [c](#one-thing)"
    assert links.broken(page(tmp_path, text, "page.ipynb")) == ["#one-thing"]


def test_headings_of_another_page_count(tmp_path: Path) -> None:
    page(tmp_path, HEADINGS, "other.md")
    path = page(tmp_path, "[a](other.md#one-thing) [b](other.md#two)")
    assert links.broken(path) == ["other.md#two"]


def test_lessons_stay_in_their_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lessons = tmp_path / "lessons"
    (lessons / "pictures").mkdir(parents=True)
    (lessons / "pictures" / "a.png").touch()
    page(tmp_path, "", "README.md")
    monkeypatch.setattr(links, "LESSONS", lessons)
    path = page(lessons, "![a](pictures/a.png) [b](../README.md) [c](page.ipynb)", "page.ipynb")
    assert links.broken(path) == ["../README.md"]


def test_pictures_without_words_are_found(tmp_path: Path) -> None:
    path = page(tmp_path, "![words](a.png) ![](b.png) <img src='c.png'>")
    assert links.without_words(path) == ["b.png", "c.png"]


def test_addresses_are_those_for_people() -> None:
    found = links.addresses()
    assert {"https://indilib.org", "https://indilib.org/download.html"} <= found
    assert not any("w3.org" in one or "ORG" in one or "localhost" in one for one in found)
    assert not any(one.endswith((".", ",", ")")) for one in found)


class Site(BaseHTTPRequestHandler):
    """Has a page, one for browsers alone, and no others."""

    def do_GET(self) -> None:
        self.send_response({"/here": 200, "/browsers": 403}.get(self.path, 404))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with serving(Site) as address:
        yield address


def test_addresses_are_asked_for(site: str) -> None:
    urls = [f"{site}/here", f"{site}/browsers", f"{site}/gone", "http://127.0.0.1:1/"]
    refused, gone = links.unanswered(urls)
    assert refused.startswith("http://127.0.0.1:1/: ")
    assert gone == f"{site}/gone: HTTP Error 404: Not Found"


def test_the_command_tells_what_does_not_answer(
    site: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(links, "addresses", lambda: {f"{site}/here"})
    assert links.main() == 0
    monkeypatch.setattr(links, "addresses", lambda: {f"{site}/here", f"{site}/gone"})
    assert links.main() == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1 of 1 addresses answer"
    assert said[1].startswith(f"{site}/gone: ")
    assert said[2] == "1 of 2 addresses answer"
