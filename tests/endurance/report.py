"""The table: a line for each figure, with what is demanded of it."""

from collections.abc import Iterable
from typing import NamedTuple


class Figure(NamedTuple):
    """One line.

    Parameters
    ----------
    text, unit : str
        What is measured.
    value : float
        How much it is.
    at_most, at_least : float, optional
        What is demanded, if anything.
    """

    text: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool:
        """Whether it is as demanded; what is not a number is not."""
        if self.at_most is not None and not self.value <= self.at_most:
            return False
        return self.at_least is None or self.value >= self.at_least

    @property
    def is_noisy(self) -> bool:
        """Whether it is of time or memory, which other work on the computer may spoil."""
        return self.unit in ("s", "ms", "%")

    def __str__(self) -> str:
        demands = [("≤", self.at_most), ("≥", self.at_least)]
        demanded = " ".join(
            f"{sign} {_number(limit)}" for sign, limit in demands if limit is not None
        )
        verdict = ("reached" if self.reached else "MISSED") if demanded else ""
        value = f"{_number(self.value)} {self.unit}"
        return f"  {verdict:9}{self.text:52}{value:>14}  {demanded}".rstrip()


def show(title: str, figures: Iterable[Figure]) -> bool:
    """Print them; return whether all that is demanded is reached."""
    figures = list(figures)
    print(title, *figures, "", sep="\n", flush=True)
    return all(figure.reached for figure in figures)


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if abs(value) >= 1000 else f"{value:.3g}"
