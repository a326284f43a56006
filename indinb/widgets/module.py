"""The texts for the browser: several files joined to one, as small as they travel well.

A widget's module is one text: it has no address from which it could import others.
"""

import base64
import re
import zlib
from hashlib import sha256
from pathlib import Path

_HERE = Path(__file__).parent
_COMMENTS_AND_INDENTATION = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*$)?\s*", re.MULTILINE | re.DOTALL)

# Each new widget sends its module to the browser; packed, a quarter of it is left. The page
# unpacks and compiles the same one but once, which takes longer than to draw what it shows.
_LOADER = """\
const load = async (packed) => {
const stream = new DecompressionStream("deflate");
const writer = stream.writable.getWriter();
writer.write(Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)));
writer.close();
const headers = { "Content-Type": "text/javascript" };
const url = URL.createObjectURL(await new Response(stream.readable, { headers }).blob());
const module = await import(url);
URL.revokeObjectURL(url);
return module.default;
};
const loaded = (globalThis.indinbModules ??= {});
export default await (loaded["NAME"] ??= load("PACKED"));
"""


def module(*names: str) -> str:
    """Return JavaScript files as one module that unpacks itself.

    Parameters
    ----------
    *names : str
        Files of this room, in the order in which they build on each other. They share one scope,
        and the last one exports.
    """
    text = source(*names).encode()
    packed = base64.b64encode(zlib.compress(text, 9)).decode()
    return _LOADER.replace("NAME", sha256(text).hexdigest()).replace("PACKED", packed)


def style(*names: str) -> str:
    """Return CSS files of this room as one line."""
    return " ".join(source(*names).split())


def source(*names: str) -> str:
    """Join files of this room, less what only people read: comments and indentation."""
    text = "".join((_HERE / name).read_text(encoding="utf-8") for name in names)
    return _COMMENTS_AND_INDENTATION.sub("", text)
