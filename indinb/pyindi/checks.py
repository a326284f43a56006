"""What setters take, as a mistake should be told where it is made, and not by a driver."""

import operator
from collections.abc import Sequence
from typing import Any, TypeVar

W = TypeVar("W")


def checked_word(words: Sequence[W], number: Any) -> W:
    """Return the word that a number stands for; a word stands for itself.

    Raises
    ------
    TypeError
        If it is neither a whole number nor one of the words.
    ValueError
        If it stands for none.

    Examples
    --------
    >>> checked_word(("Off", "On"), 1)
    'On'
    >>> checked_word(("Off", "On"), "Off")
    'Off'
    >>> checked_word(("Off", "On"), 2)
    Traceback (most recent call last):
    ValueError: 2 stands for nothing here: 0 is Off, 1 is On
    """
    if isinstance(number, str) and number in words:
        return words[words.index(number)]
    index = operator.index(number)
    if index not in range(len(words)):
        known = ", ".join(f"{i} is {word}" for i, word in enumerate(words))
        raise ValueError(f"{number!r} stands for nothing here: {known}")
    return words[index]


def checked_text(text: object) -> str:
    """Return a text; TypeError if it is none."""
    if not isinstance(text, str):
        raise TypeError(f"a text is a str, not {text!r}")
    return text


def checked_number(value: Any) -> float:
    """Return a number of any kind as a float; TypeError if it is none.

    Examples
    --------
    >>> checked_number(5)
    5.0
    >>> checked_number("5")
    Traceback (most recent call last):
    TypeError: a number is an int or a float, not '5'
    """
    if not hasattr(type(value), "__float__") and not hasattr(type(value), "__index__"):
        raise TypeError(f"a number is an int or a float, not {value!r}")
    return float(value)
