"""Words from the wire, so that they may be printed in any terminal."""


def printable(text: str) -> str:
    r"""Write what is not to be printed, such as a terminal's commands or a line's end, as escapes.

    What comes over the wire may hold anything, and stands in what is printed: in the ``repr`` of
    things, and in errors. All of those go through this, and so are one line of visible characters.

    Examples
    --------
    >>> print(printable("CCD\x9b31m\né"))
    CCD\x9b31m\né
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
