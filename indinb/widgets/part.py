"""Which part of what there is a panel shows."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from indinb.client.model import Definition, Vector


class Part(NamedTuple):
    """Some groups and properties of a device; None stands for all of them.

    Examples
    --------
    >>> Part.of("Main Control", None)
    Part(groups=('Main Control',), properties=None)
    >>> Part.of(None, [1])
    Traceback (most recent call last):
    ...
    TypeError: properties are given by their names, as in ["CCD_EXPOSURE"], not as [1]
    """

    groups: tuple[str, ...] | None = None
    properties: tuple[str, ...] | None = None

    @classmethod
    def of(
        cls, groups: Sequence[str] | str | None, properties: Sequence[str] | str | None
    ) -> "Part":
        """Take it as people give it: a name, or several."""
        return cls(
            _names(groups, "groups", "Main Control"),
            _names(properties, "properties", "CCD_EXPOSURE"),
        )

    def has(self, definition: Definition) -> bool:
        """Whether a property belongs to it."""
        by_group = self.groups is None or definition.group in self.groups
        return by_group and (self.properties is None or definition.name in self.properties)

    def of_these(self, vectors: Iterable[Vector]) -> list[Vector]:
        """Return what belongs to it."""
        return [vector for vector in vectors if self.has(vector.definition)]


WHOLE = Part()
"""All there is."""


def _names(given: Sequence[str] | str | None, what: str, example: str) -> tuple[str, ...] | None:
    if given is None:
        return None
    names = (given,) if isinstance(given, str) else tuple(given)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f'{what} are given by their names, as in ["{example}"], not as {given!r}')
    return names
