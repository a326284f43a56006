"""The slot through which things show themselves.

Rooms below may not import the widgets above them, so whatever can be shown asks this slot, and
the top of the package fills it. Until then, things are shown as escaped HTML and text.
"""

import html
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

MimeBundle = dict[str, Any]


class Summary(NamedTuple):
    """A thing as a small table, for pages where no widget lives."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[str]]


class Showable(Protocol):
    """What can be shown."""

    def summary(self) -> Summary:
        """Describe it as a table."""


@runtime_checkable
class Pictured(Protocol):
    """What is shown as a picture."""

    def to_png(self, *, longest: int) -> bytes:
        """Draw it, with so many pixels on the longer side."""


_LONGEST = 480  # pixels of a picture in a page without widgets


def static(thing: Showable | Pictured) -> MimeBundle:
    """Show a thing as text, and as a picture or as an HTML table without any script.

    Everything is escaped: most of it came over the wire.
    """
    if isinstance(thing, Pictured):
        return {"text/plain": repr(thing), **_picture(thing)}
    return {"text/plain": repr(thing), "text/html": _table(thing.summary())}


def _picture(thing: Pictured) -> MimeBundle:
    try:
        return {"image/png": thing.to_png(longest=_LONGEST)}
    except ValueError:  # it holds nothing that can be drawn
        return {}


def _table(summary: Summary) -> str:
    head = _row("th", summary.columns)
    body = "".join(_row("td", row) for row in summary.rows)
    return (
        f"<table><caption>{html.escape(summary.title)}</caption>"
        f"<thead>{head}</thead><tbody>{body}</tbody></table>"
    )


def _row(cell: str, texts: Sequence[str]) -> str:
    cells = "".join(f"<{cell}>{html.escape(text)}</{cell}>" for text in texts)
    return f"<tr>{cells}</tr>"


Follow = Callable[[Any], Callable[[], object] | None]
"""Shows that somebody waits for an operation; may return what to call when nobody does any more."""


def _nothing(*_: Any) -> None:
    pass


_render: Callable[[Any], MimeBundle] = static
_follow: Follow = _nothing


def fill(render: Callable[[Any], MimeBundle], following: Follow) -> None:
    """Say how things are shown and how running operations are followed."""
    global _render, _follow
    _render, _follow = render, following


def render(thing: Showable | Pictured) -> MimeBundle:
    """Show a thing, as ``_repr_mimebundle_`` returns it."""
    return _render(thing)


def following(operation: Any) -> Callable[[], object]:
    """Show that somebody waits for an operation, and return what to call at the end of that."""
    return _follow(operation) or _nothing
