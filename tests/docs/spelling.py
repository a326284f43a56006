"""British English, by hunspell's dictionary and a list of words of our own."""

import re
import subprocess
from pathlib import Path

WORDS = Path(__file__).with_name("words.txt")
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_POSSESSIVE = re.compile(r"['\u2019]s$")
_CODE = re.compile(r"\d|_|[^\W\d_][A-Z]")


def words_of(text: str) -> set[str]:
    """Return the words of a text that have to be in a dictionary.

    Abbreviations in capitals and names like ``SkyCoord`` or ``m31`` need not.
    """
    found = set(_WORD.findall(text)) - known()
    parts = {_POSSESSIVE.sub("", part) for word in found for part in word.split("-")}
    return {part for part in parts if not _CODE.search(part)}


def misspelled(words: set[str]) -> set[str]:
    """Return those words that neither hunspell nor our list has.

    A word that our list has in small letters may begin with a capital.
    """
    command = ["hunspell", "-d", "en_GB", "-i", "utf-8", "-l"]
    asked = "\n".join(sorted(words)).encode()
    done = subprocess.run(command, input=asked, capture_output=True, check=True)
    unknown, ours = set(done.stdout.decode().split()), known()
    return {word for word in unknown if not ours & {word, word.lower()}}


def known() -> set[str]:
    """Return the words that we add to the dictionary."""
    return set(WORDS.read_text("utf-8").split())
