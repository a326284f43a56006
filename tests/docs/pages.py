"""What people read here: pages, lessons, pictures, and what the source says in words."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import nbformat
from lxml import etree, html
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "notebooks"
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_SVG_TEXT = "//*[local-name()='text' or local-name()='title' or local-name()='desc']"
_TOP_LEVEL_AWAIT = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_CODE = (
    re.compile(r"^ *>>>.*(?:\n *\S.*)*", re.M),
    re.compile(r"::\n(?: *\n| {4}.*(?:\n|$))*"),
    re.compile(r"``.*?``|`[^`]*`", re.S),
    re.compile(r"https?://\S+"),
    re.compile(r'"[^"\s]+"|\*+\w+|\b\w+(?:\.\w+)+'),  # literals and names
    re.compile(r"^ *[\w*, ]+ : .*$", re.M),  # numpydoc's names and types of parameters
)
_FORMULA = re.compile(r"\$[^$]+\$")
_MAGIC = re.compile(r"^[%!].*$", re.M)  # of IPython
_WITH_DOCSTRING = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def pages(root: Path = ROOT) -> list[Path]:
    """Return all pages: README, CHANGELOG and other Markdown, and the lessons."""
    texts = [*root.glob("*.md"), *root.glob("tests/**/*.md")]
    return sorted([*texts, *root.glob("notebooks/*.ipynb")])


def pictures(root: Path = ROOT) -> list[Path]:
    """Return the lessons' pictures."""
    return sorted(path for path in root.glob("notebooks/pictures/*") if path.is_file())


def sources(root: Path = ROOT) -> list[Path]:
    """Return indinb's modules."""
    return sorted(root.glob("indinb/**/*.py"))


def as_html(path: Path) -> html.HtmlElement:
    """Return a page as its reader sees it."""
    text = path.read_text("utf-8") if path.suffix == ".md" else "\n\n".join(cells(path, "markdown"))
    return html.fromstring(f"<body>{_MARKDOWN.render(text)}</body>")


def cells(path: Path, kind: str) -> list[str]:
    """Return a notebook's cells of one kind."""
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def prose(path: Path) -> str:
    """Return the words of a file that are written for people."""
    if path.suffix == ".svg":
        return "\n".join("".join(text.itertext()) for text in etree.parse(path).xpath(_SVG_TEXT))
    if path.suffix == ".py":
        return "\n".join(_of_source(path.read_text("utf-8")))
    if path.suffix == ".ipynb":
        return "\n".join([_of_page(as_html(path)), *map(_of_cell, cells(path, "code"))])
    return _of_page(as_html(path))


def _of_page(page: html.HtmlElement) -> str:
    """Return what is said in a page, beside pictures, and in the comments of its code."""
    said = [image.get("alt", "") for image in page.iter("img")]
    for code in list(page.iter("code")):
        said += re.findall(r"(?:^|\s)# (.*)", code.text_content(), re.M)
        code.text = ""
        for child in code:
            code.remove(child)
    return "\n".join([_FORMULA.sub("", page.text_content()), *said])


def _of_cell(code: str) -> str:
    """Return the comments of a cell, and what it prints or writes into plots in sentences."""
    code = _MAGIC.sub("", code)
    nodes = list(ast.walk(compile(code, "cell", "exec", _TOP_LEVEL_AWAIT)))
    places = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == "loc"]
    strings = [
        node.value for node in nodes if isinstance(node, ast.Constant) and node not in places
    ]
    sentences = [text for text in strings if isinstance(text, str) and " " in text.strip()]
    return "\n".join(map(_without_code, [*_comments(code), *sentences]))


def _of_source(code: str) -> Iterator[str]:
    """Yield docstrings without their code, and comments."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, _WITH_DOCSTRING):
            yield _without_code(ast.get_docstring(node) or "")
    yield from map(_without_code, _comments(code))


def _comments(code: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            yield re.sub(r"noqa: .*|type: ignore.*|fmt: .*", "", token.string.lstrip("# "))


def _without_code(text: str) -> str:
    """Leave out of words in source what is for Python: examples, names, types of parameters."""
    for code in _CODE:
        text = code.sub("", text)
    return text
