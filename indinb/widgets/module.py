"""The texts for the browser: several files joined to one, as small as they travel well.

A widget's module is one text: it has no address from which it could import others.
"""

import base64
import re
import zlib
from pathlib import Path

_HERE = Path(__file__).parent
_COMMENTS_AND_INDENTATION = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*$)?\s*", re.MULTILINE | re.DOTALL)

# Each new widget sends its module to the browser; packed, a quarter of it is left.
_LOADER = """\
const packed = Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0));
const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
const headers = { "Content-Type": "text/javascript" };
const url = URL.createObjectURL(await new Response(stream, { headers }).blob());
const module = await import(url);
URL.revokeObjectURL(url);
export default module.default;
"""


def module(*names: str) -> str:
    """Return JavaScript files as one module that unpacks itself.

    Parameters
    ----------
    *names : str
        Files of this room, in the order in which they build on each other. They share one scope,
        and the last one exports.
    """
    packed = zlib.compress(source(*names).encode(), 9)
    return _LOADER % base64.b64encode(packed).decode()


def style(*names: str) -> str:
    """Return CSS files of this room as one line."""
    return " ".join(source(*names).split())


def source(*names: str) -> str:
    """Join files of this room, less what only people read: comments and indentation."""
    text = "".join((_HERE / name).read_text(encoding="utf-8") for name in names)
    return _COMMENTS_AND_INDENTATION.sub("", text)
