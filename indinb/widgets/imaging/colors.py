"""Colours, by the names of matplotlib and of CSS, which is loaded when there is a colour."""

from typing import Any

GRAY = "gray"
"""The colour map of a picture that nobody has coloured."""


def known_colormap(name: str) -> str:
    """Return the name of a colour map of matplotlib.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> known_colormap("viridis")
    'viridis'
    """
    import matplotlib

    if name != GRAY and name not in matplotlib.colormaps:
        raise ValueError(
            f"{name!r} is not a valid colour map; matplotlib has gray, viridis, inferno and others"
        )
    return name


def color_table(name: str) -> bytes:
    """Return red, green and blue of the 256 colours of a map, or nothing for shades of grey.

    Examples
    --------
    >>> table = color_table("viridis")
    >>> len(table), list(table[:3])
    (768, [68, 1, 84])
    """
    if name == GRAY:
        return b""
    import matplotlib
    import numpy as np

    rgba = matplotlib.colormaps[name](np.linspace(0, 1, 256), bytes=True)
    return bytes(np.ascontiguousarray(rgba[:, :3]))


def hex_color(color: Any) -> str:
    """Return a colour as every browser reads it.

    Raises
    ------
    ValueError
        If it is no colour.

    Examples
    --------
    >>> hex_color("red"), hex_color("#ff000080")
    ('#ff0000', '#ff000080')
    """
    from matplotlib.colors import is_color_like, to_hex

    if not is_color_like(color):
        raise ValueError(f"{color!r} is no colour; give one like 'red' or '#ff8800'")
    words = to_hex(color, keep_alpha=True)
    return words.removesuffix("ff") if len(words) == 9 else words
